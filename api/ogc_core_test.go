package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestOGCCore holds the server against the assertions of the conformance suite of OGC API - Features, Part 1, with the numbers of its abstract tests.
func TestOGCCore(t *testing.T) {
	t.Parallel()
	s := newSuite(t, 1200)
	t.Run("GeneralHttp_1", func(t *testing.T) { s.in(t).speaksHTTP() })
	t.Run("LandingPage_3_4", func(t *testing.T) { s.in(t).landing() })
	t.Run("ApiDefinition_5_6", func(t *testing.T) { s.in(t).definition() })
	t.Run("Conformance_7_8", func(t *testing.T) { s.in(t).conformance() })
	t.Run("FeatureCollections_9_10", func(t *testing.T) { s.in(t).listed() })
	t.Run("FeatureCollection_11_12", func(t *testing.T) { s.each(t, (*suite).alone) })
	t.Run("Features_13_22_26", func(t *testing.T) {
		s.each(t, func(s *suite, c any, items string) {
			page := s.features(items)
			if want := min(100, int(at(s.t, c, "itemCount").(float64))); len(codes(s.t, page)) != want {
				s.t.Errorf("%d features without a limit, not %d", len(codes(s.t, page)), want)
			}
		})
	})
	t.Run("FeaturesErrorConditions_20_21", func(t *testing.T) {
		s.each(t, func(s *suite, _ any, items string) {
			s.refused(items+"?limit=unlimited", "limit")
			s.refused(items+"?unknownQueryParameter12345=1", "unknownQueryParameter12345")
		})
	})
	t.Run("FeaturesBBox_14_15", func(t *testing.T) { s.in(t).bboxParameter(); s.each(t, (*suite).boxes) })
	t.Run("FeaturesLimit_16_17", func(t *testing.T) { s.each(t, (*suite).limits) })
	t.Run("FeaturesTime_18_19", func(t *testing.T) { s.each(t, (*suite).times) })
	t.Run("Feature_27_28_29", func(t *testing.T) { s.each(t, (*suite).feature) })
}

func (s *suite) speaksHTTP() {
	server := httptest.NewServer(s.server)
	defer server.Close()
	answer, err := http.Get(server.URL + "/")
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.Proto != "HTTP/1.1" || answer.StatusCode != http.StatusOK {
		s.t.Errorf("%s %s", answer.Proto, answer.Status)
	}
}

func (s *suite) landing() {
	page := s.get("/", "Accept: application/json").ok()
	s.typed(page, "self", "alternate", "conformance", "data", "service-desc", "service-doc")
}

func (s *suite) definition() {
	for _, l := range at(s.t, s.get("/").ok(), "links").([]any) {
		if at(s.t, l, "rel") != "service-desc" {
			continue
		}
		kind := strings.ReplaceAll(at(s.t, l, "type").(string), " ", "")
		got := s.get(strings.TrimPrefix(at(s.t, l, "href").(string), base), "Accept: "+kind)
		if kind != typeOpenAPI || got.Status != http.StatusOK || got.Header.Get("Content-Type") != typeOpenAPI {
			s.t.Errorf("%s: %d %s", kind, got.Status, got.Header)
		}
	}
	if err := s.api.Validate(s.t.Context()); err != nil || !strings.HasPrefix(s.api.OpenAPI, "3.0.") || s.api.Servers[0].URL != base {
		s.t.Errorf("%s at %s: %v", s.api.OpenAPI, s.api.Servers[0].URL, err)
	}
}

func (s *suite) conformance() {
	asked := 0
	for path, item := range s.api.Paths.Map() {
		if !strings.HasSuffix(path, "/conformance") || item.Get == nil || item.Get.Responses.Status(http.StatusOK) == nil {
			continue
		}
		asked++
		classes := at(s.t, s.get(path).ok(), "conformsTo").([]any)
		if !slices.Contains(classes, any(coreClass)) {
			s.t.Errorf("%s declares %v", path, classes)
		}
		for _, c := range classes {
			if _, text := c.(string); !text {
				s.t.Errorf("%s declares %v", path, c)
			}
		}
	}
	if asked != 1 {
		s.t.Errorf("%d paths of the document end in /conformance", asked)
	}
}

func (s *suite) listed() {
	if s.api.Paths.Find("/collections").Get == nil {
		s.t.Fatal("the document has no /collections")
	}
	list := s.get("/collections").ok()
	s.typed(list, "self", "alternate")
	if first := at(s.t, list, "crs", 0); first != crs84 {
		s.t.Errorf("the first system is %v", first)
	}
	for _, c := range s.collections {
		if kind := at(s.t, c, "itemType"); kind != "feature" || at(s.t, c, "id") == "" {
			s.t.Errorf("%v has items of type %v", at(s.t, c, "id"), kind)
		}
		s.typed(c, "self", "alternate", "items")
	}
	if len(s.collections) != 9 {
		s.t.Errorf("%d collections", len(s.collections))
	}
}

