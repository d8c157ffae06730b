package areaindex_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/geo/areaindex"
)

// locatedAsInTree compares Locate with the tree, and tells how many of the points the grid leaves to it.
func locatedAsInTree(tb testing.TB, x *areaindex.Index, points []orb.Point) (left int) {
	tb.Helper()
	for _, p := range points {
		i, ok := x.Locate(p)
		if want, covered := x.LocateInTree(p); i != want || ok != covered {
			tb.Fatalf("Locate(%v) = %d %v, and the tree has %d %v", p, i, ok, want, covered)
		}
		if x.LeavesToTree(p) {
			left++
		}
	}
	return left
}

// beside are points on every edge of the areas, and from one rounding to some steps of the drawing away from it and from
// its end.
func beside(rnd *rand.Rand, x *areaindex.Index) (out []orb.Point) {
	lon, lat := x.Step()
	for i := range x.Len() {
		for _, polygon := range x.Area(i).MultiPolygon() {
			for _, ring := range polygon {
				for k := 1; k < len(ring); k++ {
					a, b := ring[k-1], ring[k]
					t := rnd.Float64()
					on := orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])}
					out = append(out, a, orb.Point{(a[0] + b[0]) / 2, (a[1] + b[1]) / 2}, on,
						orb.Point{math.Nextafter(a[0], 400), a[1]}, orb.Point{a[0], math.Nextafter(a[1], 400)},
						orb.Point{math.Nextafter(on[0], -400), on[1]}, orb.Point{on[0], math.Nextafter(on[1], -400)})
					for range 3 {
						out = append(out,
							orb.Point{on[0] + 3*lon*rnd.NormFloat64(), on[1] + 3*lat*rnd.NormFloat64()},
							orb.Point{a[0] + 3*lon*rnd.NormFloat64(), a[1] + 3*lat*rnd.NormFloat64()})
					}
				}
			}
		}
	}
	return out
}

// aboutPixels are the corners of pixels, and points up to some steps from them and on their sides.
func aboutPixels(rnd *rand.Rand, x *areaindex.Index, limit int) (out []orb.Point) {
	lon, lat := x.Step()
	for _, c := range x.PixelCorners(limit) {
		out = append(out, c, orb.Point{math.Nextafter(c[0], 400), c[1]}, orb.Point{c[0], math.Nextafter(c[1], -400)},
			orb.Point{c[0] - lon*float64(rnd.IntN(1<<14)), c[1]}, orb.Point{c[0], c[1] + lat*float64(rnd.IntN(1<<14))},
			orb.Point{c[0] + 3*lon*rnd.NormFloat64(), c[1] + 3*lat*rnd.NormFloat64()})
	}
	return out
}

func TestGridAgreesWithTheTreeOnAMillionPointsOfACity(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(60, 61))
	items := city(t, rnd, 40, 28)
	x := mustBuild(t, items)
	points := mixedPoints(rnd, items, 40, 28, 1_000_000)
	if left := locatedAsInTree(t, x, points); left > len(points)/500 {
		t.Errorf("%d points are left to the tree", left)
	}
}

func TestGridAgreesWithTheTreeBesideEveryEdge(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(62, 63))
	x := mustBuild(t, city(t, rnd, 20, 20))
	points := beside(rnd, x)
	if left := locatedAsInTree(t, x, points); left == 0 || left == len(points) {
		t.Errorf("%d of %d points are left to the tree", left, len(points))
	}
	locatedAsInTree(t, x, aboutPixels(rnd, x, 20_000))
}

func TestGridAgreesWithTheTreeBesideEdgesOfAnyLength(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		rnd := rand.New(rand.NewPCG(seed, 64))
		x := mustBuild(t, jumble(rnd, 1+rnd.IntN(80)))
		locatedAsInTree(t, x, beside(rnd, x))
		locatedAsInTree(t, x, aboutPixels(rnd, x, 1_000))
	}
}

func TestAreasWithOneBorderAreNeighboursOnlyOnOppositeSidesOfIt(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(68, 69))
	inner := box(0, 0, 1, 1)
	x := mustBuild(t, []areaindex.Item{
		{Code: "a", Area: mustArea(t, orb.MultiPolygon{{inner}})},
		{Code: "b", Area: mustArea(t, orb.MultiPolygon{{inner}})},
		{Code: "c", Area: mustArea(t, orb.MultiPolygon{{box(-1, -1, 2, 2), inner}})},
		{Code: "d", Area: mustArea(t, orb.MultiPolygon{{box(3, 0, 4, 1)}})},
		{Code: "e", Area: mustArea(t, orb.MultiPolygon{{box(4, 0, 5, 1)}})},
		{Code: "f", Area: mustArea(t, orb.MultiPolygon{{box(6, 0, 7, 1)}})},
		{Code: "g", Area: mustArea(t, orb.MultiPolygon{{box(6, 0, 7, 1)}})},
	})
	locatedAsByEachArea(t, x, tricky(rnd, x, 5_000))
}

