package areaindex_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/geo"
	"citygrid/geo/areaindex"
)

// locatedAsByEachArea compares Locate with what asking every area in the order of codes gives, and the tree with both.
func locatedAsByEachArea(tb testing.TB, x *areaindex.Index, points []orb.Point) {
	tb.Helper()
	for _, p := range points {
		want, covered := 0, false
		for i := 0; i < x.Len() && !covered; i++ {
			if x.Area(i).Side(p) != geo.Outside {
				want, covered = i, true
			}
		}
		if i, ok := x.Locate(p); i != want || ok != covered {
			tb.Fatalf("Locate(%v) = %d %v, want %d %v", p, i, ok, want, covered)
		}
		if i, ok := x.LocateInTree(p); i != want || ok != covered {
			tb.Fatalf("the tree has %v in %d %v, want %d %v", p, i, ok, want, covered)
		}
	}
}

// tricky are every vertex of the areas, points on and within a rounding of their edges, corners of pixels and points
// level with them, and points anywhere in a box a little larger than all of them.
func tricky(rnd *rand.Rand, x *areaindex.Index, anywhere int) []orb.Point {
	bound := x.Area(0).Bound()
	var vertices, out []orb.Point
	for i := range x.Len() {
		bound = bound.Union(x.Area(i).Bound())
		for _, polygon := range x.Area(i).MultiPolygon() {
			for _, ring := range polygon {
				for k := 1; k < len(ring); k++ {
					a, b := ring[k-1], ring[k]
					t := rnd.Float64()
					middle := orb.Point{(a[0] + b[0]) / 2, (a[1] + b[1]) / 2}
					vertices = append(vertices, a)
					out = append(out, a, middle, orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])},
						orb.Point{math.Nextafter(a[0], 200), a[1]}, orb.Point{math.Nextafter(middle[0], -200), middle[1]})
				}
			}
		}
	}
	corners := x.PixelCorners(200)
	for _, c := range corners {
		v := vertices[rnd.IntN(len(vertices))]
		out = append(out, c, orb.Point{c[0], v[1]}, orb.Point{v[0], c[1]}, orb.Point{math.Nextafter(c[0], 200), c[1]},
			orb.Point{math.Nextafter(c[0], -200), v[1]}, orb.Point{v[0], math.Nextafter(c[1], -90)})
	}
	width, height := bound.Max[0]-bound.Min[0], bound.Max[1]-bound.Min[1]
	for range anywhere {
		v := vertices[rnd.IntN(len(vertices))]
		p := orb.Point{bound.Min[0] + width*(rnd.Float64()*1.2-0.1), bound.Min[1] + height*(rnd.Float64()*1.2-0.1)}
		out = append(out, p, orb.Point{p[0], v[1]}, orb.Point{v[0], p[1]})
	}
	return out
}

// star is a ring about a centre, its positions snapped to a lattice so that rings share vertices, levels and lines.
func star(rnd *rand.Rand, centre orb.Point, radius, lattice float64) orb.Ring {
	snap := func(v float64) float64 { return math.Round(v/lattice) * lattice }
	var ring orb.Ring
	n := 3 + rnd.IntN(20)
	for k := range n {
		angle, r := 2*math.Pi*float64(k)/float64(n), radius*(0.2+0.8*rnd.Float64())
		ring = append(ring, orb.Point{snap(centre[0] + r*math.Cos(angle)), snap(centre[1] + r*math.Sin(angle))})
	}
	return append(ring, ring[0])
}

// jumble is areas of any size over, in and beside each other, of up to three parts, some with holes.
func jumble(rnd *rand.Rand, n int) []areaindex.Item {
	spread := math.Pow(10, -4+5*rnd.Float64()) // degrees
	lattice := spread / math.Pow(10, 1+3*rnd.Float64())
	origin := orb.Point{rnd.Float64()*200 - 100, rnd.Float64()*100 - 50}
	if rnd.IntN(3) == 0 {
		origin = orb.Point{}
	}
	var items []areaindex.Item
	for len(items) < n {
		var mp orb.MultiPolygon
		for range 1 + rnd.IntN(3) {
			centre := orb.Point{origin[0] + spread*(rnd.Float64()-0.5), origin[1] + spread*(rnd.Float64()-0.5)}
			radius := spread * math.Pow(10, -2.5*rnd.Float64())
			polygon := orb.Polygon{star(rnd, centre, radius, lattice)}
			if rnd.IntN(3) == 0 {
				polygon = append(polygon, star(rnd, centre, radius/3, lattice))
			}
			mp = append(mp, polygon)
		}
		if area, err := geo.NewArea(mp); err == nil { // else the lattice has made it flat
			items = append(items, areaindex.Item{Code: fmt.Sprint(rnd.Uint32(), len(items)), Area: area})
		}
	}
	return items
}

