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
	if i, ok := x.grid.surrounded(low, high); ok {
		return append(dst, Near{Index: i})
	}
	x.tree.Search(low, high, func(_, _ [2]float64, at int32) bool {
		if d := x.items[at].Area.MetresAmong(p, orb.Bound{Min: low, Max: high}); d <= metres {
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
	near.Metres = math.Inf(1)
	g := groundAt(p)
	x.tree.Nearby(func(low, high [2]float64, _ int32, _ bool) float64 {
		return g.atLeast(low, high)
	}, func(_, _ [2]float64, at int32, least float64) bool {
		if least > near.Metres {
			return false // and so are all that follow
		}
		n := Near{Index: int(at), Metres: x.items[at].Area.Metres(p)}
		if compareNear(n, near) < 0 {
			near = n
		}
		return true
	})
	return near, true
}

func compareNear(a, b Near) int {
	return cmp.Or(cmp.Compare(a.Metres, b.Metres), cmp.Compare(a.Index, b.Index))
}

// farthest is the radius in metres up to which a box of degrees is searched; beyond it the whole width of the Earth is.
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

// ground measures from a point by the mid-latitude formula, as [geo.Area.Metres] does: a degree of longitude is as long as
// it is half way, and both lengths are taken to change evenly with the latitude.
type ground struct {
	origin            orb.Point
	east, eastSlope   float64 // metres a degree of longitude, and its change for a degree of latitude
	north, northSlope float64
}

func groundAt(p orb.Point) ground {
	const (
		radius        = 6378137.0 // of the equator of WGS 84, in metres
		eccentricity2 = (2 - 1/298.257223563) / 298.257223563
		degree        = math.Pi / 180
	)
	sin, cos := math.Sincos(p[1] * degree)
	w := 1 - eccentricity2*sin*sin
	n := radius / math.Sqrt(w)
	m := n * (1 - eccentricity2) / w
	return ground{
		origin:     p,
		east:       n * cos * degree,
		eastSlope:  -m * sin * degree * degree / 2,
		north:      m * degree,
		northSlope: 3 * m * eccentricity2 * sin * cos / w * degree * degree / 2,
	}
}

// atLeast is a distance in metres that nothing within a box of degrees falls below. It is less than the best there is by
// more than [geo.Area.Metres] is rounded: a part of the distance, and 1e-8 m where an edge is as long as a continent.
//
// Within the box the metres east are at least those of the nearest meridian where a degree of it is shortest, which is at
// the southern or the northern side, and the metres north at least those of the nearest parallel. What keeps to both lies
// in the corner between two straight lines, and with two points also the straight line from one to the other, which is
// what an edge is measured along.
func (g ground) atLeast(low, high orb.Point) float64 {
	const part, metres = 1e-9, 1e-6
	dLon := max(0, low[0]-g.origin[0], g.origin[0]-high[0])
	dLat := max(0, low[1]-g.origin[1], g.origin[1]-high[1])
	south, north := low[1]-g.origin[1], high[1]-g.origin[1]
	east := dLon * max(0, min(g.east+g.eastSlope*south, g.east+g.eastSlope*north))
	if low[1] > g.origin[1] {
		dLat *= g.north + g.northSlope*dLat
	} else {
		dLat *= g.north - g.northSlope*dLat
	}
	return math.Hypot(east, dLat)*(1-part) - metres
}
