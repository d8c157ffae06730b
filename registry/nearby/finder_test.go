package nearby_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"citygrid/registry"
)

// The shapes of components, all over a square of 2 km; i is the number of the component.
const (
	anywhere = `format('POINT Z (%s %s 70)', 111.28 + random() * 0.02, 30.70 + random() * 0.02)`
	lines    = `select format('LINESTRING(%s %s, %s %s)', x, y, x + 0.003, y - 0.002) from (select 111.28 + random() * 0.02 as x, 30.70 + random() * 0.02 as y offset i * 0) p`
	// crowded is a hundred to a place.
	crowded = `format('POINT(%s %s)', 111.28 + (i / 100) % 10 * 0.001, 30.70 + (i / 100) * 0.0001)`

	// rings are around one point, sixty-four to a ring and the rings 2 mm apart: most of a thousand are on few steps of distance.
	rings = `format('POINT(%s %s)', 111.29 + (300 + i / 64 * 0.002) / 95600 * cos(i * pi() / 32), 30.71 + (300 + i / 64 * 0.002) / 110850 * sin(i * pi() / 32))`
)

// agree asks both for what is near points of the square; the store must not have been asked to search in place of the finder.
func (w *town) agree(what string, seed uint64) {
	w.t.Helper()
	rnd := rand.New(rand.NewPCG(seed, seed))
	before := w.store.searches.Load()
	for _, metres := range []float64{0.001, 20, 100, 500} {
		for range 8 {
			p := orb.Point{111.28 + rnd.Float64()*0.02, 30.70 + rnd.Float64()*0.02}
			if d := differ(w.near(w.with, everyone, p, metres), w.near(w.alone, everyone, p, metres)); d != "" {
				w.t.Fatalf("%s: within %v m of %v: %s", what, metres, p, d)
			}
		}
	}
	if n := w.store.searches.Load() - before; n > 0 {
		w.t.Errorf("%s: the store searched %d times", what, n)
	}
}

func TestWithAFinderTheAnswersAreThoseOfTheStoreAlone(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.refresh()
	w.agree("nothing is there", 1)
	w.exec(`select setseed(0.5)`)
	w.create(6000, anywhere)
	w.create(300, lines)
	if !w.refresh() || w.refresh() || !w.finder.Folded() {
		t.Error("refreshed otherwise than once, all in one layer")
	}
	w.agree("loaded", 2)
	for i, step := range []struct{ what, which, set string }{
		{"moved", "id % 10 = 1", `geom = st_translate(geom, 0.0005, 0)`},
		{"moved again", "id % 20 = 1", `geom = st_translate(geom, 0, -0.0005)`},
		{"removed", "id % 10 = 2", `state = '移除'`},
		{"some put back", "id % 20 = 2", `state = '完好'`},
		{"points become lines and lines points", "id % 100 = 3", `geom = case when st_dimension(geom) = 0 then st_force2d(st_makeline(geom, st_translate(geom, 0.001, 0))) else st_startpoint(geom) end`},
		{"touched where they are", "id % 10 = 4", `grid = '420502001001001'`},
	} {
		w.change(step.which, step.set)
		if !w.refresh() || w.finder.Folded() {
			t.Errorf("%s: not found, or everything built anew for it", step.what)
		}
		w.agree(step.what, uint64(i+3))
	}
	w.create(300, anywhere)
	w.change("id > 6400", `geom = st_translate(geom, 0, 0.0005)`)
	w.refresh()
	w.agree("created, and some of them moved", 20)
	w.change("id % 2 = 0", `geom = st_translate(geom, 0.0005, 0)`)
	if w.refresh(); !w.finder.Folded() {
		t.Error("most has moved and there are still two layers")
	}
	w.agree("most moved", 21)
	if same, err := w.finder.Verify(t.Context()); !same || err != nil {
		t.Errorf("verify: %v, %v", same, err)
	}
}

