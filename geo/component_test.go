package geo_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/paulmach/orb"
	geom "github.com/twpayne/go-geom"

	"citygrid/geo"
)

// samples are one good geometry of each kind, in two and three dimensions.
func samples() []geom.T {
	ring := []float64{111.28, 30.7, 111.29, 30.7, 111.29, 30.71, 111.28, 30.7}
	hole := []float64{111.286, 30.702, 111.287, 30.704, 111.287, 30.702, 111.286, 30.702}
	ringZ := []float64{111.28, 30.7, 1, 111.29, 30.7, 2, 111.29, 30.71, 3.5, 111.28, 30.7, 1}
	both := append(append([]float64{}, ring...), hole...)
	return []geom.T{
		geo.NewGeometry(geo.KindPoint, false, []float64{111.28, 30.7}, [][]int{{2}}),
		geo.NewGeometry(geo.KindPoint, true, []float64{111.28, 30.7, 55.125}, [][]int{{3}}),
		geo.NewGeometry(geo.KindLineString, false, ring[:6], [][]int{{6}}),
		geo.NewGeometry(geo.KindLineString, true, ringZ[:6], [][]int{{6}}),
		geo.NewGeometry(geo.KindPolygon, false, both, [][]int{{8, 16}}),
		geo.NewGeometry(geo.KindPolygon, true, ringZ, [][]int{{12}}),
		geo.NewGeometry(geo.KindMultiPoint, false, ring[:6], [][]int{{2}, {4}, {6}}),
		geo.NewGeometry(geo.KindMultiPoint, true, ringZ[:6], [][]int{{3}, {6}}),
		geo.NewGeometry(geo.KindMultiLineString, false, ring, [][]int{{4}, {8}}),
		geo.NewGeometry(geo.KindMultiPolygon, false, append(append([]float64{}, both...), ring...), [][]int{{8, 16}, {24}}),
		geo.NewGeometry(geo.KindMultiPolygon, true, ringZ, [][]int{{12}}),
	}
}

func TestCheckGeometryTakesEachKindInTwoAndThreeDimensions(t *testing.T) {
	t.Parallel()
	for _, g := range samples() {
		if err := geo.CheckGeometry(g, geo.Limits{}); err != nil {
			t.Errorf("%T %v: %v", g, g.FlatCoords(), err)
		}
	}
}

