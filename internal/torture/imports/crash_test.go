package imports_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// moment is when the server is killed: a little after a call.
type moment struct {
	name   string
	begins func(call) bool
}

func moments() []moment {
	return []moment{
		{"in mid-COPY", func(c call) bool {
			return c.kind == "copy data" && strings.Contains(c.sql, "import_stage")
		}},
		{"in the promotion", func(c call) bool {
			return c.kind == "sync" && (strings.Contains(c.sql, "insert into component") || strings.Contains(c.sql, "update component c set"))
		}},
	}
}

// PostgreSQL is killed with all its children while an import has it work, by command and by server.
func TestAPostgreSQLKilledInAnImportLosesNothingAndKeepsNothing(t *testing.T) {
	t.Parallel()
	pg := newPostgres(t, folder(t))
	w := newTown(t, pg.url)
	rng := draw(20)
	for i, when := range moments() {
		byCommand, byServer := figures.of(t, "PostgreSQL killed "+when.name+" of `citygrid import`"), figures.of(t, "PostgreSQL killed "+when.name+" of `POST /imports`")
		for range tries(1, 10) {
			if *all || i == 0 {
				w.crashUnderCommand(t, pg, byCommand, when, rng)
			}
			if *all || i == 1 {
				w.crashUnderServer(t, pg, byServer, when, rng)
			}
		}
	}
}

// blow kills the server some milliseconds after one of the calls that begin a moment, and says when.
func (p *proxy) blow(t *testing.T, pg *postgres, when moment, rng *rand.Rand) <-chan time.Time {
	skip, wait := rng.IntN(4), time.Duration(rng.IntN(20))*time.Millisecond
	done := make(chan time.Time, 1)
	var mu sync.Mutex
	p.watched(func(c call) {
		mu.Lock()
		defer mu.Unlock()
		if skip < 0 || !when.begins(c) {
			return
		}
		if skip--; skip >= 0 {
			return
		}
		time.AfterFunc(wait, func() {
			at := time.Now()
			if err := pg.kill(); err != nil {
				t.Error(err)
			}
			done <- at
		})
	})
	return done
}

func (w *town) crashUnderCommand(t *testing.T, pg *postgres, own *tally, when moment, rng *rand.Rand) {
	r := w.trial(t)
	defer r.end()
	p := newProxy(t, r.url)
	defer p.close()
	killed := p.blow(t, pg, when, rng)
	run, err := r.begin(p.url(t, r.url), "import", survey(t, "survey.csv"))
	if err != nil {
		t.Fatal(err)
	}
	<-run.ended
	at := <-killed
	if err := pg.back(); err != nil {
		t.Fatal(err)
	}
	var faults []string
	half, whole := r.half()
	if half != "" {
		faults = append(faults, half)
	}
	// 70: the database failed. A kill after the commit is none of the command's business.
	if code := run.code(); !whole && code != 70 || whole && code != 70 && code != 0 {
		faults = append(faults, fmt.Sprintf("the command ended with %d, visible %v:\n%s", code, whole, run.said()))
	}
	taken := r.space(t)
	if fault := r.run("import", survey(t, "survey.csv")).fault(0, "0 refused"); fault != "" {
		faults = append(faults, fault)
	}
	recovery := time.Since(at)
	faults = append(faults, r.faults(1)...)
	figures.add(t, own, when.name, recovery, taken, r.space(t), faults)
}

// space is what staging and a crash have left of a trial's database, in bytes.
func (r *trial) space(t *testing.T) int64 {
	t.Helper()
	staged, err := r.staged()
	if err != nil {
		t.Fatal(err)
	}
	unowned, err := r.unowned()
	if err != nil {
		t.Fatal(err)
	}
	return staged + unowned
}

func (w *town) crashUnderServer(t *testing.T, pg *postgres, own *tally, when moment, rng *rand.Rand) {
	r := w.trial(t)
	defer r.end()
	p := newProxy(t, r.url)
	defer p.close()
	s, err := r.serve(p.url(t, r.url))
	if err != nil {
		t.Fatal(err)
	}
	defer s.end()
	killed := p.blow(t, pg, when, rng)
	first, err := s.send(survey(t, "survey.csv"), "all", idempotencyKey)
	if err != nil || first.status != http.StatusAccepted {
		t.Fatalf("%v %s", err, first.text)
	}
	at := <-killed
	var faults []string
	if place, err := (&server{base: s.base}).ask("GET", "/locate?lon=111.2846&lat=30.7012", "", nil); err != nil || place.status != http.StatusOK {
		faults = append(faults, fmt.Sprintf("while the database is away: %v %s", err, place.text))
	}
	if err := pg.back(); err != nil {
		t.Fatal(err)
	}
	half, _ := r.half()
	if half != "" {
		faults = append(faults, half)
	}
	again, err := s.send(survey(t, "survey.csv"), "all", idempotencyKey)
	for begun := time.Now(); err == nil && again.status == http.StatusServiceUnavailable && time.Since(begun) < patience; time.Sleep(100 * time.Millisecond) {
		again, err = s.send(survey(t, "survey.csv"), "all", idempotencyKey)
	}
	if err == nil && again.status == http.StatusAccepted && again.ID == first.ID {
		again, err = s.settled(again.ID, nil)
	}
	if err != nil || again.ID != first.ID || again.State != "promoted" || again.Changes.Created != created || again.Failure != nil {
		faults = append(faults, fmt.Sprintf("sent again: %v %s", err, again.text))
	}
	r.tidied(1)
	recovery := time.Since(at)
	if err := s.stop(); err != nil {
		faults = append(faults, err.Error())
	}
	faults = append(faults, r.faults(1)...)
	figures.add(t, own, when.name, recovery, 0, r.space(t), faults)
}
