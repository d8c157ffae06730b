package api_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paulmach/orb"

	"citygrid/api"
	"citygrid/registry"
	"citygrid/registry/catalog"
)

// slow is a placer that does something before each answer.
type slow struct{ before func() }

func (p slow) Place(at orb.Point, _ registry.Subject) (registry.Placement, error) {
	p.before()
	return registry.Placement{Point: at}, nil
}

func (p slow) Hold() (registry.Places, error) { return p, nil }

func (p slow) Cell(orb.Point) (string, bool) { return "420502001001001", true }

func (p slow) Revision() int64 { return 1 }

func (p slow) AppendCodes(dst []byte, points []orb.Point, between string) []byte {
	codes := make([]string, len(points))
	for i := range codes {
		codes[i] = `"420502001001001"`
	}
	return append(dst, strings.Join(codes, between)...)
}

func (p slow) Uses(catalog.Kind, catalog.SubclassCode) (bool, error) { return true, nil }

func (p slow) Served() (registry.City, []catalog.Class, error) { return registry.City{}, nil, nil }

// newSlowSite serves places from a slow placer.
func newSlowSite(t *testing.T, before func(), change ...func(*api.Config)) *site {
	t.Helper()
	s := newSite(t)
	s.config.Registry = registry.New(s.store, slow{before})
	for _, c := range change {
		c(&s.config)
	}
	server, err := api.New(s.config)
	if err != nil {
		t.Fatal(err)
	}
	s.server = server
	return s
}

func TestMoreListsThanCanBePlacedAtOnceAreTurnedAwayAfterASecond(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan struct{}, 1), make(chan struct{})
	s := newSlowSite(t, func() {
		entered <- struct{}{}
		<-leave
	}, func(c *api.Config) { c.Concurrency = 1 })
	first := make(chan int)
	go func() { first <- s.do(http.MethodPost, "/locate?detail=true", "[[1,2]]").Status }()
	<-entered
	for _, target := range []string{"/locate", "/locate?detail=true"} {
		began := time.Now()
		got := s.do(http.MethodPost, target, "[[1,2]]")
		if waited := time.Since(began); got.Status != http.StatusServiceUnavailable || got.Header.Get("Retry-After") != "1" || waited < 900*time.Millisecond {
			t.Errorf("%s: %d after %v: %s", target, got.Status, waited, got.Body)
		}
	}
	if got := s.get("/city"); got.Status != http.StatusOK {
		t.Errorf("the database is free: %d %s", got.Status, got.Body)
	}
	if got := s.get("/metrics"); !strings.Contains(got.Body, "citygrid_http_shed_total 2") {
		t.Error("not counted")
	}
	close(leave)
	if status := <-first; status != http.StatusOK {
		t.Errorf("the one that was in: %d", status)
	}
	for range 3 {
		if got := s.do(http.MethodPost, "/locate", "[[1,2]]"); got.Status != http.StatusOK {
			t.Errorf("afterwards: %d %s", got.Status, got.Body)
		}
	}
}

func TestDetailThatTakesTooLongIsGivenUp(t *testing.T) {
	t.Parallel()
	asked := 0
	s := newSlowSite(t, func() {
		time.Sleep(700 * time.Millisecond)
		asked++
	})
	synctest.Test(t, func(t *testing.T) {
		r := s.request(http.MethodPost, "/locate?detail=true", "["+strings.Repeat("[1,2],", 99)+"[1,2]]").WithContext(t.Context())
		began := time.Now()
		got := s.serve(r)
		if took := time.Since(began); got.Status != http.StatusServiceUnavailable || !strings.Contains(got.Body, "out_of_time") || took != 30100*time.Millisecond || asked != 43 {
			t.Errorf("%d after %v and %d points: %s", got.Status, took, asked, got.Body)
		}
	})
}

func TestDetailEndsWhenTheClientIsGone(t *testing.T) {
	t.Parallel()
	asked := 0
	ctx, gone := context.WithCancel(t.Context())
	s := newSlowSite(t, func() {
		if asked++; asked == 3 {
			gone()
		}
	}, func(c *api.Config) { c.Concurrency = 1 })
	s.serve(s.request(http.MethodPost, "/locate?detail=true", board(1000)).WithContext(ctx))
	if asked != 3 {
		t.Errorf("%d points for nobody", asked)
	}
	if got := s.do(http.MethodPost, "/locate", "[]"); got.Status != http.StatusOK {
		t.Errorf("its turn was not given back: %d %s", got.Status, got.Body)
	}
}

// A body that is long on its way holds no turn, with a key or without.
func TestBodyOnItsWayKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *api.Config) { c.Concurrency = 1 })
	key := s.mint(registry.Key{Roles: []string{"registrar"}})
	body, pen := io.Pipe()
	r := s.request(http.MethodPost, "/locate", "", key)
	r.Body, r.ContentLength = body, -1
	done := make(chan reply)
	go func() { done <- s.serve(r) }()
	if _, err := io.WriteString(pen, "[[111.281,30.705]"); err != nil { // it is read: the key was looked up
		t.Fatal(err)
	}
	if got := s.get("/city"); got.Status != http.StatusOK {
		t.Errorf("the database: %d %s", got.Status, got.Body)
	}
	if got := s.do(http.MethodPost, "/locate", "[]"); got.Status != http.StatusOK {
		t.Errorf("a list: %d %s", got.Status, got.Body)
	}
	if _, err := io.WriteString(pen, "]"); err != nil {
		t.Fatal(err)
	}
	if err := pen.Close(); err != nil {
		t.Fatal(err)
	}
	got := <-done
	var codes []string
	if err := json.Unmarshal([]byte(got.Body), &codes); err != nil || len(codes) != 1 || codes[0] != "420502001001001" {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

func TestSubclassesCountWhatTheScopeSees(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *api.Config) { c.OpenReading = false })
	for role, want := range map[string]float64{"registrar": 7, "reader": 7, "other": 0} {
		list := at(t, s.get("/catalog/component-subclasses", s.mint(registry.Key{Roles: []string{role}})).ok(), "subclasses").([]any)
		sum := 0.0
		for _, subclass := range list {
			sum += at(t, subclass, "components").(float64)
		}
		if sum != want || len(list) == 0 {
			t.Errorf("%s: %d subclasses with %v components, want %v", role, len(list), sum, want)
		}
	}
}
