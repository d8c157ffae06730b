package api_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"citygrid/api"
	"citygrid/registry"
	"citygrid/registry/locator"
)

// Who sees less must not keep that when he sees more, nor the other way round.
func TestValidatorOfOneScopeIsNotThatOfAnother(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *api.Config) { c.OpenReading = false })
	blind, reader := s.mint(registry.Key{Roles: []string{"evaluator"}}), s.mint(registry.Key{Roles: []string{"reader"}})
	for _, target := range []string{"/collections", "/collections/components", "/collections/components/items", "/collections/streets/items"} {
		for _, keys := range [][2]string{{blind, reader}, {reader, blind}} {
			first := s.get(target, keys[0])
			got := s.get(target, keys[1], "If-None-Match: "+first.Header.Get("ETag"))
			if got.Status != http.StatusOK || got.Header.Get("ETag") == first.Header.Get("ETag") {
				t.Errorf("%s: %d %s after %s", target, got.Status, got.Header.Get("ETag"), first.Header.Get("ETag"))
			}
			if again := s.get(target, keys[0], "If-None-Match: "+first.Header.Get("ETag")); again.Status != http.StatusNotModified {
				t.Errorf("%s with the same key: %d", target, again.Status)
			}
		}
	}
}

// What a page in memory showed a moment too long is not kept by clients for longer.
func TestValidatorOfTheCollectionsIsOfThoseThatWereListed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	places := locator.New(s.store, clock, time.UTC)
	if _, err := places.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.config.Registry = registry.New(s.store, places)
	server, err := api.New(s.config)
	if err != nil {
		t.Fatal(err)
	}
	s.server = server
	s.apply(withoutClass03(t))
	early := s.get("/collections") // the store has changed, the classes in memory not yet
	if _, err := places.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	late := s.get("/collections", "If-None-Match: "+early.Header.Get("ETag"))
	if late.Status != http.StatusOK || strings.Contains(late.Body, "components-03") || !strings.Contains(early.Body, "components-03") {
		t.Errorf("%d %s after %s", late.Status, late.Body, early.Body)
	}
}

// withoutClass03 is the test city without the class 03 and its one component.
func withoutClass03(t *testing.T) fstest.MapFS {
	t.Helper()
	city := copyOf(t, withoutManagedAreas(t))
	var kept []string
	for line := range strings.SplitSeq(string(city["catalogue.csv"].Data), "\n") {
		if !strings.Contains(line, ",0301") {
			kept = append(kept, line)
		}
	}
	city["catalogue.csv"].Data = []byte(strings.Join(kept, "\n"))
	delete(city, "components/shapes.geojson")
	return city
}

func TestNotModifiedSaysWhatItDependsOn(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *api.Config) { c.CORSOrigins = []string{"https://map.example.cn"} })
	whole := s.get("/collections/components/items", "Origin: https://map.example.cn")
	same := s.get("/collections/components/items", "Origin: https://map.example.cn", "If-None-Match: "+whole.Header.Get("ETag"))
	for _, name := range []string{"Vary", "ETag", "Cache-Control", "Access-Control-Allow-Origin", "Access-Control-Expose-Headers"} {
		equal(t, []any{name, same.Header.Values(name)}, []any{name, whole.Header.Values(name)})
	}
	for _, target := range []string{"/collections/components/items?limit=0", "/collections/nothing/items", "/nothing"} {
		got := s.get(target, "Origin: https://map.example.cn")
		if got.Header.Get("Access-Control-Allow-Origin") != "https://map.example.cn" || !strings.Contains(got.Header.Get("Access-Control-Expose-Headers"), "OGC-NumberMatched") {
			t.Errorf("%s: %s", target, got.Header)
		}
	}
}
