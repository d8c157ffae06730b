package torture_test

import (
	"context"
	"encoding/json"
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

// quietEvery is after how many edits everything is compared while nobody edits; a town is edited once in as many.
const quietEvery = 8

// verifyEdits is after how many edits the finder compares its memory with the store, while readers ask.
const verifyEdits = 5

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

// longBreath is between two questions that the database has to answer: its processes get little time beside readers who never rest.
const longBreath = 5 * time.Millisecond

// hereReaders is how many ask what stands somewhere; the last asks the API.
const hereReaders = 4

// While censuses add, move, reshape, remove and restore components and the cells below them change, readers ask what stands around a
// point. Each answer must be what the store alone says of one revision between the question and the answer.
func TestWhatStandsHereIsWhatStoodWhileItWasAsked(t *testing.T) {
	t.Parallel()
	sayHowToRepeat(t)
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
	w := &witness{db: db, known: map[[asked]tale]*[asked]tale{}}
	e, _ := newEditor(t, nil, store, w, b)
	s := newStock(t, e)
	places := locator.New(store, time.Now, time.UTC)
	if _, err := places.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	points, metres := around(b, draw(8))
	revision, first, err := w.seeNear(t.Context(), points, metres)
	if err != nil {
		t.Fatal(err)
	}
	c := newCourt(t, revision, first)
	finder := &counting{Finder: nearby.New(store)}
	if _, err := finder.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	with := registry.New(store, places).WithFinder(finder)

	following, unfollow := context.WithCancel(t.Context())
	var followers sync.WaitGroup
	follow(following, &followers, store, places, finder)
	base := serve(t, with)
	reading, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for n := range hereReaders {
		r := &reader{name: fmt.Sprint("what's here ", n+1), base: base, client: &http.Client{Timeout: patience}, court: c, rng: draw(20 + uint64(n))}
		off := metresOff
		ask := func(ctx context.Context, p orb.Point, metres float64) ([]stood, error) {
			here, err := with.WhatsHere(ctx, registry.Scope{All: true}, p, metres)
			return near(here.Components), err
		}
		if n == hereReaders-1 {
			ask, off = r.here, metresOffAPI
		}
		readers.Go(func() { r.stand(reading, points, metres, ask, off) })
	}

	edits, compared, deafened := 0, 0, 0
	for end := time.Now().Add(*lasting); time.Now().Before(end) && !t.Failed(); edits++ {
		c.begin()
		if edits%quietEvery == quietEvery-1 {
			after, _ := e.town.edited(e.rng)
			err = e.apply(t.Context(), after)
			e.town = after
		} else {
			s.surveyed(b)
			err = e.send(t.Context(), s)
		}
		if err != nil {
			t.Fatal(err)
		}
		made, u, err := w.seeNear(t.Context(), points, metres)
		if err != nil {
			t.Fatal(err)
		}
		c.record(made, u, time.Now())
		if edits%quietEvery == 0 {
			compared += sameAsStore(t, with, store, points, metres)
			n, err := killListener(t.Context(), db)
			if err != nil {
				t.Fatal(err)
			}
			deafened += n
		}
		if edits%verifyEdits == 0 {
			if same, err := finder.Verify(t.Context()); !same {
				t.Errorf("after %d edits: %v", edits+1, err)
			}
		}
	}
	stop()
	readers.Wait()
	c.close()
	compared += sameAsStore(t, with, store, points, metres)
	if same, err := finder.Verify(t.Context()); !same {
		t.Errorf("at the end: %v", err)
	}
	unfollow()
	followers.Wait()
	if finder.found.Load() == 0 {
		t.Error("the finder was never of use: what was compared is the store with itself")
	}
	t.Logf("seed %d, %v: %d edits of %d components, %d answers judged, %d wrong; %d compared whole at quiet moments; %d of %d questions went by the finder; the listener was killed %d times",
		*seeding, *lasting, edits, len(s.items), c.judged, c.wrong, compared, finder.found.Load(), finder.asked.Load(), deafened)
}

// stand asks what stands somewhere until ctx ends.
func (r *reader) stand(ctx context.Context, points []orb.Point, metres []float64, ask func(context.Context, orb.Point, float64) ([]stood, error), off float64) {
	for ctx.Err() == nil {
		i := r.rng.IntN(len(points))
		from, _ := r.court.span()
		said, err := ask(ctx, points[i], metres[i])
		_, to := r.court.span()
		if err != nil && ctx.Err() == nil {
			r.court.t.Errorf("%s failed: %v", r.name, err)
			return
		}
		if err == nil {
			about := fmt.Sprintf("%v m around %v", metres[i], points[i])
			r.court.hear(claim{from: from, to: to, by: r.name, about: about, wrong: standing(i, said, off)}, time.Now())
		}
		time.Sleep(longBreath)
	}
}

// standing judges a list of what stands around a place.
func standing(place int, said []stood, off float64) func(*truth) string {
	return func(u *truth) string { return differ(said, u.near[place], off) }
}

// here asks the API and puts its answer into words.
func (r *reader) here(ctx context.Context, p orb.Point, metres float64) ([]stood, error) {
	status, body, err := r.fetch(ctx, http.MethodGet, fmt.Sprintf("%s/whats-here?lon=%.17g&lat=%.17g&radius=%.12f", r.base, p[0], p[1], metres), nil)
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

// sameAsStore compares whole answers with those of a registry that has nothing but the store, and returns how many.
func sameAsStore(t *testing.T, with *registry.Registry, store *postgis.Store, points []orb.Point, metres []float64) int {
	t.Helper()
	for i, p := range points {
		here, err := with.WhatsHere(t.Context(), registry.Scope{All: true}, p, metres[i])
		if err != nil {
			t.Fatal(err)
		}
		want, err := store.ComponentsNear(t.Context(), registry.Scope{All: true}, p, max(metres[i], 1e-6), registry.MaxNear+1)
		if err != nil {
			t.Fatal(err)
		}
		complete := len(want) <= registry.MaxNear
		fault := differ(whole(here.Components), whole(want[:min(len(want), registry.MaxNear)]), metresOff)
		if here.Complete != complete || fault != "" {
			t.Errorf("%v m around %v: all: %v, not %v; %s", metres[i], p, here.Complete, complete, fault)
		}
	}
	return len(points)
}
