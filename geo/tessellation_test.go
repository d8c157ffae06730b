package geo_test

import (
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/geo"
)

// tessellation draws columns x rows cells near Yichang with wiggly shared borders, row by row from the south-west. Each
// border is drawn once and used by both sides, so the cells are fully noded.
func tessellation(tb testing.TB, rnd *rand.Rand, columns, rows int) []geo.Area {
	const size = 0.004 // degrees
	corner := make(map[[2]int]orb.Point)
	for x := range columns + 1 {
		for y := range rows + 1 {
			corner[[2]int{x, y}] = orb.Point{111.28 + size*(float64(x)+rnd.Float64()*0.4), 30.70 + size*(float64(y)+rnd.Float64()*0.4)}
		}
	}
	borders := make(map[[4]int][]orb.Point)
	border := func(x0, y0, x1, y1 int) []orb.Point { // without its last point
		key := [4]int{x0, y0, x1, y1}
		if _, drawn := borders[key]; !drawn {
			a, b := corner[[2]int{x0, y0}], corner[[2]int{x1, y1}]
			line := []orb.Point{a}
			for n, i := 1+rnd.IntN(6), 1; i < n; i++ {
				t, off := float64(i)/float64(n), (rnd.Float64()-0.5)*0.05
				line = append(line, orb.Point{a[0] + t*(b[0]-a[0]) - off*(b[1]-a[1]), a[1] + t*(b[1]-a[1]) + off*(b[0]-a[0])})
			}
			borders[key] = append(line, b)
		}
		return borders[key]
	}
	var cells []geo.Area
	for y := range rows {
		for x := range columns {
			var ring orb.Ring
			south, east := border(x, y, x+1, y), border(x+1, y, x+1, y+1)
			north, west := border(x, y+1, x+1, y+1), border(x, y, x, y+1)
			ring = append(append(ring, south...), east[1:]...)
			ring = append(append(ring, reversed(north)[1:]...), reversed(west)[1:]...)
			cells = append(cells, mustArea(tb, orb.MultiPolygon{{ring}}))
		}
	}
	return cells
}
