package postgis_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

func TestComponentsCanBeWalkedPageByPageEachOnce(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	rnd := rand.New(rand.NewPCG(1, 1))
	var all []string
	var things []thing
	for _, n := range rnd.Perm(57) {
		all = append(all, lampCode(n*7919%1_000_000+1))
		things = append(things, thing{code: all[len(all)-1], wkt: fmt.Sprintf("POINT(%f %f)", 111.28+rnd.Float64()*0.02, 30.70+rnd.Float64()*0.02)})
	}
	w.place(things...)
	slices.Sort(all)
	for _, limit := range []int{1, 2, 7, 56, 57, 58, 10_000} {
		var got []string
		pages := 0
		for more := true; more && pages < 100; pages++ {
			q := registry.ComponentQuery{Page: registry.Page{Limit: limit}}
			if len(got) > 0 {
				q.After = registry.Keys{got[len(got)-1]}
			}
			page, err := w.Components(t.Context(), everyone, q)
			if err != nil || page.Matched != 57 || len(page.Components) > limit {
				t.Fatalf("limit %d: %d of %d, %v", limit, len(page.Components), page.Matched, err)
			}
			got, more = append(got, codesOf(page.Components)...), page.More
		}
		if want := (57 + limit - 1) / limit; !slices.Equal(got, all) || pages != want {
			t.Errorf("limit %d: %d pages, want %d: %v", limit, pages, want, got)
		}
	}
}

func TestWalkSeesWhatStaysOnceWhileOthersComeAndGo(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	var stay []string
	for n := 10; n <= 400; n += 10 {
		stay = append(stay, lampCode(n))
		w.place(thing{code: lampCode(n), wkt: "POINT(111.285 30.705)"}, thing{code: lampCode(n + 5), wkt: "POINT(111.285 30.705)"})
	}
	var got []string
	for more, step := true, 1; more; step++ {
		q := registry.ComponentQuery{Page: registry.Page{Limit: 7}}
		if len(got) > 0 {
			q.After = registry.Keys{got[len(got)-1]}
		}
		page, err := w.Components(t.Context(), everyone, q)
		if err != nil || step > 40 {
			t.Fatalf("page %d: %v", step, err)
		}
		got, more = append(got, codesOf(page.Components)...), page.More
		w.place(thing{code: lampCode(1 + step*10), wkt: "POINT(111.285 30.705)"}, thing{code: lampCode(408 - step*10), wkt: "POINT(111.285 30.705)"}) // behind and ahead
		w.exec(`update component set state = '移除' where code in ($1, $2)`, lampCode(20*step+5), lampCode(400-20*step+15))
	}
	if !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != len(got) {
		t.Errorf("not in order, or twice: %v", got)
	}
	for _, code := range stay {
		if !slices.Contains(got, code) {
			t.Errorf("%s was there all the time and not seen", code)
		}
	}
}

