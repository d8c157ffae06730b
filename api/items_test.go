package api_test

import (
	"io/fs"
	"math"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// codes are the ids of a page's features.
func codes(t *testing.T, page any) []string {
	t.Helper()
	list := []string{}
	for _, f := range at(t, page, "features").([]any) {
		list = append(list, at(t, f, "id").(string))
	}
	return list
}

// linked is the path and query of a link, empty where there is none.
func linked(t *testing.T, document any, rel string) string {
	t.Helper()
	for _, l := range at(t, document, "links").([]any) {
		if at(t, l, "rel") == rel {
			href, ok := strings.CutPrefix(at(t, l, "href").(string), base)
			if !ok {
				t.Errorf("%v does not begin with the configured address", l)
			}
			return href
		}
	}
	return ""
}

func TestWalkingThePagesGivesEachFeatureOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	whole := codes(t, s.get("/collections/components/items").ok())
	for _, limit := range []string{"1", "2", "3", "7", "8"} {
		var got []string
		for target := "/collections/components/items?limit=" + limit; target != ""; {
			page := s.get(target).ok()
			got = append(got, codes(t, page)...)
			target = linked(t, page, "next")
		}
		if !slices.Equal(got, whole) || !slices.IsSorted(got) || len(got) != 7 {
			t.Errorf("limit %s: got %v, want %v", limit, got, whole)
		}
	}
}

// Conformance tests follow next with the parameters decoded, and with another limit.
func TestNextLinkSurvivesDecodingAndAnotherLimit(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	first := s.get("/collections/components/items?limit=2&bbox=111.28,30.70,111.29,30.71")
	next, err := url.Parse(linked(t, first.ok(), "next"))
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := url.QueryUnescape(next.RawQuery)
	if err != nil {
		t.Fatal(err)
	}
	target := next.Path + "?" + strings.Replace(decoded, "limit=2", "limit=10000", 1)
	page := s.get(target).ok()
	if got := codes(t, page); len(got) != 2 || linked(t, page, "next") != "" || at(t, page, "numberMatched") != float64(4) {
		t.Errorf("%s: got %v", target, page)
	}
	want := `<` + base + `/collections/components/queryables>; rel="http://www.opengis.net/def/rel/ogc/1.0/queryables"; type="application/schema+json", ` +
		`<` + base + next.String() + `>; rel="next"; type="application/geo+json"`
	if first.Header.Get("Link") != want {
		t.Errorf("Link is %s, want %s", first.Header.Get("Link"), want)
	}
}

func TestCursorOfAnotherBoxIsRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	next := linked(t, s.get("/collections/components/items?limit=2").ok(), "next")
	for _, target := range []string{next + "&bbox=0,0,1,1", strings.Replace(next, "components", "streets", 1)} {
		if got := s.get(target); got.Status != http.StatusBadRequest || !strings.Contains(got.Body, "another query") {
			t.Errorf("%s: %d %s", target, got.Status, got.Body)
		}
	}
}

func TestComponentHasTheSamePropertiesEverywhere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	want := map[string]any{
		"code": "4205020118000001", "name": "路灯", "class": "01", "subclass": "0118", "edition": "cjt214-2007", "state": "完好",
		"grid": "420502001001001", "grids_also": []any{}, "stated_grid": "420502001001001",
		"supervisor_code": "U01", "supervisor_name": "市城市管理局", "owner_code": "U03", "owner_name": "市政维护处",
		"maintainer_code": "U04", "maintainer_name": "路灯管理处", "first_surveyed": "2011-12-31", "changed_on": nil,
		"data_source": "实测", "note": nil, "extra": map[string]any{"Material": "钢"},
	}
	one := s.get("/collections/components/items/4205020118000001").ok()
	equal(t, at(t, one, "properties"), want)
	page := s.get("/collections/components/items").ok()
	for _, f := range at(t, page, "features").([]any) {
		if got := len(at(t, f, "properties").(map[string]any)); got != len(want) {
			t.Errorf("%v has %d properties", f, got)
		}
		if at(t, f, "id") == "4205020118000001" {
			equal(t, at(t, f, "properties"), want)
		}
	}
	near := s.get("/whats-here?lon=111.2812&lat=30.7012&radius=1").ok()
	want["distance_m"] = float64(0)
	equal(t, at(t, near, "components", "features", 0, "properties"), want)
}

func TestSurveyedElevationIsTheThirdCoordinate(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for code, want := range map[string]any{
		"4205020101000001": []any{111.281, 30.701, 61.25},
		"4205020101000002": []any{111.2811, 30.701}, // none was surveyed
		"4205020211000001": []any{[]any{111.285, 30.705, 60.5}, []any{111.295, 30.705, 60.75}},
	} {
		equal(t, at(t, s.get("/collections/components/items/"+code).ok(), "geometry", "coordinates"), want)
	}
}

func TestLineReachesIntoTheOtherCellAndKeepsItsShape(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	got := s.get("/collections/components/items/4205020211000001").ok()
	equal(t, at(t, got, "properties", "grid"), "420502001001001")
	equal(t, at(t, got, "properties", "grids_also"), []any{"420502001002001"})
	equal(t, at(t, got, "geometry", "type"), "LineString")
	equal(t, at(t, s.get("/collections/components/items/4205020301000001").ok(), "geometry", "type"), "Polygon")
}

