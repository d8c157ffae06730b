package postgis

import (
	"context"

	"github.com/jackc/pgx/v5"

	"citygrid/registry"
	"citygrid/registry/profile"
)

// ProfileStore is the Store as profile.Apply wants it.
type ProfileStore struct{ *Store }

// Change runs fn in one Change of the Store, alone: other profiles and promotions wait for it as it waits for them.
func (s ProfileStore) Change(ctx context.Context, act registry.Act, fn func(profile.Change) error) (revision int64, err error) {
	return s.Store.Change(ctx, act, func(c *Change) error {
		if err := c.lockComponents(ctx); err != nil {
			return err
		}
		c.profile = true
		return fn(c)
	})
}

// InvalidAreas lists the staged areas that are new or changed and whose shape is not valid.
func (c *Change) InvalidAreas(ctx context.Context) ([]profile.InvalidArea, error) {
	return collect(ctx, c.tx, "check shapes", func(row pgx.CollectableRow) (profile.InvalidArea, error) {
		var v profile.InvalidArea
		err := row.Scan(&v.Code, &v.Reason, &v.At[0], &v.At[1])
		return v, err
	}, sqlInvalidAreas)
}

// CoverFaults measures, for each parent, where its staged children leave a gap, overlap or reach outside; the parent "" stands
// for the city, whose districts must not overlap nor enclose a hole. Pieces under 1 dm² are the arithmetic's own and left out.
func (c *Change) CoverFaults(ctx context.Context, parents []string) ([]profile.CoverFault, error) {
	return collect(ctx, c.tx, "measure cover", func(row pgx.CollectableRow) (profile.CoverFault, error) {
		var f profile.CoverFault
		err := row.Scan(&f.Code, &f.Parent, &f.Areas, &f.At[0], &f.At[1], &f.SquareMetres)
		return f, err
	}, sqlCoverFaults, parents)
}

// StageManaged adds the managed areas to the staged areas; their shape is the union of their cells.
func (c *Change) StageManaged(ctx context.Context, managed []profile.Managed) error {
	for _, m := range managed {
		if _, err := c.tx.Exec(ctx, sqlStageManaged, m.Code, m.Name, m.NameEN, m.Cells); err != nil {
			return interpret("stage managed areas", err)
		}
	}
	return nil
}

// PutManagedCells makes the cells of the managed areas those given.
func (c *Change) PutManagedCells(ctx context.Context, managed []profile.Managed) (registry.Diff, error) {
	var areas, cells []string
	for _, m := range managed {
		for _, cell := range m.Cells {
			areas, cells = append(areas, m.Code), append(cells, cell)
		}
	}
	return c.sync(ctx, "put managed cells", registry.CollectionAreas, sqlManagedCellsPut, areas, cells, c.id)
}

// ComponentShapes lists id and geometry of the components that touch any of the areas, as they are now or as they were before
// this change.
func (c *Change) ComponentShapes(ctx context.Context, areas []string) ([]profile.ComponentShape, error) {
	return collect(ctx, c.tx, "read components of changed areas", func(row pgx.CollectableRow) (profile.ComponentShape, error) {
		var s profile.ComponentShape
		err := row.Scan(&s.ID, &s.Geometry)
		return s, err
	}, sqlComponentShapes, areas, c.id)
}

// SetGrids gives components the cells computed for them and returns how many changed.
func (c *Change) SetGrids(ctx context.Context, grids []profile.ComponentGrid) (changed int64, err error) {
	rows := make([]gridRow, len(grids))
	for i, g := range grids {
		rows[i] = gridRow{ID: g.ID, Grid: textOrNull(g.Grid), Also: append([]string{}, g.Also...)}
	}
	tag, err := c.tx.Exec(ctx, sqlSetGrids, rows, c.id)
	if err != nil {
		return 0, interpret("set grids", err)
	}
	if tag.RowsAffected() > 0 {
		c.touch(registry.CollectionComponents)
	}
	return tag.RowsAffected(), nil
}

type gridRow struct {
	ID   int64    `json:"id"`
	Grid *string  `json:"grid"`
	Also []string `json:"grids_also"`
}

