package registry

import (
	"cmp"
	"context"
	"slices"

	"github.com/paulmach/orb"
)

// Standing is where a component stands, without saying what it is.
type Standing struct {
	ID    int64
	Bound orb.Bound // of its geometry, in degrees
	Point bool      // its geometry is one point: both corners of the bound
	Gone  bool      // it is in the state 移除
}

// StandingMark says how far somebody who follows the components has come. Its zero value knows nothing.
type StandingMark struct {
	Revision int64 // of CollectionComponents
	LastID   int64 // the highest ID given so far: later components have higher ones
}

// Candidates are components that may be near a point: all that may be among the nearest, and some that are not.
type Candidates struct {
	Points, Shapes []int64 // IDs, of components whose geometry is one point and of all others
	Revision       int64   // of CollectionComponents, of which they are the candidates
}

// Finder knows, from memory, where the live components stand. nearby.Finder is its implementation.
type Finder interface {
	// Candidates finds those for the limit nearest within metres of p. ok is false when nothing is known yet and where so many
	// stand in one place that a list of candidates saves nothing.
	Candidates(p orb.Point, metres float64, limit int) (c Candidates, ok bool)
}

// WithFinder returns a Registry that asks the finder which components may be near, and the store only for those. The answers are the
// same: where the finder is behind the store, the store is asked as without one.
func (r *Registry) WithFinder(f Finder) *Registry {
	with := *r
	with.finder = f
	return &with
}

// componentsNear is Store.ComponentsNear by the shortest way. A finder does not know whose a component is: for a scope of units the nearest
// of all would have to be read to find the nearest of theirs.
func (r *Registry) componentsNear(ctx context.Context, s Scope, p orb.Point, metres float64, limit int) ([]Near, error) {
	if r.finder != nil && s.Everything() {
		if c, ok := r.finder.Candidates(p, metres, limit); ok {
			near, revision, err := r.ComponentsAmong(ctx, s, p, c)
			if err != nil {
				return nil, err
			}
			if revision == c.Revision {
				return nearest(near, metres, limit), nil
			}
		}
	}
	return r.ComponentsNear(ctx, s, p, metres, limit)
}

// nearest keeps what is within metres, nearest first and by code where distances are equal, limit at most.
func nearest(near []Near, metres float64, limit int) []Near {
	near = slices.DeleteFunc(near, func(n Near) bool { return !(n.Metres <= metres) })
	slices.SortFunc(near, func(a, b Near) int {
		return cmp.Or(cmp.Compare(a.Metres, b.Metres), cmp.Compare(a.Code.String(), b.Code.String()))
	})
	return near[:min(limit, len(near))]
}
