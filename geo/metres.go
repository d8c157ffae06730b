package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// The WGS 84 ellipsoid (EPSG:7030).
const (
	equatorRadius = 6378137.0 // metres
	flattening    = 1 / 298.257223563
	eccentricity2 = flattening * (2 - flattening) // the square of the first eccentricity
	degree        = math.Pi / 180
)

// Metres is the distance between two points on the ellipsoid.
//
// It takes the straight line through the ellipsoid and bends it to the arc of a sphere with the ellipsoid's mean radius.
// The line is exact, so the error is that of the bending alone: below 1e-7 of the distance at 100 km, 1e-5 at 1,000 km,
// 1e-3 anywhere but between nearly opposite points, where it reaches 5e-3.
func Metres(a, b orb.Point) float64 {
	const radius = equatorRadius * (1 - flattening/3)
	p, q := geocentric(a), geocentric(b)
	chord := math.Hypot(math.Hypot(p[0]-q[0], p[1]-q[1]), p[2]-q[2])
	return 2 * radius * math.Asin(math.Min(1, chord/(2*radius)))
}

// geocentric is a point of the ellipsoid in metres from the centre of the Earth.
func geocentric(p orb.Point) [3]float64 {
	sinLat, cosLat := math.Sincos(p[1] * degree)
	sinLon, cosLon := math.Sincos(p[0] * degree)
	n := equatorRadius / math.Sqrt(1-eccentricity2*sinLat*sinLat)
	return [3]float64{n * cosLat * cosLon, n * cosLat * sinLon, n * (1 - eccentricity2) * sinLat}
}

// plane carries degrees to metres east and north of its origin, such that distances from the origin are true: a degree
// of longitude is as long as it is half way to the point (Gauss's mid-latitude formula, its cosine made linear).
type plane struct {
	origin     orb.Point
	east       float64 // metres a degree of longitude at the origin
	eastSlope  float64 // change of that for a degree of latitude of the point
	north      float64 // metres a degree of latitude at the origin
	northSlope float64
}

func planeAt(p orb.Point) plane {
	sinLat, cosLat := math.Sincos(p[1] * degree)
	w := 1 - eccentricity2*sinLat*sinLat
	n := equatorRadius / math.Sqrt(w) // radius of curvature in the prime vertical
	m := n * (1 - eccentricity2) / w  // and in the meridian
	return plane{
		origin:     p,
		east:       n * cosLat * degree,
		eastSlope:  -m * sinLat * degree * degree / 2, // d(n cos)/d(lat) = -m sin
		north:      m * degree,
		northSlope: 3 * m * eccentricity2 * sinLat * cosLat / w * degree * degree / 2,
	}
}

func (pl *plane) project(q orb.Point) orb.Point {
	dLon, dLat := q[0]-pl.origin[0], q[1]-pl.origin[1]
	return orb.Point{dLon * (pl.east + pl.eastSlope*dLat), dLat * (pl.north + pl.northSlope*dLat)}
}

// squareToSegment is the square of the distance from the origin to the segment from a to b.
func squareToSegment(a, b orb.Point) float64 {
	dx, dy := b[0]-a[0], b[1]-a[1]
	x, y := a[0], a[1]
	if square := dx*dx + dy*dy; square > 0 {
		t := min(1, max(0, -(a[0]*dx+a[1]*dy)/square))
		x, y = a[0]+t*dx, a[1]+t*dy
	}
	return x*x + y*y
}

// equalAreaAt carries degrees to the cylindrical equal-area projection in metres, taken from an origin so that small
// areas are not differences of large numbers. Northing is the area between the equator and the parallel for one radian
// of longitude, divided by the equator's radius (Snyder, "Map Projections: A Working Manual", 1987, equation 3-12).
func equalAreaAt(origin orb.Point) func(orb.Point) orb.Point {
	northing := func(lat float64) float64 {
		s := math.Sin(lat * degree)
		e := math.Sqrt(eccentricity2)
		return equatorRadius * (1 - eccentricity2) / 2 * (s/(1-eccentricity2*s*s) + math.Atanh(e*s)/e)
	}
	y0 := northing(origin[1])
	return func(p orb.Point) orb.Point {
		return orb.Point{equatorRadius * degree * (p[0] - origin[0]), northing(p[1]) - y0}
	}
}
