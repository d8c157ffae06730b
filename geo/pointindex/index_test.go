package pointindex_test

import (
	"cmp"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/geo"
	"citygrid/geo/pointindex"
)

func mustBuild(t testing.TB, items []pointindex.Item) *pointindex.Index {
	t.Helper()
	x, err := pointindex.Build(slices.Clone(items))
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// lots are sizes at which a last box or level is full, has one too many or one too few, and coarse positions, of which many are equal.
func lots(rnd *rand.Rand) [][]pointindex.Item {
	var out [][]pointindex.Item
	for _, n := range []int{0, 1, 2, 15, 16, 17, 255, 256, 257, 4097} {
		items := make([]pointindex.Item, n)
		for i := range items {
			items[i] = pointindex.Item{ID: int64(i) << 33, At: pointindex.Position{X: 1112800000 + 500*rnd.Int32N(200), Y: 307000000 + 500*rnd.Int32N(200)}}
		}
		out = append(out, items)
	}
	return out
}

func byID(a, b pointindex.Item) int { return cmp.Compare(a.ID, b.ID) }

func TestEveryPointIsKeptOnce(t *testing.T) {
	t.Parallel()
	for _, items := range lots(rand.New(rand.NewPCG(1, 1))) {
		x := mustBuild(t, items)
		got := slices.SortedFunc(x.All(), byID)
		if !slices.Equal(got, items) || x.Len() != len(items) || !x.Sound() {
			t.Errorf("of %d: %d kept, Len %d, sound %v", len(items), len(got), x.Len(), x.Sound())
		}
	}
}

// found is a point as Nearest gives it.
type found struct {
	id     int64
	metres float64
}

func nearest(x *pointindex.Index, p orb.Point, metres float64, most int) []found {
	var out []found
	x.Nearest(p, metres, func(id int64, metres float64) bool {
		out = append(out, found{id, metres})
		return len(out) < most
	})
	return out
}

func TestNearestComesInOrderOfMetresOnTheEllipsoid(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(3, 3))
	for _, at := range []orb.Point{{111.28, 30.7}, {-70, 0}, {0, -45}, {20, 78}, {0, 89.99}, {179.99, -89.99}} {
		var items []pointindex.Item
		for i := range 3000 {
			p := orb.Point{at[0] + 0.02*rnd.Float64() - 0.01, at[1] + 0.02*rnd.Float64() - 0.01}
			items = append(items, pointindex.Item{ID: int64(i), At: pointindex.At(p)})
		}
		x := mustBuild(t, items)
		for _, metres := range []float64{0, 1, 30, 500, 5000} {
			p := orb.Point{at[0] + 0.01*rnd.Float64(), at[1] + 0.005*rnd.Float64()}
			if metres == 0 {
				p = items[7].At.Point()
			}
			var want []found
			for _, item := range items {
				if d := geo.Metres(p, item.At.Point()); d <= metres {
					want = append(want, found{item.ID, d})
				}
			}
			slices.SortFunc(want, func(a, b found) int { return cmp.Or(cmp.Compare(a.metres, b.metres), cmp.Compare(a.id, b.id)) })
			for _, most := range []int{1, 40, len(items)} {
				got := nearest(x, p, metres, most)
				if !slices.Equal(got, want[:min(most, len(want))]) {
					t.Errorf("%v within %v m of %v: %d found, want %d", most, metres, p, len(got), min(most, len(want)))
				}
			}
		}
	}
}

func TestNothingIsNearWhatIsNoPositionOrNoDistance(t *testing.T) {
	t.Parallel()
	x := mustBuild(t, []pointindex.Item{{ID: 1}})
	var nan float64
	nan /= nan
	for _, q := range []struct {
		p      orb.Point
		metres float64
		want   int
	}{
		{orb.Point{}, 0, 1}, {orb.Point{}, -1, 0}, {orb.Point{}, nan, 0}, {orb.Point{nan, 0}, 1, 0}, {orb.Point{0, nan}, 1, 0},
		{orb.Point{181, 0}, 1e9, 0}, {orb.Point{0, 91}, 1e9, 0}, {orb.Point{0, 90}, 1e9, 1},
	} {
		if got := nearest(x, q.p, q.metres, 9); len(got) != q.want {
			t.Errorf("within %v of %v: %v, want %d", q.metres, q.p, got, q.want)
		}
	}
	if got := nearest(&pointindex.Index{}, orb.Point{}, 1e9, 9); got != nil || !(&pointindex.Index{}).Sound() {
		t.Errorf("the empty index has %v", got)
	}
}

func TestPositionsAreAtMostSlackFromWhereTheyWereGiven(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(4, 4))
	worst := 0.0
	for range 100_000 {
		p := orb.Point{360*rnd.Float64() - 180, 20*rnd.Float64() - 10}
		worst = max(worst, geo.Metres(p, pointindex.At(p).Point()))
	}
	if worst > pointindex.Slack || worst < pointindex.Slack/2 {
		t.Errorf("the farthest is %v m off", worst)
	}
	for _, p := range []orb.Point{{180, 90}, {-180, -90}, {111.2846123, 30.7012987}} {
		if got := pointindex.At(p).Point(); got != p {
			t.Errorf("%v comes back as %v", p, got)
		}
	}
}

func TestAMillionPointsTakeLessThan20BytesEach(t *testing.T) {
	t.Parallel()
	x := mustBuild(t, scattered(1_000_000))
	if perPoint := float64(x.Bytes()) / float64(x.Len()); perPoint > 20 || perPoint < 16 {
		t.Errorf("%v bytes a point", perPoint)
	}
}

func TestAFaultOfMemoryIsSeen(t *testing.T) {
	t.Parallel()
	items := scattered(5000)
	for name, fault := range map[string]func(*pointindex.Index){
		"a point outside its box":    func(x *pointindex.Index) { x.MovePoint(4711, pointindex.Position{X: 1}) },
		"a box of points too narrow": func(x *pointindex.Index) { x.NarrowBox(0, 17) },
		"a box of boxes too narrow":  func(x *pointindex.Index) { x.NarrowBox(2, 1) },
	} {
		x := mustBuild(t, items)
		fault(x)
		if x.Sound() {
			t.Errorf("%s is not seen", name)
		}
	}
}

func TestItemsMayShareIDsAndPositions(t *testing.T) {
	t.Parallel()
	items := slices.Repeat([]pointindex.Item{{ID: 5, At: pointindex.Position{X: 3, Y: 4}}}, 100)
	x := mustBuild(t, items)
	if got := slices.Collect(x.All()); !reflect.DeepEqual(got, items) {
		t.Errorf("%v", got)
	}
	if got := nearest(x, items[0].At.Point(), 0, 1000); len(got) != 100 {
		t.Errorf("%d are where they are, want 100", len(got))
	}
}

// scattered are points over a city of 15 km by 10.
func scattered(n int) []pointindex.Item {
	rnd := rand.New(rand.NewPCG(5, 5))
	items := make([]pointindex.Item, n)
	for i := range items {
		items[i] = pointindex.Item{ID: int64(i + 1), At: pointindex.Position{X: 1112100000 + rnd.Int32N(1_566_000), Y: 306450000 + rnd.Int32N(902_000)}}
	}
	return items
}
