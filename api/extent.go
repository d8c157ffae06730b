package api

import (
	"fmt"
	"sync"

	"github.com/paulmach/orb"

	"citygrid/api/query"
	"citygrid/geo"
	"citygrid/registry"
)

// extents remember the bounds of what is served, for which the database looks at every row, for as long as its revision stands.
type extents struct {
	mu   sync.Mutex
	held map[registry.Level]extent // by the level that was measured; empty for components
}

// extent is west, south, east, north of a collection at a revision.
type extent struct {
	revision int64
	known    bool // false: there is nothing in the collection
	box      [4]float64
}

// extentOf is the extent of a collection, known only where it has anything in it.
func (s *Server) extentOf(r *request, c collection) (extent, error) {
	revisions, err := s.revisions(r)
	if err != nil {
		return extent{}, err
	}
	level := measured(c.level)
	s.extents.mu.Lock()
	defer s.extents.mu.Unlock()
	e, found := s.extents.held[level]
	if found && e.revision == revisions[c.revision] {
		return e, nil
	}
	b, known, err := s.measure(r, level)
	if err != nil {
		return extent{}, err
	}
	e = extent{revisions[c.revision], known, [4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}}
	s.extents.held[level] = e
	return e, nil
}

// measured is the level whose areas are measured for those of another: the districts, which are the fewest, for all that tile them.
func measured(level registry.Level) registry.Level {
	switch level {
	case registry.LevelGrid, registry.LevelCommunity, registry.LevelStreet:
		return registry.LevelDistrict
	}
	return level
}

// measure asks the store for the bound of a level's areas, or of the components where the level is empty.
func (s *Server) measure(r *request, level registry.Level) (bound orb.Bound, known bool, err error) {
	everyone := registry.Scope{Public: true}
	if level == "" {
		return s.registry.ComponentsExtent(r.ctx, everyone)
	}
	page, err := s.registry.Areas(r.ctx, everyone, registry.AreaQuery{Level: level, Limit: query.MaxLimit})
	if err != nil {
		return bound, false, err
	}
	for i, area := range page.Areas {
		shape, err := geo.DecodeEWKB(area.Geometry)
		if err != nil {
			return bound, false, fmt.Errorf("measure area %s: %w", area.Code, err)
		}
		b := shape.Bounds()
		part := orb.Bound{Min: orb.Point{b.Min(0), b.Min(1)}, Max: orb.Point{b.Max(0), b.Max(1)}}
		if i == 0 {
			bound = part
		}
		bound = bound.Union(part)
	}
	return bound, len(page.Areas) > 0, nil
}
