package api_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/jackc/pgx/v5/pgxpool"

	"citygrid/api"
)

// suite asks a server as the conformance suite of OGC API - Features does: it knows the landing page, and finds the rest by links and in the OpenAPI
// document. The city has no managed area, and more lamps.
type suite struct {
	*site
	db          *pgxpool.Pool
	api         *openapi3.T
	collections []any
}

func newSuite(t *testing.T, lamps int, change ...func(*api.Config)) *suite {
	t.Helper()
	s := &suite{site: stoppedSite(t)}
	city := copyOf(t, withoutManagedAreas(t))
	addLamps(city, lamps)
	s.apply(city)
	s.start(change...)
	var err error
	if s.db, err = pgxpool.New(t.Context(), s.database); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.db.Close)
	described := s.get(linked(t, s.get("/", "Accept: application/json").ok(), "service-desc"), "Accept: "+typeOpenAPI)
	if s.api, err = openapi3.NewLoader().LoadFromData([]byte(described.Body)); err != nil {
		t.Fatal(err)
	}
	s.collections = at(t, s.get("/collections").ok(), "collections").([]any)
	return s
}

// The media types and the class that the suite compares with.
const (
	typeOpenAPI = "application/vnd.oai.openapi+json;version=3.0"
	typeGeoJSON = "application/geo+json"
	crs84       = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
	coreClass   = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core"
)

// in is the suite in a part of its test.
func (s *suite) in(t *testing.T) *suite {
	part, server := *s, *s.site
	server.t, part.site = t, &server
	return &part
}

// each runs a part of a test for every collection.
func (s *suite) each(t *testing.T, part func(s *suite, collection any, items string)) {
	t.Helper()
	for _, c := range s.collections {
		t.Run(at(t, c, "id").(string), func(t *testing.T) { part(s.in(t), c, linked(t, c, "items")) })
	}
}

// parameter is a parameter of the items of a collection, as the document of the API has it.
func (s *suite) parameter(name string) *openapi3.Parameter {
	s.t.Helper()
	get := s.api.Paths.Find("/collections/{collectionId}/items").Get
	if get.Parameters.GetByInAndName("query", name) == nil {
		s.t.Fatalf("the document has no parameter %s", name)
	}
	p := get.Parameters.GetByInAndName("query", name)
	if p.Required || p.Style != "form" || p.Explode != nil && *p.Explode {
		s.t.Errorf("%s: required %v, style %q, explode %v", name, p.Required, p.Style, p.Explode)
	}
	return p
}

// with is an address with parameters, as names and values in turn.
func with(address string, pairs ...string) string {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	if strings.Contains(address, "?") {
		return address + "&" + values.Encode()
	}
	return address + "?" + values.Encode()
}

// follow takes next apart as the suite does: decoded, split, and sent again with the greatest limit. It is empty where there is no next.
func (s *suite) follow(page any) string {
	s.t.Helper()
	href := linked(s.t, page, "next")
	if href == "" {
		return ""
	}
	next, err := url.Parse(href)
	if err != nil {
		s.t.Fatal(err)
	}
	decoded, err := url.PathUnescape(next.RawQuery) // as Java's URI.getQuery: a plus stays one
	if err != nil {
		s.t.Fatal(err)
	}
	values := url.Values{}
	for pair := range strings.SplitSeq(decoded, "&") {
		name, value, _ := strings.Cut(pair, "=")
		values.Set(name, value)
	}
	values.Set("limit", strconv.FormatFloat(*s.parameter("limit").Schema.Value.Max, 'f', 0, 64))
	return next.Path + "?" + values.Encode()
}

