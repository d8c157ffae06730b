package api_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"citygrid/api"
	"citygrid/registry"
	"citygrid/registry/locator"
)

func TestConfigThatCannotWorkIsRefused(t *testing.T) {
	t.Parallel()
	good := api.Config{Registry: registry.New(nil, nil), BaseURL: base, Now: clock}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*api.Config){
		"Registry":               func(c *api.Config) { c.Registry = nil },
		"Now":                    func(c *api.Config) { c.Now = nil },
		`BaseURL ""`:             func(c *api.Config) { c.BaseURL = "" },
		`BaseURL "grid.cn"`:      func(c *api.Config) { c.BaseURL = "grid.cn" },
		`BaseURL "ftp://x"`:      func(c *api.Config) { c.BaseURL = "ftp://x" },
		`BaseURL "http://x?a"`:   func(c *api.Config) { c.BaseURL = "http://x?a" },
		`BaseURL "http://a:b@x"`: func(c *api.Config) { c.BaseURL = "http://a:b@x" },
		`origin "*"`:             func(c *api.Config) { c.CORSOrigins = []string{"*"} },
		`origin "http://*.x"`:    func(c *api.Config) { c.CORSOrigins = []string{"http://*.x"} },
		`BaseURL "http://:80"`:   func(c *api.Config) { c.BaseURL = "http://:80" },
		`origin "http://x/"`:     func(c *api.Config) { c.CORSOrigins = []string{"http://x/"} },
		"Concurrency":            func(c *api.Config) { c.Concurrency = -1 },
	} {
		c := good
		change(&c)
		if _, err := api.New(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %s, got %v", want, err)
		}
	}
}

func TestPagesThatCannotBeReadAreRefusedAtTheStart(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	_, err := api.New(api.Config{Registry: registry.New(nil, nil), BaseURL: base, Now: clock, Console: unreadable{broken}})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

type unreadable struct{ err error }

func (u unreadable) Open(string) (fs.File, error) { return nil, u.err }

func TestServerWithoutPagesServesTheRest(t *testing.T) {
	t.Parallel()
	s := emptySite(t, func(c *api.Config) { c.Console, c.Health, c.Keys = nil, nil, nil })
	for target, want := range map[string]int{"/map": 404, "/console/x": 404, "/readyz": 200, "/": 200} {
		if got := s.get(target); got.Status != want {
			t.Errorf("%s: %d %s", target, got.Status, got.Body)
		}
	}
	if got := s.get("/units", "Authorization: Bearer grid_dev_JlJD9WPB_0El6XFXwsUFD8J2vGxsaboW7rZYnQRBP5d9erwRwd29_65c671ac"); got.Status != http.StatusUnauthorized {
		t.Errorf("a key passes where there are none: %d", got.Status)
	}
}

func TestAssetsMayBeKeptForEverAndThePageNot(t *testing.T) {
	t.Parallel()
	s := emptySite(t)
	for target, want := range map[string][2]string{
		"/map": {"text/html; charset=utf-8", "no-cache"}, "/console/map-1a2b.js": {"text/javascript; charset=utf-8", "public, max-age=31536000, immutable"},
	} {
		got := s.get(target).Header
		if (got.Get("Content-Type") != want[0]) || got.Get("Cache-Control") != want[1] || got.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", target, got)
		}
	}
}

func ExampleNew() {
	var store registry.Store // of package postgis, in earnest
	server, err := api.New(api.Config{
		Registry:    registry.New(store, locator.New(store, time.Now, time.UTC)),
		OpenReading: true,
		BaseURL:     "https://grid.example.cn",
		Console:     fstest.MapFS{"map.html": {Data: []byte("<p>map</p>")}},
		Now:         time.Now,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	w := httptest.NewRecorder()
	server.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/healthz", nil))
	fmt.Println(w.Code, w.Body)
	// Output: 200 {"status":"ok"}
}
