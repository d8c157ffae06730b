package geo_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/geo"
)

func TestLengthInsideCountsWhatTheAreaCovers(t *testing.T) {
	t.Parallel()
	a := mustArea(t, orb.MultiPolygon{{box(0, 0, 0.04, 0.04), box(0.01, 0.01, 0.03, 0.03)}})
	metres := func(x0, y0, x1, y1 float64) float64 { return geo.Metres(orb.Point{x0, y0}, orb.Point{x1, y1}) }
	for name, c := range map[string]struct {
		line orb.LineString
		want float64
	}{
		"inside":                   {orb.LineString{{0.001, 0.005}, {0.039, 0.005}}, metres(0.001, 0.005, 0.039, 0.005)},
		"outside":                  {orb.LineString{{0.1, 0}, {0.1, 0.04}}, 0},
		"in the hole":              {orb.LineString{{0.015, 0.02}, {0.025, 0.02}}, 0},
		"across all":               {orb.LineString{{-0.01, 0.02}, {0.05, 0.02}}, metres(0, 0.02, 0.01, 0.02) + metres(0.03, 0.02, 0.04, 0.02)},
		"along the border":         {orb.LineString{{-0.01, 0}, {0.05, 0}}, metres(0, 0, 0.04, 0)},
		"along the hole":           {orb.LineString{{0.01, 0.02}, {0.01, 0.025}}, metres(0.01, 0.02, 0.01, 0.025)},
		"corner to corner":         {orb.LineString{{0, 0}, {0.01, 0.01}, {0.03, 0.03}}, metres(0, 0, 0.01, 0.01)},
		"touching a corner":        {orb.LineString{{-0.01, 0.01}, {0.01, -0.01}}, 0},
		"through two corners":      {orb.LineString{{-0.01, -0.01}, {0.05, 0.05}}, metres(0, 0, 0.01, 0.01) + metres(0.03, 0.03, 0.04, 0.04)},
		"standing still":           {orb.LineString{{0.005, 0.005}, {0.005, 0.005}}, 0},
		"out and back in the same": {orb.LineString{{0.005, 0.005}, {-0.005, 0.005}, {0.005, 0.005}}, 2 * metres(0, 0.005, 0.005, 0.005)},
	} {
		if got := geo.LengthInside(c.line, a); math.Abs(got-c.want) > 1e-6*c.want {
			t.Errorf("%s: %v m, want %v", name, got, c.want)
		}
	}
}

func TestAreaInsideCountsWhatTheAreaCovers(t *testing.T) {
	t.Parallel()
	mp := orb.MultiPolygon{{box(0, 0, 0.04, 0.04), box(0.01, 0.01, 0.03, 0.03)}}
	a := mustArea(t, mp)
	square := func(r ...orb.Ring) float64 { return mustArea(t, orb.MultiPolygon{r}).SquareMetres() }
	for name, c := range map[string]struct {
		poly orb.Polygon
		want float64
	}{
		"inside":              {orb.Polygon{box(0.001, 0.001, 0.009, 0.009)}, square(box(0.001, 0.001, 0.009, 0.009))},
		"clockwise":           {orb.Polygon{reversed(box(0.001, 0.001, 0.009, 0.009))}, square(box(0.001, 0.001, 0.009, 0.009))},
		"outside":             {orb.Polygon{box(0.05, 0, 0.06, 0.04)}, 0},
		"above":               {orb.Polygon{box(0, 0.05, 0.01, 0.06)}, 0},
		"below":               {orb.Polygon{box(0, -0.02, 0.01, -0.01)}, 0},
		"touching":            {orb.Polygon{box(0.04, 0, 0.05, 0.04)}, 0},
		"the hole":            {orb.Polygon{box(0.01, 0.01, 0.03, 0.03)}, 0},
		"itself":              {mp[0], a.SquareMetres()},
		"around":              {orb.Polygon{box(-1, -1, 1, 1)}, a.SquareMetres()},
		"half":                {orb.Polygon{box(-0.01, 0, 0.02, 0.04)}, a.SquareMetres() / 2},
		"a hole in a hole":    {orb.Polygon{box(0, 0, 0.04, 0.04), box(0.005, 0.005, 0.035, 0.035)}, square(box(0, 0, 0.04, 0.04), box(0.005, 0.005, 0.035, 0.035))},
		"a diagonal triangle": {orb.Polygon{{{0, 0}, {0.04, 0.04}, {0, 0.04}, {0, 0}}}, a.SquareMetres() / 2},
		"not a polygon":       {orb.Polygon{{{0, 0}}}, 0},
	} {
		// Halves are of equal size to the north and south of the equator only; a part in a million is 1 m of 1 km.
		if got := geo.AreaInside(c.poly, a); math.Abs(got-c.want) > 1e-6*c.want+1e-3 {
			t.Errorf("%s: %v m², want %v", name, got, c.want)
		}
	}
}

func TestSharesOfATessellationAddUp(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(11, 12))
	cells := tessellation(t, rnd, 6, 6)
	within := func() orb.Point { return orb.Point{111.284 + rnd.Float64()*0.014, 30.704 + rnd.Float64()*0.014} }
	for range 200 {
		a, b, c := within(), within(), within()
		if rnd.IntN(3) == 0 { // from vertex to vertex of the cells
			a, b = cells[8].MultiPolygon()[0][0][1], cells[20].MultiPolygon()[0][0][0]
		}
		triangle := orb.Polygon{{a, b, c, a}}
		area, length := 0.0, 0.0
		for _, cell := range cells {
			area += geo.AreaInside(triangle, cell)
			length += geo.LengthInside(orb.LineString{a, b, c}, cell)
		}
		near(t, "length", length, geo.Metres(a, b)+geo.Metres(b, c), 1e-5)
		near(t, "area", area, mustArea(t, orb.MultiPolygon{triangle}).SquareMetres(), 1e-7)
	}
}

func TestAreaInsideDoesNotMindAlmostCommonBorders(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(13, 14))
	for _, cell := range tessellation(t, rnd, 5, 5) {
		shaken := cell.MultiPolygon()[0].Clone()
		for i := range shaken[0] {
			shaken[0][i][0] += (rnd.Float64() - 0.5) * 1e-13
			shaken[0][i][1] += (rnd.Float64() - 0.5) * 1e-13
		}
		shaken[0][len(shaken[0])-1] = shaken[0][0]
		near(t, "shaken", geo.AreaInside(shaken, cell), cell.SquareMetres(), 1e-8)
	}
}
