package locator_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"citygrid/geo"
	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/postgis"
)

// manyRefreshes is how many revisions the readers see pass.
const manyRefreshes = 1000

// Every revision moves the border between two cells to and fro over the readers' points and writes its number where an answer
// takes it from: the names of the cells, of the inspector and of the unit. An answer that mixes two revisions would show two numbers.
func TestReadersDuringManyRefreshesSeeOneRevision(t *testing.T) {
	t.Parallel()
	at := crossing(t)
	first := at.twoCells(t)
	at.refresh(t)
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() { at.watch(t, first, done) })
	}
	for n := 1; n <= manyRefreshes; n++ {
		at.moveBorder(t, first, n)
		// At once: the ticker's, a notification's and now and then a comparison.
		var others sync.WaitGroup
		others.Go(func() { at.refresh(t) })
		if n%50 == 0 {
			others.Go(func() {
				if same, err := at.places.Verify(t.Context()); !same || err != nil {
					t.Errorf("revision %d differs: %v", n, err)
				}
			})
		}
		at.refresh(t)
		others.Wait()
		if at.places.Revision() != first+int64(n) {
			t.Errorf("revision %d after change %d", at.places.Revision(), n)
		}
	}
	close(done)
	readers.Wait()
}

// twoCells makes the revision before the first of moveBorder: a city of two cells, whose every name is "0".
func (at *town) twoCells(t *testing.T) int64 {
	t.Helper()
	d := byHand(t, map[string]orb.MultiPolygon{cell("001"): box(111, 30, border(0), 31), cell("002"): box(border(0), 30, 112, 31)})
	for i := range d.Areas {
		d.Areas[i].Name = "0"
	}
	return at.change(t, func(c *postgis.Change) error {
		_, managed := c.PutManagedCells(t.Context(), nil)
		staged := c.StageAreas(t.Context(), d.Areas)
		_, areas := c.PutAreas(t.Context())
		_, units := c.PutUnits(t.Context(), []registry.Unit{{Code: "U01", Name: "0", Kind: registry.BureauUnit, Ring: 1}})
		_, rules := c.PutResponsibilities(t.Context(), []registry.Responsibility{
			{Area: "420500", Kind: "*", Subject: "*", Role: registry.Competent, Unit: "U01"},
		})
		_, staff := c.PutStaff(t.Context(), []registry.Staff{
			{Code: "J1", Name: "0", Role: registry.Inspector, Area: cell("001")}, {Code: "J2", Name: "0", Role: registry.Inspector, Area: cell("002")},
		})
		return errors.Join(managed, staged, areas, units, rules, staff)
	})
}

// moveBorder makes the n-th revision after the first, in one statement: a Change for each would take the test minutes.
func (at *town) moveBorder(t *testing.T, first int64, n int) {
	t.Helper()
	if _, err := at.db.Exec(t.Context(), sqlMoveBorder, fmt.Sprint(n), border(n), first+int64(n)); err != nil {
		t.Fatal(err)
	}
}

const sqlMoveBorder = `
with areas as (
    update area set name = $1, geom = case right(code, -12)
        when '001' then st_multi(st_makeenvelope(111, 30, $2, 31, 4326))
        when '002' then st_multi(st_makeenvelope($2, 30, 112, 31, 4326))
        else geom end
), units as (
    update unit set name = $1
), people as (
    update staff set name = $1
)
update collection set revision = $3 where name in ('areas', 'units', 'staff')`

// border is the longitude of the border in the n-th revision.
func border(n int) float64 { return 111.25 + 0.5*float64(n%2) }

// watch asks until it is told to stop, and once more.
func (at *town) watch(t *testing.T, first int64, done <-chan struct{}) {
	// All on one side of the border, and so many that a swap often falls between the first and the last.
	points := slices.Repeat([]orb.Point{{111.3, 30.5}, {111.5, 30.5}, {111.7, 30.5}}, 500)
	var last int64
	for ended := false; !ended; {
		select {
		case <-done:
			ended = true
		case <-time.After(100 * time.Microsecond): // leaves the processors to the refreshes
		}
		p, err := at.places.Place(points[0], registry.Subject{Kind: catalog.KindEvent, Subclass: "0102"})
		if err != nil {
			t.Errorf("place: %v", err)
			return
		}
		n := int(p.Revision - first)
		if p.Grid.Inspector == nil || p.Responsible == nil {
			t.Errorf("revision %d lacks inspector or unit: %+v", p.Revision, p)
			return
		}
		names := [5]string{p.Grid.Name, p.Grid.Inspector.Name, p.District.Name, p.Responsible.Unit.Name, fmt.Sprint(n)}
		if names[0] != names[1] || names[0] != names[2] || names[0] != names[3] || names[0] != names[4] || p.Grid.Code != cellOf(n) {
			t.Errorf("an answer of two revisions: names %q, cell %s", names, p.Grid.Code)
			return
		}
		held, err := at.places.Hold()
		if err != nil {
			t.Errorf("hold: %v", err)
			return
		}
		revision := held.Revision()
		for _, code := range codesOf(held, points) {
			if code != cellOf(int(revision-first)) {
				t.Errorf("cells of two revisions: %s and others, revision %d", code, revision)
				return
			}
		}
		if p.Revision < last || revision < p.Revision {
			t.Errorf("revisions go back: %d, %d, %d", last, p.Revision, revision)
			return
		}
		last = revision
	}
	if last != first+manyRefreshes {
		t.Errorf("the last revision seen is %d, want %d", last, first+manyRefreshes)
	}
}

// cellOf is the cell of every watched point in the n-th revision.
func cellOf(n int) string {
	if n%2 == 0 {
		return cell("002")
	}
	return cell("001")
}

func TestSnapshotGivenOutStaysAsItWas(t *testing.T) {
	t.Parallel()
	d := byHand(t, map[string]orb.MultiPolygon{cell("001"): box(111, 30, 112, 31)})
	s := build(t, d)
	for i := range d.Areas { // what it was built from belongs to the caller again
		d.Areas[i].Name, d.Areas[i].Code, d.Areas[i].Geometry = "别名", "0", geo.EWKB(nil)
	}
	if got := place(t, s, orb.Point{111.5, 30.5}).Grid.AreaRef; got != reference(cell("001")) {
		t.Errorf("got %v", got)
	}
}
