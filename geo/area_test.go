package geo_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/geo"
)

// box is a closed counter-clockwise ring.
func box(west, south, east, north float64) orb.Ring {
	return orb.Ring{{west, south}, {east, south}, {east, north}, {west, north}, {west, south}}
}

func reversed(r orb.Ring) orb.Ring {
	r = r.Clone()
	r.Reverse()
	return r
}

func mustArea(tb testing.TB, mp orb.MultiPolygon) geo.Area {
	tb.Helper()
	a, err := geo.NewArea(mp)
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

func TestNewAreaTurnsOuterRingsCounterClockwiseAndHolesClockwise(t *testing.T) {
	t.Parallel()
	outer, hole := box(0, 0, 10, 10), box(4, 4, 6, 6)
	want := orb.MultiPolygon{{outer, reversed(hole)}}
	for _, p := range []orb.Polygon{{outer, hole}, {reversed(outer), hole}, {reversed(outer), reversed(hole)}} {
		if got := mustArea(t, orb.MultiPolygon{p}).MultiPolygon(); !got.Equal(want) {
			t.Errorf("NewArea(%v) = %v, want %v", p, got, want)
		}
	}
}

func TestAreaIsNotChangedThroughWhatItWasMadeOf(t *testing.T) {
	t.Parallel()
	mp := orb.MultiPolygon{{box(0, 0, 10, 10)}}
	a := mustArea(t, mp)
	mp[0][0][1] = orb.Point{99, 99}
	if want := (orb.MultiPolygon{{box(0, 0, 10, 10)}}); !a.MultiPolygon().Equal(want) {
		t.Errorf("the area is now %v", a.MultiPolygon())
	}
}

func TestNewAreaRefusesWhatIsNoArea(t *testing.T) {
	t.Parallel()
	ok := box(0, 0, 1, 1)
	with := func(i int, p orb.Point) orb.Ring {
		r := ok.Clone()
		r[i] = p
		return r
	}
	nan, inf := math.NaN(), math.Inf(-1)
	for name, c := range map[string]struct {
		mp   orb.MultiPolygon
		want geo.ShapeError
	}{
		"nothing":             {nil, geo.ShapeError{Problem: geo.ProblemEmpty, Part: -1, Ring: -1}},
		"empty part":          {orb.MultiPolygon{{ok}, {}}, geo.ShapeError{Problem: geo.ProblemEmpty, Part: 1, Ring: -1}},
		"empty ring":          {orb.MultiPolygon{{{}}}, geo.ShapeError{Problem: geo.ProblemShort, Limit: 4}},
		"three positions":     {orb.MultiPolygon{{ok, {{0, 0}, {1, 1}, {0, 0}}}}, geo.ShapeError{Problem: geo.ProblemShort, Ring: 1, Count: 3, Limit: 4}},
		"not closed":          {orb.MultiPolygon{{ok}, {with(4, orb.Point{0, 0.1})}}, geo.ShapeError{Problem: geo.ProblemUnclosed, Part: 1}},
		"no area":             {orb.MultiPolygon{{{{0, 0}, {1, 1}, {2, 2}, {0, 0}}}}, geo.ShapeError{Problem: geo.ProblemFlat}},
		"no area, rounded":    {orb.MultiPolygon{{{{0.1, 0.1}, {0.2, 0.2}, {0.3, 0.3}, {0.1, 0.1}}}}, geo.ShapeError{Problem: geo.ProblemFlat}},
		"not a number":        {orb.MultiPolygon{{with(1, orb.Point{nan, 0})}}, geo.ShapeError{Problem: geo.ProblemPosition}},
		"infinite":            {orb.MultiPolygon{{with(2, orb.Point{0, inf})}}, geo.ShapeError{Problem: geo.ProblemPosition}},
		"beyond the meridian": {orb.MultiPolygon{{with(2, orb.Point{180.1, 0})}}, geo.ShapeError{Problem: geo.ProblemPosition}},
		"too many rings":      {orb.MultiPolygon{slices.Repeat(orb.Polygon{ok}, 1_000), {ok}}, geo.ShapeError{Problem: geo.ProblemRings, Part: -1, Ring: -1, Count: 1_001, Limit: 1_000}},
		"too many positions":  {orb.MultiPolygon{{slices.Repeat(ok, 20_000)}, {ok}}, geo.ShapeError{Problem: geo.ProblemPositions, Part: -1, Ring: -1, Count: 100_005, Limit: 100_000}},
	} {
		_, err := geo.NewArea(c.mp)
		var got *geo.ShapeError
		if !errors.As(err, &got) {
			t.Errorf("%s: error %v", name, err)
			continue
		}
		if where := *got; !sameProblem(where, c.want) {
			t.Errorf("%s: %+v, want %+v", name, where, c.want)
		}
	}
}

// sameProblem compares all but the cause.
func sameProblem(a, b geo.ShapeError) bool {
	a.Err, b.Err = nil, nil
	return reflect.DeepEqual(a, b)
}

func TestShapeErrorSaysWhereInBothLanguages(t *testing.T) {
	t.Parallel()
	_, err := geo.NewArea(orb.MultiPolygon{{box(0, 0, 1, 1)}, {box(0, 0, 1, 1), {{0, 0}, {30, 111}, {0, 1}, {0, 0}}}})
	var e *geo.ShapeError
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	got := e.Error() + "\n" + e.ZH()
	const want = "geometry: part 2: ring 2: bad position: lat 111 is not within [-90, 90]; latitude and longitude look swapped: write longitude first\n" +
		"几何第 2 部分第 2 环：坐标无效：纬度 111 不在 [-90, 90] 范围内；经纬度可能写反：应先写经度，后写纬度"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestSideOfSquareWithHole(t *testing.T) {
	t.Parallel()
	a := mustArea(t, orb.MultiPolygon{{box(0, 0, 10, 10), box(4, 4, 6, 6)}})
	for p, want := range map[orb.Point]geo.Side{
		{2, 2}: geo.Inside, {5, 5}: geo.Outside, {4, 5}: geo.Border, {4, 4}: geo.Border, {0, 0}: geo.Border, {10, 3}: geo.Border,
		{5, 0}: geo.Border, {5, 10}: geo.Border, {3, 4}: geo.Inside, {7, 6}: geo.Inside, {-1, 0}: geo.Outside, {11, 10}: geo.Outside,
		{0, 11}: geo.Outside, {5, 2}: geo.Inside, {8, 4}: geo.Inside, {math.Nextafter(10, 11), 3}: geo.Outside,
		{math.Nextafter(10, 9), 3}: geo.Inside, {math.NaN(), 5}: geo.Outside, {5, math.Inf(1)}: geo.Outside,
	} {
		if got := a.Side(p); got != want {
			t.Errorf("Side(%v) = %v, want %v", p, got, want)
		}
	}
	if got := (geo.Area{}).Side(orb.Point{}); got != geo.Outside {
		t.Errorf("the zero Area has [0 0] %v", got)
	}
}

func TestSideNextToSlantedBorderIsDecidedByTheExactTurn(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(3, 4))
	seen := map[geo.Side]int{}
	for range 5_000 {
		o := orb.Point{111 + rnd.Float64(), 30 + rnd.Float64()}
		b := orb.Point{o[0] + rnd.Float64(), o[1] + rnd.Float64()/2}
		c := orb.Point{o[0] - rnd.Float64(), b[1] + rnd.Float64()}
		a := mustArea(t, orb.MultiPolygon{{{o, b, c, o}}})
		p := orb.Point{(o[0] + b[0]) / 2, (o[1] + b[1]) / 2}
		want := geo.Side(orientRational(o, b, p)) // far from the other edges
		seen[want]++
		if got := a.Side(p); got != want {
			t.Fatalf("Side(%v) of %v = %v, want %v", p, a.MultiPolygon(), got, want)
		}
	}
	if seen[geo.Outside] < 100 || seen[geo.Inside] < 100 || seen[geo.Border] < 10 {
		t.Errorf("the points tried lie %v", seen)
	}
}

func TestCheckPointNamesTheValueAndTheCure(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	for _, c := range []struct {
		lon, lat float64
		want     string
	}{
		{111.28, 30.7, "<nil>"},
		{-180, 90, "<nil>"},
		{180.5, 30, "lon 180.5 is not within [-180, 180]"},
		{30.7, 111.28, "lat 111.28 is not within [-90, 90]; latitude and longitude look swapped: write longitude first"},
		{nan, 30, "lon NaN is not within [-180, 180]"},
		{30, math.Inf(1), "lat +Inf is not within [-90, 90]"},
		{3711000.5, 3400000.25, "lon 3.7110005e+06 is not within [-180, 180]"},
		{111, 111, "lat 111 is not within [-90, 90]"},
	} {
		p, err := geo.CheckPoint(c.lon, c.lat)
		if got := fmt.Sprint(err); got != c.want {
			t.Errorf("CheckPoint(%v, %v): %s, want %s", c.lon, c.lat, got, c.want)
		}
		if want := (orb.Point{c.lon, c.lat}); err == nil && p != want {
			t.Errorf("CheckPoint(%v, %v) = %v", c.lon, c.lat, p)
		}
	}
}

func TestLimitsTakeDefaultsWhereZero(t *testing.T) {
	t.Parallel()
	want := geo.Limits{Positions: 5, Rings: 1_000, Depth: 8, FeatureBytes: 8 << 20}
	if got := (geo.Limits{Positions: 5}).OrDefault(); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}
