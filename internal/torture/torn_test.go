package torture_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"

	"citygrid/internal/dbtest"
	"citygrid/registry"
	"citygrid/registry/locator"
	"citygrid/registry/postgis"
)

// ear is a test that hears what the court finds wrong and does not fail for it.
type ear struct {
	testing.TB
	heard []string
}

func (e *ear) Errorf(format string, args ...any) {
	e.heard = append(e.heard, fmt.Sprintf(format, args...))
}

// past is two revisions of a town, one after the other, with the snapshots that answered in each. In the second every area, unit and
// person has another name, and many points are in another cell.
type past struct {
	probes    []orb.Point
	first     int64
	truths    [2]*truth
	snapshots [2]*locator.Snapshot
}

func newPast(t *testing.T) *past {
	t.Helper()
	db, err := pgxpool.New(t.Context(), dbtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	store, err := postgis.Open(t.Context(), postgis.Config{URL: db.Config().ConnString()})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	b := newBoard(draw(1))
	w := &witness{db: db, probes: b.probes(draw(4)), known: map[[asked]tale]*[asked]tale{}}
	e, _ := newEditor(t, nil, store, w, b)
	p := &past{probes: w.probes}
	for i, change := range []func(){
		func() { // the unit that answers has a competent one beside it
			e.town.rules = append(e.town.rules, registry.Responsibility{Area: "420502", Kind: "event", Subject: "0102", Role: registry.Maintainer, Unit: "U03"})
		},
		e.town.turnover,
	} {
		change()
		if err := e.change(t.Context(), e.town); err != nil {
			t.Fatal(err)
		}
		revision, u, err := w.see(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		d, err := store.LocatorData(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if p.snapshots[i], err = locator.Build(d); err != nil {
			t.Fatal(err)
		}
		p.truths[i], p.first = u, revision-int64(i)
	}
	return p
}

// turnover gives everything another name, moves every corner and gives a cell another code.
func (w *town) turnover() {
	w.recode("420502001001001", "420502001001009")
	for _, code := range append(w.codes(), "M1", "M2", cityCode, "U01", "U02", "U03", "C02", "C03", "W01") {
		w.rename(code)
	}
	for _, at := range w.posts() {
		w.staff[at] = w.person()
	}
	for x := range w.corner {
		for y := range w.corner[x] {
			w.corner[x][y] = 1
		}
	}
}

// hears is what a court that knows both revisions says of an answer to the first subject.
func (p *past) hears(t *testing.T, probe int, said registry.Placement) []string {
	e := &ear{TB: t}
	c := newCourt(e, p.first, p.truths[0])
	c.record(p.first+1, p.truths[1], time.Now())
	c.hear(claim{from: said.Revision, to: said.Revision, wrong: isTale(probe, 0, told(said))}, time.Now())
	return e.heard
}

func TestWhatIsOfTwoRevisionsIsFound(t *testing.T) {
	t.Parallel()
	p := newPast(t)
	t.Run("in an answer", p.findsMixedAnswers)
	t.Run("in a list", p.findsMixedLists)
}

func (p *past) findsMixedAnswers(t *testing.T) {
	const probe = "420502001001001" // in the first revision; the middle of its lots is in it whatever the corners do
	at := slices.Index(p.truths[0].cell, probe)
	for at >= 0 && (p.truths[0].border[at] || p.truths[1].cell[at] != "420502001001009") {
		at = at + 1 + slices.Index(p.truths[0].cell[at+1:], probe)
	}
	var old, young registry.Placement
	for i, to := range []*registry.Placement{&old, &young} {
		var err error
		if *to, err = p.snapshots[i].Place(p.probes[at], subjects()[0], time.Now()); err != nil {
			t.Fatal(err)
		}
		if heard := p.hears(t, at, *to); len(heard) != 0 {
			t.Fatalf("what was answered in revision %d is found wrong: %v", i, heard)
		}
	}
	if old.Responsible == nil || old.Responsible.Competent == nil || len(old.Managed) == 0 || old.Grid.Inspector == nil || old.Community.Officer == nil {
		t.Fatalf("there is not everything to mix: %+v", old)
	}
	for name, mix := range map[string]func(*registry.Placement){
		"another revision":  func(said *registry.Placement) { said.Revision = young.Revision },
		"the cell's code":   func(said *registry.Placement) { said.Grid.Code = young.Grid.Code },
		"the cell's name":   func(said *registry.Placement) { said.Grid.Name = young.Grid.Name },
		"the inspector":     func(said *registry.Placement) { said.Grid.Inspector = young.Grid.Inspector },
		"no inspector":      func(said *registry.Placement) { said.Grid.Inspector = nil },
		"the community":     func(said *registry.Placement) { said.Community.AreaRef = young.Community.AreaRef },
		"the officer":       func(said *registry.Placement) { said.Community.Officer = young.Community.Officer },
		"the street":        func(said *registry.Placement) { said.Street = young.Street },
		"the district":      func(said *registry.Placement) { said.District = young.District },
		"the managed areas": func(said *registry.Placement) { said.Managed = young.Managed },
		"no managed areas":  func(said *registry.Placement) { said.Managed = nil },
		"the border":        func(said *registry.Placement) { said.Border = !said.Border },
		"who answers":       func(said *registry.Placement) { said.Responsible = young.Responsible },
		"nobody":            func(said *registry.Placement) { said.Responsible = nil },
		"the name of who answers": func(said *registry.Placement) {
			r := *said.Responsible
			r.Unit = young.Responsible.Unit
			said.Responsible = &r
		},
		"the competent unit": func(said *registry.Placement) {
			r := *said.Responsible
			r.Competent = young.Responsible.Competent
			said.Responsible = &r
		},
		"the area of the rule": func(said *registry.Placement) {
			r := *said.Responsible
			r.Rule.Area = young.Responsible.Rule.Area
			said.Responsible = &r
		},
	} {
		said := old
		mix(&said)
		if heard := p.hears(t, at, said); len(heard) != 1 {
			t.Errorf("%s of the other revision: heard %d complaints: %v", name, len(heard), heard)
		}
	}
}

func (p *past) findsMixedLists(t *testing.T) {
	probes := make([]int, len(p.probes))
	for i := range probes {
		probes[i] = i
	}
	old, young := codesOf(p.snapshots[0], p.probes), codesOf(p.snapshots[1], p.probes)
	differ, moved := 0, -1 // the last probe outside in the first revision and not in the second
	for i := range old {
		if old[i] != young[i] {
			differ++
		}
		if old[i] == "" && young[i] != "" {
			moved = i
		}
	}
	if differ < 100 || moved < 0 {
		t.Fatalf("%d of %d probes are in another cell, the last that came in is %d", differ, len(old), moved)
	}
	half := append(slices.Clone(old[:len(old)/2]), young[len(old)/2:]...)
	for _, claimed := range []struct {
		name     string
		from, to int64
		wrong    func(*truth) string
		found    bool
	}{
		{"the first", 0, 0, areCells(probes, old), false},
		{"the second", 1, 1, areCells(probes, young), false},
		{"either", 0, 1, areCells(probes, young), false},
		{"the first as the second", 1, 1, areCells(probes, old), true},
		{"half and half", 0, 0, areCells(probes, half), true},
		{"half and half, of either", 0, 1, areCells(probes, half), true},
		{"one too few", 0, 1, areCells(probes, old[1:]), true},
		{"outside", 0, 0, isOutside(moved), false},
		{"outside as it was", 1, 1, isOutside(moved), true},
	} {
		e := &ear{TB: t}
		c := newCourt(e, p.first, p.truths[0])
		// It comes before the truth of the second revision is known.
		c.hear(claim{from: p.first + claimed.from, to: p.first + claimed.to, wrong: claimed.wrong}, time.Now())
		c.record(p.first+1, p.truths[1], time.Now())
		if c.close(); (len(e.heard) != 0) != claimed.found || c.judged != 1 {
			t.Errorf("%s: %d judged, heard %v", claimed.name, c.judged, e.heard)
		}
	}
}

func TestTheCourtHearsOfWhatNeverWas(t *testing.T) {
	t.Parallel()
	u := &truth{cell: []string{""}, border: []bool{false}}
	e := &ear{TB: t}
	c := newCourt(e, 7, u)
	c.hear(claim{from: 8, to: 8, wrong: isOutside(0)}, time.Now())
	c.hear(claim{from: 6, to: 6, wrong: isOutside(0)}, time.Now())
	c.record(9, u, time.Now())
	for n := range int64(remembered) {
		c.record(10+n, u, time.Now())
	}
	c.hear(claim{from: 7, to: 7, wrong: isOutside(0)}, time.Now())
	r := &reader{name: "r", court: c, last: 9}
	r.named(8)
	c.pending[9000] = []claim{{from: 9000, to: 9000, by: "r", about: "p"}}
	c.close()
	for _, complaint := range []string{"revision 6 is long past", "the revision after 7 is 9", "revision 7 is long past", "revision 8 was answered after 9",
		"1 answers are of revision 9000, which there never was"} {
		if !slices.ContainsFunc(e.heard, func(heard string) bool { return strings.Contains(heard, complaint) }) {
			t.Errorf("not heard: %s; heard %q", complaint, e.heard)
		}
	}
}

func TestStalenessCountsFromBeforeTheCommitToTheFirstAnswer(t *testing.T) {
	t.Parallel()
	u := &truth{cell: []string{""}, border: []bool{false}}
	c := newCourt(t, 1, u)
	at := func(second int) time.Time { return time.Unix(int64(second), 0) }
	answer := func(revision int64, second int) {
		c.hear(claim{from: revision, to: revision, wrong: isOutside(0)}, at(second))
	}
	c.record(2, u, at(10))
	c.record(3, u, at(11))
	answer(1, 12)
	answer(3, 13) // the second was never answered: one later than it counts
	answer(4, 21) // before the court knows it
	answer(4, 22)
	c.record(4, u, at(20))
	c.record(5, u, at(30))
	if want := []commit{{2, at(10), at(13)}, {3, at(11), at(13)}, {4, at(20), at(21)}, {5, at(30), time.Time{}}}; !slices.Equal(c.commits, want) {
		t.Errorf("got %v, want %v", c.commits, want)
	}
}
