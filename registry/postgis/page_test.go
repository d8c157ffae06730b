package postgis_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/twpayne/go-geom"

	"citygrid/geo"
	"citygrid/registry"
	"citygrid/registry/postgis"
)

// varied places n components that differ in everything by which they can be sorted and selected, and gives the values of their properties by code.
func (w *town) varied(n int) map[string]map[string]string {
	w.t.Helper()
	rnd := rand.New(rand.NewPCG(5, 5))
	one := func(of ...string) string { return of[rnd.IntN(len(of))] }
	days := []string{"", "2011-12-31", "2012-03-04", "2026-11-23"}
	all := map[string]map[string]string{}
	for i := range n {
		of := map[string]string{
			"code": lampCode(1 + i*7919%9000), "name": "路灯", "class": "01", "subclass": "0118", "edition": "cjt214-2007",
			"state": one("完好", "破损", "丢失"), "grid": one("", townCell(1), townCell(2)), "stated_grid": one("", "甲", "乙"),
			"supervisor_code": one("", "U01", "U02"), "supervisor_name": one("", "市政处", "Unit", "unit"), "owner_code": one("", "W01"), "owner_name": one("", "供水"),
			"maintainer_code": one("", "U09"), "maintainer_name": one("", "养护"), "first_surveyed": one(days...), "changed_on": one(days...),
			"data_source": one("实测", "图解"), "note": one("", "注", strings.Repeat("长", 80)+one("a", "b"), "'; drop table component; --", `a\b"c`, "%_"),
		}
		all[of["code"]] = of
		w.place(thing{code: of["code"], wkt: fmt.Sprintf("POINT(%f %f 50)", 111.281+rnd.Float64()*0.008, 30.701+rnd.Float64()*0.008)})
		w.exec(`update component set state = $2, grid = nullif($3, ''), stated_grid = $4, dept1_code = $5, dept1_name = $6, dept2_code = $7, dept2_name = $8,
			dept3_code = $9, dept3_name = $10, first_surveyed = nullif($11, '')::date, changed_on = nullif($12, '')::date, data_source = $13, note = $14
			where code = $1`, of["code"], of["state"], of["grid"], of["stated_grid"], of["supervisor_code"], of["supervisor_name"], of["owner_code"], of["owner_name"],
			of["maintainer_code"], of["maintainer_name"], of["first_surveyed"], of["changed_on"], of["data_source"], of["note"])
	}
	w.touch(registry.CollectionComponents)
	return all
}

// inOrder are the codes as an order has them.
func inOrder(all map[string]map[string]string, order []registry.Order) []string {
	var codes []string
	for code := range all {
		codes = append(codes, code)
	}
	key := func(code, property string) string {
		text := []rune(all[code][property])
		return string(text[:min(len(text), registry.OrderPrefix)])
	}
	slices.SortFunc(codes, func(a, b string) int {
		for _, o := range order {
			if by := strings.Compare(key(a, o.Property), key(b, o.Property)); by != 0 {
				if o.Descending {
					return -by
				}
				return by
			}
		}
		return cmp.Compare(a, b)
	})
	return codes
}

func TestPagesOfAnyOrderWalkForthAndBackOverEverythingOnce(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	all := w.varied(83)
	orders := [][]registry.Order{nil, {{Property: "state"}, {Property: "note", Descending: true}, {Property: "changed_on"}, {Property: "supervisor_name", Descending: true}}}
	for _, p := range registry.ComponentProperties() {
		if p.Scalar() {
			orders = append(orders, []registry.Order{{Property: p.Name}}, []registry.Order{{Property: p.Name, Descending: true}})
		}
	}
	for _, order := range orders {
		want := inOrder(all, order)
		var got []string
		q := registry.ComponentQuery{Page: registry.Page{Order: order, Limit: 9}}
		pages := []registry.Part{}
		for more := true; more && len(pages) < 20; {
			page, err := w.Components(t.Context(), everyone, q)
			if err != nil || page.Matched != 83 {
				t.Fatalf("%v: %d, %v", order, page.Matched, err)
			}
			got, more, q.After = append(got, codesOf(page.Components)...), page.More, page.Last
			pages = append(pages, page.Part)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%v: got  %v\nwant %v", order, got, want)
			continue
		}
		var back []string
		q.Before, q.After, q.Limit = true, pages[len(pages)-1].First, 4
		for more := true; more && len(back) < 100; {
			page, err := w.Components(t.Context(), everyone, q)
			if err != nil {
				t.Fatal(err)
			}
			back, more, q.After = append(codesOf(page.Components), back...), page.More, page.First
		}
		if !slices.Equal(back, want[:81]) {
			t.Errorf("%v: back %v\nwant %v", order, back, want[:81])
		}
	}
}

