package nearby

import (
	"maps"
	"slices"

	"citygrid/geo/pointindex"
	"citygrid/registry"
)

// Bend has the finder know something else than the store, as a fault of memory would: of the live components by id.
func (f *Finder) Bend(bend func(points map[int64]pointindex.Position)) {
	held := f.state.Load()
	var all collection
	held.base.pour(&all, without(held.gone))
	held.fresh.pour(&all, without(nil))
	points := map[int64]pointindex.Position{}
	for _, item := range all.points {
		points[item.ID] = item.At
	}
	bend(points)
	all.points = nil
	for _, id := range slices.Sorted(maps.Keys(points)) {
		all.points = append(all.points, pointindex.Item{ID: id, At: points[id]})
	}
	bent, err := newState(held.mark, all)
	if err != nil {
		panic(err)
	}
	f.state.Store(bent)
}

// Folded tells whether everything is in one layer.
func (f *Finder) Folded() bool {
	s := f.state.Load()
	return len(s.gone) == 0 && s.fresh.points.Len()+s.fresh.shapes.Len() == 0
}

// Mark is how far the finder has come.
func (f *Finder) Mark() registry.StandingMark { return f.state.Load().mark }
