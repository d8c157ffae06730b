package postgis

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"citygrid/registry"
)

// Areas returns a page of the areas of one level in code order.
func (s *Store) Areas(ctx context.Context, scope registry.Scope, q registry.AreaQuery) (registry.AreaPage, error) {
	var page registry.AreaPage
	if scope.Empty() {
		return page, nil
	}
	boxes := boundsParameter(q.Bounds)
	var err error
	if page.Matched, err = s.areasMatched(ctx, q); err != nil {
		return page, err
	}
	page.Areas, err = collect(ctx, s.pool, "read areas", scanArea, sqlAreasPage, q.Level, boxes, q.After, q.Limit+1)
	if len(page.Areas) > q.Limit {
		page.Areas, page.More = page.Areas[:q.Limit], true
	}
	return page, err
}

// areasMatched counts what a query selects on all its pages; without a filter the count is remembered.
func (s *Store) areasMatched(ctx context.Context, q registry.AreaQuery) (n int64, err error) {
	if q.Bounds == nil {
		levels, err := s.areaSummaries(ctx)
		return levels[q.Level].total, err
	}
	err = s.pool.QueryRow(ctx, sqlAreasMatched, q.Level, boundsParameter(q.Bounds)).Scan(&n)
	return n, interpret("count areas", err)
}

// Area returns one area.
func (s *Store) Area(ctx context.Context, scope registry.Scope, level registry.Level, code string) (registry.Area, error) {
	if scope.Empty() {
		return registry.Area{}, hidden()
	}
	rows, err := s.pool.Query(ctx, sqlArea, level, code)
	if err != nil {
		return registry.Area{}, interpret("read area", err)
	}
	a, err := pgx.CollectExactlyOneRow(rows, scanArea)
	return a, interpret("read area", err)
}

// StageAreas lays the areas, all levels together, beside those of the registry until the end of the change, so that they can be
// examined before PutAreas.
func (c *Change) StageAreas(ctx context.Context, areas []registry.Area) error {
	if _, err := c.tx.Exec(ctx, sqlAreaIncoming); err != nil {
		return interpret("stage areas", err)
	}
	_, err := c.tx.CopyFrom(ctx, pgx.Identifier{"incoming_area"},
		[]string{"code", "level", "name", "name_en", "parent", "square_metres", "geom"},
		pgx.CopyFromSlice(len(areas), func(i int) ([]any, error) {
			a := &areas[i]
			return []any{a.Code, string(a.Level), a.Name, a.NameEN, textOrNull(a.Parent), a.SquareMetres, []byte(a.Geometry)}, nil
		}))
	if err != nil {
		return interpret("stage areas", fmt.Errorf("copy: %w", err))
	}
	_, err = c.tx.Exec(ctx, sqlAreaIncomingReady)
	return interpret("stage areas", err)
}

// PutAreas makes the areas of the registry those staged.
func (c *Change) PutAreas(ctx context.Context) (registry.Diff, error) {
	return c.sync(ctx, "put areas", registry.CollectionAreas, sqlAreasPut, c.id)
}

func managedCells(ctx context.Context, q querier) (map[string][]string, error) {
	rows, err := q.Query(ctx, sqlManagedCells)
	if err != nil {
		return nil, interpret("read managed cells", err)
	}
	out := map[string][]string{}
	var area, cell string
	_, err = pgx.ForEachRow(rows, []any{&area, &cell}, func() error {
		out[area] = append(out[area], cell)
		return nil
	})
	return out, interpret("read managed cells", err)
}

func scanArea(row pgx.CollectableRow) (registry.Area, error) {
	var a registry.Area
	err := row.Scan(&a.Code, &a.Level, &a.Name, &a.NameEN, &a.Parent, &a.SquareMetres, &a.Geometry)
	return a, err
}

// boundsParameter is a list of boxes as a flat array of west, south, east, north; nil means everywhere.
func boundsParameter(bounds []orb.Bound) []float64 {
	if bounds == nil {
		return nil
	}
	flat := make([]float64, 0, 4*len(bounds))
	for _, b := range bounds {
		flat = append(flat, b.Min[0], b.Min[1], b.Max[0], b.Max[1])
	}
	return flat
}

const (
	// A query has one box, or two where it crosses the antimeridian; a box given twice selects nothing more. As geometry a box
	// without width or height is a line or a point; as an envelope it would be a polygon that is not valid.
	sqlInBounds = `
    ($2::float8[] is null
        or geom && ` + sqlBoxOne + ` and st_intersects(geom, ` + sqlBoxOne + `)
        or geom && ` + sqlBoxTwo + ` and st_intersects(geom, ` + sqlBoxTwo + `))`

	sqlBoxOne = `st_setsrid(st_makebox2d(st_point(($2::float8[])[1], ($2::float8[])[2]), st_point(($2::float8[])[3], ($2::float8[])[4]))::geometry, 4326)`
	sqlBoxTwo = `st_setsrid(st_makebox2d(st_point(($2::float8[])[5], ($2::float8[])[6]), st_point(($2::float8[])[7], ($2::float8[])[8]))::geometry, 4326)`

	sqlAreaColumns = `code, level, name, name_en, coalesce(parent, ''), square_metres, geom`

	sqlAreasMatched = `select count(*) from area where level = $1 and` + sqlInBounds
	sqlAreasPage    = `select ` + sqlAreaColumns + ` from area where level = $1 and` + sqlInBounds + ` and code > $3 order by code limit $4`
	sqlArea         = `select ` + sqlAreaColumns + ` from area where level = $1 and code = $2`
	sqlAreasAll     = `select ` + sqlAreaColumns + ` from area order by code`
	sqlManagedCells = `select area, cell from managed_cell order by area, cell`

	sqlAreaIncoming = `
create temp table incoming_area (
    code text collate "C" primary key, level text collate "C", name text, name_en text, parent text collate "C",
    square_metres double precision, geom geometry(MultiPolygon, 4326)
) on commit drop`

	sqlAreaIncomingReady = `
create index on incoming_area using gist (geom);
create index on incoming_area (parent);
analyze incoming_area`

	sqlAreasPut = `
with removed as (
    delete from area a where not exists (select from incoming_area i where i.code = a.code) returning a.*
), updated as (
    update area a
    set level = i.level, name = i.name, name_en = i.name_en, parent = i.parent, square_metres = i.square_metres, geom = i.geom,
        change_id = $1
    from incoming_area i join area old on old.code = i.code
    where a.code = i.code
        and ((a.level, a.name, a.name_en, a.parent, a.square_metres)
                is distinct from (i.level, i.name, i.name_en, i.parent, i.square_metres)
            or a.geom::bytea <> i.geom::bytea)
    returning old.*
), added as (
    insert into area (code, level, name, name_en, parent, square_metres, geom, change_id)
    select code, level, name, name_en, parent, square_metres, geom, $1 from incoming_area i
    where not exists (select from area a where a.code = i.code)
    returning code
), superseded as (
    insert into area_version (code, level, name, name_en, parent, square_metres, geom, change_id, superseded_by)
    select code, level, name, name_en, parent, square_metres, geom, change_id, $1
    from (select * from removed union all select * from updated) old
)
select 'removed' as what, code from removed
union all select 'updated', code from updated
union all select 'added', code from added
order by 2`
)