// alone holds a collection by itself against its entry in the list.
func (s *suite) alone(c any, _ string) {
	one := s.get("/collections/" + at(s.t, c, "id").(string)).ok()
	for _, member := range []string{"id", "title", "description", "extent", "crs", "storageCrs", "links"} {
		equal(s.t, at(s.t, one, member), at(s.t, c, member))
	}
	if count, extent := at(s.t, one, "itemCount").(float64), at(s.t, one, "extent"); (count == 0) != (extent == nil) {
		s.t.Errorf("%v items within %v", count, extent)
	}
}

func (s *suite) bboxParameter() {
	schema := s.parameter("bbox").Schema.Value
	if !schema.Type.Is("array") || schema.MinItems != 4 || *schema.MaxItems != 6 || !schema.Items.Value.Type.Is("number") {
		s.t.Errorf("bbox is %+v", schema)
	}
}

// boxes asks for the six boxes of the suite, which writes seven decimals and no zero before them, and for some more; PostGIS says what is in them.
func (s *suite) boxes(c any, items string) {
	id := at(s.t, c, "id").(string)
	boxes := [][4]float64{
		{-1.5, 50, 1.5, 53}, {-80, -5, -70, 5}, {177, 65, -177, 70}, {-180, 85, 180, 90}, {-180, -90, 180, -85},
		{-.5, -.5, .5, .5}, {111.281, 30.701, 111.285, 30.712}, {111.285, 30.705, 111.285, 30.705}, {112, 30, 111.283, 31},
	}
	if extent := at(s.t, c, "extent"); extent != nil {
		b := at(s.t, extent, "spatial", "bbox", 0).([]any)
		boxes = append(boxes, [4]float64{b[0].(float64), b[1].(float64), b[2].(float64), b[3].(float64)})
	}
	for i, b := range boxes {
		texts := make([]string, 4)
		for j, n := range b {
			texts[j] = strings.Replace(strconv.FormatFloat(n, 'f', 7, 64), "0.", ".", 1)
			if n >= 1 || n <= -1 || n == 0 {
				texts[j] = strconv.FormatFloat(n, 'f', 7, 64)
			}
		}
		s.features(with(items, "bbox", strings.Join(texts, ","), "limit", "10"))
		got := codes(s.t, s.get(with(items, "bbox", strings.Join(texts, ","), "limit", "10000")).ok())
		condition := "st_intersects(c.geom, st_setsrid(st_makebox2d(st_point($1, $2), st_point($3, $4))::geometry, 4326))"
		if b[0] > b[2] {
			condition = "st_intersects(c.geom, st_makeenvelope($1, $2, 180, $4, 4326)) or st_intersects(c.geom, st_makeenvelope(-180, $2, $3, $4, 4326))"
		}
		want := s.codesOf(id, condition, b[0], b[1], b[2], b[3])
		if !slices.Equal(got, want) {
			s.t.Errorf("%v: %d features, PostGIS finds %d", b, len(got), len(want))
		}
		if i == len(boxes)-1 && len(want) != int(at(s.t, c, "itemCount").(float64)) {
			s.t.Errorf("%d of %v are within the extent", len(want), at(s.t, c, "itemCount"))
		}
	}
	six := s.get(with(items, "bbox", "111.281,30.701,-10,111.285,30.712,9000", "limit", "10000")).ok()
	four := s.get(with(items, "bbox", "111.281,30.701,111.285,30.712", "limit", "10000")).ok()
	equal(s.t, codes(s.t, six), codes(s.t, four))
	for _, wrong := range []string{"111,31,112,30", "1,2,3", "a,b,c,d", "", "NaN,0,1,1"} {
		s.refused(with(items, "bbox", wrong), "bbox")
	}
}

