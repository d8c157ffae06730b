package api_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"citygrid/api"
	"citygrid/registry"
	"citygrid/registry/locator"
	"citygrid/registry/postgis"
)

// inEachSystem is one place in every sort of system; computed says that the database is not needed for it.
var inEachSystem = []struct {
	crs, x, y string
	computed  bool
}{
	{"EPSG:4326", "111.285", "30.705", true},
	{"http://www.opengis.net/def/crs/OGC/1.3/CRS84", "111.285", "30.705", true},
	{"EPSG:4490", "111.285", "30.705", true},
	{"EPSG:4546", "527302.198", "3398303.251", true},
	{"urn:ogc:def:crs:EPSG::4546", "527302.198", "3398303.251", true},
	{"EPSG:4525", "37527302.198", "3398303.251", true},
	{"GCJ-02", "111.2906574", "30.7025654", true},
	{"BD-09", "111.2972235", "30.7082664", true},
	{"EPSG:32649", "527291.278", "3396943.929", false},
	{"http://www.opengis.net/def/crs/EPSG/0/3857", "12388189.533", "3594496.749", false},
}

// cellsOf asks for the cell of the place in a system by each way that takes one.
func (s *site) cellsOf(crs, x, y string) map[string]reply {
	point := fmt.Sprintf("?lon=%s&lat=%s&crs=%s", x, y, url.QueryEscape(crs))
	return map[string]reply{
		"GET /locate":     s.get("/locate" + point),
		"GET /whats-here": s.get("/whats-here" + point),
		"POST /locate":    s.do(http.MethodPost, "/locate?crs="+url.QueryEscape(crs), fmt.Sprintf("[[%s,%s]]", x, y)),
	}
}

func TestSamePlaceIsInTheSameCellInEverySystem(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const cell = "420502001001001"
	for _, c := range inEachSystem {
		got := s.cellsOf(c.crs, c.x, c.y)
		equal(t, at(t, got["GET /locate"].ok(), "grid", "code"), cell)
		equal(t, at(t, got["GET /whats-here"].ok(), "placement", "grid", "code"), cell)
		equal(t, got["POST /locate"].ok(), []any{cell})
	}
}

func TestWithoutTheDatabaseTheComputedSystemsGoOnAndTheOthersWait(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	places := locator.New(s.store, clock, time.UTC)
	if _, err := places.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	away, err := postgis.Open(t.Context(), postgis.Config{URL: "postgres://nobody@/nothing?host=" + t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(away.Close)
	s.start(func(c *api.Config) { c.Registry, c.Keys = registry.New(away, places), away })
	for _, c := range inEachSystem {
		for name, got := range s.cellsOf(c.crs, c.x, c.y) {
			switch {
			case c.computed && name == "GET /whats-here": // what stands there is in the database
			case c.computed:
				got.ok()
			case got.Status != http.StatusServiceUnavailable || got.Header.Get("Retry-After") != "1" || at(t, parse(t, got.Body), "code") != "database_away":
				t.Errorf("%s %s: %d %v %s", name, c.crs, got.Status, got.Header, got.Body)
			}
		}
	}
	if got := s.get("/locate?lon=527264&lat=3397881&crs=EPSG:2434"); got.Status != http.StatusBadRequest { // which needs nobody to be said
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

func TestRefusalOfASystemSaysWhichCureThereIs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const cure = "EPSG:2382 is on the datum Xian 1980, from which no transformation is published: the positions would be wrong by tens of metres; " +
		"convert them to CGCS2000 (EPSG:4490 or a zone of it) first, with the parameters of the survey bureau"
	for name, got := range s.cellsOf("EPSG:2382", "527264", "3397881") {
		if got.Status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, got.Status)
		}
		equal(t, at(t, parse(t, got.Body), "errors"), fault("crs", "EPSG:2382", cure))
	}
}