func TestGridAgreesWithEveryAreaOfATessellation(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(20, 21))
	x := mustBuild(t, city(t, rnd, 9, 7))
	locatedAsByEachArea(t, x, tricky(rnd, x, 3_000))
}

func TestGridAgreesWithEveryAreaOfAJumble(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		rnd := rand.New(rand.NewPCG(seed, 22))
		x := mustBuild(t, jumble(rnd, 1+rnd.IntN(60)))
		locatedAsByEachArea(t, x, tricky(rnd, x, 200))
	}
}

func TestGridAgreesWhereLayersLieOverEachOther(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(23, 24))
	items := city(t, rnd, 6, 6)
	for size := 1; size <= 6; size++ {
		w, s := 111.28+rnd.Float64()*cellSize, 30.70+rnd.Float64()*cellSize
		side := float64(size) * cellSize
		items = append(items, areaindex.Item{Code: fmt.Sprintf("4205020%d", size%3) + fmt.Sprint(size),
			Area: mustArea(t, orb.MultiPolygon{{box(w, s, w+side, s+side), box(w+side/4, s+side/4, w+side/2, s+side/2)}})})
	}
	items = append(items, areaindex.Item{Code: "9", Area: mustArea(t, orb.MultiPolygon{{box(111, 30, 112, 31)}})})
	x := mustBuild(t, items)
	locatedAsByEachArea(t, x, tricky(rnd, x, 2_000))
}

func TestGridAgreesOnEdgesThatRunAlongPixels(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(25, 26))
	var items []areaindex.Item
	for w := range 12 {
		for s := range 12 {
			items = append(items, areaindex.Item{Code: fmt.Sprint(rnd.Uint32(), len(items)),
				Area: mustArea(t, orb.MultiPolygon{{box(float64(w)/4, float64(s)/4, float64(w+1)/4, float64(s+1)/4)}})})
		}
	}
	x := mustBuild(t, items)
	locatedAsByEachArea(t, x, tricky(rnd, x, 500))
}

func TestGridStaysSmallHoweverFarAreasLieApart(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(27, 28))
	items := city(t, rnd, 8, 8)
	for i, mp := range []orb.MultiPolygon{
		{{box(-180, -90, -179.99999, -89.99999)}},
		{{box(179.99999, 89.99999, 180, 90)}},
		{{box(-180, 10, 180, 10.000001)}},
		{{box(0, 0, 1e-12, 1e-12)}},
	} {
		items = append(items, areaindex.Item{Code: fmt.Sprint(i), Area: mustArea(t, mp)})
	}
	x := mustBuild(t, items)
	if bytes := x.GridBytes(); bytes > 1<<20 {
		t.Errorf("%d bytes for %d areas", bytes, x.Len())
	}
	if _, _, tree := x.Pixels(); tree == 0 {
		t.Error("no pixel is left to the tree")
	}
	locatedAsByEachArea(t, x, tricky(rnd, x, 1_000))
}

func TestHoleBeyondItsPartIsAnsweredAsTheAreaDoes(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(32, 33))
	items := city(t, rnd, 3, 3)
	items = append(items, areaindex.Item{Code: "0", Area: mustArea(t, orb.MultiPolygon{{
		box(111.281, 30.701, 111.289, 30.709), box(111.285, 30.705, 120, 50)}})})
	x := mustBuild(t, items)
	locatedAsByEachArea(t, x, tricky(rnd, x, 1_000))
}

func TestGridDoesNotDependOnHowItIsBuilt(t *testing.T) {
	t.Parallel()
	items := city(t, rand.New(rand.NewPCG(29, 30)), 30, 30)
	first := mustBuild(t, items)
	for range 3 {
		if again := mustBuild(t, items); !again.SameGrid(first) {
			t.Error("two grids of the same areas differ")
		}
	}
}

func FuzzLocate(f *testing.F) {
	for seed := range uint64(8) {
		f.Add(seed, uint8(seed*8))
	}
	f.Fuzz(func(t *testing.T, seed uint64, n uint8) {
		rnd := rand.New(rand.NewPCG(seed, 31))
		x := mustBuild(t, jumble(rnd, 1+int(n)%64))
		locatedAsByEachArea(t, x, tricky(rnd, x, 50))
	})
}