func TestCheckGeometryRefusesWhatWouldHarmLater(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	for name, c := range map[string]struct {
		g    geom.T
		want geo.ShapeError
	}{
		"nil":                {nil, geo.ShapeError{Problem: geo.ProblemType, Part: -1, Ring: -1}},
		"collection":         {geom.NewGeometryCollection(), geo.ShapeError{Problem: geo.ProblemType, Part: -1, Ring: -1}},
		"measures":           {geom.NewPointFlat(geom.XYM, []float64{1, 2, 3}), geo.ShapeError{Problem: geo.ProblemLayout, Part: -1, Ring: -1}},
		"other SRID":         {geom.NewPointFlat(geom.XY, []float64{1, 2}).SetSRID(4490), geo.ShapeError{Problem: geo.ProblemSRID, Part: -1, Ring: -1, Count: 4490}},
		"empty point":        {geom.NewPointEmpty(geom.XY), geo.ShapeError{Problem: geo.ProblemEmpty, Part: -1, Ring: -1}},
		"empty polygon":      {geom.NewPolygon(geom.XY), geo.ShapeError{Problem: geo.ProblemEmpty, Part: -1, Ring: -1}},
		"empty part":         {geom.NewMultiPolygonFlat(geom.XY, []float64{0, 0, 1, 0, 1, 1, 0, 0}, [][]int{{8}, {}}), geo.ShapeError{Problem: geo.ProblemEmpty, Part: 1, Ring: -1}},
		"empty ring":         {geom.NewPolygonFlat(geom.XY, []float64{0, 0, 1, 0, 1, 1, 0, 0}, []int{8, 8}), geo.ShapeError{Problem: geo.ProblemEmpty, Part: -1, Ring: 1}},
		"empty line":         {geom.NewMultiLineStringFlat(geom.XY, []float64{0, 0, 1, 0}, []int{0, 4}), geo.ShapeError{Problem: geo.ProblemEmpty, Part: 0, Ring: -1}},
		"ends that lie":      {geom.NewPolygonFlat(geom.XY, []float64{0, 0, 1, 0, 1, 1, 0, 0}, []int{80}), geo.ShapeError{Problem: geo.ProblemLayout, Part: -1, Ring: -1}},
		"ends that fall":     {geom.NewPolygonFlat(geom.XY, []float64{0, 0, 1, 0, 1, 1, 0, 0}, []int{8, 4}), geo.ShapeError{Problem: geo.ProblemLayout, Part: -1, Ring: -1}},
		"numbers left over":  {geom.NewPolygonFlat(geom.XY, []float64{0, 0, 1, 0, 1, 1, 0, 0, 5, 5}, []int{8}), geo.ShapeError{Problem: geo.ProblemLayout, Part: -1, Ring: -1}},
		"half a position":    {geom.NewLineStringFlat(geom.XY, []float64{0, 0, 1}), geo.ShapeError{Problem: geo.ProblemLayout, Part: -1, Ring: -1}},
		"not a number":       {geom.NewPointFlat(geom.XY, []float64{nan, 0}), geo.ShapeError{Problem: geo.ProblemPosition, Part: -1, Ring: -1}},
		"elevation infinite": {geom.NewPointFlat(geom.XYZ, []float64{1, 2, math.Inf(1)}), geo.ShapeError{Problem: geo.ProblemPosition, Part: -1, Ring: -1}},
		"one position":       {geom.NewLineStringFlat(geom.XY, []float64{0, 0}), geo.ShapeError{Problem: geo.ProblemShort, Part: -1, Ring: -1, Count: 1, Limit: 2}},
		"one place":          {geom.NewMultiLineStringFlat(geom.XY, []float64{0, 0, 1, 1, 2, 2, 2, 2}, []int{4, 8}), geo.ShapeError{Problem: geo.ProblemFlat, Part: 1, Ring: -1}},
		"unclosed":           {geom.NewPolygonFlat(geom.XY, []float64{0, 0, 1, 0, 1, 1, 0, 1}, []int{8}), geo.ShapeError{Problem: geo.ProblemUnclosed, Part: -1, Ring: 0}},
		"unclosed in height": {geom.NewPolygonFlat(geom.XYZ, []float64{0, 0, 1, 1, 0, 1, 1, 1, 1, 0, 0, 2}, []int{12}), geo.ShapeError{Problem: geo.ProblemUnclosed, Part: -1, Ring: 0}},
		"short ring":         {geom.NewMultiPolygonFlat(geom.XY, []float64{0, 0, 1, 0, 0, 0}, [][]int{{6}}), geo.ShapeError{Problem: geo.ProblemShort, Count: 3, Limit: 4}},
		"too many":           {geom.NewLineStringFlat(geom.XY, make([]float64, 22)), geo.ShapeError{Problem: geo.ProblemPositions, Part: -1, Ring: -1, Count: 11, Limit: 10}},
		"too many points":    {geom.NewMultiPointFlat(geom.XY, make([]float64, 12)), geo.ShapeError{Problem: geo.ProblemRings, Part: -1, Ring: -1, Count: 6, Limit: 5}},
	} {
		err := geo.CheckGeometry(c.g, geo.Limits{Positions: 10, Rings: 5})
		var got *geo.ShapeError
		if !errors.As(err, &got) {
			t.Errorf("%s: error %v", name, err)
			continue
		}
		if !sameProblem(*got, c.want) {
			t.Errorf("%s: %+v, want %+v", name, *got, c.want)
		}
	}
}

