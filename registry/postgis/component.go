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
func (s *Store) Components(ctx context.Context, scope registry.Scope, q registry.ComponentQuery) (page registry.ComponentPage, err error) {
	page.Part, err = s.EachComponent(ctx, scope, q, func(c *registry.Component) error {
		kept := *c
		kept.Geometry = slices.Clone(c.Geometry)
		page.Components = append(page.Components, kept)
		return nil
	})
	return page, err
}

// EachComponent calls each for every component of a page; see registry.Store.
func (s *Store) EachComponent(ctx context.Context, scope registry.Scope, q registry.ComponentQuery, each func(*registry.Component) error) (registry.Part, error) {
	if scope.Empty() {
		return registry.Part{}, nil
	}
	ends, err := s.walkPage(ctx, scope, q, each)
	if err != nil {
		return registry.Part{}, err
	}
	part := ends.part()
	n, all := ends.all()
	if part.Matched = n; !all {
		part.Matched, part.Estimated, err = s.componentsMatched(ctx, scope, q)
	}
	return part, err
}

// walkPage reads the rows of a page, on one connection, which is free again when it returns.
func (s *Store) walkPage(ctx context.Context, scope registry.Scope, q registry.ComponentQuery, each func(*registry.Component) error) (*ends, error) {
	b, err := pageOf(sqlComponentAttributes, componentColumn, q.Page, func(b *statement) error { return b.components(scope, q.Selection) })
	if err != nil {
		return nil, err
	}
	rows, err := b.query(ctx, s.pool)
	if err != nil {
		return nil, interpret("read components", err)
	}
	defer rows.Close()
	reader, err := newRowReader(rows.Conn().TypeMap(), rows.FieldDescriptions())
	if err != nil {
		return nil, interpret("read components", err)
	}
	ends := newEnds(q.Page)
	var backward []registry.Component // rows of a page before come the other way round
	var c registry.Component
	for rows.Next() && ends.room() {
		row := rows.RawValues()
		if err := reader.component(&c, row); err != nil {
			return nil, interpret("read components", err)
		}
		if err := ends.add(reader.types, c.Code.String(), row[componentWidth]); err != nil {
			return nil, interpret("read components", err)
		}
		if q.Before {
			backward, c = append(backward, c), registry.Component{}
		} else if err := each(&c); err != nil {
			return nil, err
		}
	}
	rows.Close()
	for i := range slices.Backward(backward) {
		if err := each(&backward[i]); err != nil {
			return nil, err
		}
	}
	return ends, interpret("read components", rows.Err())
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
