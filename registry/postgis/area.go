package postgis

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"citygrid/registry"
)

// Areas returns a page of the areas of one level.
func (s *Store) Areas(ctx context.Context, scope registry.Scope, q registry.AreaQuery) (registry.AreaPage, error) {
	var page registry.AreaPage
	if scope.Empty() {
		return page, nil
	}
	b, err := pageOf(sqlAreaAttributes, areaColumn, q.Page, func(b *statement) error { return b.areas(q) })
	if err != nil {
		return page, err
	}
	rows, err := b.query(ctx, s.pool)
	if err != nil {
		return page, interpret("read areas", err)
	}
	ends := newEnds(q.Page)
	var a registry.Area
	var at []string
	_, err = pgx.ForEachRow(rows, append(areaFields(&a), &at), func() error {
		if ends.room() {
			ends.take(a.Code, at)
			page.Areas = append(page.Areas, a)
		}
		a.Geometry, at = nil, nil
		return nil
	})
	if q.Before {
		slices.Reverse(page.Areas)
	}
	page.Part = ends.part()
	if err != nil {
		return page, interpret("read areas", err)
	}
	n, all := ends.all()
	if page.Matched = n; !all {
		page.Matched, page.Estimated, err = s.areasMatched(ctx, q)
	}
	return page, err
}

// areas appends from where areas are selected, and how.
func (b *statement) areas(q registry.AreaQuery) error {
	b.add(" from area c where c.level = ", b.bind(string(q.Level), "text"))
	return b.selects(areaColumn, q.Selection)
}

// areasMatched counts what a query selects on all its pages; without a filter the count is remembered.
func (s *Store) areasMatched(ctx context.Context, q registry.AreaQuery) (n int64, estimated bool, err error) {
	switch {
	case q.Count == registry.CountNone:
		return -1, false, nil
	case q.Selection.Everything():
		levels, err := s.areaSummaries(ctx)
		return levels[q.Level].Total, false, err
	}
	return s.matched(ctx, registry.CollectionAreas, q.Count, func(b *statement) error { return b.areas(q) })
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
	err := row.Scan(areaFields(&a)...)
	return a, err
}

// areaFields is where a row of sqlAreaColumns goes.
func areaFields(a *registry.Area) []any {
	return []any{&a.Code, &a.Level, &a.Name, &a.NameEN, &a.Parent, &a.SquareMetres, &a.Geometry}
}

const (
	sqlAreaAttributes = `code, level, name, name_en, coalesce(parent, ''), square_metres, `
	sqlAreaColumns    = sqlAreaAttributes + `geom`

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
