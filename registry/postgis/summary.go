package postgis

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

// ComponentsExtent is the bound of all live components.
func (s *Store) ComponentsExtent(ctx context.Context, scope registry.Scope) (orb.Bound, bool, error) {
	all, err := s.componentSummary(ctx, scope)
	return all.bound, all.total > 0, err
}

// ComponentCounts counts the live components of each subclass.
func (s *Store) ComponentCounts(ctx context.Context, scope registry.Scope) (registry.ComponentCounts, error) {
	all, err := s.componentSummary(ctx, scope)
	return all.counts, err
}

// AreasExtent is the bound of all areas of a level.
func (s *Store) AreasExtent(ctx context.Context, scope registry.Scope, level registry.Level) (orb.Bound, bool, error) {
	if scope.Empty() {
		return orb.Bound{}, false, nil
	}
	levels, err := s.areaSummaries(ctx)
	return levels[level].bound, levels[level].total > 0, err
}

// summary is how many rows there are and the bound of their geometries.
type summary struct {
	total int64
	bound orb.Bound
}

// add takes n rows and their bound into account.
func (s *summary) add(n int64, west, south, east, north float64) {
	part := orb.Bound{Min: orb.Point{west, south}, Max: orb.Point{east, north}}
	if s.total == 0 {
		s.bound = part
	}
	s.bound = s.bound.Union(part)
	s.total += n
}

// componentSummary sums up the live components.
type componentSummary struct {
	summary
	counts registry.ComponentCounts
}

// areaSummaries sums up the areas of each level.
type areaSummaries map[registry.Level]summary

// componentSummary is remembered where the scope sees everything; for some units' components it is asked anew.
func (s *Store) componentSummary(ctx context.Context, scope registry.Scope) (componentSummary, error) {
	take := func(ctx context.Context) (componentSummary, error) {
		return takeComponents(ctx, s.pool, scopeUnits(scope))
	}
	switch {
	case scope.Empty():
		return componentSummary{}, nil
	case scope.Everything():
		return s.components.get(ctx, s.pool, registry.CollectionComponents, take)
	}
	return take(ctx)
}

func (s *Store) areaSummaries(ctx context.Context) (areaSummaries, error) {
	return s.areas.get(ctx, s.pool, registry.CollectionAreas, func(ctx context.Context) (areaSummaries, error) { return takeAreas(ctx, s.pool) })
}

func takeComponents(ctx context.Context, q querier, units []string) (componentSummary, error) {
	out := componentSummary{counts: registry.ComponentCounts{}}
	rows, err := q.Query(ctx, sqlComponentSummary, units)
	if err != nil {
		return out, interpret("sum up components", err)
	}
	var edition catalog.Edition
	var subclass catalog.SubclassCode
	var n int64
	var west, south, east, north float64
	_, err = pgx.ForEachRow(rows, []any{&edition, &subclass, &n, &west, &south, &east, &north}, func() error {
		if out.counts[edition] == nil {
			out.counts[edition] = map[catalog.SubclassCode]int64{}
		}
		out.counts[edition][subclass] = n
		out.add(n, west, south, east, north)
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
	var n int64
	var west, south, east, north float64
	_, err = pgx.ForEachRow(rows, []any{&level, &n, &west, &south, &east, &north}, func() error {
		var of summary
		of.add(n, west, south, east, north)
		out[level] = of
		return nil
	})
	return out, interpret("sum up areas", err)
}

const (
	sqlComponentSummary = `
select edition, subclass, n, st_xmin(e), st_ymin(e), st_xmax(e), st_ymax(e)
from (
    select c.edition, c.subclass, count(*) as n, st_extent(c.geom) as e from component c where` + sqlInScope + ` c.state <> '移除'
    group by c.edition, c.subclass) as x`

	sqlAreaSummary = `
select level, n, st_xmin(e), st_ymin(e), st_xmax(e), st_ymax(e)
from (select level, count(*) as n, st_extent(geom) as e from area group by level) as x`
)
