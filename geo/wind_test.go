package geo_test

import (
	"slices"
	"testing"

	geom "github.com/twpayne/go-geom"

	"citygrid/geo"
)

func TestTrap41RingsRunTheUsualWayAround(t *testing.T) {
	t.Parallel()
	outer := []float64{0, 0, 1, 9, 0, 2, 9, 9, 3, 0, 9, 4, 0, 0, 1} // counter-clockwise, with heights
	hole := []float64{2, 2, 5, 2, 4, 6, 4, 4, 7, 4, 2, 8, 2, 2, 5}  // clockwise
	turned := func(ring []float64) (back []float64) {
		for i := len(ring) - 3; i >= 0; i -= 3 {
			back = append(back, ring[i:i+3]...)
		}
		return back
	}
	want := slices.Concat(outer, hole)
	for _, a := range [][]float64{outer, turned(outer)} {
		for _, b := range [][]float64{hole, turned(hole)} {
			p := geom.NewPolygonFlat(geom.XYZ, slices.Concat(a, b), []int{len(a), len(a) + len(b)})
			if geo.Wind(p); !slices.Equal(p.FlatCoords(), want) {
				t.Errorf("%v", p.FlatCoords())
			}
			m := geom.NewMultiPolygonFlat(geom.XYZ, slices.Concat(a, b, b), [][]int{{len(a), len(a) + len(b)}, {len(a) + 2*len(b)}})
			if geo.Wind(m); !slices.Equal(m.FlatCoords(), slices.Concat(want, turned(hole))) {
				t.Errorf("%v", m.FlatCoords())
			}
		}
	}
}