func TestRemovedComponentIsFoundByItsCodeOnly(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if got := codes(t, s.get("/collections/components/items").ok()); slices.Contains(got, "4205020101000003") {
		t.Errorf("it is listed: %v", got)
	}
	equal(t, at(t, s.get("/collections/components/items/4205020101000003").ok(), "properties", "state"), "移除")
}

func TestCollectionIsTheSameInTheListAndAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	list := at(t, s.get("/collections").ok(), "collections").([]any)
	for _, c := range list {
		equal(t, s.get("/collections/"+at(t, c, "id").(string)).ok(), c)
		for _, rel := range []string{"self", "items"} {
			if target := linked(t, c, rel); s.get(target).Status != http.StatusOK {
				t.Errorf("%s of %v is %s", rel, c, target)
			}
		}
	}
	if len(list) != 9 { // components, of three classes, and five levels of areas
		t.Errorf("%d collections", len(list))
	}
}

func TestRegistryWithoutACityStillTellsWhatItServes(t *testing.T) {
	t.Parallel()
	s := emptySite(t)
	for _, target := range []string{"/", "/conformance", "/collections", "/catalog", "/units", "/collections/components/items", "/catalog/event-subclasses"} {
		if got := s.get(target); got.Status != http.StatusOK {
			t.Errorf("%s: %d %s", target, got.Status, got.Body)
		}
	}
	if got := s.get("/city"); got.Status != http.StatusNotFound {
		t.Errorf("/city: %d %s", got.Status, got.Body)
	}
	if got := s.get("/collections/components").Body; strings.Contains(got, "extent") {
		t.Errorf("an extent without a city: %s", got)
	}
}

func TestUnchangedAnswerIsNotSentAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, target := range []string{
		"/collections", "/collections/components", "/collections/components/items?limit=1", "/collections/streets/items/420502001",
		"/city", "/units", "/catalog", "/catalog/component-subclasses", "/catalog/filing-standards", "/base/streets", "/map", "/console/map-1a2b.js",
	} {
		tag := s.get(target).Header.Get("ETag")
		for header, want := range map[string]int{
			tag: 304, `"other", ` + tag: 304, strings.TrimPrefix(tag, "W/"): 304, "*": 304, `"other"`: 200, "": 200,
		} {
			got := s.get(target, "If-None-Match: "+header)
			if got.Status != want || got.Status == 304 && (got.Body != "" || got.Header.Get("ETag") != tag) {
				t.Errorf("%s with %s: %d, %q", target, header, got.Status, got.Body)
			}
		}
	}
	if got := s.get("/collections/components/items?limit=0", "If-None-Match: *"); got.Status != http.StatusBadRequest {
		t.Errorf("a wrong request is answered %d", got.Status)
	}
}

func TestManagedAreaIsTheUnionOfItsCells(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	got := s.get("/collections/managed-areas/items/M01").ok()
	properties := at(t, got, "properties").(map[string]any)
	cells := 0.0
	for _, code := range []string{"420502001001001", "420502001002001"} {
		cells += at(t, s.get("/collections/grid-cells/items/"+code).ok(), "properties", "square_metres").(float64)
	}
	if area := properties["square_metres"].(float64); math.Abs(area-cells) > 0.2 {
		t.Errorf("%v m², its cells %v m²", area, cells)
	}
	delete(properties, "square_metres")
	equal(t, properties, map[string]any{"code": "M01", "name": "江边", "name_en": "Riverside", "level": "managed", "parent": nil})
	parts := at(t, got, "geometry", "coordinates").([]any)
	if rings := at(t, parts, 0).([]any); at(t, got, "geometry", "type") != "MultiPolygon" || len(parts) != 1 || len(rings) != 1 {
		t.Errorf("not one part without holes: %v", at(t, got, "geometry"))
	}
}

func TestCityWithoutManagedAreasHasAnEmptyCollection(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	known := s.get("/collections/managed-areas")
	if !strings.Contains(known.Body, `"bbox":[[111.28,30.7,111.3,30.71]]`) {
		t.Fatalf("with one: %s", known.Body)
	}
	s.apply(withoutManagedAreas(t))
	page := s.get("/collections/managed-areas/items").ok()
	equal(t, []any{at(t, page, "features"), at(t, page, "numberMatched")}, []any{[]any{}, float64(0)})
	if got := s.get("/collections/managed-areas", "If-None-Match: "+known.Header.Get("ETag")); got.Status != http.StatusOK || strings.Contains(got.Body, "extent") {
		t.Errorf("without: %d %s", got.Status, got.Body)
	}
	if got := s.get("/collections/grid-cells").Body; !strings.Contains(got, `"bbox":[[111.28,30.7,111.3,30.72]]`) {
		t.Errorf("the cells are gone too: %s", got)
	}
}

// withoutManagedAreas is the test city without its managed area and the rule that names it.
func withoutManagedAreas(t *testing.T) fs.FS {
	t.Helper()
	city := fstest.MapFS{}
	err := fs.WalkDir(os.DirFS("testdata/city"), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(path, "areas/managed-") {
			return err
		}
		text, err := os.ReadFile(filepath.Join("testdata/city", path))
		city[path] = &fstest.MapFile{Data: regexp.MustCompile(`(?m)^M01,.*\n`).ReplaceAll(text, nil)}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return city
}
