package synth

import "math"

// Everything is drawn on a plane of metres around one point of the city and
// becomes degrees once, in roundAt. The plane is a plain scaling of degrees at the
// city's latitude: 0.2 % of distortion at its edges, which a made-up city bears.
//
// The drawing must be the same on every processor. Go may fuse x*y+z into one
// instruction where the processor has one, and its last bit then differs; an
// explicit float64(x*y) forbids that. So every product that is added to
// something is converted here, and only square roots, which IEEE 754 rounds
// exactly, are taken from package math.
const (
	originLon = 1112846000 // 1e-7 degree
	originLat = 307012000

	metresPerLon = 95801.8 // one degree at latitude 30.7 on the WGS 84 ellipsoid
	metresPerLat = 110864.3
)

// vec is a place or a direction on a plane, in metres.
type vec struct{ x, y float64 }

func (a vec) add(b vec) vec           { return vec{a.x + b.x, a.y + b.y} }
func (a vec) sub(b vec) vec           { return vec{a.x - b.x, a.y - b.y} }
func (a vec) scale(k float64) vec     { return vec{float64(a.x * k), float64(a.y * k)} }
func (a vec) dot(b vec) float64       { return float64(a.x*b.x) + float64(a.y*b.y) }
func (a vec) cross(b vec) float64     { return float64(a.x*b.y) - float64(a.y*b.x) }
func (a vec) length() float64         { return math.Sqrt(a.dot(a)) }
func (a vec) left() vec               { return vec{-a.y, a.x} }
func (a vec) to(b vec, t float64) vec { return a.add(b.sub(a).scale(t)) }

func (a vec) unit() vec {
	l := a.length()
	if l == 0 {
		return vec{}
	}
	return vec{a.x / l, a.y / l}
}

// place is a position in 1e-7 degree (about 1 cm). Whole numbers make the
// questions "which side" and "which cell" exact and the text the same everywhere.
type place struct{ lon, lat int64 }

// roundAt is the door from metres to degrees.
func roundAt(v vec) place {
	return place{
		lon: originLon + int64(math.Round(float64(v.x*(1e7/metresPerLon)))),
		lat: originLat + int64(math.Round(float64(v.y*(1e7/metresPerLat)))),
	}
}

// metres is the place back on the plane.
func (p place) metres() vec {
	return vec{float64(float64(p.lon-originLon) * (metresPerLon / 1e7)), float64(float64(p.lat-originLat) * (metresPerLat / 1e7))}
}

// turn is the sign of the turn a, b, c: positive to the left. It is exact: the
// city spans less than 2^23 units, so products stay below 2^46.
func turn(a, b, c place) int {
	d := (b.lon-a.lon)*(c.lat-a.lat) - (b.lat-a.lat)*(c.lon-a.lon)
	switch {
	case d > 0:
		return 1
	case d < 0:
		return -1
	}
	return 0
}

// between tells whether c, known to be on the line through a and b, lies on the
// segment.
func between(a, b, c place) bool {
	return min(a.lon, b.lon) <= c.lon && c.lon <= max(a.lon, b.lon) &&
		min(a.lat, b.lat) <= c.lat && c.lat <= max(a.lat, b.lat)
}

// touch tells whether two segments have a point in common.
func touch(a, b, c, d place) bool {
	if max(a.lon, b.lon) < min(c.lon, d.lon) || max(c.lon, d.lon) < min(a.lon, b.lon) ||
		max(a.lat, b.lat) < min(c.lat, d.lat) || max(c.lat, d.lat) < min(a.lat, b.lat) {
		return false
	}
	abc, abd, cda, cdb := turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)
	if abc*abd < 0 && cda*cdb < 0 {
		return true
	}
	return abc == 0 && between(a, b, c) || abd == 0 && between(a, b, d) ||
		cda == 0 && between(c, d, a) || cdb == 0 && between(c, d, b)
}

// sideOf is +1 inside the ring, 0 on it, -1 outside. The ring need not repeat its
// first place.
func sideOf(ring []place, p place) int {
	inside := false
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		if (a.lat > p.lat) == (b.lat > p.lat) {
			if a.lat == p.lat && b.lat == p.lat && between(a, b, p) {
				return 0
			}
			if p == a || p == b {
				return 0
			}
			continue
		}
		t := turn(a, b, p)
		if t == 0 {
			return 0
		}
		if (t > 0) == (b.lat > a.lat) {
			inside = !inside
		}
	}
	if inside {
		return 1
	}
	return -1
}

// box is the smallest rectangle that holds some places.
type box struct{ min, max place }

func boxOf(places []place) box {
	b := box{places[0], places[0]}
	for _, p := range places[1:] {
		b.min.lon, b.min.lat = min(b.min.lon, p.lon), min(b.min.lat, p.lat)
		b.max.lon, b.max.lat = max(b.max.lon, p.lon), max(b.max.lat, p.lat)
	}
	return b
}

func (b box) holds(p place) bool {
	return b.min.lon <= p.lon && p.lon <= b.max.lon && b.min.lat <= p.lat && p.lat <= b.max.lat
}
