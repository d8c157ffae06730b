package api_test

import (
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"citygrid/api"
	"citygrid/data"
	"citygrid/internal/dbtest"
	"citygrid/registry"
	"citygrid/registry/locator"
	"citygrid/registry/postgis"
	"citygrid/registry/profile"
)

func TestMain(m *testing.M) { os.Exit(dbtest.Main(m)) }

// base is what the served links begin with; nobody listens there.
const base = "https://grid.example.cn/v1"

// clock is the time of every test.
func clock() time.Time { return time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC) }

// site is the city of testdata/city, two cells by two of 0.01 degrees each from 111.28, 30.70, in a database of its own.
type site struct {
	t        *testing.T
	database string // its URL
	store    *postgis.Store
	config   api.Config
	log      *logbook
	server   http.Handler
}

// newSite serves the city; change alters the configuration before.
func newSite(t *testing.T, change ...func(*api.Config)) *site {
	t.Helper()
	s := emptySite(t, change...)
	s.apply(os.DirFS("testdata/city"))
	s.start(change...)
	return s
}

// apply makes the registry equal to the folder of a city.
func (s *site) apply(city fs.FS) {
	s.t.Helper()
	lists, err := data.Catalog()
	if err != nil {
		s.t.Fatal(err)
	}
	_, err = profile.Apply(s.t.Context(), profile.Config{
		Store: postgis.ProfileStore{Store: s.store}, Lists: lists, Clock: clock, Actor: "test",
	}, city)
	if err != nil {
		s.t.Fatal(err)
	}
}

// emptySite serves a registry without a city.
func emptySite(t *testing.T, change ...func(*api.Config)) *site {
	t.Helper()
	s := stoppedSite(t)
	s.start(change...)
	return s
}

// stoppedSite has a registry without a city, and does not serve it yet.
func stoppedSite(t *testing.T) *site {
	t.Helper()
	url := dbtest.URL(t)
	store, err := postgis.Open(t.Context(), postgis.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	return &site{t: t, database: url, store: store, log: &logbook{}}
}

func (s *site) start(change ...func(*api.Config)) {
	s.t.Helper()
	places := locator.New(s.store, clock, time.UTC)
	if _, err := places.Refresh(s.t.Context()); err != nil && registry.KindOf(err) != registry.NotFound {
		s.t.Fatal(err)
	}
	s.config = api.Config{
		Registry: registry.New(s.store, places), Keys: s.store, OpenReading: true, BaseURL: base, Version: "test", Now: clock,
		Log:     slog.New(slog.NewJSONHandler(s.log, nil)),
		Console: fstest.MapFS{"map.html": {Data: []byte("<p>map</p>")}, "console/map-1a2b.js": {Data: []byte("go()")}},
		Health: func(ctx context.Context) []api.Health {
			return []api.Health{{Name: "database", OK: s.store.Ping(ctx) == nil}}
		},
	}
	for _, c := range change {
		c(&s.config)
	}
	server, err := api.New(s.config)
	if err != nil {
		s.t.Fatal(err)
	}
	s.server = server
}

// request makes a request to the server; headers are given as "Name: value".
func (s *site) request(method, target, body string, headers ...string) *http.Request {
	s.t.Helper()
	r := httptest.NewRequestWithContext(s.t.Context(), method, target, strings.NewReader(body))
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Add(name, value)
	}
	return r
}

// reply is what the server answered.
type reply struct {
	t      *testing.T
	Status int
	Header http.Header
	Body   string
}

func (s *site) do(method, target, body string, headers ...string) reply {
	s.t.Helper()
	return s.serve(s.request(method, target, body, headers...))
}

func (s *site) serve(r *http.Request) reply {
	s.t.Helper()
	w := httptest.NewRecorder()
	s.server.ServeHTTP(w, r)
	text, err := io.ReadAll(w.Result().Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return reply{s.t, w.Code, w.Header(), string(text)}
}

func (s *site) get(target string, headers ...string) reply {
	s.t.Helper()
	return s.do(http.MethodGet, target, "", headers...)
}

// ok is the answer's JSON, which must come with status 200.
func (r reply) ok() any {
	r.t.Helper()
	if r.Status != http.StatusOK {
		r.t.Fatalf("status %d: %s", r.Status, r.Body)
	}
	return parse(r.t, r.Body)
}

func parse(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

// at walks down a JSON value by member names and indices.
func at(t *testing.T, v any, path ...any) any {
	t.Helper()
	for _, step := range path {
		switch step := step.(type) {
		case string:
			object, ok := v.(map[string]any)
			if !ok {
				t.Fatalf("%v has no member %s", v, step)
			}
			v = object[step]
		case int:
			list, ok := v.([]any)
			if !ok || step >= len(list) {
				t.Fatalf("%v has no element %d", v, step)
			}
			v = list[step]
		}
	}
	return v
}

// logbook keeps what is logged.
type logbook struct {
	mu   sync.Mutex
	text strings.Builder
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

// equal compares JSON values whole.
func equal(t *testing.T, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}
