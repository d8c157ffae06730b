package nearby

import (
	"cmp"
	"iter"
	"slices"

	"github.com/paulmach/orb"

	"citygrid/geo/pointindex"
	"citygrid/registry"
)

// state is where the components stood at one revision: what base has, without gone, and what fresh has. It is immutable; the
// zero state knows nothing.
type state struct {
	mark  registry.StandingMark
	base  layer
	fresh layer   // what was created or changed since base was built
	gone  []int64 // ids of base that have moved to fresh or were removed, ascending
	known int64   // every id of base is at most this: later ones need no place in gone
}

const (
	// foldShare of base may be superseded before it is built anew: searches then cost a few per cent more, and each change copies
	// what was changed before it.
	foldShare = 32
	foldLeast = 4096
)

// after is the state that a list of changes leads to; after the zero state the list is of everything.
func (s *state) after(mark registry.StandingMark, changed iter.Seq2[registry.Standing, error]) (*state, error) {
	var fresh collection
	var touched []int64
	everything := s.mark == registry.StandingMark{}
	for st, err := range changed {
		if err != nil {
			return nil, err
		}
		if !everything {
			touched = append(touched, st.ID)
		}
		if !st.Gone {
			put(&fresh, st)
		}
	}
	if everything {
		return newState(mark, fresh)
	}
	slices.Sort(touched)
	s.fresh.pour(&fresh, without(touched))
	later, _ := slices.BinarySearch(touched, s.known+1)
	gone := slices.Concat(s.gone, touched[:later])
	slices.Sort(gone)
	gone = slices.Compact(gone)
	if len(gone)+fresh.len() > max(foldLeast, s.base.len()/foldShare) {
		s.base.pour(&fresh, without(gone))
		return newState(mark, fresh)
	}
	layer, err := fresh.build()
	return &state{mark: mark, base: s.base, fresh: layer, gone: gone, known: s.known}, err
}

// newState has everything in its base.
func newState(mark registry.StandingMark, all collection) (*state, error) {
	base, err := all.build()
	if err != nil {
		return nil, err
	}
	var none collection
	fresh, err := none.build()
	return &state{mark: mark, base: base, fresh: fresh, known: mark.LastID}, err
}

// behind is how much farther than the limit-th nearest, as positions in memory have it, may be what comes before that in an answer:
// both positions are rounded, and on one step of distance the code decides.
const behind = 2*pointindex.Slack + registry.NearStep

// candidates are the points that may be among the limit nearest, those included that only the rounding of positions keeps from
// it, and the shapes whose box is within metres. ok is false where these are more than twice the limit.
func (s *state) candidates(p orb.Point, metres float64, limit int) (c registry.Candidates, ok bool) {
	c.Revision = s.mark.Revision
	reach, most := metres+pointindex.Slack, 2*limit
	hits := nearest(nil, s.base.points, p, reach, limit, without(s.gone))
	hits = nearest(hits, s.fresh.points, p, reach, limit, without(nil))
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Compare(a.metres, b.metres) })
	if len(hits) >= limit {
		reach = min(reach, hits[limit-1].metres+behind)
	}
	c.Points = make([]int64, 0, len(hits))
	for _, h := range hits {
		if h.metres <= reach {
			c.Points = append(c.Points, h.id)
		}
	}
	low, high := around(p, metres+pointindex.Slack) // not the shortened reach: a long line bends out of its box of degrees
	for _, part := range []struct {
		layer
		wanted func(int64) bool
	}{{s.base, without(s.gone)}, {s.fresh, without(nil)}} {
		part.shapes.Search(low, high, func(_, _ [2]float64, id int64) bool {
			if part.wanted(id) {
				c.Shapes = append(c.Shapes, id)
			}
			return len(c.Points)+len(c.Shapes) <= most
		})
	}
	return c, len(c.Points)+len(c.Shapes) <= most
}

// hit is a point at a distance.
type hit struct {
	id     int64
	metres float64
}

// nearest appends the wanted points within reach of p: the limit nearest, those that rounding may have put behind them, and one
// more than twice the limit at most.
func nearest(hits []hit, x *pointindex.Index, p orb.Point, reach float64, limit int, wanted func(int64) bool) []hit {
	n := 0
	x.Nearest(p, reach, func(id int64, metres float64) bool {
		if metres > reach {
			return false
		}
		if wanted(id) {
			hits = append(hits, hit{id, metres})
			if n++; n == limit {
				reach = min(reach, metres+behind)
			}
		}
		return n <= 2*limit
	})
	return hits
}

// without wants every id but those given, which ascend.
func without(ids []int64) func(id int64) bool {
	return func(id int64) bool {
		_, found := slices.BinarySearch(ids, id)
		return !found
	}
}
