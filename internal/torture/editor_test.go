package torture_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"citygrid/data"
	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/postgis"
	"citygrid/registry/profile"
)

const (
	folderEvery = 3                     // edits, one comes by a folder, which takes ten times as long
	retryAfter  = 20 * time.Millisecond // before an edit is tried again
)

// editor makes one edit after the other and has the witness see each before the next. It alone changes the registry.
type editor struct {
	t       *testing.T
	server  *server
	store   *postgis.Store
	lists   *catalog.Catalog
	witness *witness
	town    *town
	rng     *rand.Rand

	began    time.Time // a moment before the last commit: no answer can be older
	applied  int       // edits that came by profile.Apply
	stored   int       // edits that came by the store
	retried  int       // attempts that failed, the server being away
	unsure   int       // of these, those that had been committed all the same
	byName   map[string]int
	revision int64
}

// newEditor applies the first town.
func newEditor(t *testing.T, s *server, store *postgis.Store, w *witness, b *board) (*editor, *truth) {
	t.Helper()
	lists, err := data.Catalog()
	if err != nil {
		t.Fatal(err)
	}
	e := &editor{t: t, server: s, store: store, lists: lists, witness: w, town: newTown(b), rng: draw(3), byName: map[string]int{}}
	if err := e.apply(t.Context(), e.town); err != nil {
		t.Fatal(err)
	}
	revision, u, err := w.see(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	e.revision = revision
	return e, u
}

// work edits until ctx ends, and once more, and tells the court of each revision.
func (e *editor) work(ctx context.Context, c *court) {
	for more := true; more && !e.t.Failed(); {
		more = ctx.Err() == nil
		c.begin()
		after, name := e.town.edited(e.rng)
		write := e.change
		if e.rng.IntN(folderEvery) == 0 {
			write = e.apply
		}
		u, err := e.edit(e.t.Context(), after, write)
		if err != nil {
			e.t.Errorf("edit %d, %q, after revision %d: %v", e.applied+e.stored, name, e.revision, err)
			return
		}
		e.town = after
		e.byName[name]++
		c.record(e.revision, u, e.began)
	}
}

// edit writes a town, again and again while the server is away, and returns the truth of the revision that this made.
func (e *editor) edit(ctx context.Context, after *town, write func(context.Context, *town) error) (*truth, error) {
	for {
		began := time.Now()
		failed := write(ctx, after)
		if failed != nil && !(registry.KindOf(failed) == registry.Unavailable && e.server.excuses(began)) {
			return nil, failed
		}
		revision, u, err := e.look(ctx)
		if err != nil {
			return nil, err
		}
		switch {
		case revision == e.revision+1:
			if failed != nil {
				e.unsure++ // the answer to COMMIT was lost, the commit was not
			}
			e.revision = revision
			return u, nil
		case revision != e.revision || failed == nil:
			return nil, fmt.Errorf("the store is at revision %d, %w", revision, failed)
		}
		e.retried++
		time.Sleep(retryAfter)
	}
}

// look has the witness see, as soon as the server lets it.
func (e *editor) look(ctx context.Context) (int64, *truth, error) {
	for {
		began := time.Now()
		revision, u, err := e.witness.see(ctx)
		if err == nil || !e.server.excuses(began) {
			return revision, u, err
		}
		time.Sleep(retryAfter)
	}
}

// apply writes a town as a folder.
func (e *editor) apply(ctx context.Context, w *town) error {
	e.applied++
	_, err := profile.Apply(ctx, profile.Config{
		Store: stamping{postgis.ProfileStore{Store: e.store}, e.stamp}, Lists: e.lists, Clock: time.Now, Actor: "editor",
	}, w.folder())
	var refused *profile.RejectedError
	if errors.As(err, &refused) {
		return fmt.Errorf("%w: %v", err, refused.Faults)
	}
	return err
}

// change writes a town by the store.
func (e *editor) change(ctx context.Context, w *town) error {
	e.stored++
	_, err := e.store.Change(ctx, registry.Act{Actor: "editor", Reason: "edit", At: time.Now()}, func(c *postgis.Change) error {
		defer e.stamp()
		return w.put(ctx, c)
	})
	return err
}

func (e *editor) stamp() { e.began = time.Now() }

// stamping notes when a change is about to be committed.
type stamping struct {
	postgis.ProfileStore
	stamp func()
}

func (s stamping) Change(ctx context.Context, act registry.Act, fn func(profile.Change) error) (int64, error) {
	return s.ProfileStore.Change(ctx, act, func(c profile.Change) error {
		defer s.stamp()
		return fn(c)
	})
}
