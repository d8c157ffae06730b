package areaindex_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/geo"
	"citygrid/geo/areaindex"
)

func ExampleBuild() {
	square := func(west, east float64) geo.Area {
		a, _ := geo.NewArea(orb.MultiPolygon{{{{west, 30}, {east, 30}, {east, 31}, {west, 31}, {west, 30}}}})
		return a
	}
	x, err := areaindex.Build([]areaindex.Item{
		{Code: "420502002", Area: square(111, 112)},
		{Code: "420502001", Area: square(112, 113)},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	i, ok := x.Locate(orb.Point{112, 30.5}) // on the border of both
	fmt.Println(x.Code(i), ok)
	near := x.Within(nil, orb.Point{111.99995, 30.5}, 5)
	fmt.Printf("%s %.1f m, %s %.1f m\n", x.Code(near[0].Index), near[0].Metres, x.Code(near[1].Index), near[1].Metres)
	// Output:
	// 420502001 true
	// 420502002 0.0 m, 420502001 4.8 m
}

func TestPointOnSharedEdgeGoesToLowerCode(t *testing.T) {
	t.Parallel()
	x := mustBuild(t, []areaindex.Item{
		{Code: "b", Area: mustArea(t, orb.MultiPolygon{{box(0, 0, 1, 1)}})},
		{Code: "B", Area: mustArea(t, orb.MultiPolygon{{box(1, 0, 2, 1)}})},
		{Code: "街", Area: mustArea(t, orb.MultiPolygon{{box(0, 1, 2, 2)}})},
	})
	for p, want := range map[orb.Point]string{
		{1, 0.5}: "B", {1, 1}: "B", {0.5, 1}: "b", {0, 0}: "b", {1, 0}: "B", {2, 1}: "B", {0, 2}: "街", {0.5, 0.5}: "b", {1.5, 1.5}: "街",
	} {
		if i, ok := x.Locate(p); !ok || x.Code(i) != want {
			t.Errorf("%v goes to %d %v, want %s", p, i, ok, want)
		}
	}
}

func TestBuildRefusesOneCodeTwiceAndEmptyAreas(t *testing.T) {
	t.Parallel()
	a := mustArea(t, orb.MultiPolygon{{box(0, 0, 1, 1)}})
	for _, items := range [][]areaindex.Item{{{"a", a}, {"b", a}, {"a", a}}, {{"a", geo.Area{}}}} {
		if x, err := areaindex.Build(items); err == nil {
			t.Errorf("built %d areas", x.Len())
		}
	}
}

func TestIndexIsNotChangedThroughTheItemsItWasMadeOf(t *testing.T) {
	t.Parallel()
	items := city(t, rand.New(rand.NewPCG(1, 1)), 3, 3)
	before := slices.Clone(items)
	x := mustBuild(t, items)
	if !reflect.DeepEqual(items, before) {
		t.Error("Build moved the caller's items")
	}
	items[0] = areaindex.Item{}
	slices.SortFunc(before, func(a, b areaindex.Item) int { return cmp.Compare(a.Code, b.Code) })
	for i := range x.Len() {
		if got := (areaindex.Item{Code: x.Code(i), Area: x.Area(i)}); !reflect.DeepEqual(got, before[i]) {
			t.Errorf("area %d is %s, want %s", i, got.Code, before[i].Code)
		}
	}
}

// ask compares every answer of the index for p with what asking each area in turn gives.
func ask(t *testing.T, x *areaindex.Index, p orb.Point, metres float64) {
	t.Helper()
	var covering []int
	var near []areaindex.Near
	nearest := areaindex.Near{Metres: math.Inf(1)}
	for i := range x.Len() {
		if x.Area(i).Side(p) != geo.Outside {
			covering = append(covering, i)
		}
		d := x.Area(i).Metres(p)
		if d <= metres {
			near = append(near, areaindex.Near{Index: i, Metres: d})
		}
		if d < nearest.Metres {
			nearest = areaindex.Near{Index: i, Metres: d}
		}
	}
	slices.SortStableFunc(near, func(a, b areaindex.Near) int { return cmp.Compare(a.Metres, b.Metres) })
	i, ok := x.Locate(p)
	if ok != (len(covering) > 0) || ok && i != covering[0] {
		t.Fatalf("Locate(%v) = %d %v, covering are %v", p, i, ok, covering)
	}
	if got := x.Covering(nil, p); !slices.Equal(got, covering) {
		t.Fatalf("Covering(%v) = %v, want %v", p, got, covering)
	}
	if got := x.Within(nil, p, metres); !slices.Equal(got, near) {
		t.Fatalf("Within(%v, %v) = %v, want %v", p, metres, got, near)
	}
	if got, ok := x.Nearest(p); !ok || got != nearest {
		t.Fatalf("Nearest(%v) = %v %v, want %v", p, got, ok, nearest)
	}
}

func TestTessellationAnswersAsEachAreaInTurn(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(2, 3))
	items := city(t, rnd, 6, 5)
	x := mustBuild(t, items)
	shared := 0
	for _, p := range probes(rnd, items, 6, 5, 500) {
		ask(t, x, p, 30*rnd.Float64())
		if len(x.Covering(nil, p)) > 1 {
			shared++
		}
	}
	if shared < 500 {
		t.Errorf("only %d probes lie on a shared border", shared)
	}
}

func TestEveryPointOfATessellationIsCovered(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(4, 5))
	items := city(t, rnd, 8, 8)
	x := mustBuild(t, items)
	var areas []geo.Area
	for _, item := range items {
		areas = append(areas, item.Area)
	}
	whole, err := geo.Dissolve(areas)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range probes(rnd, items, 8, 8, 5_000) {
		if _, ok := x.Locate(p); ok != (whole.Side(p) != geo.Outside) {
			t.Errorf("%v is located: %v, and lies %v of the whole", p, ok, whole.Side(p))
		}
	}
}

