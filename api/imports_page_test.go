package api_test

import (
	"net/http"
	"testing"
	"testing/fstest"

	"citygrid/api"
)

// One address serves people and programs: a browser that opens it names HTML, and gets the page without a key.
func TestABrowserGetsThePageOfSurveyFilesAndAProgramTheirList(t *testing.T) {
	t.Parallel()
	pages := fstest.MapFS{"map.html": {Data: []byte("map")}, "imports.html": {Data: []byte("imports")}}
	s := emptySite(t, func(c *api.Config) { c.Console = pages })
	unbuilt := emptySite(t, func(c *api.Config) { c.Console = fstest.MapFS{"map.html": {Data: []byte("not built")}} })
	const browser = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	for _, claim := range []struct {
		s      *site
		accept string
		status int
		body   string
	}{
		{s, browser, http.StatusOK, "imports"},
		{unbuilt, browser, http.StatusOK, "not built"},
		{s, "Accept: */*", http.StatusUnauthorized, ""},
		{s, "Accept: application/json", http.StatusUnauthorized, ""},
	} {
		got := claim.s.get("/imports", claim.accept)
		if got.Status != claim.status || claim.body != "" && string(got.Body) != claim.body || got.Header.Get("Vary") == "" {
			t.Errorf("%s: %d %s %q", claim.accept, got.Status, got.Body, got.Header.Values("Vary"))
		}
	}
}
