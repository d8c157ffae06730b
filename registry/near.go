package registry

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

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
				return Nearest(near, metres, limit), nil
			}
		}
	}
	near, err := r.ComponentsNear(ctx, s, p, metres, limit)
	return Nearest(near, metres, limit), err
}

// NearStep is in what steps, in metres, components are nearer or farther: a survey means no less, and two ways to measure differ by some 1e-7 m. Of
// those on one step the code decides which comes first.
const NearStep = 0.01

// NearStepOf is the step at a distance in metres.
func NearStepOf(metres float64) int64 { return int64(math.Round(metres / NearStep)) }

// Nearest lists, of what was found near, what is within metres, by steps and then by code, limit at most.
func Nearest(near []Near, metres float64, limit int) []Near {
	places := make([]nearPlace, 0, len(near)) // a component is some hundred bytes: what is sorted are these, and each component is moved once
	for i := range near {
		if near[i].Metres <= metres {
			places = append(places, nearPlace{step: NearStepOf(near[i].Metres), code: near[i].Code.String(), at: i})
		}
	}
	slices.SortFunc(places, nearPlace.compare)
	sorted := make([]Near, min(limit, len(places)))
	for i := range sorted {
		sorted[i] = near[places[i].at]
	}
	return sorted
}

// nearPlace is where in a list a component is, and what decides where it belongs.
type nearPlace struct {
	step int64
	code string
	at   int
}

func (a nearPlace) compare(b nearPlace) int {
	if a.step != b.step {
		return cmp.Compare(a.step, b.step)
	}
	return strings.Compare(a.code, b.code)
}