func TestWhereMoreThanAThousandStandNearTheNearestComeInOrder(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.create(4000, crowded)
	w.refresh()
	for _, p := range []orb.Point{{111.28, 30.70}, {111.284, 30.702}, {111.2845001, 30.7021}} {
		got, want := w.near(w.with, everyone, p, 500), w.near(w.alone, everyone, p, 500)
		if d := differ(got, want); d != "" || got.Complete || len(got.Components) != registry.MaxNear {
			t.Errorf("at %v: %d, complete %v: %s", p, len(got.Components), got.Complete, d)
		}
	}
	if n := w.store.searches.Load(); n > 0 {
		t.Errorf("the store searched %d times", n)
	}
	w.create(2100, `'POINT(111.30 30.70)'`) // a list of these would save nothing
	w.refresh()
	got, want := w.near(w.with, everyone, orb.Point{111.30, 30.70}, 1), w.near(w.alone, everyone, orb.Point{111.30, 30.70}, 1)
	if d := differ(got, want); d != "" || got.Complete || w.store.searches.Load() != 1 {
		t.Errorf("in a crowd: %d, complete %v, %d searches: %s", len(got.Components), got.Complete, w.store.searches.Load(), d)
	}
}

func TestWhatIsEquallyFarComesByCodeWhicheverWayItIsFound(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.create(1900, rings)
	w.refresh()
	for _, p := range []orb.Point{{111.29, 30.71}, {111.2900001, 30.7099999}, {111.29313807, 30.71}} {
		got, want := w.near(w.with, everyone, p, 500), w.near(w.alone, everyone, p, 500)
		if d := differ(got, want); d != "" || len(got.Components) != registry.MaxNear {
			t.Errorf("at %v: %d: %s", p, len(got.Components), d)
		}
		same := 0
		for i := 1; i < len(got.Components); i++ {
			a, b := got.Components[i-1], got.Components[i]
			near, far := registry.NearStepOf(a.Metres), registry.NearStepOf(b.Metres)
			if near == far {
				same++
			}
			if near > far || near == far && a.Code.String() >= b.Code.String() {
				t.Errorf("at %v: %s, %v m, comes before %s, %v m", p, a.Code, a.Metres, b.Code, b.Metres)
			}
		}
		if same < 50 {
			t.Errorf("at %v only %d are as far as another", p, same)
		}
	}
	if n := w.store.searches.Load(); n > 0 {
		t.Errorf("the store searched %d times", n)
	}
}

func TestAFinderThatIsBehindOrKnowsNothingIsPassedBy(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	p := orb.Point{111.28, 30.70}
	w.create(1, `'POINT(111.28 30.70)'`)
	if c, ok := w.finder.Candidates(p, 30, 10); ok || w.finder.Revision() != 0 {
		t.Errorf("before the first Refresh: %+v", c)
	}
	for _, step := range []struct {
		what string
		do   func()
		want int
	}{
		{"before the first Refresh", func() {}, 1},
		{"one more", func() { w.refresh(); w.create(1, `'POINT(111.28 30.70)'`) }, 2},
		{"one moved away", func() { w.refresh(); w.change("id = 1", "geom = st_translate(geom, 1, 0)") }, 1},
		{"one removed", func() { w.refresh(); w.change("id = 2", "state = '移除'") }, 0},
	} {
		before := w.store.searches.Load()
		step.do()
		if here := w.near(w.with, everyone, p, 30); len(here.Components) != step.want || w.store.searches.Load() != before+1 {
			t.Errorf("%s: %d shown, the store searched %d times", step.what, len(here.Components), w.store.searches.Load()-before)
		}
	}
}

func TestAScopeOfUnitsIsAnsweredByTheStoreAlone(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.create(60, `'POINT(111.28 30.70)'`)
	w.refresh()
	here := w.near(w.with, registry.Scope{Units: []registry.UnitCode{"U1"}}, orb.Point{111.28, 30.70}, 30)
	for _, n := range here.Components {
		if n.Supervisor.Code != "U1" {
			t.Errorf("%s of %s is shown", n.Code, n.Supervisor.Code)
		}
	}
	if len(here.Components) != 20 || w.store.searches.Load() != 1 {
		t.Errorf("%d shown, want 20", len(here.Components))
	}
}