func TestOverlapsGapsAndHolesAnswerAsEachAreaInTurn(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(6, 7))
	for range 20 {
		var items []areaindex.Item
		for i := range 40 {
			w, s := 111.28+rnd.Float64()*0.02, 30.70+rnd.Float64()*0.02
			size := 0.001 + rnd.Float64()*0.008
			mp := orb.MultiPolygon{{box(w, s, w+size, s+size), box(w+size/4, s+size/4, w+size/2, s+size/2)}}
			if i%3 == 0 {
				mp = append(mp, orb.Polygon{box(w+2*size, s, w+3*size, s+size)})
			}
			items = append(items, areaindex.Item{Code: fmt.Sprint(i), Area: mustArea(t, mp)})
		}
		x := mustBuild(t, items)
		for _, p := range probes(rnd, items[:5], 5, 5, 100) {
			ask(t, x, p, 300*rnd.Float64())
		}
	}
}

func TestFarPointsStillHaveANearestArea(t *testing.T) {
	t.Parallel()
	x := mustBuild(t, city(t, rand.New(rand.NewPCG(8, 9)), 3, 3))
	for _, p := range []orb.Point{{112, 31}, {116.4, 39.9}, {111.28, 89.9}, {-111.28, -30.7}, {180, -90}} {
		got, ok := x.Nearest(p)
		if !ok || !(got.Metres > 0) {
			t.Errorf("Nearest(%v) = %v %v", p, got, ok)
		}
		if near := x.Within(nil, p, got.Metres); len(near) == 0 || near[0] != got {
			t.Errorf("Within(%v, %v) = %v, want %v first", p, got.Metres, near, got)
		}
	}
}

func TestWhatIsNoPositionIsInNoArea(t *testing.T) {
	t.Parallel()
	world := mustBuild(t, []areaindex.Item{{Code: "world", Area: mustArea(t, orb.MultiPolygon{{box(-180, -90, 180, 90)}})}})
	nan, inf := math.NaN(), math.Inf(1)
	for _, p := range []orb.Point{{nan, 0}, {0, nan}, {nan, nan}, {inf, 0}, {0, -inf}, {181, 0}, {0, 91}} {
		_, located := world.Locate(p)
		_, nearest := world.Nearest(p)
		if located || nearest || world.Covering(nil, p) != nil || world.Within(nil, p, inf) != nil {
			t.Errorf("%v has an area", p)
		}
	}
	for _, metres := range []float64{nan, -1} {
		if near := world.Within(nil, orb.Point{}, metres); near != nil {
			t.Errorf("within %v m: %v", metres, near)
		}
	}
	if near := world.Within(nil, orb.Point{180, 90}, inf); len(near) != 1 {
		t.Errorf("within any distance: %v", near)
	}
}

func TestEmptyIndexHasNoAnswers(t *testing.T) {
	t.Parallel()
	x := mustBuild(t, nil)
	p := orb.Point{111.28, 30.7}
	_, located := x.Locate(p)
	_, nearest := x.Nearest(p)
	if located || nearest || x.Len() != 0 || x.Covering(nil, p) != nil || x.Within(nil, p, 1e9) != nil {
		t.Error("it answers")
	}
}

func TestAnswersAreAppendedToWhatIsThere(t *testing.T) {
	t.Parallel()
	x := mustBuild(t, []areaindex.Item{{Code: "a", Area: mustArea(t, orb.MultiPolygon{{box(0, 0, 1, 1)}})}})
	if got := x.Covering([]int{9, 8}, orb.Point{0.5, 0.5}); !slices.Equal(got, []int{9, 8, 0}) {
		t.Errorf("Covering: %v", got)
	}
	before := []areaindex.Near{{Index: 9, Metres: 7}}
	if got := x.Within(before, orb.Point{0.5, 0.5}, 0); !slices.Equal(got, []areaindex.Near{{Index: 9, Metres: 7}, {}}) {
		t.Errorf("Within: %v", got)
	}
}

func TestLocateAllocatesNothing(t *testing.T) { // not parallel: it counts
	rnd := rand.New(rand.NewPCG(10, 11))
	items := city(t, rnd, 6, 6)
	x := mustBuild(t, items)
	points := probes(rnd, items, 6, 6, 100)
	i := 0
	if n := testing.AllocsPerRun(1000, func() { x.Locate(points[i%len(points)]); i++ }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestManyReadersGetTheSameAnswers(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(12, 13))
	items := city(t, rnd, 6, 6)
	x := mustBuild(t, items)
	points := probes(rnd, items, 6, 6, 100)
	type answer struct {
		covering []int
		near     []areaindex.Near
	}
	answers := func() (out []answer) {
		for _, p := range points {
			out = append(out, answer{x.Covering(nil, p), x.Within(nil, p, 5)})
		}
		return out
	}
	want := answers()
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			if !reflect.DeepEqual(answers(), want) {
				t.Error("a reader beside others gets other answers than one alone")
			}
		})
	}
	readers.Wait()
}
