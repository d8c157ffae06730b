package crs

import "math"

// What the zones are plausible for. The area of use of CGCS2000 ends at 54 degrees north.
const (
	falseEasting = 500_000   // metres
	prefixStep   = 1_000_000 // metres of easting for 1 of the zone prefix
	reach        = 350_000   // metres east or west of the meridian: half a 6-degree zone at the equator is 334 km
	maxNorthing  = 6_700_000 // metres: 60 degrees north
)

// Numbers of EPSG: each family of zones begins with the central meridian 75 E and ends with 135 E.
const (
	firstMeridian           = 75
	six, sixPlain           = 4491, 4502 // 6-degree zones 13 to 23 with prefix, and by central meridian
	three, threePlain, past = 4513, 4534, 4555
)

// zone is a Gauss-Krüger zone (高斯-克吕格投影带).
type zone struct {
	width    int // degrees: 3 or 6
	meridian int // the central one, in degrees east
	prefix   int // the zone's number (带号) when it stands before the easting, 0 otherwise
}

func (s System) zone() (zone, bool) {
	var z zone
	var index int
	switch n := int(s); {
	case n < six || n >= past:
		return z, false
	case n < sixPlain:
		z, index = zone{width: 6, prefix: 13}, n-six
	case n < three:
		z, index = zone{width: 6}, n-sixPlain
	case n < threePlain:
		z, index = zone{width: 3, prefix: 25}, n-three
	default:
		z, index = zone{width: 3}, n-threePlain
	}
	z.meridian = firstMeridian + index*z.width
	if z.prefix > 0 {
		z.prefix += index
	}
	return z, true
}

// plain is the system of the same zone without prefix.
func (z zone) plain() System {
	first := threePlain
	if z.width == 6 {
		first = sixPlain
	}
	return System(first + (z.meridian-firstMeridian)/z.width)
}

// withPrefix is the system whose eastings begin with a zone's number. The numbers of 3- and 6-degree zones are different ones.
func withPrefix(number int) (System, bool) {
	switch {
	case 13 <= number && number <= 23:
		return System(six + number - 13), true
	case 25 <= number && number <= 45:
		return System(three + number - 25), true
	}
	return 0, false
}

func (z zone) easting() float64 { return float64(z.prefix*prefixStep + falseEasting) }

// holds is false for NaN.
func (z zone) holds(x, y float64) bool { return z.holdsEasting(x) && 0 <= y && y <= maxNorthing }

func (z zone) holdsEasting(x float64) bool { return math.Abs(x-z.easting()) <= reach }
