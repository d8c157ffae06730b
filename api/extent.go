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
	held map[string]extent // by the registry's collection
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
	s.extents.mu.Lock()
	defer s.extents.mu.Unlock()
	e, found := s.extents.held[c.revision]
	if found && e.revision == revisions[c.revision] {
		return e, nil
	}
	b, known, err := s.measure(r, c)
	if err != nil {
		return extent{}, err
	}
	e = extent{revisions[c.revision], known, [4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}}
	s.extents.held[c.revision] = e
	return e, nil
}

// measure asks the store. The areas of every level cover the same ground, that of the districts, which are the fewest.
func (s *Server) measure(r *request, c collection) (bound orb.Bound, known bool, err error) {
	everyone := registry.Scope{Public: true}
	if c.id == components {
		return s.registry.ComponentsExtent(r.ctx, everyone)
	}
	page, err := s.registry.Areas(r.ctx, everyone, registry.AreaQuery{Level: registry.LevelDistrict, Limit: query.MaxLimit})
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
