package geo

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// greatest is the first element with the greatest measure.
func greatest[T any](of []T, measure func(T) float64) T {
	best, most := of[0], math.Inf(-1)
	for _, v := range of {
		if m := measure(v); m > most {
			best, most = v, m
		}
	}
	return best
}

func lineMetres(l orb.LineString) float64 {
	sum := 0.0
	for i := 1; i < len(l); i++ {
		sum += Metres(l[i-1], l[i])
	}
	return sum
}

// middle is the point half way along a line.
func middle(l orb.LineString) orb.Point {
	rest := lineMetres(l) / 2
	for i := 1; i < len(l); i++ {
		step := Metres(l[i-1], l[i])
		if step >= rest && step > 0 {
			return between(l[i-1], l[i], rest/step)
		}
		rest -= step
	}
	return l[len(l)-1]
}

// between is the point a part t of the way from a to b.
func between(a, b orb.Point, t float64) orb.Point {
	return orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])}
}

// interior is a point inside p: the middle of the widest stretch inside it on a level between two vertices. Levels nearest
// to the middle of the polygon's height are tried first; a polygon too thin for a float64 inside it gives its first vertex.
func interior(p orb.Polygon) orb.Point {
	area := trustedArea(orb.MultiPolygon{p})
	for _, y := range levels(p) {
		if at, ok := widest(p, y); ok && area.Side(at) == Inside {
			return at
		}
	}
	return p[0][0]
}

// levels are the latitudes half way between neighbouring vertices, from the middle outwards.
func levels(p orb.Polygon) []float64 {
	var ys []float64
	for _, ring := range p {
		for _, v := range ring {
			ys = append(ys, v[1])
		}
	}
	slices.Sort(ys)
	ys = slices.Compact(ys)
	centre := (ys[0] + ys[len(ys)-1]) / 2
	out := make([]float64, 0, len(ys))
	for i := 1; i < len(ys); i++ {
		out = append(out, (ys[i-1]+ys[i])/2)
	}
	slices.SortStableFunc(out, func(a, b float64) int { return sign(math.Abs(a-centre) - math.Abs(b-centre)) })
	return out
}

// widest is the middle of the widest stretch inside p at latitude y, which passes through no vertex.
func widest(p orb.Polygon, y float64) (orb.Point, bool) {
	var xs []float64
	for _, ring := range p {
		for i := 1; i < len(ring); i++ {
			a, b := ring[i-1], ring[i]
			if (a[1] > y) != (b[1] > y) {
				xs = append(xs, a[0]+(y-a[1])/(b[1]-a[1])*(b[0]-a[0]))
			}
		}
	}
	slices.Sort(xs)
	width, x := 0.0, 0.0
	for i := 1; i < len(xs); i += 2 {
		if w := xs[i] - xs[i-1]; w > width {
			width, x = w, (xs[i]+xs[i-1])/2
		}
	}
	return orb.Point{x, y}, width > 0
}