func TestToOrbDropsElevationAndKeepsTheRest(t *testing.T) {
	t.Parallel()
	a, b, c := orb.Point{111.28, 30.7}, orb.Point{111.29, 30.7}, orb.Point{111.29, 30.71}
	ring := orb.Ring{a, b, c, a}
	hole := orb.Ring{{111.286, 30.702}, {111.287, 30.704}, {111.287, 30.702}, {111.286, 30.702}}
	want := []orb.Geometry{
		a, a, orb.LineString{a, b, c}, orb.LineString{a, b}, orb.Polygon{ring, hole}, orb.Polygon{ring}, orb.MultiPoint{a, b, c},
		orb.MultiPoint{a, b}, orb.MultiLineString{{a, b}, {c, a}}, orb.MultiPolygon{{ring, hole}, {ring}}, orb.MultiPolygon{{ring}},
	}
	var got []orb.Geometry
	for _, g := range samples() {
		got = append(got, geo.ToOrb(g))
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want\n%v", got, want)
	}
}

func TestAreaGeometryGoesThereAndBack(t *testing.T) {
	t.Parallel()
	a := mustArea(t, orb.MultiPolygon{{box(0, 0, 10, 10), box(4, 4, 6, 6)}, {box(20, 0, 30, 10)}})
	g := a.Geometry()
	if err := geo.CheckGeometry(g, geo.Limits{}); err != nil || g.SRID() != geo.SRID {
		t.Fatalf("SRID %d: %v", g.SRID(), err)
	}
	if back := mustArea(t, geo.ToOrb(g).(orb.MultiPolygon)); !back.Equal(a) {
		t.Errorf("%v, want %v", back.MultiPolygon(), a.MultiPolygon())
	}
}

func TestAnchorStandsForItsGeometry(t *testing.T) {
	t.Parallel()
	bend := []float64{0, 0, 0, 0, 0, 0.003, 0, 0.01} // starts with a position repeated
	small, large := box(0, 0, 1, 1), box(5, 5, 9, 9)
	for name, c := range map[string]struct {
		g    geom.T
		want orb.Point
	}{
		"point":         {geom.NewPointFlat(geom.XYZ, []float64{1, 2, 3}), orb.Point{1, 2}},
		"points":        {geom.NewMultiPointFlat(geom.XY, []float64{1, 2, 3, 4}), orb.Point{1, 2}},
		"line":          {geom.NewLineStringFlat(geom.XY, bend), orb.Point{0, 0.005}},
		"longest line":  {geom.NewMultiLineStringFlat(geom.XY, append([]float64{5, 5, 5, 5.001}, bend...), []int{4, 12}), orb.Point{0, 0.005}},
		"largest part":  {mustArea(t, orb.MultiPolygon{{small}, {large}}).Geometry(), orb.Point{7, 7}},
		"beside a hole": {mustArea(t, orb.MultiPolygon{{box(0, 0, 10, 10), box(2, 1, 9, 9)}}).Geometry(), orb.Point{1, 5}},
	} {
		if got := geo.Anchor(c.g); math.Abs(got[0]-c.want[0]) > 1e-7 || math.Abs(got[1]-c.want[1]) > 1e-7 {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestAnchorOfAPolygonIsInsideIt(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(15, 16))
	for range 500 { // stars with long thin arms
		var ring orb.Ring
		for i, n := 0, 5+rnd.IntN(20); i < n; i++ {
			angle, radius := 2*math.Pi*float64(i)/float64(n), 0.0001+0.01*rnd.Float64()*rnd.Float64()
			ring = append(ring, orb.Point{111.28 + radius*math.Cos(angle), 30.7 + radius*math.Sin(angle)})
		}
		a := mustArea(t, orb.MultiPolygon{{append(ring, ring[0])}})
		if p := geo.Anchor(a.Geometry()); a.Side(p) != geo.Inside {
			t.Fatalf("%v is not inside %v", p, a.MultiPolygon())
		}
	}
}