func TestOffsetPassesFeaturesOver(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	want := inOrder(w.varied(20), nil)
	for _, offset := range []int{0, 1, 19, 20, 100_000} {
		page, err := w.Components(t.Context(), everyone, registry.ComponentQuery{Page: registry.Page{Offset: offset, Limit: 5}})
		from := min(offset, 20)
		if got := codesOf(page.Components); err != nil || !slices.Equal(got, want[from:min(from+5, 20)]) || page.More != (offset+5 < 20) {
			t.Errorf("%d: %v, %v", offset, got, err)
		}
	}
}

func TestEachScalarPropertySelectsByItsValue(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	all := w.varied(60)
	for _, p := range registry.ComponentProperties() {
		if !p.Scalar() {
			continue
		}
		values := map[string][]string{}
		for code, of := range all {
			values[of[p.Name]] = append(values[of[p.Name]], code)
		}
		for value, want := range values {
			slices.Sort(want)
			parsed, err := p.Parse(value)
			if err != nil {
				t.Fatal(err)
			}
			page, err := w.Components(t.Context(), everyone, registry.ComponentQuery{
				Selection: registry.Selection{Equal: []registry.Equal{{Property: p.Name, Value: parsed}}}, Page: registry.Page{Limit: 100},
			})
			if got := codesOf(page.Components); err != nil || !slices.Equal(got, want) || page.Matched != int64(len(want)) || page.Estimated {
				t.Errorf("%s=%q: %v of %d, want %v, %v", p.Name, value, got, page.Matched, want, err)
			}
		}
	}
	page, err := w.Areas(t.Context(), everyone, registry.AreaQuery{
		Level: registry.LevelGrid, Selection: registry.Selection{Equal: []registry.Equal{{Property: "name_en", Value: ""}, {Property: "level", Value: "grid"}}}, Page: registry.Page{Limit: 10},
	})
	if err != nil || page.Matched != int64(len(page.Areas)) || len(page.Areas) == 0 {
		t.Errorf("areas: %d of %d, %v", len(page.Areas), page.Matched, err)
	}
}

func TestNothingIsSelectedOrSortedByWhatIsNoColumn(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	for _, name := range []string{"extra", "grids_also", "geom", "id", "", "code; drop table component", "CODE"} {
		for what, q := range map[string]registry.ComponentQuery{
			"selected": {Selection: registry.Selection{Equal: []registry.Equal{{Property: name, Value: "1"}}}, Page: registry.Page{Limit: 1}},
			"sorted":   {Page: registry.Page{Order: []registry.Order{{Property: name}}, Limit: 1}},
		} {
			if _, err := w.Components(t.Context(), everyone, q); registry.KindOf(err) != registry.Invalid {
				t.Errorf("%s by %q: %v", what, name, err)
			}
		}
	}
}

func TestDaysSelectWhatReachesIntoThemAndWhatHasNone(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	all := w.varied(80)
	for _, days := range [][2]string{{"2012-01-01", ""}, {"", "2012-03-04"}, {"2012-03-04", "2012-03-04"}, {"2012-03-05", "2026-11-22"}, {"", ""}, {"2027-01-01", ""}} {
		want := []string{}
		for code, of := range all {
			first, last := of["first_surveyed"], of["changed_on"]
			first, last = cmp.Or(first, last), cmp.Or(last, first)
			if first == "" || (days[0] == "" || last >= days[0]) && (days[1] == "" || first <= days[1]) {
				want = append(want, code)
			}
		}
		slices.Sort(want)
		var during registry.Interval
		if days[0] != "" {
			during.From, _ = time.Parse(time.DateOnly, days[0])
		}
		if days[1] != "" {
			during.To, _ = time.Parse(time.DateOnly, days[1])
		}
		page, err := w.Components(t.Context(), everyone, registry.ComponentQuery{Selection: registry.Selection{During: during}, Page: registry.Page{Limit: 100}})
		if got := codesOf(page.Components); err != nil || !slices.Equal(got, want) {
			t.Errorf("%v: %v, want %v, %v", days, got, want, err)
		}
	}
}