// features asks for features and holds the answer against what abstract tests 2, 13 and 22 to 26 ask of every page.
func (s *suite) features(target string) any {
	t := s.t
	t.Helper()
	got := s.get(target)
	page := got.ok()
	if got.Header.Get("Content-Type") != typeGeoJSON || at(t, page, "type") != "FeatureCollection" {
		t.Errorf("%s: %s, %v", target, got.Header.Get("Content-Type"), at(t, page, "type"))
	}
	s.typed(page, "self", "alternate")
	if stamp, err := time.Parse(time.RFC3339, at(t, page, "timeStamp").(string)); err != nil || !stamp.Equal(clock()) {
		t.Errorf("%s: timeStamp %v, %v", target, stamp, err)
	}
	features := at(t, page, "features").([]any)
	if returned := at(t, page, "numberReturned"); returned != float64(len(features)) {
		t.Errorf("%s: numberReturned is %v, there are %d", target, returned, len(features))
	}
	count, pages := len(features), 0
	for beside := s.follow(page); beside != "" && pages < 4; pages++ {
		next := s.get(beside).ok()
		count += len(at(t, next, "features").([]any))
		beside = s.follow(next)
	}
	if matched := at(t, page, "numberMatched"); matched != float64(count) {
		t.Errorf("%s: numberMatched is %v, on the pages are %d", target, matched, count)
	}
	for _, f := range features {
		onEarth(t, at(t, f, "geometry", "coordinates"))
	}
	return page
}

// typed checks that a document has links of some relations, all with an absolute address, a relation and a type.
func (s *suite) typed(document any, relations ...string) {
	s.t.Helper()
	var found []string
	for _, l := range at(s.t, document, "links").([]any) {
		rel, _ := at(s.t, l, "rel").(string)
		kind, _ := at(s.t, l, "type").(string)
		if href, _ := at(s.t, l, "href").(string); rel == "" || kind == "" || !strings.HasPrefix(href, base) {
			s.t.Errorf("the link %v", l)
		}
		if rel == "alternate" && kind != "text/html" {
			s.t.Errorf("an alternate of %s", kind)
		}
		found = append(found, rel)
	}
	for _, rel := range relations {
		if !slices.Contains(found, rel) {
			s.t.Errorf("no link %s in %v", rel, found)
		}
	}
}

func onEarth(t *testing.T, coordinates any) {
	t.Helper()
	list := coordinates.([]any)
	if lon, ok := list[0].(float64); ok {
		if lat := list[1].(float64); lon < -180 || lon > 180 || lat < -90 || lat > 90 {
			t.Errorf("%v is not on the Earth", list)
		}
		return
	}
	for _, part := range list {
		onEarth(t, part)
	}
}

// table is from where PostGIS reads the features of a collection, as c.
func table(id string) string {
	levels := map[string]string{
		"grid-cells": "grid", "communities": "community", "streets": "street", "districts": "district", "managed-areas": "managed",
	}
	if level := levels[id]; level != "" {
		return fmt.Sprintf("area c where c.level = '%s'", level)
	}
	_, class, _ := strings.Cut(id, "-")
	return fmt.Sprintf("component c where c.state <> '移除' and c.subclass like '%s%%'", class)
}

// codesOf are the codes of the features of a collection that meet a condition, by PostGIS.
func (s *suite) codesOf(id, condition string, values ...any) []string {
	s.t.Helper()
	return s.read("select c.code from "+table(id)+" and ("+condition+") order by c.code", values...)
}

// ordered are the codes of all features of a collection in an order of PostgreSQL, then by code.
func (s *suite) ordered(id, order string) []string {
	s.t.Helper()
	return s.read("select c.code from " + table(id) + " order by " + order + ", c.code")
}

func (s *suite) read(query string, values ...any) []string {
	s.t.Helper()
	rows, err := s.db.Query(s.t.Context(), query, values...)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	list := []string{}
	for rows.Next() {
		var code string
		if err := rows.Scan(&code); err != nil {
			s.t.Fatal(err)
		}
		list = append(list, code)
	}
	if rows.Err() != nil {
		s.t.Fatal(rows.Err())
	}
	return list
}

// refused checks that a request is a wrong one, and that the answer names a parameter and what would be right.
func (s *suite) refused(target, parameter string) {
	s.t.Helper()
	got := s.get(target)
	if got.Status != http.StatusBadRequest || got.Header.Get("Content-Type") != "application/problem+json" {
		s.t.Errorf("%s: %d %s", target, got.Status, got.Body)
		return
	}
	if named := at(s.t, parse(s.t, got.Body), "errors", 0, "parameter"); named != parameter {
		s.t.Errorf("%s: blames %v", target, named)
	}
}
