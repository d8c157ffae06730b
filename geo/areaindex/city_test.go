package areaindex_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/geo"
	"citygrid/geo/areaindex"
)

// cellSize is the side of a cell in degrees, about 400 m.
const cellSize = 0.004

func mustArea(tb testing.TB, mp orb.MultiPolygon) geo.Area {
	tb.Helper()
	a, err := geo.NewArea(mp)
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

func mustBuild(tb testing.TB, items []areaindex.Item) *areaindex.Index {
	tb.Helper()
	x, err := areaindex.Build(items)
	if err != nil {
		tb.Fatal(err)
	}
	return x
}

func box(west, south, east, north float64) orb.Ring {
	return orb.Ring{{west, south}, {east, south}, {east, north}, {west, north}, {west, south}}
}

// city draws a gap-free tessellation of columns x rows cells near Yichang. Borders are wiggly, drawn once and used by the
// cells on both sides; codes are in no relation to places.
func city(tb testing.TB, rnd *rand.Rand, columns, rows int) []areaindex.Item {
	corner := make([][]orb.Point, columns+1)
	for x := range corner {
		corner[x] = make([]orb.Point, rows+1)
		for y := range corner[x] {
			corner[x][y] = orb.Point{111.28 + cellSize*(float64(x)+rnd.Float64()*0.4), 30.70 + cellSize*(float64(y)+rnd.Float64()*0.4)}
		}
	}
	wiggle := func(a, b orb.Point) orb.LineString {
		line := orb.LineString{a}
		for n, i := 2+rnd.IntN(30), 1; i < n; i++ {
			t, off := float64(i)/float64(n), (rnd.Float64()-0.5)*0.02
			line = append(line, orb.Point{a[0] + t*(b[0]-a[0]) - off*(b[1]-a[1]), a[1] + t*(b[1]-a[1]) + off*(b[0]-a[0])})
		}
		return append(line, b)
	}
	east, north := map[[2]int]orb.LineString{}, map[[2]int]orb.LineString{} // borders by the point where they start
	for x := range columns + 1 {
		for y := range rows + 1 {
			if x < columns {
				east[[2]int{x, y}] = wiggle(corner[x][y], corner[x+1][y])
			}
			if y < rows {
				north[[2]int{x, y}] = wiggle(corner[x][y], corner[x][y+1])
			}
		}
	}
	codes := rnd.Perm(columns * rows)
	var items []areaindex.Item
	for x := range columns {
		for y := range rows {
			top, left := east[[2]int{x, y + 1}].Clone(), north[[2]int{x, y}].Clone()
			top.Reverse()
			left.Reverse()
			var ring orb.Ring
			for _, side := range []orb.LineString{east[[2]int{x, y}], north[[2]int{x + 1, y}], top, left} {
				ring = append(ring, side[:len(side)-1]...)
			}
			items = append(items, areaindex.Item{
				Code: fmt.Sprintf("42050200%04d", codes[len(items)]),
				Area: mustArea(tb, orb.MultiPolygon{{append(ring, ring[0])}}),
			})
		}
	}
	return items
}

// probes are points anywhere in and round the city, its vertices and the middles of its edges.
func probes(rnd *rand.Rand, items []areaindex.Item, columns, rows, anywhere int) []orb.Point {
	var out []orb.Point
	for range anywhere {
		out = append(out, orb.Point{
			111.28 + cellSize*(rnd.Float64()*float64(columns+2)-1),
			30.70 + cellSize*(rnd.Float64()*float64(rows+2)-1),
		})
	}
	for _, item := range items {
		for _, polygon := range item.Area.MultiPolygon() {
			for _, ring := range polygon {
				for i := 1; i < len(ring); i++ {
					a, b := ring[i-1], ring[i]
					out = append(out, a, orb.Point{(a[0] + b[0]) / 2, (a[1] + b[1]) / 2})
				}
			}
		}
	}
	return out
}
