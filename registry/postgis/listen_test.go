package postgis_test

import (
	"context"
	"runtime"
	"strconv"
	"testing"
	"time"

	"citygrid/registry"
	"citygrid/registry/postgis"
)

// ear is a Listen that runs.
type ear struct {
	heard chan struct{}
	lost  chan error
	stop  func() // returns when Listen has
}

// listen starts a Listen; it ends with the test at the latest.
func listen(t *testing.T, store *postgis.Store) *ear {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	e := &ear{heard: make(chan struct{}, 100), lost: make(chan error, 100)}
	e.stop = func() { cancel(); <-done }
	go func() {
		defer close(done)
		store.Listen(ctx, func() { e.heard <- struct{}{} }, func(err error) { e.lost <- err })
	}()
	t.Cleanup(e.stop)
	return e
}

// wait fails the test when nothing comes within a time.
func wait[T any](t *testing.T, what string, from <-chan T, limit time.Duration) (v T) {
	t.Helper()
	select {
	case v = <-from:
	case <-time.After(limit):
		t.Fatalf("%s: nothing within %v", what, limit)
	}
	return v
}

// water makes one revision.
func (w *town) water(n int) {
	w.t.Helper()
	w.change(func(c *postgis.Change) error {
		_, err := c.PutBaseLayers(w.t.Context(), map[string][]byte{"water": []byte(strconv.Itoa(n))})
		return err
	})
}

// listeners counts the sessions of Listen on this database.
func (w *town) listeners() int {
	w.t.Helper()
	return len(w.texts(`select pid::text from pg_stat_activity where datname = current_database() and application_name = 'citygrid-listener'`))
}

func TestListenHearsTheBeginningAndThenEachRevision(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	e := listen(t, w.Store)
	wait(t, "the beginning", e.heard, 10*time.Second)
	for n := range 3 {
		w.water(n)
		wait(t, "a revision", e.heard, 4*time.Second) // less than the silence after which the connection is tried
	}
	w.change(func(*postgis.Change) error { return nil }) // makes no revision
	time.Sleep(200 * time.Millisecond)
	if len(e.heard) != 0 || len(e.lost) != 0 {
		t.Errorf("heard %d more, lost %d times", len(e.heard), len(e.lost))
	}
	if n := w.listeners(); n != 1 {
		t.Errorf("%d sessions", n)
	}
}

func TestListenComesBackWhenItsSessionIsTerminated(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	e := listen(t, w.Store)
	wait(t, "the beginning", e.heard, 10*time.Second)
	for n := range 3 {
		w.exec(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'citygrid-listener'`)
		wantError(t, "the loss", wait(t, "the loss", e.lost, 4*time.Second), registry.Unavailable, "database_away")
		wait(t, "the new beginning", e.heard, 10*time.Second)
		w.water(n)
		wait(t, "a revision", e.heard, 4*time.Second)
	}
	if len(e.lost) != 0 {
		t.Errorf("lost again: %v", <-e.lost)
	}
}

func TestListenBeginsWhenTheDatabaseComes(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	wire, address := newCable(t, w.db.Config().ConnString())
	wire.set(true)
	e := listen(t, openStore(t, postgis.Config{URL: address}))
	wantError(t, "without a database", wait(t, "the failure", e.lost, 10*time.Second), registry.Unavailable, "database_away")
	time.Sleep(time.Second) // several attempts
	if len(e.heard) != 0 || len(e.lost) != 0 {
		t.Errorf("heard %d, lost %d more times", len(e.heard), len(e.lost))
	}
	wire.set(false)
	wait(t, "the beginning", e.heard, 10*time.Second)
	w.water(1)
	wait(t, "a revision", e.heard, 4*time.Second)
}

func TestListenLeavesAPeerThatFellSilent(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	wire, address := newCable(t, w.db.Config().ConnString())
	e := listen(t, openStore(t, postgis.Config{URL: address}))
	wait(t, "the beginning", e.heard, 10*time.Second)
	wire.freeze()
	w.water(1) // is not heard
	wantError(t, "the silence", wait(t, "the loss", e.lost, 20*time.Second), registry.Unavailable, "timed_out")
	wait(t, "the new beginning", e.heard, 10*time.Second)
	w.water(2)
	wait(t, "a revision", e.heard, 4*time.Second)
}

// Not parallel, since it counts the goroutines of the process: the parallel tests wait until it is over.
func TestNothingOfListenIsLeftWhenItEnds(t *testing.T) {
	w := newTown(t)
	before := runtime.NumGoroutine()
	for _, heard := range []bool{true, false} { // ended while it waits, and while it connects
		e := listen(t, w.Store)
		if heard {
			wait(t, "the beginning", e.heard, 10*time.Second)
		}
		e.stop()
	}
	after, sessions := 0, 0
	for range 100 {
		if after, sessions = runtime.NumGoroutine(), w.listeners(); after <= before && sessions == 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	stacks := make([]byte, 1<<16)
	t.Errorf("%d goroutines before and %d after, %d sessions\n%s", before, after, sessions, stacks[:runtime.Stack(stacks, true)])
}