// A cut narrower than a step is an edge drawn there and back, which a ray crosses twice, and so is no difference to a count.
func TestCutIntoANeighbourFromTheirBorderBelongsToNeither(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(73, 74))
	const wide = 1e-9
	mouth := []orb.Point{{1, 0.5}, {1, 0.5 + wide}}
	for _, codes := range [][2]string{{"1", "2"}, {"2", "1"}} {
		x := mustBuild(t, []areaindex.Item{
			{Code: codes[0], Area: mustArea(t, orb.MultiPolygon{{{{0, 0}, {1, 0}, mouth[0], mouth[1], {1, 1}, {0, 1}, {0, 0}}}})},
			{Code: codes[1], Area: mustArea(t, orb.MultiPolygon{{{{1, 0}, {2, 0}, {2, 1}, {1, 1}, mouth[1], {1.05, 0.5}, mouth[0], {1, 0}}}})},
		})
		var points []orb.Point
		for k := range 60 {
			points = append(points, orb.Point{1 + float64(k)/1000, 0.5 + wide/100})
		}
		locatedAsByEachArea(t, x, append(points, tricky(rnd, x, 500)...))
	}
}

func TestLevelAndUprightBordersLeaveNoPixelRowToTheTree(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(66, 67))
	var items []areaindex.Item
	for w := range 10 {
		for s := range 10 {
			west, south := 111+float64(w)/100, 30+float64(s)/100
			items = append(items, areaindex.Item{Code: string(rune('a'+w)) + string(rune('a'+s)),
				Area: mustArea(t, orb.MultiPolygon{{box(west, south, west+0.01, south+0.01)}})})
		}
	}
	x := mustBuild(t, items)
	var points []orb.Point
	for range 50_000 {
		points = append(points, orb.Point{111 + 0.1*rnd.Float64(), 30 + 0.1*rnd.Float64()})
	}
	if left := locatedAsInTree(t, x, points); left > len(points)/500 {
		t.Errorf("%d points are left to the tree", left)
	}
}

func TestLongBorderOfTwoAreasIsDrawnOnceForBoth(t *testing.T) {
	t.Parallel()
	const borders = 20
	twice := 0
	for seed := range uint64(borders) {
		rnd := rand.New(rand.NewPCG(seed, 70))
		a, b := orb.Point{111 + rnd.Float64(), 30}, orb.Point{111 + rnd.Float64(), 31}
		x := mustBuild(t, []areaindex.Item{
			{Code: "east", Area: mustArea(t, orb.MultiPolygon{{{a, {112, 30}, {112, 31}, b, a}}})},
			{Code: "west", Area: mustArea(t, orb.MultiPolygon{{{b, {111, 31}, {111, 30}, a, b}}})},
		})
		twice += x.AskedTwice()
		locatedAsInTree(t, x, beside(rnd, x))
	}
	if twice > 3*borders { // about the two ends, where the areas part
		t.Errorf("%d pixels ask for both areas", twice)
	}
}

func TestGridAgreesWhereBordersPassByCornersOfPixels(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(71, 72))
	dented := func(dents []orb.Point) *areaindex.Index { // the dents leave the boxes of the areas, and so the pixels, alone
		var items []areaindex.Item
		for k, dent := range dents {
			w := float64(2 * k)
			items = append(items, areaindex.Item{Code: string(rune('a' + k)),
				Area: mustArea(t, orb.MultiPolygon{{{{w, 0}, dent, {w + 1, 0}, {w + 1, 1}, {w, 1}, {w, 0}}}})})
		}
		return mustBuild(t, items)
	}
	dents := make([]orb.Point, 20)
	for k := range dents {
		dents[k] = orb.Point{float64(2*k) + 0.5, 0.5}
	}
	plain := dented(dents)
	corners := plain.PixelCorners(1 << 20)
	lon, lat := plain.Step()
	for round := range 40 {
		for k := range dents {
			var inside []orb.Point
			for _, c := range corners {
				if math.Abs(c[0]-float64(2*k)-0.5) < 0.3 && math.Abs(c[1]-0.5) < 0.3 {
					inside = append(inside, c)
				}
			}
			c := inside[rnd.IntN(len(inside))]
			dents[k] = orb.Point{c[0] + lon*float64(round%4)*rnd.NormFloat64(), c[1] + lat*float64(round%4)*rnd.NormFloat64()}
		}
		x := dented(dents)
		if width, height := x.Step(); width != lon || height != lat {
			t.Fatal("the pixels have moved")
		}
		var points []orb.Point
		for _, d := range dents {
			for range 200 {
				points = append(points, orb.Point{d[0] + 1<<14*lon*rnd.NormFloat64(), d[1] + 1<<14*lat*rnd.NormFloat64()})
			}
		}
		locatedAsInTree(t, x, points)
	}
}