// A registry that was restored from a copy has a lower revision and may have fewer components.
func TestARestoredRegistryIsReadAnew(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.create(10, anywhere)
	w.create(10, anywhere)
	w.refresh()
	high := w.finder.Mark()
	w.exec(`delete from component where id > 10`)
	w.exec(`update collection set revision = revision - 1 where name = 'components'`)
	if !w.refresh() || w.finder.Mark() != (registry.StandingMark{Revision: high.Revision - 1, LastID: 10}) {
		t.Errorf("%+v after %+v", w.finder.Mark(), high)
	}
	if c, ok := w.finder.Candidates(orb.Point{111.29, 30.71}, 3000, 100); !ok || len(c.Points) != 10 {
		t.Errorf("%d are known, want 10", len(c.Points))
	}
}

func TestWhatIsKnownStaysWhenRefreshFails(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.create(3, anywhere)
	w.refresh()
	before := w.finder.Mark()
	w.create(1, `'GEOMETRYCOLLECTION(POINT(111.28 30.70))'`)
	if changed, err := w.finder.Refresh(t.Context()); changed || err == nil || !strings.HasPrefix(err.Error(), "refresh finder: ") {
		t.Errorf("what nobody stores: %v, %v", changed, err)
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if changed, err := w.finder.Refresh(canceled); changed || !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v, %v", changed, err)
	}
	w.store.Close()
	if changed, err := w.finder.Refresh(t.Context()); changed || err == nil {
		t.Errorf("store closed: %v, %v", changed, err)
	}
	if c, ok := w.finder.Candidates(orb.Point{111.29, 30.71}, 3000, 100); !ok || len(c.Points) != 3 || w.finder.Mark() != before {
		t.Errorf("%+v of %+v", c, w.finder.Mark())
	}
}

// failing is a store whose details cannot be read.
type failing struct{ registry.Store }

var errAway = registry.NewError(registry.Unavailable, "database_away", "数据库不可用", "the database is away")

func (failing) ComponentsAmong(context.Context, registry.Scope, orb.Point, registry.Candidates) ([]registry.Near, int64, error) {
	return nil, 0, errAway
}

func TestWithoutTheDatabaseThereIsNoAnswer(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.create(3, anywhere)
	w.refresh()
	_, err := registry.New(failing{w.store}, nil).WithFinder(w.finder).WhatsHere(t.Context(), everyone, orb.Point{111.29, 30.71}, 500)
	if !errors.Is(err, errAway) || w.store.searches.Load() != 0 {
		t.Errorf("%v after %d searches", err, w.store.searches.Load())
	}
}

func TestWhatMovesWhileOthersAskIsSeenInOnePlace(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.create(200, anywhere)
	w.create(1, `'POINT(111.40 30.70)'`)
	w.refresh()
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				here, err := w.with.WhatsHere(t.Context(), everyone, orb.Point{111.4005, 30.70}, 200)
				if err != nil || len(here.Components) != 1 {
					t.Errorf("%d seen, %v", len(here.Components), err)
					return
				}
			}
		})
	}
	for n := range 60 {
		w.change("id = 201", []string{"geom = st_translate(geom, 0.001, 0)", "geom = st_translate(geom, -0.001, 0)"}[n%2])
		if n%3 > 0 {
			w.refresh()
		}
	}
	close(stop)
	readers.Wait()
}

func TestFollowRefreshesAtOnceAtEachTickAndWhenWoken(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx, stop := context.WithCancel(t.Context())
	ticks, done, log := make(chan time.Time), make(chan struct{}), &logbook{}
	go func() {
		defer close(done)
		w.finder.Follow(ctx, ticks, slog.New(slog.NewTextHandler(log, nil)))
	}()
	tick := func() { // returns when the one before it was dealt with
		ticks <- time.Time{}
		ticks <- time.Time{}
	}
	tick()
	if s := log.String(); strings.Count(s, "refreshed") != 1 {
		t.Errorf("log: %s", s)
	}
	w.create(2, anywhere)
	tick()
	if w.finder.Mark().LastID != 2 {
		t.Errorf("after a tick: %+v", w.finder.Mark())
	}
	w.create(1, anywhere)
	for w.finder.Wake(); w.finder.Mark().LastID != 3; time.Sleep(time.Millisecond) {
		if t.Context().Err() != nil {
			t.Fatal("woken, and nothing was done")
		}
	}
	w.store.Close()
	tick()
	if s := log.String(); strings.Count(s, "WARN") == 0 || w.finder.Mark().LastID != 3 {
		t.Errorf("after a failure: %+v, log: %s", w.finder.Mark(), s)
	}
	stop()
	<-done
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
