package torture_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"

	"citygrid/api"
	"citygrid/registry"
	"citygrid/registry/locator"
	"citygrid/registry/postgis"
)

const (
	listenerKills = 30 // in a run, and not more than one a second
	strikes       = 12 // in a run, and not more than one in strikeLeast
	strikeLeast   = 1200 * time.Millisecond
	verifications = 100                      // in a run, and not more than one in verifyLeast
	verifyLeast   = time.Second              // it builds everything anew
	catchUp       = 2 * locator.RefreshEvery // for the last revision to be answered: a tick, and as much for a busy machine
	endPoints     = 10_000
)

// While an editor changes the town, by folders and by the store, and the server is ended, killed and made deaf, eight readers ask the
// locator and the API. Each answer must be that of PostGIS for the one revision that it names.
func TestEveryAnswerIsOfOneRevisionWhateverHappens(t *testing.T) {
	t.Parallel()
	sayHowToRepeat(t)
	s := newServer(t)
	store, err := postgis.Open(t.Context(), postgis.Config{URL: s.url})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	db, err := pgxpool.New(t.Context(), s.url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	b := newBoard(draw(1))
	w := &witness{db: db, probes: b.probes(draw(4)), known: map[[asked]tale]*[asked]tale{}}
	e, first := newEditor(t, s, store, w, b)
	places := locator.New(store, time.Now, time.FixedZone("Asia/Shanghai", 8*60*60))
	if _, err := places.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := newCourt(t, e.revision, first)

	following, unfollow := context.WithCancel(t.Context())
	var followers sync.WaitGroup
	follow(following, &followers, store, places)
	base := serve(t, registry.New(store, places))
	reading, stopReading := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for n, name := range slices.Sorted(maps.Keys(questions())) {
		r := &reader{name: name, probes: w.probes, places: places, base: base, client: &http.Client{Timeout: patience}, court: c, rng: draw(10 + uint64(n))}
		readers.Go(func() { r.read(reading, questions()[name]) })
	}

	ctx, stop := context.WithTimeout(t.Context(), *lasting)
	defer stop()
	var trouble troubled
	var others sync.WaitGroup
	others.Go(func() { trouble.deafen(ctx, t, s) })
	others.Go(func() { trouble.strike(ctx, t, s) })
	others.Go(func() { trouble.verify(ctx, t, s, places) })
	editing, rest := context.WithCancel(t.Context())
	go func() {
		others.Wait()
		rest() // after one more edit, with the server there for good
	}()
	e.work(editing, c)
	stop()
	others.Wait() // also where the editor gave up

	wait := time.Now()
	for places.Revision() != e.revision && time.Since(wait) < catchUp {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(100 * breath) // for the readers to see it
	stopReading()
	readers.Wait()
	if got := places.Revision(); got != e.revision {
		t.Errorf("%v after the last commit answers are of revision %d, not %d", catchUp, got, e.revision)
	}
	c.close()
	agree(t, store, places, db, w)
	unfollow()
	followers.Wait()
	report(t, e, c, &trouble)
}

// follower is what the program keeps in step with the store.
type follower interface {
	Wake()
	Follow(ctx context.Context, ticks <-chan time.Time, log *slog.Logger)
}

// follow keeps followers in step as the program does, until ctx ends.
func follow(ctx context.Context, group *sync.WaitGroup, store *postgis.Store, followers ...follower) {
	for _, f := range followers {
		ticker := time.NewTicker(locator.RefreshEvery)
		group.Go(func() {
			defer ticker.Stop()
			f.Follow(ctx, ticker.C, slog.New(slog.DiscardHandler))
		})
	}
	group.Go(func() {
		store.Listen(ctx, func() {
			for _, f := range followers {
				f.Wake()
			}
		}, func(error) {})
	})
}

// serve has the API answer on a free port and returns its address.
func serve(t *testing.T, with *registry.Registry) (base string) {
	t.Helper()
	silent := slog.New(slog.DiscardHandler)
	handler, err := api.New(api.Config{
		Registry: with, OpenReading: true, BaseURL: "http://town.example.cn", Version: "torture", Log: silent, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(nil)
	server.Config = api.NewHTTPServer(handler, silent, time.Now)
	server.Start()
	t.Cleanup(server.Close)
	return server.URL
}

// agree compares memory with the store when nothing changes any more.
func agree(t *testing.T, store *postgis.Store, places *locator.Locator, db *pgxpool.Pool, w *witness) {
	t.Helper()
	if same, err := places.Verify(t.Context()); !same {
		t.Errorf("at the end: %v", err)
	}
	if n := places.Stats().Differences; n != 0 {
		t.Errorf("memory differed from the store %d times", n)
	}
	rng := draw(5)
	points := slices.Clone(w.probes)
	for range endPoints {
		points = append(points, orb.Point{west + lotDegrees*(rng.Float64()*(columns+2)-1), south + lotDegrees*(rng.Float64()*(rows+2)-1)})
	}
	theirs, err := coveredBy(t.Context(), db, points)
	if err != nil {
		t.Fatal(err)
	}
	held, err := places.Hold()
	if err != nil {
		t.Fatal(err)
	}
	ours := codesOf(held, points)
	for i := range points {
		if ours[i] != theirs[i].cell {
			t.Errorf("%v: %q, PostGIS says %q", points[i], ours[i], theirs[i].cell)
		}
	}
}

// troubled is what happened to the server, and to the locator's memory.
type troubled struct {
	deafened int
	struck   []struck
	verified int
}

// struck is one trouble, when it came and when the server answered again.
type struck struct {
	name     string
	at, back time.Time
}

// every is the time between two of n in a run, at least least.
func every(n int, least time.Duration) time.Duration { return max(*lasting/time.Duration(n), least) }

// deafen ends the session that hears of changes, again and again.
func (u *troubled) deafen(ctx context.Context, t *testing.T, s *server) {
	for pause(ctx, every(listenerKills, time.Second)) {
		began := time.Now()
		err := s.connected(t.Context(), func(conn *pgx.Conn) error {
			n, err := killListener(t.Context(), conn)
			u.deafened += n
			return err
		})
		if err != nil && !s.excuses(began) {
			t.Errorf("kill the listener: %v", err)
		}
	}
}

// strike takes the server away in each way, one after the other.
func (u *troubled) strike(ctx context.Context, t *testing.T, s *server) {
	all := troubles()
	for n := 0; pause(ctx, every(strikes, strikeLeast)); n++ {
		what, at := all[n%len(all)], time.Now()
		if err := s.strike(t.Context(), what); err != nil {
			t.Error(err)
			return
		}
		u.struck = append(u.struck, struck{what.name, at, time.Now()})
	}
}

// verify has the locator compare its memory with the store in the midst of everything.
func (u *troubled) verify(ctx context.Context, t *testing.T, s *server, places *locator.Locator) {
	for pause(ctx, every(verifications, verifyLeast)) {
		began := time.Now()
		same, err := places.Verify(t.Context())
		switch {
		case same:
			u.verified++
		case registry.KindOf(err) != registry.Unavailable || !s.excuses(began):
			t.Errorf("verify: %v", err)
		}
	}
}

// pause waits, and returns false when ctx ends first.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// report tells what was done and what it took. Nothing of it is a claim.
func report(t *testing.T, e *editor, c *court, u *troubled) {
	t.Helper()
	var late []time.Duration
	for _, m := range c.commits {
		if !m.seen.IsZero() {
			late = append(late, max(0, m.seen.Sub(m.at)))
		}
	}
	slices.Sort(late)
	quantile := func(q float64) time.Duration {
		if len(late) == 0 {
			return 0
		}
		return late[int(q*float64(len(late)-1))].Round(100 * time.Microsecond)
	}
	var text strings.Builder
	fmt.Fprintf(&text, "seed %d, %v: %d edits (%d tries by folder, %d by the store; %d failed while the server was away, %d of these had been committed), %d answers judged, %d wrong\n",
		*seeding, *lasting, len(c.commits), e.applied, e.stored, e.retried, e.unsure, c.judged, c.wrong)
	fmt.Fprintf(&text, "staleness from before the commit to the first answer of it or a later one: p50 %v, p99 %v, max %v; %d revisions never seen\n",
		quantile(0.5), quantile(0.99), quantile(1), len(c.commits)-len(late))
	fmt.Fprintf(&text, "the listener was killed %d times, memory compared with the store %d times\n", u.deafened, u.verified)
	for _, x := range u.struck {
		fresh := "never"
		if i := slices.IndexFunc(c.commits, func(m commit) bool { return m.at.After(x.at) && !m.seen.IsZero() }); i >= 0 {
			fresh = fmt.Sprintf("%.2f s", c.commits[i].seen.Sub(x.at).Seconds())
		}
		fmt.Fprintf(&text, "%s: the server answered after %.2f s, the first fresh answer came after %s\n", x.name, x.back.Sub(x.at).Seconds(), fresh)
	}
	for _, name := range slices.Sorted(maps.Keys(e.byName)) {
		fmt.Fprintf(&text, "  %d × %s\n", e.byName[name], name)
	}
	t.Log(text.String())
}