const (
	sqlInvalidAreas = `
select i.code, coalesce(reason(d.detail), ''), coalesce(st_x(location(d.detail)), 0), coalesce(st_y(location(d.detail)), 0)
from incoming_area i
    left join area a on a.code = i.code
    cross join lateral (select st_isvaliddetail(i.geom) as detail) d
where (a.code is null or a.geom::bytea <> i.geom::bytea) and not valid(d.detail)
order by i.code`

	sqlCoverFaults = `
with parent as (
    select code, geom from incoming_area where code = any($1) and code <> ''
), child as (
    select coalesce(i.parent, '') as parent, i.code, i.geom from incoming_area i
    where i.level <> 'managed' and coalesce(i.parent, '') = any($1)
), covered as (
    select parent, st_union(geom) as geom from child group by parent
), piece as (
    select 'gap' as what, p.code as parent, '{}'::text[] as areas, (st_dump(st_difference(p.geom, c.geom))).geom
    from parent p join covered c on c.parent = p.code
    union all
    select 'gap', '', '{}', (st_dump(st_difference(filled.geom, c.geom))).geom
    from covered c cross join lateral (
        select st_union(st_makepolygon(st_exteriorring(part.geom))) as geom from st_dump(c.geom) part
    ) filled
    where c.parent = ''
    union all
    select 'overlap', a.parent, array[a.code, b.code], (st_dump(st_intersection(a.geom, b.geom))).geom
    from child a join child b on a.parent = b.parent and a.code < b.code and a.geom && b.geom and st_relate(a.geom, b.geom, '2********')
    union all
    select 'outside_parent', p.code, array[c.code], (st_dump(st_difference(c.geom, p.geom))).geom
    from parent p join child c on c.parent = p.code
    where not st_coveredby(c.geom, p.geom)
), measured as (
    select *, st_area(geom::geography) as square_metres, st_pointonsurface(geom) as at
    from piece where st_dimension(geom) = 2
)
select m.what, m.parent, m.areas, st_x(m.at), st_y(m.at), m.square_metres
from measured m
where m.square_metres > 0.01
order by m.square_metres desc, m.parent, m.areas
limit 1000`

	sqlStageManaged = `
insert into incoming_area (code, level, name, name_en, square_metres, geom)
select $1, 'managed', $2, $3, st_area(u.geom::geography), u.geom
from (select st_forcepolygonccw(st_multi(st_union(geom))) as geom from incoming_area where code = any($4)) u
where u.geom is not null`

	sqlManagedCellsPut = `
with incoming as (
    select * from unnest($1::text[], $2::text[]) as i (area, cell)
), removed as (
    delete from managed_cell m
    where not exists (select from incoming i where i.area = m.area and i.cell = m.cell)
    returning m.*
), added as (
    insert into managed_cell (area, cell, change_id)
    select area, cell, $3 from incoming i
    where not exists (select from managed_cell m where m.area = i.area and m.cell = i.cell)
    returning area, cell
), superseded as (
    insert into managed_cell_version (area, cell, change_id, superseded_by) select area, cell, change_id, $3 from removed
)
select 'removed' as what, area || '/' || cell from removed
union all select 'added', area || '/' || cell from added
order by 2`

	// From the areas to the components, so that each area asks the index once; an area has many components and they many areas.
	sqlComponentShapes = `
with touched as materialized (
    select geom from area where code = any($1)
    union all
    select geom from area_version where code = any($1) and superseded_by = $2
)
select id, geom from component
where id in (select c.id from touched t join component c on c.geom && t.geom)
order by id`

	sqlSetGrids = `
with incoming as (
    select * from jsonb_to_recordset($1) as i (id bigint, grid text, grids_also text[])
), changed as (
    select c.id, i.grid, i.grids_also from incoming i join component c on c.id = i.id
    where (c.grid, c.grids_also) is distinct from (i.grid, i.grids_also)
), superseded as (` + sqlKeepImage + `$2
    from component c join changed using (id)
)
update component c set grid = ch.grid, grids_also = ch.grids_also, change_id = $2
from changed ch where c.id = ch.id`
)

var (
	_ profile.Store  = ProfileStore{}
	_ registry.Store = (*Store)(nil)
)
