package torture_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"

	"citygrid/internal/dbtest"
	"citygrid/registry"
	"citygrid/registry/locator"
	"citygrid/registry/postgis"
)

// quietEvery is after how many edits everything is compared while nobody edits; a town is edited once in as many.
const quietEvery = 8

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
	with := registry.New(store, places)

	following, unfollow := context.WithCancel(t.Context())
	var followers sync.WaitGroup
	follow(following, &followers, store, places)
	base := serve(t, with)
	reading, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for n := range hereReaders {
		r := &reader{name: fmt.Sprint("what's here ", n+1), base: base, client: &http.Client{Timeout: patience}, court: c, rng: draw(20 + uint64(n))}
		ask := func(ctx context.Context, p orb.Point, metres float64) (string, error) {
			here, err := with.WhatsHere(ctx, registry.Scope{All: true}, p, metres)
			return near(here.Components), err
		}
		if n == hereReaders-1 {
			ask = r.here
		}
		readers.Go(func() { r.stand(reading, points, metres, ask) })
	}

	edits, compared := 0, 0
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
		}
	}
	stop()
	readers.Wait()
	c.close()
	compared += sameAsStore(t, with, store, points, metres)
	unfollow()
	followers.Wait()
	t.Logf("seed %d, %v: %d edits of %d components, %d answers judged, %d wrong; %d compared whole at quiet moments", *seeding, *lasting, edits, len(s.items), c.judged, c.wrong, compared)
}

// stand asks what stands somewhere until ctx ends.
func (r *reader) stand(ctx context.Context, points []orb.Point, metres []float64, ask func(context.Context, orb.Point, float64) (string, error)) {
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
			r.court.hear(claim{from: from, to: to, by: r.name, about: about, wrong: standing(i, said)}, time.Now())
		}
		time.Sleep(longBreath)
	}
}

// standing judges a list of what stands around a place by its first line that is not as it should be.
func standing(place int, said string) func(*truth) string {
	return func(u *truth) string {
		right := u.near[place]
		if said == right {
			return ""
		}
		ours, theirs := strings.Split(said, "\n"), strings.Split(right, "\n")
		i := 0
		for i < min(len(ours), len(theirs))-1 && ours[i] == theirs[i] {
			i++
		}
		return fmt.Sprintf("of %d components, not %d, number %d is %q and not %q", len(ours)-1, len(theirs)-1, i+1, ours[i], theirs[i])
	}
}

// here asks the API and puts its answer into the words of near.
func (r *reader) here(ctx context.Context, p orb.Point, metres float64) (string, error) {
	status, body, err := r.fetch(ctx, http.MethodGet, fmt.Sprintf("%s/whats-here?lon=%.17g&lat=%.17g&radius=%.12f", r.base, p[0], p[1], metres), nil)
	if err != nil {
		return "", err
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
		return "", fmt.Errorf("status %d, %w: %s", status, err, body)
	}
	var text strings.Builder
	for _, f := range answer.Components.Features {
		text.WriteString(line(f.ID, f.Properties.Name, f.Properties.State, f.Properties.Grid, f.Properties.Also, f.Properties.Metres))
	}
	return text.String(), nil
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
		want = want[:min(len(want), registry.MaxNear)]
		if here.Complete != complete || len(want) != len(here.Components) || len(want) > 0 && !reflect.DeepEqual(here.Components, want) {
			t.Errorf("%v m around %v: %d components (all: %v), the store says %d (all: %v), or they differ", metres[i], p, len(here.Components), here.Complete, len(want), complete)
		}
	}
	return len(points)
}
