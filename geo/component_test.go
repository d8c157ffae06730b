package geo_test

import (
	"errors"
	"math"
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
	if back := mustArea(t, geo.ToOrb(g).(orb.MultiPolygon)); !back.MultiPolygon().Equal(a.MultiPolygon()) {
		t.Errorf("%v, want %v", back.MultiPolygon(), a.MultiPolygon())
	}
}
