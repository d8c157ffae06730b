package locator_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"citygrid/registry"
	"citygrid/registry/locator"
)

// live follows the town's store as the program does, but for the ticks, which the test gives. tick returns when the refresh of one
// is over.
func (at *town) live(t *testing.T) (tick func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ticks, listening := make(chan time.Time), make(chan struct{})
	var both sync.WaitGroup
	both.Go(func() { at.places.Follow(ctx, ticks, slog.New(slog.DiscardHandler)) })
	both.Go(func() {
		var once sync.Once
		at.store.Listen(ctx, func() {
			once.Do(func() { close(listening) })
			at.places.Wake()
		}, func(error) {})
	})
	t.Cleanup(func() {
		cancel()
		both.Wait()
	})
	<-listening
	return func() {
		ticks <- time.Time{}
		ticks <- time.Time{} // is taken when the one before it was dealt with
	}
}

// seen waits until answers are of a revision, with no tick, for less time than there would be between two.
func (at *town) seen(t *testing.T, name string, revision int64) {
	t.Helper()
	deadline := time.Now().Add(locator.RefreshEvery - time.Second)
	for {
		gotName, got := at.inspector(t)
		if gotName == name && got == revision {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s of revision %d, want %s of %d", gotName, got, name, revision)
		}
		time.Sleep(time.Millisecond)
	}
}

func TestAnAnnouncedChangeIsAnsweredForWithoutATick(t *testing.T) {
	t.Parallel()
	at := crossing(t)
	at.live(t)
	for n := range 5 {
		name := fmt.Sprint("监督员", n)
		at.seen(t, name, at.renameInspector(t, name))
	}
}

func TestWithItsListenerKilledAgainAndAgainTheLocatorIsBehindByATickAtMost(t *testing.T) {
	t.Parallel()
	at := crossing(t)
	tick := at.live(t)
	killing, stop := context.WithCancel(t.Context())
	var killed atomic.Int64
	var killer sync.WaitGroup
	killer.Go(func() {
		for killing.Err() == nil {
			killed.Add(int64(at.killListener(t)))
			time.Sleep(20 * time.Millisecond)
		}
	})
	for n := 0; n < 60 || killed.Load() < 3; n++ {
		name := fmt.Sprint("监督员", n)
		moved := at.renameInspector(t, name)
		tick()
		if got, revision := at.inspector(t); got != name || revision != moved {
			t.Errorf("after a tick: %s of revision %d, want %s of %d", got, revision, name, moved)
		}
	}
	stop()
	killer.Wait()
	for n := range 3 { // it comes back by itself, and what was missed meanwhile is caught up with
		name := fmt.Sprint("后来", n)
		at.seen(t, name, at.renameInspector(t, name))
	}
}

// killListener ends the session that listens and returns 1, or 0 when there is none at the moment.
func (at *town) killListener(t *testing.T) int {
	rows, err := at.db.Query(t.Context(),
		`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'citygrid-listener'`)
	if err != nil {
		t.Error(err)
		return 0
	}
	ended, err := pgx.CollectRows(rows, pgx.RowTo[bool])
	if err != nil {
		t.Error(err)
	}
	return len(ended)
}

// refreshes counts how often the store is asked.
type refreshes struct {
	*held
	asked atomic.Int64
}

func (r *refreshes) Revisions(ctx context.Context) (registry.Revisions, error) {
	r.asked.Add(1)
	return r.held.Revisions(ctx)
}

func TestWakesThatComeDuringARefreshCountAsOne(t *testing.T) {
	t.Parallel()
	at := crossing(t)
	source := &refreshes{held: &held{Source: at.store, read: make(chan struct{}), release: make(chan struct{})}}
	at.places = locator.New(source, at.clock.now, shanghai())
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		at.places.Follow(ctx, nil, slog.New(slog.DiscardHandler))
	}()
	at.places.Wake()
	<-source.read // the data of the first refresh, from here on too old
	moved := at.renameInspector(t, "新监督员")
	for range 100 {
		at.places.Wake()
	}
	close(source.release)
	for at.places.Revision() == 0 { // the first refresh
		time.Sleep(time.Millisecond)
	}
	at.seen(t, "新监督员", moved)
	if n := source.asked.Load(); n != 2 {
		t.Errorf("the store was asked %d times, want 2", n)
	}
	cancel()
	<-done
}

// frozen is a source whose first answer never comes: a peer that fell silent without closing.
type frozen struct {
	locator.Source
	silent atomic.Bool
	asked  chan struct{}
}

func (f *frozen) Revisions(ctx context.Context) (registry.Revisions, error) {
	if f.silent.Swap(false) {
		close(f.asked)
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return f.Source.Revisions(ctx)
}

func TestAStoreThatFallsSilentDoesNotStopTheFollowing(t *testing.T) {
	t.Parallel()
	at := crossing(t)
	source := &frozen{Source: at.store, asked: make(chan struct{})}
	source.silent.Store(true)
	at.places = locator.New(source, at.clock.now, shanghai())
	ctx, cancel := context.WithCancel(t.Context())
	ticks, done := make(chan time.Time), make(chan struct{})
	go func() {
		defer close(done)
		at.places.Follow(ctx, ticks, slog.New(slog.DiscardHandler))
	}()
	ticks <- time.Time{}
	<-source.asked
	for range 2 { // the second is taken when the first was dealt with
		select {
		case ticks <- time.Time{}:
		case <-time.After(2 * locator.RefreshEvery):
			t.Fatal("the locator waits for an answer that never comes")
		}
	}
	if at.places.Revision() == 0 {
		t.Error("no snapshot when the store answers again")
	}
	cancel()
	<-done
}

func TestStaleSecondsOfTheLocatorAreThoseOfItsAnswers(t *testing.T) {
	t.Parallel()
	if s := emptyTown(t).places.StaleSeconds(); s != 0 {
		t.Errorf("before the first snapshot %v", s)
	}
	at := crossing(t)
	for _, step := range []time.Duration{0, 9 * time.Second, time.Second, time.Hour} {
		at.clock.advance(step)
		p, err := at.places.Place(corner(), registry.Subject{})
		if got := at.places.StaleSeconds(); err != nil || got != p.StaleSeconds {
			t.Errorf("after %v more: %v, its answers %v, %v", step, got, p.StaleSeconds, err)
		}
	}
}
