package api_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const crsClass = "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs"

// What rounding to the decimals of an answer, and the ways of two programs, may put a coordinate off.
const (
	sevenDecimals = 6e-8
	millimetre    = 6e-4
)

// axes are the systems of the test city, with what PostGIS and EPSG call them: whether the first axis points north, and what a coordinate may be off.
var axes = []struct {
	uri        string
	number     int
	northFirst bool
	off        float64
}{
	{crs84, 4326, false, sevenDecimals},
	{"http://www.opengis.net/def/crs/OGC/0/CRS84h", 4326, false, sevenDecimals},
	{"http://www.opengis.net/def/crs/EPSG/0/4326", 4326, true, sevenDecimals},
	{"http://www.opengis.net/def/crs/EPSG/0/4490", 4490, true, sevenDecimals},
	{"http://www.opengis.net/def/crs/EPSG/0/3857", 3857, false, millimetre},
	{"http://www.opengis.net/def/crs/EPSG/0/4546", 4546, true, millimetre},
	{"http://www.opengis.net/def/crs/EPSG/0/4525", 4525, true, millimetre},
}

// TestOGCCRS holds the server against the assertions of the conformance suite on Part 2, with the numbers of its abstract tests.
func TestOGCCRS(t *testing.T) {
	t.Parallel()
	s := newSuite(t, 300)
	t.Run("Precondition", func(t *testing.T) {
		if classes := at(t, s.get("/conformance").ok(), "conformsTo").([]any); !slices.Contains(classes, any(crsClass)) {
			t.Errorf("declared are %v", classes)
		}
	})
	t.Run("DiscoveryCollections_1_2_3", func(t *testing.T) {
		s := s.in(t)
		s.systems(at(t, s.get("/collections").ok(), "crs").([]any))
	})
	t.Run("DiscoveryCollection_1_2_3", func(t *testing.T) {
		s.each(t, func(s *suite, c any, _ string) {
			list := at(s.t, c, "crs").([]any)
			s.systems(list)
			if stored := at(s.t, c, "storageCrs"); !slices.Contains(list, stored) {
				s.t.Errorf("stored in %v, which is none of %v", stored, list)
			}
		})
	})
	t.Run("QueryFeatures_4_7", func(t *testing.T) { s.each(t, (*suite).pagesInSystems) })
	t.Run("QueryFeature_4_7", func(t *testing.T) { s.each(t, (*suite).featureInSystems) })
	t.Run("BboxCrs_8_10", func(t *testing.T) { s.each(t, (*suite).boxesInSystems) })
}

func (s *suite) systems(list []any) {
	s.t.Helper()
	form := regexp.MustCompile(`^http://www\.opengis\.net/def/crs/[^/]+/[^/]+/[^/]+$|^urn:ogc:def:crs:[^:]+:[^:]*:[^:]+$`)
	var want []any
	for _, a := range axes {
		want = append(want, a.uri)
	}
	equal(s.t, list, want)
	for _, uri := range list {
		if !form.MatchString(uri.(string)) {
			s.t.Errorf("%v is no address of a system", uri)
		}
	}
}