func (s *suite) limits(c any, items string) {
	schema := s.parameter("limit").Schema.Value
	if !schema.Type.Is("integer") || schema.Default != float64(100) || *schema.Min != 1 || *schema.Max != 10_000 {
		s.t.Errorf("limit is %+v", schema)
	}
	equal(s.t, []any{at(s.t, c, "defaultItemsPageSize"), at(s.t, c, "maximumItemsPageSize")}, []any{schema.Default, *schema.Max})
	least := int(*schema.Min)
	for _, limit := range []int{least, min(100, least+(int(*schema.Max)-least)/2), 10_000, 10_001, 1 << 40} { // above the maximum is the maximum
		page := s.features(with(items, "limit", fmt.Sprint(limit)))
		want := min(limit, int(at(s.t, c, "itemCount").(float64)))
		if got := len(codes(s.t, page)); got != want || (linked(s.t, page, "next") != "") != (float64(got) < at(s.t, c, "itemCount").(float64)) {
			s.t.Errorf("limit %d: %d features, want %d, next %q", limit, got, want, linked(s.t, page, "next"))
		}
	}
	for _, wrong := range []string{"0", "-1", "1.5", "", "unlimited", "1e3", "0x10", "１"} {
		s.refused(with(items, "limit", wrong), "limit")
	}
}

// times asks by instants and intervals; the dates of the features, as they are stored, say which are meant.
func (s *suite) times(c any, items string) {
	if schema := s.parameter("datetime").Schema.Value; !schema.Type.Is("string") {
		s.t.Errorf("datetime is %+v", schema)
	}
	id, timed := at(s.t, c, "id").(string), strings.HasPrefix(at(s.t, c, "id").(string), "components")
	begin, end := time.Date(2011, 12, 31, 0, 0, 0, 0, time.UTC), time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	if timed && id == "components" {
		equal(s.t, at(s.t, c, "extent", "temporal", "interval", 0), []any{begin.Format(time.RFC3339), end.Format(time.RFC3339)})
	}
	at4 := func(quarter time.Duration) string {
		return begin.Add(end.Sub(begin) / 4 * quarter).Format(time.RFC3339)
	}
	day := func(text string) string { return strings.TrimSuffix(text[:min(10, len(text))], "..") }
	for _, ends := range [][2]string{
		{at4(0), at4(0)}, {at4(1), at4(2)}, {"..", at4(1)}, {at4(1), ".."}, {"..", ".."}, {"", at4(3)}, {at4(4), ""}, {"2012-03-04", "2012-03-04"}, {"2012-03-05T", ".."},
		{"0000-01-01T00:00:00Z", at4(1)}, {at4(2), "9999-12-31T00:00:00Z"}, {"1990-01-01", "1990-12-31"},
	} {
		text := ends[0] + "/" + ends[1]
		if ends[0] == ends[1] && ends[0] != ".." {
			text = ends[0]
		}
		s.features(with(items, "datetime", text, "limit", "10"))
		got := codes(s.t, s.get(with(items, "datetime", text, "limit", "10000")).ok())
		condition := "true"
		var days []any
		if timed {
			from, to := day(ends[0]), day(ends[1])
			if from == "" || from == "0000-01-01" {
				from = "-infinity"
			}
			if to == "" || to == "9999-12-31" {
				to = "infinity"
			}
			condition = `daterange(coalesce(c.first_surveyed, c.changed_on), coalesce(c.changed_on, c.first_surveyed), '[]') && daterange($1, $2, '[]')
				or c.first_surveyed is null and c.changed_on is null`
			days = []any{from, to}
			condition = strings.NewReplacer("$1", "$1::text::date", "$2", "$2::text::date").Replace(condition)
		}
		if want := s.codesOf(id, condition, days...); !slices.Equal(got, want) {
			s.t.Errorf("%s: %d features, not %d", text, len(got), len(want))
		}
	}
	for _, wrong := range []string{"2020-01-01/P2D", "yesterday", "", "2020-01-01/2019-01-01", "2020-02-30", "1/2/3", "2020-01-01T25:00:00Z"} {
		s.refused(with(items, "datetime", wrong), "datetime")
	}
}

func (s *suite) feature(c any, items string) {
	for i, f := range at(s.t, s.get(with(items, "limit", "10")).ok(), "features").([]any) {
		got := s.get(items + "/" + at(s.t, f, "id").(string))
		one := got.ok()
		s.typed(one, "self", "alternate", "collection")
		if got.Header.Get("Content-Type") != typeGeoJSON || at(s.t, one, "type") != "Feature" {
			s.t.Errorf("%s %v", got.Header, at(s.t, one, "type"))
		}
		for _, member := range []string{"id", "geometry", "properties"} {
			equal(s.t, at(s.t, one, member), at(s.t, f, member))
		}
		if self := linked(s.t, one, "self"); i == 0 && s.get(self).Body != got.Body {
			s.t.Errorf("%s is another document", self)
		}
	}
	if got := s.get(items + "/nothing"); got.Status != http.StatusNotFound {
		s.t.Errorf("a feature that there is not: %d", got.Status)
	}
}
