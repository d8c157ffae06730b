package crs

import (
	"math"

	"github.com/paulmach/orb"
)

// The ellipsoid of CGCS2000 (GB 22021-2008) and what the series need of it.
const (
	semiMajor  = 6378137.0 // metres
	flattening = 1 / 298.257222101

	n  = flattening / (2 - flattening) // the third flattening
	n2 = n * n
	n3 = n2 * n
	n4 = n3 * n

	rectifying = semiMajor / (1 + n) * (1 + n2/4 + n4/64) // radius in metres of the sphere with meridians as long
)

// The coefficients of Krüger's series of 1912 for the transverse Mercator projection, up to n⁴: beta as in equation 36 of Karney,
// "Transverse Mercator with an accuracy of a few nanometers" (2011), delta for the latitude as in Kawase (2011). What follows n⁴
// is a few micrometres within the reach of a zone.
const (
	beta1 = n/2 - n2*2/3 + n3*37/96 - n4/360
	beta2 = n2/48 + n3/15 - n4*437/1440
	beta3 = n3*17/480 - n4*37/840
	beta4 = n4 * 4397 / 161280

	delta1 = 2*n - n2*2/3 - 2*n3 + n4*116/45
	delta2 = n2*7/3 - n3*8/5 - n4*227/45
	delta3 = n3*56/15 - n4*136/35
	delta4 = n4 * 4279 / 630
)

// inverse takes a position in the zone back to degrees. The scale on the central meridian is 1.
func (z zone) inverse(x, y float64) orb.Point {
	xi, eta := y/rectifying, (x-z.easting())/rectifying
	xi1, eta1 := xi, eta
	for j, beta := range [...]float64{beta1, beta2, beta3, beta4} {
		k := float64(2 * (j + 1))
		xi1 -= beta * math.Sin(k*xi) * math.Cosh(k*eta)
		eta1 -= beta * math.Cos(k*xi) * math.Sinh(k*eta)
	}
	conformal := math.Asin(math.Sin(xi1) / math.Cosh(eta1)) // latitude
	lat := conformal
	for j, delta := range [...]float64{delta1, delta2, delta3, delta4} {
		lat += delta * math.Sin(float64(2*(j+1))*conformal)
	}
	lon := math.Atan2(math.Sinh(eta1), math.Cos(xi1))
	return orb.Point{float64(z.meridian) + lon*180/math.Pi, lat * 180 / math.Pi}
}
