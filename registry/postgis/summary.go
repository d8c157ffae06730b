package postgis

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

// ComponentsSummary sums up the live components, of a class where that is not empty.
func (s *Store) ComponentsSummary(ctx context.Context, scope registry.Scope, class catalog.ClassCode) (registry.Summary, error) {
	all, err := s.componentSummary(ctx, scope)
	var out registry.Summary
	for k, part := range all {
		if class == "" || k.subclass.Class() == class {
			out.Add(part)
		}
	}
	return out, err
}

// ComponentCounts counts the live components of each subclass.
func (s *Store) ComponentCounts(ctx context.Context, scope registry.Scope) (registry.ComponentCounts, error) {
	all, err := s.componentSummary(ctx, scope)
	return all.counts(), err
}

// AreasSummary sums up the areas of a level.
func (s *Store) AreasSummary(ctx context.Context, scope registry.Scope, level registry.Level) (registry.Summary, error) {
	if scope.Empty() {
		return registry.Summary{}, nil
	}
	levels, err := s.areaSummaries(ctx)
	return levels[level], err
}

// subclassKey names a sub-class of an edition.
type subclassKey struct {
	edition  catalog.Edition
	subclass catalog.SubclassCode
}

// componentSummary sums up the live components of each sub-class.
type componentSummary map[subclassKey]registry.Summary

// areaSummaries sums up the areas of each level.
type areaSummaries map[registry.Level]registry.Summary

// counts is nil where nothing was summed up.
func (s componentSummary) counts() registry.ComponentCounts {
	if s == nil {
		return nil
	}
	counts := registry.ComponentCounts{}
	for k, part := range s {
		if counts[k.edition] == nil {
			counts[k.edition] = map[catalog.SubclassCode]int64{}
		}
		counts[k.edition][k.subclass] = part.Total
	}
	return counts
}

// matched is how many live components a Selection has, known where that asks for classes, sub-classes and editions alone.
func (s componentSummary) matched(sel registry.Selection) (n int64, known bool) {
	equal := sel.Equal
	sel.Equal = nil
	if !sel.Everything() {
		return 0, false
	}
	value := map[string]func(subclassKey) string{
		"class":    func(k subclassKey) string { return string(k.subclass.Class()) },
		"subclass": func(k subclassKey) string { return string(k.subclass) },
		"edition":  func(k subclassKey) string { return string(k.edition) },
	}
	for _, e := range equal {
		if value[e.Property] == nil {
			return 0, false
		}
	}
	for k, part := range s {
		if !slices.ContainsFunc(equal, func(e registry.Equal) bool { return value[e.Property](k) != e.Value }) {
			n += part.Total
		}
	}
	return n, true
}

// componentSummary is remembered where the scope sees everything; for some units' components it is asked anew.
func (s *Store) componentSummary(ctx context.Context, scope registry.Scope) (componentSummary, error) {
	take := func(ctx context.Context) (componentSummary, error) {
		return takeComponents(ctx, s.pool, scopeUnits(scope))
	}
	switch {
	case scope.Empty():
		return nil, nil
	case scope.Everything():
		return s.components.get(ctx, s, registry.CollectionComponents, take)
	}
	return take(ctx)
}

func (s *Store) areaSummaries(ctx context.Context) (areaSummaries, error) {
	return s.areas.get(ctx, s, registry.CollectionAreas, func(ctx context.Context) (areaSummaries, error) { return takeAreas(ctx, s.pool) })
}

func takeComponents(ctx context.Context, q querier, units []string) (componentSummary, error) {
	rows, err := q.Query(ctx, sqlComponentSummary, units)
	if err != nil {
		return nil, interpret("sum up components", err)
	}
	out := componentSummary{}
	var of subclassKey
	var part registry.Summary
	var from, to *time.Time
	_, err = pgx.ForEachRow(rows, append([]any{&of.edition, &of.subclass, &from, &to}, summaryFields(&part)...), func() error {
		part.During = registry.Interval{From: timeOrZero(from), To: timeOrZero(to)}
		out[of] = part
		return nil
	})
	return out, interpret("sum up components", err)
}

func takeAreas(ctx context.Context, q querier) (areaSummaries, error) {
	rows, err := q.Query(ctx, sqlAreaSummary)
	if err != nil {
		return nil, interpret("sum up areas", err)
	}
	out := areaSummaries{}
	var level registry.Level
	var part registry.Summary
	_, err = pgx.ForEachRow(rows, append([]any{&level}, summaryFields(&part)...), func() error {
		out[level] = part
		return nil
	})
	return out, interpret("sum up areas", err)
}

// summaryFields is where a count goes, and a box.
func summaryFields(s *registry.Summary) []any {
	return []any{&s.Total, &s.Bound.Min[0], &s.Bound.Min[1], &s.Bound.Max[0], &s.Bound.Max[1]}
}

const (
	sqlComponentSummary = `
select edition, subclass, begun, ended, n, st_xmin(e), st_ymin(e), st_xmax(e), st_ymax(e)
from (
    select c.edition, c.subclass, count(*) as n, st_extent(c.geom) as e,
        min(least(c.first_surveyed, c.changed_on)) as begun, max(greatest(c.first_surveyed, c.changed_on)) as ended
    from component c where` + sqlInScope + ` c.state <> '移除'
    group by c.edition, c.subclass) as x`

	sqlAreaSummary = `
select level, n, st_xmin(e), st_ymin(e), st_xmax(e), st_ymax(e)
from (select level, count(*) as n, st_extent(geom) as e from area group by level) as x`
)
