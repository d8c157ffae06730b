package areaindex_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/geo/areaindex"
)

func TestManyPointsAreLocatedAsEachOfThem(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(31, 32))
	items := city(t, rnd, 12, 10)
	overlapping := slices.Clone(items)
	for i, item := range items[:30] { // 30 more areas lie each on one of the city
		overlapping = append(overlapping, areaindex.Item{Code: "0" + items[29-i].Code, Area: item.Area})
	}
	points := mixedPoints(rnd, items, 12, 10, 50_000)
	for _, item := range items {
		for _, p := range item.Area.MultiPolygon()[0][0] { // on borders the tree decides
			points = append(points, p)
		}
	}
	points = append(points, orb.Point{math.NaN(), 30.7}, orb.Point{111.28, math.Inf(1)}, orb.Point{-1e300, 1e300})
	rnd.Shuffle(len(points), func(i, j int) { points[i], points[j] = points[j], points[i] })
	for name, x := range map[string]*areaindex.Index{
		"empty": mustBuild(t, nil), "tiling": mustBuild(t, items), "overlaps": mustBuild(t, overlapping),
	} {
		for _, n := range []int{0, 1, 63, 64, 65, 128, 1000, len(points)} {
			got, want := make([]int32, n), make([]int32, n)
			for i, p := range points[:n] {
				want[i] = areaindex.None
				if at, ok := x.Locate(p); ok {
					want[i] = int32(at)
				}
			}
			x.LocateMany(got, points[:n])
			if !slices.Equal(got, want) {
				t.Errorf("%s, %d points: otherwise than one by one", name, n)
			}
		}
	}
}

func TestManyPointsAreLocatedWithoutAllocations(t *testing.T) {
	rnd := rand.New(rand.NewPCG(33, 34))
	items := city(t, rnd, 12, 10)
	x, points := mustBuild(t, items), mixedPoints(rnd, items, 12, 10, 5_000)
	found := make([]int32, len(points))
	if n := testing.AllocsPerRun(3, func() { x.LocateMany(found, points) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