func TestCountIsExactGuessedOrLeftOutAsItIsAskedFor(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.varied(30)
	w.exec(`analyze component`)
	damaged := registry.Selection{Equal: []registry.Equal{{Property: "state", Value: "破损"}}}
	count := func(how registry.Count) registry.Part {
		page, err := w.Components(t.Context(), everyone, registry.ComponentQuery{Selection: damaged, Page: registry.Page{Limit: 1, Count: how}})
		if err != nil {
			t.Fatal(err)
		}
		return page.Part
	}
	exact := count(registry.CountExact)
	if cheap := count(registry.CountCheap); exact.Estimated || cheap.Estimated || cheap.Matched != exact.Matched || exact.Matched < 1 || exact.Matched > 29 {
		t.Errorf("exact %+v, cheap %+v", exact, cheap)
	}
	if guess := count(registry.CountEstimated); !guess.Estimated || guess.Matched < 1 || guess.Matched > 30 {
		t.Errorf("estimated: %+v", guess)
	}
	if none := count(registry.CountNone); none.Matched >= 0 || none.Estimated {
		t.Errorf("none: %+v", none)
	}
}

func TestThePageThatEndsASelectionKnowsItsNumberAsACountDoes(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.varied(30)
	damaged := registry.Selection{Equal: []registry.Equal{{Property: "state", Value: "破损"}}}
	for _, s := range []registry.Selection{{}, damaged, {Bounds: []orb.Bound{{}}}} {
		whole, err := w.Components(t.Context(), everyone, registry.ComponentQuery{Selection: s, Page: registry.Page{Limit: 1, Count: registry.CountExact}})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range []registry.Page{
			{Limit: 100}, {Limit: 100, Count: registry.CountExact}, {Limit: 100, Offset: 3}, {Limit: 100, Offset: 1000}, {Limit: int(whole.Matched) + 1},
			{Limit: max(1, int(whole.Matched))}, {Limit: 100, After: registry.Keys{lampCode(5)}}, {Limit: 100, After: registry.Keys{lampCode(5)}, Before: true},
		} {
			page, err := w.Components(t.Context(), everyone, registry.ComponentQuery{Selection: s, Page: p})
			if err != nil || page.Matched != whole.Matched || page.Estimated {
				t.Errorf("%+v of %+v: %d (%t), not %d, %v", p, s, page.Matched, page.Estimated, whole.Matched, err)
			}
		}
	}
}

func TestGeometryComesInTheSystemThatIsAskedForOrNotAtAll(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.place(thing{code: lampCode(1), wkt: "POINT(111.2846 30.7012 61.25)"})
	in := func(srid int, none bool) geo.EWKB {
		page, err := w.Components(t.Context(), everyone, registry.ComponentQuery{Page: registry.Page{Limit: 1, SRID: srid, NoGeometry: none}})
		if err != nil || len(page.Components) != 1 {
			t.Fatal(len(page.Components), err)
		}
		return page.Components[0].Geometry
	}
	if got := in(0, true); len(got) != 0 {
		t.Errorf("%x", got)
	}
	g, err := geo.DecodeEWKB(in(4546, false))
	if err != nil {
		t.Fatal(err)
	}
	// gdaltransform -s_srs EPSG:4490 -t_srs EPSG:4546 gives the same, north first.
	if got := g.FlatCoords(); math.Abs(got[0]-527264.948) > 0.001 || math.Abs(got[1]-3397881.866) > 0.001 || got[2] != 61.25 || g.Layout() != geom.XYZ {
		t.Errorf("%v", got)
	}
}

func TestARingSelectsWhatTouchesIt(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.place(thing{code: lampCode(1), wkt: "POINT(111.285 30.705)"}, thing{code: lampCode(2), wkt: "POINT(111.287 30.705)"}, thing{code: lampCode(3), wkt: "POINT(111.288 30.7099)"})
	ring := orb.Ring{{111.28, 30.70}, {111.29, 30.70}, {111.28, 30.71}, {111.28, 30.70}} // a triangle, within whose box all stand
	page, err := w.Components(t.Context(), everyone, registry.ComponentQuery{Selection: registry.Selection{Within: ring}, Page: registry.Page{Limit: 10}})
	if got := codesOf(page.Components); err != nil || !slices.Equal(got, []string{lampCode(1)}) || page.Matched != 1 {
		t.Errorf("%v of %d, %v", got, page.Matched, err)
	}
}

// Who asks for what PostGIS cannot do is told so, and no connection is lost.
func TestAnUnknownSystemIsAFailureOfTheRequestAlone(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.place(thing{code: lampCode(1), wkt: "POINT(111.2846 30.7012)"})
	store := openStore(t, postgis.Config{URL: w.db.Config().ConnString(), MaxConns: 1})
	if _, err := store.Components(t.Context(), everyone, registry.ComponentQuery{Page: registry.Page{Limit: 1, SRID: 7}}); err == nil {
		t.Error("a system that there is not")
	}
	if _, err := store.Components(t.Context(), everyone, registry.ComponentQuery{Page: registry.Page{Limit: 1}}); err != nil {
		t.Error(err)
	}
}