func (s *suite) pagesInSystems(c any, items string) {
	id := at(s.t, c, "id").(string)
	bare := s.get(with(items, "limit", "10000"))
	if got := bare.Header.Get("Content-Crs"); got != "<"+crs84+">" {
		s.t.Errorf("Content-Crs is %s where none was asked for", got)
	}
	for _, a := range axes {
		got := s.get(with(items, "crs", a.uri, "limit", "10000"))
		page := got.ok()
		if header := got.Header.Get("Content-Crs"); header != "<"+a.uri+">" || linked(s.t, page, "self") == linked(s.t, bare.ok(), "self") {
			s.t.Errorf("%s: Content-Crs is %s, self %s", a.uri, header, linked(s.t, page, "self"))
		}
		equal(s.t, codes(s.t, page), codes(s.t, bare.ok()))
		want := s.transformed(id, a.number, a.northFirst)
		for _, f := range at(s.t, page, "features").([]any) {
			code := at(s.t, f, "id").(string)
			if !alike(at(s.t, f, "geometry", "coordinates"), want[code], a.off) {
				s.t.Fatalf("%s of %s: %v, want %v", a.uri, code, at(s.t, f, "geometry", "coordinates"), want[code])
			}
		}
	}
	for _, wrong := range []string{"http://www.opengis.net/def/crs/0/unsupported", "http://www.opengis.net/def/crs/EPSG/0/32649", "", "EPSG:4214", "4326;drop table canary"} {
		s.refused(with(items, "crs", wrong), "crs")
	}
	sorted := s.get(with(items, "crs", axes[4].uri, "limit", "2"))
	if next := linked(s.t, sorted.ok(), "next"); next != "" { // the next page is in the same system
		if got := s.get(next); got.Header.Get("Content-Crs") != "<"+axes[4].uri+">" {
			s.t.Errorf("%s is in %s", next, got.Header.Get("Content-Crs"))
		}
	}
}

func (s *suite) featureInSystems(c any, items string) {
	id := at(s.t, c, "id").(string)
	first := codes(s.t, s.get(with(items, "limit", "3")).ok())
	for _, code := range first {
		for _, a := range axes {
			got := s.get(with(items+"/"+code, "crs", a.uri))
			if header := got.Header.Get("Content-Crs"); header != "<"+a.uri+">" {
				s.t.Errorf("%s: Content-Crs is %s", a.uri, header)
			}
			if shown := at(s.t, got.ok(), "geometry", "coordinates"); !alike(shown, s.transformed(id, a.number, a.northFirst)[code], a.off) {
				s.t.Errorf("%s of %s: %v", a.uri, code, shown)
			}
			if again := s.get(linked(s.t, got.ok(), "self")); again.Body != got.Body {
				s.t.Errorf("the link self of %s in %s leads to another document", code, a.uri)
			}
		}
		if got := s.get(items + "/" + code).Header.Get("Content-Crs"); got != "<"+crs84+">" {
			s.t.Errorf("Content-Crs is %s where none was asked for", got)
		}
		s.refused(with(items+"/"+code, "crs", "http://www.opengis.net/def/crs/0/unsupported"), "crs")
	}
}

