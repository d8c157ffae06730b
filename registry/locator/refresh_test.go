package locator_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/locator"
	"citygrid/registry/postgis"
)

// corner is where four cells of the crossing meet.
func corner() orb.Point { return orb.Point{111.30, 30.71} }

// renameInspector makes a revision in which the inspector of the corner's cell has another name.
func (at *town) renameInspector(t *testing.T, name string) int64 {
	t.Helper()
	return at.change(t, func(c *postgis.Change) error {
		_, err := c.PutStaff(t.Context(), []registry.Staff{{Code: "J09", Name: name, Role: registry.Inspector, Area: "420502001001002"}})
		return err
	})
}

// inspector is who inspects the corner's cell, and of which revision that is.
func (at *town) inspector(t *testing.T) (name string, revision int64) {
	t.Helper()
	p, err := at.places.Place(corner(), registry.Subject{})
	if err != nil {
		t.Fatal(err)
	}
	return p.Grid.Inspector.Name, p.Revision
}

func (at *town) refresh(t *testing.T) (changed bool) {
	t.Helper()
	changed, err := at.places.Refresh(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

func TestNothingIsAnsweredBeforeTheFirstRefresh(t *testing.T) {
	t.Parallel()
	at := emptyTown(t)
	_, errPlace := at.places.Place(corner(), registry.Subject{})
	_, errUses := at.places.Uses(catalog.KindEvent, "0102")
	for _, err := range []error{errPlace, errUses} {
		var known *registry.Error
		if !errors.As(err, &known) || known.Kind != registry.Unavailable || known.Code != "not_loaded" {
			t.Errorf("got %v, want not_loaded", err)
		}
	}
	if got := at.places.Revision(); got != 0 {
		t.Errorf("got revision %d", got)
	}
}

func TestRegistryWithoutACityHasNoCells(t *testing.T) {
	t.Parallel()
	at := emptyTown(t)
	if changed := at.refresh(t); !changed {
		t.Error("the first Refresh changed nothing")
	}
	_, err := at.places.Place(corner(), registry.Subject{})
	if want := error(&registry.OutsideError{Point: corner()}); !reflect.DeepEqual(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
	if changed := at.refresh(t); changed || at.places.Revision() != 0 {
		t.Errorf("the second Refresh changed %v, revision %d", changed, at.places.Revision())
	}
}

func TestRefreshSwapsOnlyWhenTheRevisionMoved(t *testing.T) {
	t.Parallel()
	at := crossing(t)
	before := at.places.Revision()
	if changed := at.refresh(t); changed || at.places.Revision() != before {
		t.Errorf("nothing moved: changed %v, revision %d after %d", changed, at.places.Revision(), before)
	}
	if revision := at.change(t, func(*postgis.Change) error { return nil }); revision != 0 || at.refresh(t) {
		t.Error("an act without effect moved something")
	}
	// What concerns no answer about a point moves the registry, and not the locator.
	if _, err := at.db.Exec(t.Context(), `update collection set revision = revision + 1000 where name = 'components'`); err != nil {
		t.Fatal(err)
	}
	if at.refresh(t) || at.places.Revision() != before {
		t.Errorf("a revision of the components moved the locator to %d", at.places.Revision())
	}
	moved := at.renameInspector(t, "新监督员")
	if name, revision := at.inspector(t); name != "监督员一" || revision != before {
		t.Errorf("before Refresh: %s of revision %d", name, revision)
	}
	if changed := at.refresh(t); !changed {
		t.Error("Refresh did not see the new revision")
	}
	if name, revision := at.inspector(t); name != "新监督员" || revision != moved {
		t.Errorf("after Refresh: %s of revision %d, want %d", name, revision, moved)
	}
}

// A registry that was restored from a copy has lower revisions than before; they are followed all the same.
func TestRefreshFollowsARestoredRegistry(t *testing.T) {
	t.Parallel()
	at := crossing(t)
	before := at.places.Revision()
	at.renameInspector(t, "新监督员")
	at.refresh(t)
	if _, err := at.db.Exec(t.Context(), `
		with restored as (update collection set revision = $1 where revision > $1)
		update staff set name = '监督员一' where area = '420502001001002'`, before); err != nil {
		t.Fatal(err)
	}
	if changed := at.refresh(t); !changed {
		t.Error("Refresh did not see the lower revision")
	}
	if name, revision := at.inspector(t); name != "监督员一" || revision != before {
		t.Errorf("%s of revision %d, want %d", name, revision, before)
	}
}

func TestOldSnapshotStaysWhenRefreshFails(t *testing.T) {
	t.Parallel()
	at := crossing(t)
	name, revision := at.inspector(t)
	still := func(why string) {
		t.Helper()
		if n, r := at.inspector(t); n != name || r != revision {
			t.Errorf("%s: now %s of revision %d, before %s of %d", why, n, r, name, revision)
		}
	}

	at.renameInspector(t, "新监督员")
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if changed, err := at.places.Refresh(canceled); changed || !errors.Is(err, context.Canceled) || !strings.HasPrefix(err.Error(), "refresh locator: ") {
		t.Errorf("canceled: %v, %v", changed, err)
	}
	still("canceled")

	if _, err := at.db.Exec(t.Context(), `update area set parent = null where code = '420502001001002'`); err != nil {
		t.Fatal(err)
	}
	_, err := at.places.Refresh(t.Context())
	if want := `refresh locator: build snapshot: grid 420502001001002 has no area above it ("")`; err == nil || err.Error() != want {
		t.Errorf("cell without a community: %v, want %s", err, want)
	}
	still("cell without a community")

	at.store.Close()
	if changed, err := at.places.Refresh(t.Context()); changed || err == nil {
		t.Errorf("store closed: changed %v, %v", changed, err)
	}
	still("store closed")
}

func TestStaleSecondsCountFromTheLastAgreement(t *testing.T) {
	t.Parallel()
	at := crossing(t)
	stale := func() float64 {
		p, err := at.places.Place(corner(), registry.Subject{})
		if err != nil {
			t.Fatal(err)
		}
		return p.StaleSeconds
	}
	var got []float64
	for _, step := range []time.Duration{0, 5 * time.Second, 4999 * time.Millisecond, time.Millisecond, 400 * time.Millisecond, 49600 * time.Millisecond} {
		at.clock.advance(step)
		got = append(got, stale())
	}
	if want := []float64{0, 0, 0, 10, 10, 60}; !reflect.DeepEqual(got, want) {
		t.Errorf("stale after 0, 5, 9.999, 10, 10.4 and 60 s: %v, want %v", got, want)
	}
	if changed := at.refresh(t); changed || stale() != 0 {
		t.Errorf("after Refresh: changed %v, stale %v", changed, stale())
	}
	at.store.Close()
	at.clock.advance(time.Minute)
	if _, err := at.places.Refresh(t.Context()); err == nil || stale() != 60 {
		t.Errorf("a failed Refresh made the answer %v s old, want 60; %v", stale(), err)
	}
	at.clock.advance(-time.Hour)
	if s := stale(); s != 0 {
		t.Errorf("a clock set back makes the answer %v s old, want 0", s)
	}
}

func TestRulesChangeAtMidnightInTheCity(t *testing.T) {
	t.Parallel()
	at := crossing(t)
	rules := []registry.Responsibility{
		{Area: "420500", Kind: "event", Subject: "*", Role: registry.Competent, Unit: "U01", ValidTo: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)},
		{Area: "420500", Kind: "event", Subject: "*", Role: registry.Competent, Unit: "U02", ValidFrom: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)},
	}
	at.change(t, func(c *postgis.Change) error {
		_, err := c.PutResponsibilities(t.Context(), rules)
		return err
	})
	at.refresh(t)
	for _, claim := range []struct {
		utc  string
		want registry.UnitCode
	}{
		{"2026-12-30T16:00:00Z", "U01"}, // 31 December begins in the city
		{"2026-12-31T00:00:00Z", "U01"},
		{"2026-12-31T15:59:59.999Z", "U01"},
		{"2026-12-31T16:00:00Z", "U02"}, // 1 January begins in the city
		{"2027-01-01T00:00:00Z", "U02"},
		{"2027-01-01T01:00:00-10:00", "U02"},
		{"2026-12-31T23:59:59+14:00", "U01"}, // whatever zone the clock itself counts in
	} {
		now, err := time.Parse(time.RFC3339, claim.utc)
		if err != nil {
			t.Fatal(err)
		}
		at.clock.set(now)
		p, err := at.places.Place(corner(), registry.Subject{Kind: catalog.KindEvent, Subclass: "0102"})
		if got, want := answering(p.Responsible), string(claim.want)+" rule 420500"; err != nil || got != want || len(p.Responsible.PassedOver) != 0 {
			t.Errorf("at %s: %s, %v; want %s alone", claim.utc, got, err, want)
		}
	}
}

// held is a source whose first answer is kept back until it is let go: a slow network.
type held struct {
	locator.Source
	later         atomic.Bool
	read, release chan struct{}
}

func (h *held) LocatorData(ctx context.Context) (registry.LocatorData, error) {
	d, err := h.Source.LocatorData(ctx)
	if !h.later.Swap(true) {
		close(h.read)
		<-h.release
	}
	return d, err
}

func TestSlowRefreshDoesNotUndoALaterOne(t *testing.T) {
	t.Parallel()
	at := crossing(t)
	source := &held{Source: at.store, read: make(chan struct{}), release: make(chan struct{})}
	at.places = locator.New(source, at.clock.now, shanghai())
	var both sync.WaitGroup
	both.Go(func() { at.refresh(t) })
	<-source.read
	latest := at.renameInspector(t, "新监督员")
	second := make(chan struct{})
	both.Go(func() {
		defer close(second)
		at.refresh(t)
	})
	select {
	case <-second: // both run at once
	case <-time.After(200 * time.Millisecond): // they take turns
	}
	close(source.release)
	both.Wait()
	if name, revision := at.inspector(t); name != "新监督员" || revision != latest {
		t.Errorf("%s of revision %d, want %d", name, revision, latest)
	}
}

// logbook is a log that may be read while it is written.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func TestFollowRefreshesAtEachTickUntilItIsTold(t *testing.T) {
	t.Parallel()
	at := crossing(t)
	ctx, stop := context.WithCancel(t.Context())
	ticks, done, log := make(chan time.Time), make(chan struct{}), &logbook{}
	go func() {
		defer close(done)
		at.places.Follow(ctx, ticks, slog.New(slog.NewTextHandler(log, nil)))
	}()
	tick := func() { // returns when the one before it was dealt with
		ticks <- time.Time{}
		ticks <- time.Time{}
	}
	tick()
	if s := log.String(); s != "" {
		t.Errorf("nothing moved, and this was logged: %s", s)
	}
	moved := at.renameInspector(t, "新监督员")
	tick()
	if name, revision := at.inspector(t); name != "新监督员" || revision != moved {
		t.Errorf("after a tick: %s of revision %d, want %d", name, revision, moved)
	}
	if s := log.String(); strings.Count(s, "locator refreshed") != 1 || strings.Contains(s, "WARN") {
		t.Errorf("log: %s", s)
	}
	at.store.Close()
	tick()
	if s := log.String(); !strings.Contains(s, "WARN") {
		t.Errorf("a failure was not logged: %s", s)
	}
	if name, _ := at.inspector(t); name != "新监督员" {
		t.Errorf("after a failure: %s", name)
	}
	stop()
	<-done
}

func TestSubclassesInUseFollowTheCatalogue(t *testing.T) {
	t.Parallel()
	at := crossing(t)
	uses := func(kind catalog.Kind, code catalog.SubclassCode) bool {
		t.Helper()
		used, err := at.places.Uses(kind, code)
		if err != nil {
			t.Fatal(err)
		}
		return used
	}
	if !uses(catalog.KindComponent, "0118") || uses(catalog.KindEvent, "0118") || uses(catalog.KindComponent, "9999") || uses("", "0118") {
		t.Error("not the subclasses of the folder")
	}
	at.change(t, func(c *postgis.Change) error {
		_, err := c.PutSubclassesInUse(t.Context(), catalog.Edition2007, map[catalog.Kind][]catalog.SubclassCode{catalog.KindEvent: {"0102"}})
		return err
	})
	if !at.refresh(t) || uses(catalog.KindComponent, "0118") || !uses(catalog.KindEvent, "0102") {
		t.Error("the catalogue is not followed")
	}
	if used, err := emptyTown(t).places.Uses(catalog.KindComponent, "0118"); used || registry.KindOf(err) != registry.Unavailable {
		t.Errorf("before the first Refresh: %v, %v", used, err)
	}
}
