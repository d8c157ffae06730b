package api

import (
	"sync"

	"citygrid/registry"
)

// extent remembers the bounds of all components, which take the database a look at every one of them, for as long as their revision
// stands.
type extent struct {
	mu       sync.Mutex
	revision int64
	known    bool // box holds the bounds at revision
	empty    bool // there were no components
	box      [4]float64
}

// of is the extent of a collection: of the components where they are, of areas the city's area of use, and unknown while there is no
// city.
func (e *extent) of(r *request, reg *registry.Registry, c collection) (box [4]float64, known bool, err error) {
	if c.id == components {
		box, known, err = e.components(r, reg)
		if known || err != nil {
			return box, known, err
		}
	}
	city, err := reg.City(r.ctx, r.scope)
	if registry.KindOf(err) == registry.NotFound {
		return box, false, nil
	}
	return city.Extent, err == nil, err
}

func (e *extent) components(r *request, reg *registry.Registry) (box [4]float64, known bool, err error) {
	revisions, err := reg.Revisions(r.ctx)
	if err != nil {
		return box, false, err
	}
	revision := revisions.Latest(registry.CollectionComponents)
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.known || e.revision != revision {
		b, ok, err := reg.ComponentsExtent(r.ctx, registry.Scope{Public: true})
		if err != nil {
			return box, false, err
		}
		e.revision, e.known, e.empty = revision, true, !ok
		e.box = [4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}
	}
	return e.box, !e.empty, nil
}
