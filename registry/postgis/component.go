package postgis

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

// Components returns a page of components in code order.
func (s *Store) Components(ctx context.Context, scope registry.Scope, q registry.ComponentQuery) (registry.ComponentPage, error) {
	var page registry.ComponentPage
	if scope.Empty() {
		return page, nil
	}
	boxes := boundsParameter(q.Bounds)
	units := scopeUnits(scope)
	var err error
	if page.Matched, err = s.componentsMatched(ctx, scope, q); err != nil {
		return page, err
	}
	page.Components, err = collect(ctx, s.pool, "read components", scanComponent,
		sqlComponentsPage, units, boxes, q.Removed, q.After, q.Limit+1)
	if len(page.Components) > q.Limit {
		page.Components, page.More = page.Components[:q.Limit], true
	}
	return page, err
}

// Component finds a component by any of its codes. One that was removed is still found: its code is never reused.
func (s *Store) Component(ctx context.Context, scope registry.Scope, code string) (registry.Component, error) {
	if scope.Empty() {
		return registry.Component{}, hidden()
	}
	rows, err := s.pool.Query(ctx, sqlComponent, scopeUnits(scope), code)
	if err != nil {
		return registry.Component{}, interpret("read component", err)
	}
	c, err := pgx.CollectOneRow(rows, scanComponent)
	return c, interpret("read component", err)
}

// ComponentsNear lists live components within metres of p on the ellipsoid, nearest first.
func (s *Store) ComponentsNear(ctx context.Context, scope registry.Scope, p orb.Point, metres float64, limit int) ([]registry.Near, error) {
	if scope.Empty() {
		return nil, nil
	}
	return collect(ctx, s.pool, "read components near", func(row pgx.CollectableRow) (registry.Near, error) {
		var n registry.Near
		c, err := scanComponentAnd(row, &n.Metres)
		n.Component = c
		return n, err
	}, sqlComponentsNear, scopeUnits(scope), p[0], p[1], metres, limit)
}

// componentsMatched counts what a query selects on all its pages. Without a filter the count is remembered, so that walking the pages
// does not count a million rows on each.
func (s *Store) componentsMatched(ctx context.Context, scope registry.Scope, q registry.ComponentQuery) (n int64, err error) {
	if q.Bounds == nil && !q.Removed && scope.Everything() {
		all, err := s.componentSummary(ctx, scope)
		return all.total, err
	}
	err = s.pool.QueryRow(ctx, sqlComponentsMatched, scopeUnits(scope), boundsParameter(q.Bounds), q.Removed).Scan(&n)
	return n, interpret("count components", err)
}

// ComponentsOfOtherEditions counts the components whose code is not of edition e.
func (c *Change) ComponentsOfOtherEditions(ctx context.Context, e catalog.Edition) (n int64, err error) {
	err = c.tx.QueryRow(ctx, sqlComponentsOfOtherEditions, e).Scan(&n)
	return n, interpret("count components of other editions", err)
}

// scopeUnits is null where the scope sees every component, else the units whose components it sees.
func scopeUnits(scope registry.Scope) []string {
	if scope.Everything() {
		return nil
	}
	units := make([]string, len(scope.Units))
	for i, u := range scope.Units {
		units[i] = string(u)
	}
	return units
}

func scanComponent(row pgx.CollectableRow) (registry.Component, error) { return scanComponentAnd(row) }

// scanComponentAnd reads a row of sqlComponentColumns and what follows them.
func scanComponentAnd(row pgx.CollectableRow, more ...any) (registry.Component, error) {
	var c registry.Component
	var edition catalog.Edition
	var code string
	var surveyed, changed *time.Time
	var extra []byte
	into := append([]any{
		&c.ID, &code, &edition, &c.Name, &c.Supervisor.Code, &c.Supervisor.Name, &c.Owner.Code, &c.Owner.Name,
		&c.Maintainer.Code, &c.Maintainer.Name, &c.Grid, &c.GridsAlso, &c.StatedGrid, &c.State, &surveyed, &changed,
		&c.DataSource, &c.Note, &extra, &c.Geometry,
	}, more...)
	if err := row.Scan(into...); err != nil {
		return c, err
	}
	c.FirstSurveyed, c.ChangedOn, c.Extra = timeOrZero(surveyed), timeOrZero(changed), json.RawMessage(extra)
	var err error
	c.Code, err = catalog.ParseComponentCode(edition, code)
	return c, err
}

const (
	sqlComponentColumns = `
    c.id, c.code, c.edition, c.name, c.dept1_code, c.dept1_name, c.dept2_code, c.dept2_name, c.dept3_code, c.dept3_name,
    coalesce(c.grid, ''), c.grids_also, c.stated_grid, c.state, c.first_surveyed, c.changed_on, c.data_source, c.note, c.extra, c.geom`

	sqlInScope = ` ($1::text[] is null or c.dept1_code = any($1) or c.dept2_code = any($1) or c.dept3_code = any($1)) and`

	sqlComponentsMatched = `select count(*) from component c where` + sqlInScope + sqlInBounds + ` and ($3::bool or c.state <> '移除')`

	sqlComponentsPage = `select` + sqlComponentColumns + ` from component c where` + sqlInScope + sqlInBounds + `
    and ($3::bool or c.state <> '移除') and c.code > $4 order by c.code limit $5`

	// By way of the editions, because the key of component_code begins with the edition.
	sqlComponent = `select` + sqlComponentColumns + `
from edition e join component_code a on a.edition = e.code and a.code = $2 join component c on c.id = a.component_id
where` + sqlInScope + ` true order by (a.edition = (select edition from city)) desc, c.id limit 1`

	// The box is a little larger than the circle (111,320 m a degree, and less east to west), the geography distance decides.
	sqlComponentsNear = `
with here as (
    select st_setsrid(st_makepoint($2, $3), 4326) as p, $4::float8 / 110000 as dy,
        $4::float8 / (110000 * greatest(cos(radians($3::float8)), 0.01)) as dx
)
select` + sqlComponentColumns + `, st_distance(c.geom::geography, here.p::geography) as metres
from here join component c on c.geom && st_expand(here.p, here.dx, here.dy)
where` + sqlInScope + ` c.state <> '移除' and st_dwithin(c.geom::geography, here.p::geography, $4)
order by metres, c.code limit $5`

	sqlComponentsOfOtherEditions = `select count(*) from component where edition <> $1`
)
