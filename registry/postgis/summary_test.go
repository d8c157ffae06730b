package postgis_test

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/postgis"
)

// told is what the store says of everything without a filter.
type told struct {
	components, cells int64
	counts            registry.ComponentCounts
	extent, districts orb.Bound
}

func (w *town) told(scope registry.Scope) told {
	w.t.Helper()
	var out told
	var errs [5]error
	var page registry.ComponentPage
	var areas registry.AreaPage
	later := registry.Page{Limit: 1, After: registry.Keys{"0"}} // the first page may know what it has without a count
	page, errs[0] = w.Components(w.t.Context(), scope, registry.ComponentQuery{Page: later})
	areas, errs[1] = w.Areas(w.t.Context(), scope, registry.AreaQuery{Level: registry.LevelGrid, Page: later})
	out.counts, errs[2] = w.ComponentCounts(w.t.Context(), scope)
	var all, districts registry.Summary
	all, errs[3] = w.ComponentsSummary(w.t.Context(), scope, "")
	districts, errs[4] = w.AreasSummary(w.t.Context(), scope, registry.LevelDistrict)
	out.extent, out.districts = all.Bound, districts.Bound
	for _, err := range errs {
		if err != nil {
			w.t.Fatal(err)
		}
	}
	out.components, out.cells = page.Matched, areas.Matched
	return out
}

// Rows that vanish without a revision, which no change of the program does, show what is looked at again.
func TestEverythingIsSummedUpOnceARevision(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.place(
		thing{code: lampCode(1), units: [3]string{"U01"}, wkt: "POINT(111.285 30.705)"},
		thing{code: lampCode(2), units: [3]string{"U02"}, wkt: "POINT(111.286 30.706)"},
		thing{code: lampCode(3), state: registry.Removed, wkt: "POINT(111.299 30.719)"},
	)
	lamps := func(n int64) registry.ComponentCounts {
		return registry.ComponentCounts{catalog.Edition2007: {"0118": n}}
	}
	ground := orb.Bound{Min: orb.Point{111.28, 30.70}, Max: orb.Point{111.28 + 0.02, 30.70 + 0.02}}
	first := told{2, 4, lamps(2), orb.Bound{Min: orb.Point{111.285, 30.705}, Max: orb.Point{111.286, 30.706}}, ground}
	mine := registry.Scope{Units: []registry.UnitCode{"U02"}}
	of := func(scope registry.Scope, want told) {
		t.Helper()
		if got := w.told(scope); !reflect.DeepEqual(got, want) {
			t.Errorf("%+v: got  %+v\nwant %+v", scope, got, want)
		}
	}
	of(everyone, first)
	of(mine, told{1, 4, lamps(1), orb.Bound{Min: orb.Point{111.286, 30.706}, Max: orb.Point{111.286, 30.706}}, ground})
	of(registry.Scope{}, told{})

	w.exec(`update component set state = '移除' where code = $1`, lampCode(2))
	w.exec(`delete from managed_cell`)
	w.exec(`delete from area where code = $1`, townCell(3))
	of(everyone, first)
	of(registry.Scope{All: true}, first)
	of(mine, told{1, 4, registry.ComponentCounts{}, orb.Bound{}, ground}) // what a selection has is remembered too, its summary is not

	w.touch(registry.CollectionComponents)
	w.touch(registry.CollectionAreas)
	of(everyone, told{1, 3, lamps(1), orb.Bound{Min: orb.Point{111.285, 30.705}, Max: orb.Point{111.285, 30.705}}, ground})
}

func TestEachSelectionIsCountedByItself(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.place(thing{code: lampCode(1), wkt: "POINT(111.285 30.705)"}, thing{code: lampCode(2), state: registry.Removed, wkt: "POINT(111.286 30.706)"})
	for name, c := range map[string]struct {
		q    registry.ComponentQuery
		want int64
	}{
		"live":           {registry.ComponentQuery{}, 1},
		"also removed":   {registry.ComponentQuery{Selection: registry.Selection{Removed: true}}, 2},
		"in a box":       {registry.ComponentQuery{Selection: registry.Selection{Bounds: []orb.Bound{{Min: orb.Point{111.2855, 30.70}, Max: orb.Point{111.29, 30.71}}}, Removed: true}}, 1},
		"after the last": {registry.ComponentQuery{Page: registry.Page{After: registry.Keys{lampCode(9)}}}, 1},
	} {
		c.q.Limit = 10
		if page, err := w.Components(t.Context(), everyone, c.q); err != nil || page.Matched != c.want {
			t.Errorf("%s: %d, %v; want %d", name, page.Matched, err, c.want)
		}
	}
}

// One connection looks at every row; those who wait for what it finds hold none, and go when their time is up.
func TestWhoWaitsForASummaryHoldsNoConnectionAndKeepsTheirDeadline(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	store := openStore(t, postgis.Config{URL: w.db.Config().ConnString(), MaxConns: 2})
	unlock := w.lock("component")
	looked := make(chan error)
	go func() {
		_, err := store.ComponentsSummary(t.Context(), everyone, "")
		looked <- err
	}()
	w.waitForLock()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	waiting := make(chan error)
	for range 10 {
		go func() {
			_, err := store.ComponentCounts(ctx, everyone)
			waiting <- err
		}()
	}
	if units, err := store.Units(ctx, everyone); err != nil || len(units) != 3 {
		t.Errorf("others meanwhile: %v, %v", units, err)
	}
	for range 10 {
		wantError(t, "who waits", <-waiting, registry.Unavailable, "timed_out")
	}
	unlock()
	if err := <-looked; err != nil {
		t.Errorf("who looks: %v", err)
	}
}

// What the first caller's deadline cut is done by the next.
func TestSummaryThatWasGivenUpIsTakenByTheNext(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.place(thing{code: lampCode(1), wkt: "POINT(111.285 30.705)"})
	unlock := w.lock("component")
	ctx, cancel := context.WithCancel(t.Context())
	first, second := make(chan error), make(chan error)
	go func() {
		_, err := w.ComponentCounts(ctx, everyone)
		first <- err
	}()
	w.waitForLock()
	go func() {
		counts, err := w.ComponentCounts(t.Context(), everyone)
		if err == nil && counts[catalog.Edition2007]["0118"] != 1 {
			t.Errorf("counts %v", counts)
		}
		second <- err
	}()
	cancel()
	if err := <-first; err == nil {
		t.Error("who gave up has an answer")
	}
	unlock()
	if err := <-second; err != nil {
		t.Error(err)
	}
}