// boxesInSystems asks for the extent and a part of it, its corners carried over by PostGIS.
func (s *suite) boxesInSystems(c any, items string) {
	id, extent := at(s.t, c, "id").(string), at(s.t, c, "extent")
	if extent == nil {
		return
	}
	b := at(s.t, extent, "spatial", "bbox", 0).([]any)
	extentBox := [4]float64{b[0].(float64), b[1].(float64), b[2].(float64), b[3].(float64)}
	for _, box := range [][4]float64{extentBox, {111.2859, 30.7061, 111.2921, 30.7093}} {
		degrees := fmt.Sprint(box[0], ",", box[1], ",", box[2], ",", box[3])
		bare := codes(s.t, s.get(with(items, "bbox", degrees, "limit", "10")).ok())
		equal(s.t, codes(s.t, s.get(with(items, "bbox", degrees, "bbox-crs", crs84, "limit", "10")).ok()), bare)
		whole := codes(s.t, s.get(with(items, "bbox", degrees, "limit", "10000")).ok())
		for _, a := range axes {
			var n [4]float64
			err := s.db.QueryRow(s.t.Context(), `select st_x(a), st_y(a), st_x(b), st_y(b)
				from (select st_transform(st_setsrid(st_point($1, $2), 4326), $5::int) as a, st_transform(st_setsrid(st_point($3, $4), 4326), $5::int) as b) as x`,
				box[0], box[1], box[2], box[3], a.number).Scan(&n[0], &n[1], &n[2], &n[3])
			if err != nil {
				s.t.Fatal(err)
			}
			want := whole
			if a.off == millimetre { // a box in metres is another one in degrees
				want = s.codesOf(id, "st_intersects(st_transform(c.geom, $5::int), st_makeenvelope($1, $2, $3, $4, $5::int))", n[0], n[1], n[2], n[3], a.number)
			}
			if a.northFirst {
				n[0], n[1], n[2], n[3] = n[1], n[0], n[3], n[2]
			}
			var texts []string
			for _, number := range n {
				texts = append(texts, strconv.FormatFloat(number, 'f', 9, 64))
			}
			target := with(items, "bbox", strings.Join(texts, ","), "bbox-crs", a.uri, "limit", "10000")
			got := codes(s.t, s.get(target).ok())
			if onEdge := symmetric(got, want); len(onEdge) > 0 && box != extentBox {
				s.t.Errorf("%s: %d features, PostGIS finds %d: %v", target, len(got), len(want), onEdge)
			}
			if box == extentBox && a.off == millimetre && a.northFirst { // a zone's north is not that of degrees: two corners make a box without two edges of the extent
				continue
			}
			for _, code := range codes(s.t, s.get(with(items, "bbox", strings.Join(texts, ","), "bbox-crs", a.uri, "limit", "10")).ok()) {
				if !slices.Contains(bare, code) {
					s.t.Errorf("%s: %s is none of the ten of the same box in degrees", a.uri, code)
				}
			}
		}
	}
	s.refused(with(items, "bbox", "1,2,3,4", "bbox-crs", "http://www.opengis.net/def/crs/0/unsupported"), "bbox-crs")
	s.refused(with(items, "bbox", "5,2,3,4", "bbox-crs", axes[5].uri), "bbox")
	s.refused(with(items, "bbox", "111,30,112,31", "bbox-crs", axes[2].uri), "bbox") // longitude first where latitude comes first
	if got := s.get(with(items, "bbox", "1e9,1e9,2e9,2e9", "bbox-crs", axes[5].uri)); got.Status != http.StatusBadRequest && len(codes(s.t, got.ok())) != 0 {
		s.t.Errorf("a box beyond the system: %d %s", got.Status, got.Body)
	}
}

// symmetric is what only one of two lists has.
func symmetric(a, b []string) []string {
	var out []string
	for _, pair := range [][2][]string{{a, b}, {b, a}} {
		for _, code := range pair[0] {
			if !slices.Contains(pair[1], code) {
				out = append(out, code)
			}
		}
	}
	return out
}

// transformed are the coordinates of a collection's features in a system of EPSG, by PostGIS, with the axes as they are asked for.
func (s *suite) transformed(id string, number int, northFirst bool) map[string]any {
	s.t.Helper()
	rows, err := s.db.Query(s.t.Context(), "select c.code, st_asgeojson(st_transform(c.geom, $1::int), 15)::json->'coordinates' from "+table(id), number)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	out := map[string]any{}
	for rows.Next() {
		var code string
		var text []byte
		if err := rows.Scan(&code, &text); err != nil {
			s.t.Fatal(err)
		}
		var coordinates any
		if err := json.Unmarshal(text, &coordinates); err != nil {
			s.t.Fatal(err)
		}
		if northFirst {
			swap(coordinates)
		}
		out[code] = coordinates
	}
	if rows.Err() != nil {
		s.t.Fatal(rows.Err())
	}
	return out
}

func swap(coordinates any) {
	list := coordinates.([]any)
	if _, number := list[0].(float64); number {
		list[0], list[1] = list[1], list[0]
		return
	}
	for _, part := range list {
		swap(part)
	}
}

// alike reports whether coordinates are the same but for rounding.
func alike(a, b any, off float64) bool {
	x, number := a.(float64)
	if y, both := b.(float64); number || both {
		return number && both && math.Abs(x-y) <= off
	}
	one, _ := a.([]any)
	other, _ := b.([]any)
	return slices.EqualFunc(one, other, func(a, b any) bool { return alike(a, b, off) })
}
