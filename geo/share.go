package geo

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// LengthInside is how many metres of a line are covered by an area; a stretch along the border counts. Each edge of the
// line is cut where it meets the border, and each piece is judged by its middle; what runs along an edge of the border is
// found exactly. The error is that of [Metres].
func LengthInside(line orb.LineString, a Area) float64 {
	sum := 0.0
	var cuts []float64
	var along [][2]float64
	for i := 1; i < len(line); i++ {
		from, to := line[i-1], line[i]
		cuts, along = cutEdge(append(cuts[:0], 0, 1), along[:0], from, to, a)
		slices.Sort(cuts)
		for k := 1; k < len(cuts); k++ {
			if cuts[k] == cuts[k-1] {
				continue
			}
			middle := (cuts[k-1] + cuts[k]) / 2
			onBorder := slices.ContainsFunc(along, func(s [2]float64) bool { return s[0] < middle && middle < s[1] })
			if onBorder || a.Side(between(from, to, middle)) != Outside {
				sum += Metres(between(from, to, cuts[k-1]), between(from, to, cuts[k]))
			}
		}
	}
	return sum
}

// between is the point a part t of the way from a to b.
func between(a, b orb.Point, t float64) orb.Point {
	return orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])}
}

// cutEdge appends to cuts where (0 at from, 1 at to) an edge meets the border of a, and to along the stretches that both
// share.
func cutEdge(cuts []float64, along [][2]float64, from, to orb.Point, a Area) ([]float64, [][2]float64) {
	if from == to || !a.bound.Intersects(orb.MultiPoint{from, to}.Bound()) {
		return cuts, along
	}
	for _, polygon := range a.parts {
		for _, ring := range polygon {
			for i := 1; i < len(ring); i++ {
				b, c := ring[i-1], ring[i]
				sideB, sideC := Orient(from, to, b), Orient(from, to, c)
				switch {
				case sideB == 0 && sideC == 0:
					s, t := placeOn(from, to, b), placeOn(from, to, c)
					s, t = min(1, max(0, min(s, t))), min(1, max(0, max(s, t)))
					if s < t {
						cuts = append(cuts, s, t)
						along = append(along, [2]float64{s, t})
					}
				case sideB == 0: // the edge before this one ends here, and has the cut
				case sideC == 0:
					if t := placeOn(from, to, c); t > 0 && t < 1 {
						cuts = append(cuts, t)
					}
				case sideB != sideC && Orient(b, c, from) != Orient(b, c, to):
					cuts = append(cuts, crossing(from, to, b, c))
				}
			}
		}
	}
	return cuts, along
}

// placeOn is where p, a point of the line through from and to, lies between them.
func placeOn(from, to, p orb.Point) float64 {
	dx, dy := to[0]-from[0], to[1]-from[1]
	return ((p[0]-from[0])*dx + (p[1]-from[1])*dy) / (dx*dx + dy*dy)
}

// crossing is where between from and to the line through b and c passes.
func crossing(from, to, b, c orb.Point) float64 {
	dx, dy := c[0]-b[0], c[1]-b[1]
	before := (from[0]-b[0])*dy - (from[1]-b[1])*dx
	after := (to[0]-b[0])*dy - (to[1]-b[1])*dx
	if before == after { // crossed, but too flat for a float64 to say where
		return 0.5
	}
	return min(1, max(0, before/(before-after)))
}

// AreaInside is how many square metres of a valid polygon an area covers, with the error of [Area.SquareMetres]
// (2e-4 was seen for triangles with edges of 2 km). The rings
// of the polygon may run either way; one that NewArea would refuse has no area.
//
// A region is the sum of what lies below each of its edges, counted plus where the edge runs west and minus where it runs
// east. So the common part of two regions is the sum over pairs of edges, with the product of their signs, of what lies
// below both: the integral of the lower of two straight lines over the longitudes that both span. No crossing is looked
// for and nothing has to be decided, so borders that run along each other, exactly or nearly, do no harm.
func AreaInside(poly orb.Polygon, a Area) float64 {
	part, err := newArea(orb.MultiPolygon{poly}, Limits{Positions: math.MaxInt, Rings: math.MaxInt})
	if err != nil {
		return 0
	}
	project := equalAreaAt(part.bound.Min)
	sum := 0.0
	theirs := spans(a, project, part.bound)
	for _, e := range spans(part, project, part.bound) {
		for _, f := range theirs {
			sum += e.sign * f.sign * belowBoth(e, f)
		}
	}
	return max(0, sum)
}

// span is an edge that is not upright, from its western to its eastern end, in metres.
type span struct {
	west, east orb.Point
	sign       float64 // +1 when the ring runs west along it
}

// spans are the edges of an area that have a say within bound: those above it have, those below, west or east have not.
func spans(a Area, project func(orb.Point) orb.Point, bound orb.Bound) []span {
	var out []span
	for _, polygon := range a.parts {
		for _, ring := range polygon {
			for i := 1; i < len(ring); i++ {
				west, east, sign := ring[i], ring[i-1], 1.0
				if west[0] > east[0] {
					west, east, sign = east, west, -1
				}
				if west[0] == east[0] || east[0] <= bound.Min[0] || west[0] >= bound.Max[0] || max(west[1], east[1]) <= bound.Min[1] {
					continue
				}
				out = append(out, span{project(west), project(east), sign})
			}
		}
	}
	return out
}

// belowBoth is the integral of the lower of two edges over the eastings that both span.
func belowBoth(e, f span) float64 {
	low, high := max(e.west[0], f.west[0]), min(e.east[0], f.east[0])
	if low >= high {
		return 0
	}
	e0, e1 := e.at(low), e.at(high)
	f0, f1 := f.at(low), f.at(high)
	first, last := e0-f0, e1-f1
	if (first <= 0) == (last <= 0) || first == 0 || last == 0 {
		return (min(e0, f0) + min(e1, f1)) / 2 * (high - low)
	}
	t := first / (first - last) // where they cross
	y := e0 + t*(e1-e0)
	return ((min(e0, f0)+y)*t + (y+min(e1, f1))*(1-t)) / 2 * (high - low)
}

func (s span) at(x float64) float64 {
	return s.west[1] + (x-s.west[0])/(s.east[0]-s.west[0])*(s.east[1]-s.west[1])
}
