package torture_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"

	"citygrid/internal/dbtest"
	"citygrid/registry"
	"citygrid/registry/locator"
	"citygrid/registry/nearby"
	"citygrid/registry/postgis"
)

const (
	quietEvery  = 8                    // edits, everything is compared while nobody edits; one edit in as many is of the town
	verifyEvery = 5                    // edits, the finder compares its memory with the store, while readers ask
	hereReaders = 4                    // ask what stands somewhere; the last of them asks the API
	longBreath  = 5 * time.Millisecond // between two questions for the database, whose processes get little time beside readers who never rest
)

// counting is a finder that tells how often it was of use.
type counting struct {
	*nearby.Finder
	asked, found atomic.Int64
}

func (c *counting) Candidates(p orb.Point, metres float64, limit int) (registry.Candidates, bool) {
	out, ok := c.Finder.Candidates(p, metres, limit)
	c.asked.Add(1)
	if ok {
		c.found.Add(1)
	}
	return out, ok
}

// street is a town with components, and who looks after them.
type street struct {
	*editor
	*stock
	court    *court
	places   *locator.Locator
	finder   *counting
	registry *registry.Registry // asks the finder
	points   []orb.Point        // what stands around them is asked,
	metres   []float64          // as far as this
	compared int                // answers, whole, with those of the store
	deafened int                // times that the listener was killed
}

