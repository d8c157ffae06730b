package postgis

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

// Components returns a page of components.
func (s *Store) Components(ctx context.Context, scope registry.Scope, q registry.ComponentQuery) (registry.ComponentPage, error) {
	var page registry.ComponentPage
	if scope.Empty() {
		return page, nil
	}
	steps, err := finder(componentColumn).steps(q.Page)
	if err != nil {
		return page, err
	}
	b := &statement{}
	b.add("select", sqlComponentAttributes, b.geometry(q.Page), ", ", keys(steps))
	if err := b.components(scope, q.Selection); err != nil {
		return page, err
	}
	if err := b.page(steps, q.Page); err != nil {
		return page, err
	}
	rows, err := b.query(ctx, s.pool)
	if err != nil {
		return page, interpret("read components", err)
	}
	defer rows.Close()
	reader, err := newRowReader(rows.Conn().TypeMap(), rows.FieldDescriptions())
	if err != nil {
		return page, interpret("read components", err)
	}
	ends := newEnds(q.Page)
	for rows.Next() && ends.room() {
		row := rows.RawValues()
		var c registry.Component
		if err := reader.component(&c, row); err != nil {
			return page, interpret("read components", err)
		}
		if err := ends.add(reader.types, c.Code.String(), row[componentWidth]); err != nil {
			return page, interpret("read components", err)
		}
		page.Components = append(page.Components, c)
	}
	rows.Close()
	if q.Before {
		slices.Reverse(page.Components)
	}
	ends.tell(&page.Part)
	if err := rows.Err(); err != nil {
		return page, interpret("read components", err)
	}
	n, all := ends.all()
	if page.Matched = n; !all {
		page.Matched, page.Estimated, err = s.componentsMatched(ctx, scope, q)
	}
	return page, err
}

// components appends from where components are selected, and how.
func (b *statement) components(scope registry.Scope, s registry.Selection) error {
	b.add(" from component c where true")
	if units := scopeUnits(scope); units != nil {
		list := b.bind(units, "text[]")
		b.add(" and (c.dept1_code = any(", list, ") or c.dept2_code = any(", list, ") or c.dept3_code = any(", list, "))")
	}
	if !s.Removed {
		b.add(" and c.state <> '移除'")
	}
	b.during(s.During)
	return b.selects(componentColumn, s)
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

// componentsMatched counts what a query selects on all its pages. What the remembered summary knows is not counted again, so that walking the
// pages does not count a million rows on each.
func (s *Store) componentsMatched(ctx context.Context, scope registry.Scope, q registry.ComponentQuery) (n int64, estimated bool, err error) {
	if q.Count == registry.CountNone {
		return -1, false, nil
	}
	if scope.Everything() {
		all, err := s.componentSummary(ctx, scope)
		if err != nil {
			return 0, false, err
		}
		if n, known := all.matched(q.Selection); known {
			return n, false, nil
		}
	}
	return s.matched(ctx, registry.CollectionComponents, q.Count, func(b *statement) error { return b.components(scope, q.Selection) })
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

// scanComponent reads a row of sqlComponentColumns.
func scanComponent(row pgx.CollectableRow) (registry.Component, error) {
	var c registry.Component
	var edition catalog.Edition
	var code string
	var surveyed, changed *time.Time
	var extra []byte
	if err := row.Scan(
		&c.ID, &code, &edition, &c.Name, &c.Supervisor.Code, &c.Supervisor.Name, &c.Owner.Code, &c.Owner.Name,
		&c.Maintainer.Code, &c.Maintainer.Name, &c.Grid, &c.GridsAlso, &c.StatedGrid, &c.State, &surveyed, &changed,
		&c.DataSource, &c.Note, &extra, &c.Geometry,
	); err != nil {
		return c, err
	}
	c.FirstSurveyed, c.ChangedOn, c.Extra = timeOrZero(surveyed), timeOrZero(changed), json.RawMessage(extra)
	var err error
	c.Code, err = catalog.ParseComponentCode(edition, code)
	return c, err
}

const (
	sqlComponentAttributes = `
    c.id, c.code, c.edition, c.name, c.dept1_code, c.dept1_name, c.dept2_code, c.dept2_name, c.dept3_code, c.dept3_name,
    coalesce(c.grid, ''), c.grids_also, c.stated_grid, c.state, c.first_surveyed, c.changed_on, c.data_source, c.note, c.extra, `

	sqlComponentColumns = sqlComponentAttributes + `c.geom`

	sqlInScope = ` ($1::text[] is null or c.dept1_code = any($1) or c.dept2_code = any($1) or c.dept3_code = any($1)) and`

	// By way of the editions, because the key of component_code begins with the edition.
	sqlComponent = `select` + sqlComponentColumns + `
from edition e join component_code a on a.edition = e.code and a.code = $2 join component c on c.id = a.component_id
where` + sqlInScope + ` true order by (a.edition = (select edition from city)) desc, c.id limit 1`

	sqlComponentsOfOtherEditions = `select count(*) from component where edition <> $1`
)
