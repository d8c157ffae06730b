package synth

import (
	"math"

	"citygrid/geo"
	"github.com/paulmach/orb"
)

// join dissolves simple rings into the ground they cover together. Parents are
// made of the very vertices of their children, so they cover exactly the same.
func join(rings [][]place) ([]polygon, error) {
	areas := make([]geo.Area, len(rings))
	for i, ring := range rings {
		area, err := geo.NewArea(orb.MultiPolygon{{toOrb(ring)}})
		if err != nil {
			return nil, err
		}
		areas[i] = area
	}
	whole, err := geo.Dissolve(areas)
	if err != nil {
		return nil, err
	}
	var out []polygon
	for _, part := range whole.MultiPolygon() {
		var p polygon
		for _, ring := range part {
			p = append(p, fromOrb(ring))
		}
		out = append(out, p)
	}
	return out, nil
}

// toOrb closes a ring. A whole number of 1e-7 degree divided by 1e7 is the very
// float64 that the decimal text is read as.
func toOrb(ring []place) orb.Ring {
	out := make(orb.Ring, len(ring)+1)
	for i := range out {
		p := ring[i%len(ring)]
		out[i] = orb.Point{float64(p.lon) / 1e7, float64(p.lat) / 1e7}
	}
	return out
}

func fromOrb(ring orb.Ring) []place {
	out := make([]place, len(ring)-1)
	for i := range out {
		out[i] = place{int64(math.Round(float64(ring[i][0] * 1e7))), int64(math.Round(float64(ring[i][1] * 1e7)))}
	}
	return out
}

// doubleArea is twice the signed area in square units of 1e-7 degree.
func doubleArea(ring []place) int64 {
	var sum int64
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		o := ring[0]
		sum += (a.lon-o.lon)*(b.lat-o.lat) - (b.lon-o.lon)*(a.lat-o.lat)
	}
	return sum
}
