package areaindex

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// Near is an area and how far it is from a point: 0 when it covers the point.
type Near struct {
	Index  int
	Metres float64
}

// Within appends to dst every area at most metres from p, those that cover it included, nearest first and in the order
// of codes where distances are equal. Distances have the error of [geo.Area.Metres]. Areas beyond the 180th meridian
// are not near.
func (x *Index) Within(dst []Near, p orb.Point, metres float64) []Near {
	if !positioned(p) || !(metres >= 0) {
		return dst
	}
	start := len(dst)
	low, high := around(p, metres)
	x.tree.Search(low, high, func(_, _ [2]float64, at int32) bool {
		if d := x.items[at].Area.Metres(p); d <= metres {
			dst = append(dst, Near{Index: int(at), Metres: d})
		}
		return true
	})
	slices.SortFunc(dst[start:], compareNear)
	return dst
}

// Nearest is the area nearest to p: the one that Locate finds when there is one. ok is false when the index is empty or p
// is not a position on Earth.
func (x *Index) Nearest(p orb.Point) (near Near, ok bool) {
	if !positioned(p) || len(x.items) == 0 {
		return Near{}, false
	}
	if i, ok := x.Locate(p); ok {
		return Near{Index: i}, true
	}
	var found []Near
	for radius := 100.0; radius < farthest; radius *= 4 {
		if found = x.Within(found[:0], p, radius); len(found) > 0 {
			return found[0], true
		}
	}
	for i := range x.items {
		found = append(found, Near{Index: i, Metres: x.items[i].Area.Metres(p)})
	}
	return slices.MinFunc(found, compareNear), true
}

func compareNear(a, b Near) int {
	return cmp.Or(cmp.Compare(a.Metres, b.Metres), cmp.Compare(a.Index, b.Index))
}

// farthest is the radius in metres up to which a box of degrees is searched; beyond it every area is measured.
const farthest = 500_000

// around is a box of degrees that holds everything within metres of p. It is a hundredth larger than a degree of latitude
// (at least 110,574 m) and of longitude (at its shortest within the box) ask for, so that no rounding matters.
func around(p orb.Point, metres float64) (low, high orb.Point) {
	const latitude = 110_574 / 1.01 // metres a degree
	dLat := metres / latitude
	dLon := 360.0
	if edge := math.Abs(p[1]) + dLat; edge < 89 && metres < farthest {
		dLon = dLat / math.Cos(edge*math.Pi/180)
	}
	return orb.Point{p[0] - dLon, p[1] - dLat}, orb.Point{p[0] + dLon, p[1] + dLat}
}