func newStreet(t *testing.T) *street {
	t.Helper()
	db, err := pgxpool.New(t.Context(), dbtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	store, err := postgis.Open(t.Context(), postgis.Config{URL: db.Config().ConnString()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	b := newBoard(draw(1))
	w := &witness{db: db, known: map[[asked]tale]*[asked]tale{}}
	h := &street{places: locator.New(store, time.Now, time.UTC), finder: &counting{Finder: nearby.New(store)}}
	h.editor, _ = newEditor(t, nil, store, w, b)
	h.stock = newStock(t, h.editor)
	for _, refresh := range []func(context.Context) (bool, error){h.places.Refresh, h.finder.Refresh} {
		if _, err := refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	h.registry = registry.New(store, h.places).WithFinder(h.finder)
	h.points, h.metres = around(b, draw(8))
	revision, first, err := w.seeNear(t.Context(), h.points, h.metres)
	if err != nil {
		t.Fatal(err)
	}
	h.court = newCourt(t, revision, first)
	return h
}

// While censuses add, move, reshape, remove and restore components and the cells below them change, readers ask what stands around a
// point. Each answer must be what the store alone says of one revision between the question and the answer.
func TestWhatStandsHereIsWhatStoodWhileItWasAsked(t *testing.T) {
	t.Parallel()
	sayHowToRepeat(t)
	h := newStreet(t)
	following, unfollow := context.WithCancel(t.Context())
	var followers sync.WaitGroup
	follow(following, &followers, h.store, h.places, h.finder)
	base := serve(t, h.registry)
	reading, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for n := range hereReaders {
		r := &reader{name: fmt.Sprint("what's here ", n+1), base: base, client: &http.Client{Timeout: patience}, court: h.court, rng: draw(20 + uint64(n))}
		readers.Go(func() { h.ask(reading, r, n == hereReaders-1) })
	}
	edits := 0
	for end := time.Now().Add(*lasting); time.Now().Before(end) && !t.Failed(); edits++ {
		if err := h.editAndSee(t.Context(), edits); err != nil {
			t.Errorf("edit %d: %v", edits+1, err)
		}
	}
	stop()
	readers.Wait()
	h.court.close()
	if err := errors.Join(h.compare(t.Context()), h.verify(t.Context())); err != nil {
		t.Errorf("at the end: %v", err)
	}
	unfollow()
	followers.Wait()
	if h.finder.found.Load() == 0 {
		t.Error("the finder was never of use: what was compared is the store with itself")
	}
	t.Logf("seed %d, %v: %d edits of %d components, %d answers judged, %d wrong; %d compared whole at quiet moments; %d of %d questions went by the finder; the listener was killed %d times",
		*seeding, *lasting, edits, len(h.items), h.court.judged, h.court.wrong, h.compared, h.finder.found.Load(), h.finder.asked.Load(), h.deafened)
}

// editAndSee makes the n-th edit and tells the court what stands where after it.
func (h *street) editAndSee(ctx context.Context, n int) error {
	h.court.begin()
	if n%quietEvery == quietEvery-1 {
		h.town, _ = h.town.edited(h.editor.rng)
		if err := h.apply(ctx, h.town); err != nil {
			return err
		}
	} else {
		h.surveyed(h.town.board)
		if err := h.send(ctx, h.stock); err != nil {
			return err
		}
	}
	revision, u, err := h.witness.seeNear(ctx, h.points, h.metres)
	if err != nil {
		return err
	}
	h.court.record(revision, u, time.Now())
	if n%verifyEvery == 0 {
		if err := h.verify(ctx); err != nil {
			return err
		}
	}
	if n%quietEvery != 0 {
		return nil
	}
	killed, err := killListener(ctx, h.witness.db)
	h.deafened += killed
	return errors.Join(err, h.compare(ctx))
}

// verify has the finder compare its memory with the store.
func (h *street) verify(ctx context.Context) error {
	_, err := h.finder.Verify(ctx)
	return err
}

// compare holds whole answers by the finder to those of the store alone, when the finder knows of the last edit. It must within a tick.
func (h *street) compare(ctx context.Context) error {
	latest, err := h.store.Revisions(ctx)
	if err != nil {
		return err
	}
	for wait := time.Now(); h.finder.Revision() != latest[registry.CollectionComponents]; time.Sleep(time.Millisecond) {
		if time.Since(wait) > catchUp {
			return fmt.Errorf("after %v the finder is at revision %d and the components at %d", catchUp, h.finder.Revision(), latest[registry.CollectionComponents])
		}
	}
	everything := registry.Scope{All: true}
	for i, p := range h.points {
		here, err := h.registry.WhatsHere(ctx, everything, p, h.metres[i])
		if err != nil {
			return err
		}
		want, err := h.store.ComponentsNear(ctx, everything, p, max(h.metres[i], 1e-6), registry.MaxNear+1)
		if err != nil {
			return err
		}
		complete := len(want) <= registry.MaxNear
		fault := differ(whole(here.Components), whole(want[:min(len(want), registry.MaxNear)]), metresOff)
		if here.Complete != complete || fault != "" {
			return fmt.Errorf("%v m around %v: all: %v, not %v; %s", h.metres[i], p, here.Complete, complete, fault)
		}
		h.compared++
	}
	return nil
}

// ask asks what stands somewhere, the registry or the API, until ctx ends.
func (h *street) ask(ctx context.Context, r *reader, api bool) {
	question, off := h.here, metresOff
	if api {
		question, off = r.here, metresOffAPI
	}
	for ctx.Err() == nil {
		i := r.rng.IntN(len(h.points))
		from, _ := h.court.span()
		said, err := question(ctx, h.points[i], h.metres[i])
		_, to := h.court.span()
		switch {
		case err == nil:
			about := fmt.Sprintf("%v m around %v", h.metres[i], h.points[i])
			h.court.hear(claim{from: from, to: to, by: r.name, about: about, wrong: standing(i, said, off)}, time.Now())
		case ctx.Err() == nil:
			h.court.t.Errorf("%s failed: %v", r.name, err)
			return
		}
		time.Sleep(longBreath)
	}
}

// here asks the registry and puts its answer into words.
func (h *street) here(ctx context.Context, p orb.Point, metres float64) ([]stood, error) {
	here, err := h.registry.WhatsHere(ctx, registry.Scope{All: true}, p, metres)
	return near(here.Components), err
}

// standing judges a list of what stands around a place.
func standing(place int, said []stood, off float64) func(*truth) string {
	return func(u *truth) string { return differ(said, u.near[place], off) }
}

// here asks the API and puts its answer into words.
func (r *reader) here(ctx context.Context, p orb.Point, metres float64) ([]stood, error) {
	status, body, err := r.fetch(ctx, http.MethodGet, fmt.Sprintf("%s/whats-here?lon=%v&lat=%v&radius=%.12f", r.base, p[0], p[1], metres), nil)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Components struct {
			Features []struct {
				ID         string
				Properties struct {
					Name, State, Grid string
					Also              []string `json:"grids_also"`
					Metres            float64  `json:"distance_m"`
				}
			}
		}
	}
	if err := json.Unmarshal(body, &answer); status != http.StatusOK || err != nil {
		return nil, fmt.Errorf("status %d, %w: %s", status, err, body)
	}
	var out []stood
	for _, f := range answer.Components.Features {
		p := f.Properties
		out = append(out, stood{words(f.ID, p.Name, p.State, p.Grid, p.Also), p.Metres})
	}
	return out, nil
}
