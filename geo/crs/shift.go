package crs

import (
	"math"

	"github.com/paulmach/orb"
)

// shiftedArea is where map services of the mainland shift positions, in degrees: the box of the public formula.
var shiftedArea = orb.Bound{Min: orb.Point{72.004, 0.8293}, Max: orb.Point{137.8347, 55.8271}}

// The ellipsoid in the public formula of GCJ-02: Krasovsky's of 1940.
const (
	krasovsky   = 6378245.0 // semi-major axis in metres
	krasovskyE2 = 0.00669342162296594323
)

// rounds of the iteration that inverts a shift. The shift of a place changes by at most 2 % of the way from it, so that each round
// leaves a fiftieth: of 1 km, eight leave less than a micrometre.
const rounds = 8

// unshift finds the position that shift takes to p. Taking the shift at p itself, as is often done, is wrong by 1 to 2 m.
func unshift(p orb.Point, shift func(orb.Point) orb.Point) orb.Point {
	q := p
	for range rounds {
		s := shift(q)
		q[0] += p[0] - s[0]
		q[1] += p[1] - s[1]
	}
	return q
}

// toGCJ02 takes WGS 84 to GCJ-02 by the public formula, whose constants nobody has explained.
func toGCJ02(p orb.Point) orb.Point {
	x, y := p[0]-105, p[1]-35
	fine := 20*math.Sin(6*x*math.Pi) + 20*math.Sin(2*x*math.Pi)
	north := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*math.Sqrt(math.Abs(x)) +
		(fine+20*math.Sin(y*math.Pi)+40*math.Sin(y/3*math.Pi)+160*math.Sin(y/12*math.Pi)+320*math.Sin(y*math.Pi/30))*2/3
	east := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*math.Sqrt(math.Abs(x)) +
		(fine+20*math.Sin(x*math.Pi)+40*math.Sin(x/3*math.Pi)+150*math.Sin(x/12*math.Pi)+300*math.Sin(x/30*math.Pi))*2/3
	sin, cos := math.Sincos(p[1] * math.Pi / 180)
	w := 1 - krasovskyE2*sin*sin
	meridian := krasovsky * (1 - krasovskyE2) / (w * math.Sqrt(w)) // radii of curvature in metres
	parallel := krasovsky / math.Sqrt(w) * cos
	return orb.Point{p[0] + east/parallel*180/math.Pi, p[1] + north/meridian*180/math.Pi}
}

// toBD09 takes GCJ-02 to BD-09 by the public formula.
func toBD09(p orb.Point) orb.Point {
	const wave = math.Pi * 3000 / 180
	z := math.Hypot(p[0], p[1]) + 0.00002*math.Sin(p[1]*wave)
	sin, cos := math.Sincos(math.Atan2(p[1], p[0]) + 0.000003*math.Cos(p[0]*wave))
	return orb.Point{z*cos + 0.0065, z*sin + 0.006}
}
