package geo

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/paulmach/orb"
)

// chain is a sum of directed edges. An edge and its opposite cancel, so each edge is kept in the direction that starts at
// its lower end, with a count that is negative when it runs the other way.
type chain map[edge]int

type edge struct{ from, to orb.Point }

// addArea adds, n times, the edges of an area: its interior lies left of each.
func (c chain) addArea(a Area, n int) {
	for _, polygon := range a.parts {
		for _, ring := range polygon {
			for i := 1; i < len(ring); i++ {
				c.add(edge{ring[i-1], ring[i]}, n)
			}
		}
	}
}

func (c chain) add(e edge, n int) {
	switch order := comparePoints(e.from, e.to); {
	case order == 0: // a position that is repeated
		return
	case order > 0:
		e, n = edge{e.to, e.from}, -n
	}
	if c[e] += n; c[e] == 0 {
		delete(c, e)
	}
}

func comparePoints(a, b orb.Point) int {
	return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
}

// SameCover tells whether the boundaries of the parts add up, edge by edge, to the boundary of the whole. When it does
// and each area is valid, the parts tile the whole: they leave no gap in it, do not overlap and do not reach beyond it.
//
// Proof. Let f(p) be the number of parts that hold p in their interior, less 1 if the whole does. Crossing an edge of an
// area from right to left raises that area's share of f by 1, so crossing any edge changes f by the number of times the
// edge occurs in the sum of the parts' edges less the whole's, counted with direction. SameCover says that this number is
// 0 for every edge. So f does not change along any path that avoids the finitely many vertices; it is constant, and it
// is 0 far away. Hence every point that is on no edge lies in exactly one part if it is in the whole, and else in none.
//
// The reverse holds where the areas are fully noded, each vertex on a shared border being a vertex of both sides: areas
// that tile a whole with borders drawn through different vertices are answered with false.
func SameCover(parts []Area, whole Area) bool {
	sum := chain{}
	for _, part := range parts {
		sum.addArea(part, 1)
	}
	sum.addArea(whole, -1)
	return len(sum) == 0
}

// Dissolve joins fully noded areas whose interiors do not overlap into the area that they tile. Borders between them
// vanish; every vertex on the border that is left stays. Rings touch themselves nowhere: where parts meet in a single
// vertex they become separate outer rings, or an outer ring and a hole, as OGC Simple Features (06-103r4, 6.1.11) asks.
//
// The result is not held to [Limits]. It is an error when there is nothing to join, or when the edges left do not close
// into rings around an interior, which happens only where areas overlap.
func Dissolve(areas []Area) (Area, error) {
	sum := chain{}
	for _, a := range areas {
		sum.addArea(a, 1)
	}
	if len(sum) == 0 {
		return Area{}, errors.New("dissolve: there are no areas")
	}
	w, err := newWalk(sum)
	if err != nil {
		return Area{}, fmt.Errorf("dissolve: %w", err)
	}
	parts, err := assemble(w.rings())
	if err != nil {
		return Area{}, fmt.Errorf("dissolve: %w", err)
	}
	return trustedArea(parts), nil
}
