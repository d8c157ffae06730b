package geo

import (
	"errors"
	"fmt"
	"slices"

	"github.com/paulmach/orb"
)

// walk follows the edges of a chain, using each once.
type walk struct {
	starts []orb.Point               // in order, so that the result does not depend on the map
	out    map[orb.Point][]orb.Point // where the edges that are left lead from each point, in order
}

func newWalk(c chain) (*walk, error) {
	w := &walk{out: make(map[orb.Point][]orb.Point, len(c))}
	for e, n := range c {
		switch n {
		case 1:
			w.out[e.from] = append(w.out[e.from], e.to)
		case -1:
			w.out[e.to] = append(w.out[e.to], e.from)
		default:
			return nil, fmt.Errorf("%d areas lie on the same side of the edge from %v to %v: they overlap", max(n, -n), e.from, e.to)
		}
	}
	for p, ends := range w.out {
		slices.SortFunc(ends, comparePoints)
		w.starts = append(w.starts, p)
	}
	slices.SortFunc(w.starts, comparePoints)
	return w, nil
}

// rings takes all edges out as closed rings that visit no point twice, each starting at its lowest point.
func (w *walk) rings() []orb.Ring {
	var rings []orb.Ring
	for _, start := range w.starts {
		for len(w.out[start]) > 0 {
			rings = append(rings, split(w.cycle(start))...)
		}
	}
	return rings
}

// cycle takes out the edges of one closed walk, turning left as sharply as it can at each point. The interior lies left
// of each edge, so the walk goes round one connected piece of it and never passes to a piece that only touches it. As many
// edges lead to each point as from it, so the walk can end only where it began.
func (w *walk) cycle(start orb.Point) []orb.Point {
	first := w.out[start][0]
	path := []orb.Point{start, first}
	for before, at := start, first; ; {
		next := sharpestLeft(before, at, w.out[at])
		closing := at == start && next == first
		if closing {
			w.take(start, first)
			return path
		}
		w.take(at, next)
		path = append(path, next)
		before, at = at, next
	}
}

func (w *walk) take(from, to orb.Point) {
	ends := w.out[from]
	i := slices.Index(ends, to)
	w.out[from] = slices.Delete(ends, i, i+1)
}

// sharpestLeft is the end to which the walk from before to at goes on: the first one clockwise from the way back.
func sharpestLeft(before, at orb.Point, ends []orb.Point) orb.Point {
	// quarter puts directions to the left first, then straight on, right, and back.
	quarter := func(end orb.Point) int {
		switch turn := Orient(before, at, end); {
		case turn > 0:
			return 0
		case turn < 0:
			return 2
		case comparePoints(before, at) == comparePoints(at, end):
			return 1
		}
		return 3
	}
	best := ends[0]
	for _, end := range ends[1:] {
		a, b := quarter(end), quarter(best)
		if a < b || a == b && Orient(at, best, end) > 0 {
			best = end
		}
	}
	return best
}

// split cuts a closed walk at the points that it visits more than once.
func split(path []orb.Point) []orb.Ring {
	var rings []orb.Ring
	var open []orb.Point
	place := make(map[orb.Point]int, len(path)) // in open
	for _, p := range path {
		i, visited := place[p]
		if !visited {
			place[p] = len(open)
			open = append(open, p)
			continue
		}
		rings = append(rings, closed(open[i:]))
		for _, q := range open[i+1:] {
			delete(place, q)
		}
		open = open[:i+1]
	}
	return rings
}

// closed copies a ring's points so that it starts and ends at the lowest.
func closed(points []orb.Point) orb.Ring {
	low := slices.Index(points, slices.MinFunc(points, comparePoints))
	return append(slices.Concat(points[low:], points[:low]), points[low])
}

// assemble puts each hole into the smallest outer ring around it.
func assemble(rings []orb.Ring) (orb.MultiPolygon, error) {
	var shells orb.MultiPolygon
	var holes []orb.Ring
	for _, ring := range rings {
		switch windingSign(ring) {
		case 1:
			shells = append(shells, orb.Polygon{ring})
		case -1:
			holes = append(holes, ring)
		default:
			return nil, fmt.Errorf("the ring at %v has no area", ring[0])
		}
	}
	slices.SortFunc(shells, func(a, b orb.Polygon) int { return sign(ringSize(a[0]) - ringSize(b[0])) })
	for _, hole := range holes {
		i := slices.IndexFunc(shells, func(shell orb.Polygon) bool { return holds(shell[0], hole) })
		if i < 0 {
			return nil, fmt.Errorf("no area lies around the hole at %v", hole[0])
		}
		shells[i] = append(shells[i], hole)
	}
	if len(shells) == 0 {
		return nil, errors.New("the edges close around nothing")
	}
	slices.SortFunc(shells, func(a, b orb.Polygon) int { return slices.CompareFunc(a[0], b[0], comparePoints) })
	return shells, nil
}

func ringSize(r orb.Ring) float64 { return trustedArea(orb.MultiPolygon{{r}}).SquareMetres() }

// holds tells whether a ring that does not cross shell lies within it: some point does. A ring all of whose points are on
// the shell would cut the interior in two, and the walk would have gone round each piece.
func holds(shell, ring orb.Ring) bool {
	for _, p := range ring {
		if side := ringSide(shell, p); side != Border {
			return side == Inside
		}
	}
	return false
}