func TestRemovedComponentsAreHiddenUnlessAskedForAndStillResolve(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.place(
		thing{code: lampCode(1), wkt: "POINT(111.285 30.705)"},
		thing{code: lampCode(2), state: registry.Removed, wkt: "POINT(111.286 30.706)"},
		thing{code: lampCode(3), state: registry.Abandoned, wkt: "POINT(111.287 30.707)"},
	)
	live := []string{lampCode(1), lampCode(3)}
	page, err := w.Components(t.Context(), everyone, registry.ComponentQuery{Page: registry.Page{Limit: 10}})
	if got := codesOf(page.Components); err != nil || !slices.Equal(got, live) || page.Matched != 2 {
		t.Errorf("live: %v of %d, %v", got, page.Matched, err)
	}
	page, err = w.Components(t.Context(), everyone, registry.ComponentQuery{Selection: registry.Selection{Removed: true}, Page: registry.Page{Limit: 10}})
	if got := codesOf(page.Components); err != nil || !slices.Equal(got, []string{lampCode(1), lampCode(2), lampCode(3)}) || page.Matched != 3 {
		t.Errorf("all: %v of %d, %v", got, page.Matched, err)
	}
	near, err := w.ComponentsNear(t.Context(), everyone, orb.Point{111.286, 30.706}, 500, 10)
	if got := nearCodes(near); err != nil || !slices.Equal(got, []string{lampCode(1), lampCode(3)}) && !slices.Equal(got, []string{lampCode(3), lampCode(1)}) {
		t.Errorf("near: %v, %v", got, err)
	}
	c, err := w.Component(t.Context(), everyone, lampCode(2))
	if err != nil || c.Code.String() != lampCode(2) || c.State != registry.Removed {
		t.Errorf("by code: %+v, %v", c, err)
	}
	w.exec(`update component set state = '移除' where code = $1`, lampCode(3))
	w.touch(registry.CollectionComponents)
	all, err := w.ComponentsSummary(t.Context(), everyone, "")
	if want := (orb.Bound{Min: orb.Point{111.285, 30.705}, Max: orb.Point{111.285, 30.705}}); err != nil || all.Total != 1 || all.Bound != want {
		t.Errorf("the live: %+v, %v", all, err)
	}
	counts, err := w.ComponentCounts(t.Context(), everyone)
	if want := (registry.ComponentCounts{catalog.Edition2007: {"0118": 1}}); err != nil || !reflect.DeepEqual(counts, want) {
		t.Errorf("counts: %+v, %v", counts, err)
	}
}

func TestOldCodesFindTheComponentAndTheActiveCodeComesFirst(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.place(thing{code: lampCode(1), wkt: "POINT(111.285 30.705)"}, thing{code: lampCode(2), wkt: "POINT(111.286 30.706)"})
	alias := func(code string, of string) {
		w.exec(`insert into component_code (edition, code, component_id) select 'gbt30428.2-2013', $1, id from component where code = $2`, code, of)
	}
	alias("4205020119000001", lampCode(1))
	alias(lampCode(2), lampCode(1)) // what names the second today named the first in another edition
	for code, want := range map[string]string{lampCode(1): lampCode(1), "4205020119000001": lampCode(1), lampCode(2): lampCode(2)} {
		c, err := w.Component(t.Context(), everyone, code)
		if err != nil || c.Code.String() != want {
			t.Errorf("%s finds %s, %v", code, c.Code, err)
		}
	}
	if _, err := w.Component(t.Context(), everyone, lampCode(3)); registry.KindOf(err) != registry.NotFound {
		t.Errorf("a code of nothing: %v", err)
	}
}

