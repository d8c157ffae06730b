package imports_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"citygrid/internal/dbtest"
)

// gate lets nobody through until so many have come.
type gate struct {
	mu   sync.Mutex
	left int
	open chan struct{}
	at   time.Time // it was opened
}

func newGate(n int) *gate { return &gate{left: n, open: make(chan struct{})} }

func (g *gate) pass() {
	g.mu.Lock()
	if g.left--; g.left == 0 {
		g.at = time.Now()
		close(g.open)
	}
	g.mu.Unlock()
	select {
	case <-g.open:
	case <-time.After(patience):
	}
}

// Two files name the same 5,000 components in opposite order: those that stand already, and new ones. Both promotions begin at one moment.
func TestTwoImportsOfTheSameComponentsInOppositeOrderBothComeIn(t *testing.T) {
	t.Parallel()
	w := newTown(t, dbtest.URL(t))
	first, second := survey(t, "first.csv"), survey(t, "second.csv")
	var ends []map[string]string // the state after each order
	for _, order := range [][]string{{first, second}, {second, first}} {
		r := w.trial(t)
		for _, file := range order {
			r.run("import", file).want(t, 0)
		}
		ends = append(ends, digests(t, r.url))
		r.end()
	}
	byCommand, byServer := figures.of(t, "two `citygrid import` at once, opposite order"), figures.of(t, "two `POST /imports` at once, opposite order")
	for range tries(1, 20) {
		w.race(t, byCommand, ends, func(r *trial, url string) (done chan string, err error) {
			done = make(chan string, 2)
			var both sync.WaitGroup
			for _, file := range []string{first, second} {
				run, err := r.begin(url, "import", file)
				if err != nil {
					return nil, err
				}
				both.Go(func() {
					<-run.ended
					done <- run.fault(0, "0 refused")
				})
			}
			go func() {
				both.Wait()
				close(done)
			}()
			return done, nil
		})
		w.race(t, byServer, ends, func(r *trial, url string) (done chan string, err error) {
			s, err := r.serve(url)
			if err != nil {
				return nil, err
			}
			done = make(chan string, 2)
			var both sync.WaitGroup
			for i, file := range []string{first, second} {
				both.Go(func() {
					sent, err := s.send(file, "all", fmt.Sprint("delivery ", i))
					if err == nil && sent.status == http.StatusAccepted {
						sent, err = s.settled(sent.ID, nil)
					}
					fault := ""
					if err != nil || sent.State != "promoted" {
						fault = fmt.Sprintf("%v %s", err, sent.text)
					}
					done <- fault
				})
			}
			go func() {
				both.Wait()
				if err := s.stop(); err != nil {
					t.Error(err)
				}
				close(done)
			}()
			return done, nil
		})
	}
}

// race has both begin, and judges what comes of it.
func (w *town) race(t *testing.T, own *tally, ends []map[string]string, begin func(*trial, string) (chan string, error)) {
	r := w.trial(t)
	defer r.end()
	p := newProxy(t, r.url)
	defer p.close()
	g := newGate(2)
	p.watched(func(c call) {
		if c.kind == "sync" && strings.Contains(c.sql, "pg_advisory_xact_lock(") {
			g.pass()
		}
	})
	done, err := begin(r, p.url(t, r.url))
	if err != nil {
		t.Error(err)
		return
	}
	var faults []string
	for range 2 {
		if fault := <-done; fault != "" {
			faults = append(faults, fault)
		}
	}
	g.mu.Lock()
	recovery := time.Since(g.at)
	g.mu.Unlock()
	for range done { // until a server has stopped
	}
	got := digests(t, r.url)
	r.after = got // it is judged here
	if !maps.Equal(got, ends[0]) && !maps.Equal(got, ends[1]) {
		faults = append(faults, "the end is of neither order: "+differing(got, ends[0]))
	}
	figures.add(t, own, "promotion", recovery, 0, 0, append(faults, r.faults(2)...))
}
