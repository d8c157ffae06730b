package main

import (
	"context"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"citygrid/registry"
	"citygrid/registry/postgis"
)

// asker asks one question again and again.
type asker struct {
	name, target string
	never        bool // it is never refused
	answered     atomic.Int64
	refused      atomic.Int64
	status       atomic.Int64 // of the last answer
}

// load is the askers of a server. Every answer but 200, and 503 that says when to try again, fails the test.
type load struct {
	t       *testing.T
	client  *http.Client
	askers  []*asker
	workers sync.WaitGroup
	stop    context.CancelFunc
}

// newLoad has three ask where a point is, and one each for what needs the database, until the load is ended.
func newLoad(t *testing.T, base string) *load {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	l := &load{t: t, stop: stop, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}, askers: []*asker{
		{name: "locate", target: "/locate?lon=111.285&lat=30.715&kind=event&subclass=0102", never: true},
		{name: "component", target: "/locate?lon=111.285&lat=30.715&component=4205020101000001"},
		{name: "whats-here", target: "/whats-here?lon=111.285&lat=30.715&radius=50"},
		{name: "items", target: "/collections/components/items?limit=3"},
		{name: "readyz", target: "/readyz"},
	}}
	for _, a := range l.askers {
		workers := 1
		if a.never {
			workers = 3
		}
		for range workers {
			l.workers.Go(func() { l.ask(ctx, base, a) })
		}
	}
	t.Cleanup(l.end)
	return l
}

func (l *load) ask(ctx context.Context, base string, a *asker) {
	for faults := 0; faults < 5; {
		got, err := fetch(ctx, l.client, base+a.target)
		if ctx.Err() != nil {
			return
		}
		a.status.Store(int64(got.status))
		switch {
		case err == nil && got.status == http.StatusOK:
			a.answered.Add(1)
		case err == nil && got.status == http.StatusServiceUnavailable && got.retryAfter == "1" && !a.never:
			a.refused.Add(1)
		default:
			faults++
			l.t.Errorf("%s: %+v, %v", a.name, got, err)
		}
		time.Sleep(500 * time.Microsecond)
	}
}

func (l *load) end() {
	l.stop()
	l.workers.Wait()
}

// await waits until the last answers to all that needs the database have a status, and returns for each how long that took.
func (l *load) await(status int64, within time.Duration) map[string]time.Duration {
	l.t.Helper()
	begun, took := time.Now(), map[string]time.Duration{}
	for len(took) < len(l.askers)-1 {
		for _, a := range l.askers {
			if _, done := took[a.name]; !done && !a.never && a.status.Load() == status {
				took[a.name] = time.Since(begun).Round(time.Millisecond)
			}
		}
		if time.Since(begun) > within {
			l.t.Fatalf("after %v only %v say %d", within, took, status)
		}
		time.Sleep(time.Millisecond)
	}
	return took
}

// calm waits for so many more answers about a point, of which none may fail.
func (l *load) calm(answers int64) {
	for until := l.askers[0].answered.Load() + answers; l.askers[0].answered.Load() < until && !l.t.Failed(); {
		time.Sleep(time.Millisecond)
	}
}

func (l *load) report() {
	l.end()
	for _, a := range l.askers {
		l.t.Logf("%-10s %6d answered, %5d refused with Retry-After", a.name, a.answered.Load(), a.refused.Load())
	}
}

func TestADatabaseStoppedAndStartedUnderLoadCostsNoAnswerAboutAPoint(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	citygrid(t, s.url, "profile", "apply", "../../registry/locator/testdata/crossing").want(t, 0, "applied as revision 1")
	p := citygrid(t, s.url, "serve", "--listen", "127.0.0.1:0")
	base := p.start(t)
	l := newLoad(t, base)
	l.await(http.StatusOK, time.Minute)
	for range 2 {
		l.calm(300)
		s.stop()
		t.Logf("refused after %v", l.await(http.StatusServiceUnavailable, time.Minute))
		l.calm(1000)
		s.start()
		t.Logf("healed %v after PostgreSQL answered", l.await(http.StatusOK, time.Minute))
	}
	l.calm(300)
	l.report()
	store, err := postgis.Open(t.Context(), postgis.Config{URL: s.url})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if _, err := store.Change(t.Context(), registry.Act{Actor: "test", Reason: "test", At: time.Now()}, func(c *postgis.Change) error {
		_, err := c.PutStaff(t.Context(), nil)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for begun := time.Now(); metric(t, base, "locator_revision") != "2"; time.Sleep(10 * time.Millisecond) { // changes are heard of again
		if time.Since(begun) > time.Minute {
			t.Fatal("a change after all that is not followed")
		}
	}
	p.stop(t, syscall.SIGTERM)
	if said := p.err.String(); strings.Contains(said, "level=ERROR") {
		t.Errorf("it calls an absence an error:\n%s", said)
	}
}

func TestAPrivateDatabaseThatIsKilledUnderLoadComesBackByItself(t *testing.T) {
	t.Parallel()
	folder := dataFolder(t)
	citygrid(t, "", "--data", folder, "profile", "apply", "../../registry/locator/testdata/crossing").want(t, 0, "applied as revision 1")
	p := citygrid(t, "", "--data", folder, "serve", "--listen", "127.0.0.1:0")
	l := newLoad(t, p.start(t))
	l.await(http.StatusOK, time.Minute)
	for range 2 {
		l.calm(300)
		pids := postgresOf(t, folder)
		if len(pids) == 0 {
			t.Fatal("no process of the database is found")
		}
		for _, pid := range pids {
			syscall.Kill(pid, syscall.SIGKILL)
		}
		t.Logf("refused after %v", l.await(http.StatusServiceUnavailable, time.Minute))
		t.Logf("healed %v later", l.await(http.StatusOK, time.Minute))
	}
	l.calm(300)
	l.report()
	p.stop(t, os.Interrupt)
	said := p.err.String()
	if strings.Count(said, "level=ERROR") != 2 || strings.Count(said, "starting it again") != 2 || strings.Count(said, "数据库已恢复") != 2 {
		t.Errorf("it does not say twice, and once each, that its database ended:\n%s", said)
	}
}
