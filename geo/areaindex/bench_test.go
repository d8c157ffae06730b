package areaindex_test

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/tidwall/geojson/geometry"
	"github.com/tidwall/rtree"

	"citygrid/geo/areaindex"
)

// BenchmarkLocate measures Locate, round by round, beside an R-tree with orb's planar.MultiPolygonContains, one with
// tidwall's geometry.Poly (as Tile38 has it, with its own index of edges) and beside our own tree without the grid. It
// reports medians and how many times faster Locate is. Of the points, the same in each run, 40 in 100 lie anywhere,
// 40 near a border and 20 outside.
func BenchmarkLocate(b *testing.B) {
	b.Run("1120-cells", func(b *testing.B) { benchmarkLocate(b, 40, 28) })
	b.Run("100000-cells", func(b *testing.B) { benchmarkLocate(b, 400, 250) })
}

func benchmarkLocate(b *testing.B, columns, rows int) {
	rnd := rand.New(rand.NewPCG(14, 15))
	items := city(b, rnd, columns, rows)
	runtime.GC()
	start := time.Now()
	x := mustBuild(b, items)
	built := time.Since(start)
	var tree rtree.RTreeG[orb.MultiPolygon]
	for _, item := range items {
		bound := item.Area.Bound()
		tree.Insert(bound.Min, bound.Max, item.Area.MultiPolygon())
	}
	var polys rtree.RTreeG[*geometry.Poly]
	for _, item := range items {
		bound := item.Area.Bound()
		polys.Insert(bound.Min, bound.Max, tidwallPoly(item.Area.MultiPolygon()[0]))
	}
	points := mixedPoints(rnd, items, columns, rows, 1_000_000)
	ways := []func(p orb.Point) bool{
		func(p orb.Point) bool { _, ok := x.Locate(p); return ok },
		func(p orb.Point) (found bool) {
			tree.Search(p, p, func(_, _ [2]float64, mp orb.MultiPolygon) bool {
				found = planar.MultiPolygonContains(mp, p)
				return !found
			})
			return found
		},
		func(p orb.Point) (found bool) {
			polys.Search(p, p, func(_, _ [2]float64, poly *geometry.Poly) bool {
				found = poly.ContainsPoint(geometry.Point{X: p[0], Y: p[1]})
				return !found
			})
			return found
		},
		func(p orb.Point) bool { _, ok := x.LocateInTree(p); return ok },
	}
	round := func(way func(p orb.Point) bool) (found int, took time.Duration) {
		start := time.Now()
		for _, p := range points {
			if way(p) {
				found++
			}
		}
		return found, time.Since(start)
	}
	took := make([][]time.Duration, len(ways))
	for b.Loop() {
		for i, way := range ways {
			_, d := round(way)
			took[i] = append(took[i], d)
		}
	}
	found, _ := round(ways[0])
	for i, way := range ways {
		if other, _ := round(way); other != found {
			b.Errorf("%d points are found, and %d by way %d", found, other, i)
		}
		slices.Sort(took[i])
	}
	median := func(i int) float64 { return float64(took[i][len(took[i])/2]) }
	b.ReportMetric(median(0)/float64(len(points)), "ns/locate")
	b.ReportMetric(median(1)/median(0), "times-orb")
	b.ReportMetric(median(2)/median(0), "times-tidwall")
	b.ReportMetric(median(3)/median(0), "times-tree")
	b.ReportMetric(float64(built.Milliseconds()), "build-ms")
	b.ReportMetric(float64(x.GridBytes())/1e6, "grid-MB")
	direct, lists, left := x.Pixels()
	b.ReportMetric(100*float64(lists)/float64(direct+lists+left), "%listed")
}

// tidwallPoly is a polygon with tidwall's default index.
func tidwallPoly(polygon orb.Polygon) *geometry.Poly {
	var rings [][]geometry.Point
	for _, ring := range polygon {
		var points []geometry.Point
		for _, p := range ring {
			points = append(points, geometry.Point{X: p[0], Y: p[1]})
		}
		rings = append(rings, points)
	}
	return geometry.NewPoly(rings[0], rings[1:], geometry.DefaultIndexOptions)
}

func mixedPoints(rnd *rand.Rand, items []areaindex.Item, columns, rows, n int) []orb.Point {
	var out []orb.Point
	for range n {
		p := orb.Point{111.28 + cellSize*rnd.Float64()*float64(columns), 30.70 + cellSize*rnd.Float64()*float64(rows)}
		switch k := rnd.IntN(10); {
		case k < 4: // within about 10 m of a border
			ring := items[rnd.IntN(len(items))].Area.MultiPolygon()[0][0]
			i, t := rnd.IntN(len(ring)-1), rnd.Float64()
			p = orb.Point{ring[i][0] + t*(ring[i+1][0]-ring[i][0]) + 1e-4*rnd.NormFloat64(),
				ring[i][1] + t*(ring[i+1][1]-ring[i][1]) + 1e-4*rnd.NormFloat64()}
		case k < 6: // in a frame round the city
			p[0] = 111.28 + cellSize*float64(columns)*[]float64{-0.1 * rnd.Float64(), 1.02 + 0.1*rnd.Float64()}[rnd.IntN(2)]
		}
		out = append(out, p)
	}
	return out
}
