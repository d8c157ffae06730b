package api_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"citygrid/api"
	"citygrid/registry"
	"citygrid/registry/locator"
	"citygrid/registry/postgis"
)

// needing are requests to every route that does not answer from the program alone.
func needing() map[string]string {
	return map[string]string{
		"/collections": "", "/collections/components": "", "/collections/components/items": "", "/collections/grid-cells/items?limit=1": "",
		"/collections/components/items/4205020118000001": "", "/locate?lon=111.285&lat=30.705": "", "/whats-here?lon=111.285&lat=30.705": "",
		"/catalog": "", "/catalog/component-subclasses": "", "/catalog/event-subclasses": "", "/catalog/filing-standards": "", "/units": "", "/city": "",
		"/base/streets": "", "/locate": `[[111.285,30.705]]`, "/locate?detail=true": `[[111.285,30.705]]`,
		"/locate?lon=111.285&lat=30.705&component=4205020118000001": "",
	}
}

// ask makes one of these requests: by POST where there is a body.
func (s *site) ask(target, body string) reply {
	s.t.Helper()
	if body != "" {
		return s.do(http.MethodPost, target, body, "Content-Type: application/json")
	}
	return s.get(target)
}

// wantAway wants every one of them to be refused for now, and in the form that failures have.
func (s *site) wantAway(codes ...string) {
	s.t.Helper()
	for target, body := range needing() {
		got := s.ask(target, body)
		if got.Status != http.StatusServiceUnavailable || got.Header.Get("Retry-After") != "1" || got.Header.Get("Content-Type") != "application/problem+json" {
			s.t.Errorf("%s %s: %d %v %s", target, body, got.Status, got.Header, got.Body)
			continue
		}
		if code := at(s.t, parse(s.t, got.Body), "code").(string); !strings.Contains(strings.Join(codes, " "), code) {
			s.t.Errorf("%s %s: code %s, want one of %q", target, body, code, codes)
		}
	}
	for _, target := range []string{"/", "/api", "/conformance", "/healthz", "/metrics", "/map"} {
		if got := s.get(target); got.Status != http.StatusOK {
			s.t.Errorf("%s: %d %s", target, got.Status, got.Body)
		}
	}
}

func TestWhatNeedsTheRegistryWaitsForTheStart(t *testing.T) {
	t.Parallel()
	var ready atomic.Bool
	s := newSite(t, func(c *api.Config) { c.Ready = ready.Load })
	s.wantAway("starting")
	if got := s.get("/readyz"); got.Status != http.StatusServiceUnavailable {
		t.Errorf("/readyz while it starts: %d %s", got.Status, got.Body)
	}
	if log := s.log.String(); strings.Contains(log, `"WARN"`) || strings.Contains(log, `"ERROR"`) {
		t.Errorf("each refusal makes noise: %s", log)
	}
	ready.Store(true)
	if got := s.get("/readyz"); got.Status != http.StatusOK {
		t.Errorf("/readyz when it has started: %d %s", got.Status, got.Body)
	}
	for target, body := range needing() {
		if got := s.ask(target, body); got.Status >= http.StatusInternalServerError {
			t.Errorf("%s %s when it has started: %d %s", target, body, got.Status, got.Body)
		}
	}
}

func TestWithoutADatabaseFromTheBeginningEveryRouteSaysWhenToTryAgain(t *testing.T) {
	t.Parallel()
	store, err := postgis.Open(t.Context(), postgis.Config{URL: "postgres://nobody@/nothing?host=" + t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	s := emptySite(t, func(c *api.Config) {
		c.Registry, c.Keys = registry.New(store, locator.New(store, clock, time.UTC)), store
	})
	s.wantAway("database_away", "not_loaded")
}

func TestCollectorsAreShownBesideTheServersOwn(t *testing.T) {
	t.Parallel()
	mine := prometheus.NewGauge(prometheus.GaugeOpts{Name: "citygrid_test_metric", Help: "Of a test."})
	mine.Set(42)
	s := emptySite(t, func(c *api.Config) { c.Collectors = []prometheus.Collector{mine} })
	if got := s.get("/metrics").Body; !strings.Contains(got, "citygrid_test_metric 42\n") || !strings.Contains(got, "citygrid_http_shed_total 0\n") {
		t.Error(got)
	}
	s.config.Collectors = []prometheus.Collector{mine, mine}
	if _, err := api.New(s.config); err == nil || !strings.HasPrefix(err.Error(), "api: metrics: ") {
		t.Errorf("one collector twice: %v", err)
	}
}
