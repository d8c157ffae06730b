package areaindex_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/geo"
	"citygrid/geo/areaindex"
)

// nearestOfAll is what asking every area in the order of codes gives. An area that covers p comes before one whose
// distance is rounded to 0, as it can be at a pole.
func nearestOfAll(x *areaindex.Index, p orb.Point) areaindex.Near {
	for i := range x.Len() {
		if x.Area(i).Side(p) != geo.Outside {
			return areaindex.Near{Index: i}
		}
	}
	nearest := areaindex.Near{Metres: math.Inf(1)}
	for i := range x.Len() {
		if d := x.Area(i).Metres(p); d < nearest.Metres {
			nearest = areaindex.Near{Index: i, Metres: d}
		}
	}
	return nearest
}

// away is a point about so many degrees from the city.
func away(rnd *rand.Rand, degrees float64) orb.Point {
	sin, cos := math.Sincos(2 * math.Pi * rnd.Float64())
	return orb.Point{111.30 + degrees*cos, 30.72 + degrees*sin}
}

func onEarth(rnd *rand.Rand) orb.Point {
	return orb.Point{360*rnd.Float64() - 180, 180*rnd.Float64() - 90}
}

func TestNearestIsWhatAskingEveryAreaGives(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(50, 51))
	x := mustBuild(t, city(t, rnd, 12, 12))
	var points []orb.Point
	for range 300 {
		points = append(points, away(rnd, 0.05), away(rnd, 0.3), away(rnd, 3), away(rnd, 20), onEarth(rnd))
	}
	for _, p := range points {
		if got, ok := x.Nearest(p); !ok || got != nearestOfAll(x, p) {
			t.Errorf("Nearest(%v) = %v %v, want %v", p, got, ok, nearestOfAll(x, p))
		}
	}
}

func TestNearestAnywhereOnEarthIsWhatAskingEveryAreaGives(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		rnd := rand.New(rand.NewPCG(seed, 52))
		var items []areaindex.Item
		for len(items) < 1+int(seed)*3 {
			centre, size := onEarth(rnd), math.Pow(10, -6+8*rnd.Float64())
			w, e := max(-180, centre[0]-size), min(180, centre[0]+size)
			s, n := max(-90, centre[1]-size), min(90, centre[1]+size*rnd.Float64())
			items = append(items, areaindex.Item{Code: fmt.Sprint(rnd.Uint32(), len(items)),
				Area: mustArea(t, orb.MultiPolygon{{orb.Ring{{w, s}, {e, s}, {w, n}, {w, s}}}})})
		}
		x := mustBuild(t, items)
		points := []orb.Point{{0, 90}, {0, -90}, {180, 0}, {-180, 0}, {180, 89.999}, {-180, -89.999}}
		for range 100 {
			points = append(points, onEarth(rnd))
		}
		for _, p := range points {
			if got, ok := x.Nearest(p); !ok || got != nearestOfAll(x, p) {
				t.Errorf("Nearest(%v) = %v %v, want %v", p, got, ok, nearestOfAll(x, p))
			}
		}
	}
}

func TestOfEquallyNearAreasTheLowestCodeIsNearest(t *testing.T) {
	t.Parallel()
	var items []areaindex.Item
	for _, code := range []string{"d", "b", "c", "e", "a"} {
		w := map[bool]float64{true: 1, false: -2}[code > "b"] // as far west of the meridian as others are east
		items = append(items, areaindex.Item{Code: code, Area: mustArea(t, orb.MultiPolygon{{box(w, -1, w+1, 1)}})})
	}
	x := mustBuild(t, items)
	for _, p := range []orb.Point{{0, 0}, {0, 0.5}, {0, -0.999}} {
		if got, ok := x.Nearest(p); !ok || x.Code(got.Index) != "a" {
			t.Errorf("Nearest(%v) = %v", p, got)
		}
	}
	near := x.Within(nil, orb.Point{0, 0}, 200_000)
	if !slices.IsSortedFunc(near, func(a, b areaindex.Near) int {
		return cmp.Or(cmp.Compare(a.Metres, b.Metres), cmp.Compare(a.Index, b.Index))
	}) || len(near) != 5 {
		t.Errorf("within: %v", near)
	}
}

func BenchmarkNearest(b *testing.B) {
	rnd := rand.New(rand.NewPCG(53, 54))
	x := mustBuild(b, city(b, rnd, 40, 28))
	for _, degrees := range []float64{0.3, 3, 30} {
		points := make([]orb.Point, 1000)
		for i := range points {
			points[i] = away(rnd, degrees)
		}
		b.Run(fmt.Sprintf("%v-degrees", degrees), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				x.Nearest(points[i%len(points)])
			}
		})
	}
}
