package pointindex_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"
)

// BenchmarkNearest asks, round by round, for what is within 50 m among a million points, and an R-tree for what is in the box around, in no order.
func BenchmarkNearest(b *testing.B) {
	items := scattered(1_000_000)
	start := time.Now()
	x := mustBuild(b, items)
	built := time.Since(start)
	var tree rtree.RTreeG[int64]
	for _, item := range items {
		tree.Insert(item.At.Point(), item.At.Point(), item.ID)
	}
	rnd := rand.New(rand.NewPCG(6, 6))
	questions := make([]orb.Point, 2000)
	for i := range questions {
		questions[i] = orb.Point{111.21 + 0.1566*rnd.Float64(), 30.645 + 0.0902*rnd.Float64()}
	}
	const dx, dy = 50 / (111_320 * 0.86), 50 / 110_900.0
	var took [2][]time.Duration
	var found [2]int
	for b.Loop() {
		for way := range took {
			start, n := time.Now(), 0
			for _, p := range questions {
				switch way {
				case 0:
					x.Nearest(p, 50, func(int64, float64) bool { n++; return true })
				case 1:
					tree.Search(orb.Point{p[0] - dx, p[1] - dy}, orb.Point{p[0] + dx, p[1] + dy}, func(_, _ [2]float64, _ int64) bool { n++; return true })
				}
			}
			took[way], found[way] = append(took[way], time.Since(start)), n
		}
	}
	median := func(way int) float64 {
		slices.Sort(took[way])
		return float64(took[way][len(took[way])/2]) / float64(len(questions))
	}
	b.ReportMetric(median(0), "ns/nearest")
	b.ReportMetric(median(0)/median(1), "times-tree")
	b.ReportMetric(float64(found[0])/float64(len(questions)), "found")
	b.ReportMetric(float64(built.Milliseconds()), "build-ms")
	b.ReportMetric(float64(x.Bytes())/float64(x.Len()), "B/point")
}