func TestBoxesSelectWhatTouchesThem(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	rnd := rand.New(rand.NewPCG(2, 2))
	at := map[string]orb.Point{}
	for n := range 200 {
		p := orb.Point{float64(rnd.IntN(21)), float64(rnd.IntN(21))} // so that many lie on a border of a box
		at[lampCode(n+1)] = p
		w.place(thing{code: lampCode(n + 1), wkt: fmt.Sprintf("POINT(%v %v)", p[0], p[1])})
	}
	box := func() orb.Bound {
		x, y := float64(rnd.IntN(20)), float64(rnd.IntN(20))
		return orb.Bound{Min: orb.Point{x, y}, Max: orb.Point{x + float64(rnd.IntN(8)), y + float64(rnd.IntN(8))}}
	}
	for range 40 {
		bounds := []orb.Bound{box()}
		if rnd.IntN(2) == 0 {
			bounds = append(bounds, box())
		}
		want := []string{}
		for code, p := range at {
			if slices.ContainsFunc(bounds, func(b orb.Bound) bool { return b.Contains(p) }) {
				want = append(want, code)
			}
		}
		slices.Sort(want)
		page, err := w.Components(t.Context(), everyone, registry.ComponentQuery{Selection: registry.Selection{Bounds: bounds}, Page: registry.Page{Limit: 1000}})
		if got := codesOf(page.Components); err != nil || !slices.Equal(got, want) || page.Matched != int64(len(want)) {
			t.Errorf("%v: %v of %d, want %v, %v", bounds, got, page.Matched, want, err)
		}
	}
	w.place(thing{code: lampCode(900), wkt: "LINESTRING(30 30, 40 40)"}) // whose own box is larger than it
	for b, want := range map[orb.Bound]int{
		{Min: orb.Point{31, 36}, Max: orb.Point{32, 39}}: 0,
		{Min: orb.Point{31, 32}, Max: orb.Point{33, 33}}: 1,
		{Min: orb.Point{40, 40}, Max: orb.Point{41, 41}}: 1,
	} {
		page, err := w.Components(t.Context(), everyone, registry.ComponentQuery{Selection: registry.Selection{Bounds: []orb.Bound{b}}, Page: registry.Page{Limit: 10}})
		if err != nil || len(page.Components) != want {
			t.Errorf("%v: %v, want %d, %v", b, codesOf(page.Components), want, err)
		}
	}
	page, err := w.Components(t.Context(), everyone, registry.ComponentQuery{Selection: registry.Selection{Bounds: []orb.Bound{}}, Page: registry.Page{Limit: 10}})
	if err != nil || page.Matched != 0 || len(page.Components) != 0 {
		t.Errorf("no box at all selects %d, %v", page.Matched, err)
	}
}

func TestNearComponentsComeByDistanceOnTheEllipsoid(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	rnd := rand.New(rand.NewPCG(3, 3))
	n := 0
	for _, latitude := range []float64{0, 30.7, -45, 70} {
		for range 150 {
			n++
			x, y := 111.28+(rnd.Float64()-0.5)*0.02/math.Cos(latitude*math.Pi/180), latitude+(rnd.Float64()-0.5)*0.02
			s := thing{code: lampCode(n), wkt: fmt.Sprintf("POINT Z (%.7f %.7f 71.5)", x, y)}
			switch rnd.IntN(8) {
			case 0:
				s.wkt = fmt.Sprintf("LINESTRING(%.7f %.7f, %.7f %.7f)", x, y, x+0.004, y-0.003)
			case 1:
				s.wkt = fmt.Sprintf("POLYGON((%.7f %.7f, %.7f %.7f, %.7f %.7f, %.7f %.7f))", x, y, x+0.002, y, x+0.001, y+0.002, x, y)
			case 2:
				s.state = registry.Removed
			}
			w.place(s)
		}
		for _, metres := range []float64{0.5, 30, 200, 500} {
			p := orb.Point{111.28 + (rnd.Float64()-0.5)*0.01, latitude + (rnd.Float64()-0.5)*0.01}
			want := w.texts(`
select code || ' ' || round(st_distance(geom::geography, st_setsrid(st_point($1, $2), 4326)::geography)::numeric, 6) from component
where st_distance(geom::geography, st_setsrid(st_point($1, $2), 4326)::geography) <= $3 and state <> '移除'
order by st_distance(geom::geography, st_setsrid(st_point($1, $2), 4326)::geography), code`, p[0], p[1], metres)
			for _, limit := range []int{1, 5, 1000} {
				near, err := w.ComponentsNear(t.Context(), everyone, p, metres, limit)
				got := []string{}
				for _, c := range near {
					got = append(got, fmt.Sprintf("%s %.6f", c.Code, c.Metres))
				}
				if err != nil || !slices.Equal(got, want[:min(limit, len(want))]) {
					t.Errorf("%v within %v, at most %d: %v\nwant %v, %v", p, metres, limit, got, want, err)
				}
				if !slices.IsSortedFunc(near, func(a, b registry.Near) int { return cmp.Compare(a.Metres, b.Metres) }) {
					t.Errorf("not nearest first: %v", got)
				}
			}
		}
	}
}
