package api_test

import (
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"citygrid/registry"
)

// resources are one of each kind that is shown to people too.
var resources = []string{
	"/", "/conformance", "/api", "/collections", "/collections/components", "/collections/streets/queryables", "/collections/components/sortables",
	"/collections/components-01/schema", "/collections/components/items?limit=3", "/collections/managed-areas/items", "/collections/grid-cells/items?sortby=-square_metres",
	"/collections/components/items/4205020118000001", "/collections/communities/items/420502001001",
}

// TestOGCPages holds the server against what users of Part 1 meet beyond its conformance suite: HEAD, negotiation, and the class HTML.
func TestOGCPages(t *testing.T) {
	t.Parallel()
	s := newSuite(t, 20)
	document := newDocument(t, s.site)
	t.Run("HeadIsGetWithoutABody", func(t *testing.T) { s.in(t).heads() })
	for _, target := range resources {
		t.Run(target, func(t *testing.T) {
			s := s.in(t)
			s.negotiates(target)
			s.leads(target)
			document.t = t
			if got := s.get(target); !document.check(s.request(http.MethodGet, target, ""), got) {
				t.Errorf("%s is not in the document", target)
			}
		})
	}
}

// heads compares over TCP: of HEAD the recorder of a test would keep the body.
func (s *suite) heads() {
	server := httptest.NewServer(s.server)
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	for _, accept := range []string{"application/json", "text/html"} {
		for _, target := range append(resources, "/collections/nothing", "/collections/components/items?limit=0") {
			var answers [2]*http.Response
			var bodies [2]string
			for i, method := range []string{http.MethodGet, http.MethodHead} {
				request, err := http.NewRequestWithContext(s.t.Context(), method, server.URL+target, nil)
				if err != nil {
					s.t.Fatal(err)
				}
				request.Header.Set("Accept", accept)
				request.Header.Set("X-Request-Id", "same")
				if answers[i], err = client.Do(request); err != nil {
					s.t.Fatal(err)
				}
				body, err := io.ReadAll(answers[i].Body)
				if err != nil {
					s.t.Fatal(err)
				}
				answers[i].Body.Close()
				answers[i].Header.Del("Date")
				bodies[i] = string(body)
			}
			if bodies[0] == "" || bodies[1] != "" || answers[0].StatusCode != answers[1].StatusCode || answers[0].ContentLength != answers[1].ContentLength {
				s.t.Errorf("%s as %s: %d and %d bytes, %s and %s", target, accept, len(bodies[0]), len(bodies[1]), answers[0].Status, answers[1].Status)
			}
			get, head := answers[0].Header, answers[1].Header
			if get.Get("Content-Length") == "" { // an answer that net/http sends in chunks names no length in either
				head.Del("Content-Length")
			}
			equal(s.t, head, get)
		}
	}
}

// negotiates asks for a resource by Accept and by f.
func (s *suite) negotiates(target string) {
	t := s.t
	t.Helper()
	bare := s.get(target)
	program := bare.Header.Get("Content-Type")
	for accept, want := range map[string]string{
		"*/*": program, program: program, "application/*": program, "text/html": "text/html; charset=utf-8", "text/*": "text/html; charset=utf-8",
		"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": "text/html; charset=utf-8", "text/html;q=0.5, " + program: program,
		"text/html;q=0.5, */*": program, "application/json;q=0, text/html": "text/html; charset=utf-8", "image/png, */*;q=0.1": program, "application/json": program,
		"*/*, application/json;q=0, application/geo+json;q=0, application/schema+json;q=0, application/vnd.oai.openapi+json;version=3.0;q=0": "text/html; charset=utf-8",
		"text/html;q=0, */*": program,
	} {
		got := s.get(target, "Accept: "+accept)
		if got.Status != http.StatusOK || got.Header.Get("Content-Type") != want || !slices.Contains(got.Header.Values("Vary"), "Accept") {
			t.Errorf("%s as %q: %d %s", target, accept, got.Status, got.Header)
		}
		if got.Header.Get("ETag") != "" && (got.Header.Get("ETag") == bare.Header.Get("ETag")) != (want == program) {
			t.Errorf("%s as %q: the tag is %s", target, accept, got.Header.Get("ETag"))
		}
	}
	for _, accept := range []string{"image/png", "text/html;q=0", "application/xml", "text/plain;q=0.9", "application/gml+xml; version=3.2"} {
		got := s.get(target, "Accept: "+accept)
		if got.Status != http.StatusNotAcceptable || got.Header.Get("Content-Type") != "application/problem+json" || !strings.Contains(got.Body, "text/html") {
			t.Errorf("%s as %q: %d %s", target, accept, got.Status, got.Body)
		}
	}
	if got := s.get(with(target, "f", "json"), "Accept: text/html"); got.Header.Get("Content-Type") != program {
		t.Errorf("f=json is %s", got.Header)
	}
	page := s.get(with(target, "f", "html"), "Accept: application/json")
	if page.Header.Get("Content-Type") != "text/html; charset=utf-8" || !strings.HasPrefix(page.Body, "<!doctype html>") ||
		!strings.HasPrefix(page.Header.Get("Content-Security-Policy"), "default-src 'none'") || strings.Contains(page.Body, "<script") {
		t.Errorf("f=html is %s %.200s", page.Header, page.Body)
	}
	s.refused(with(target, "f", "xml"), "f")
}

// leads follows all links of a document: each leads to something of the type that it announces.
func (s *suite) leads(target string) {
	t := s.t
	t.Helper()
	document, _ := s.get(target).ok().(map[string]any)
	lists := []any{document["links"]}
	if all, ok := document["collections"].([]any); ok {
		for _, c := range all {
			lists = append(lists, at(t, c, "links"))
		}
	}
	for _, list := range lists {
		links, _ := list.([]any)
		for _, l := range links {
			kind, href := at(t, l, "type").(string), at(t, l, "href").(string)
			to, err := url.Parse(href)
			if err != nil || !strings.HasPrefix(href, base) {
				t.Errorf("%v: %v", l, err)
				continue
			}
			accept := "Accept: " + kind
			if at(t, l, "rel") == "alternate" { // the address alone says it
				accept = "Accept: */*"
			}
			got := s.get(strings.TrimPrefix(to.EscapedPath()+"?"+to.RawQuery, "/v1"), accept)
			if got.Status != http.StatusOK || !strings.HasPrefix(got.Header.Get("Content-Type"), kind) {
				t.Errorf("%v leads to %d %s", l, got.Status, got.Header.Get("Content-Type"))
			}
		}
	}
}

// sortsBy finds the addresses by which a page of features offers to sort.
var sortsBy = regexp.MustCompile(`href="([^"]*[?&;]sortby=[^"]*)" title="按此排序 sort by this"`)

func TestAPageOfFeaturesSaysWhatItShowsAndIsSortedByItsColumns(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	page := s.get("/collections/components/items?f=html&state=%E5%AE%8C%E5%A5%BD&limit=2").Body
	for _, text := range []string{"<h1><a", "部件 Components</a></h1>", "<code>state=完好</code>", `title="state">状态<br><code>state</code>`, `class="bar"`, " m</text>"} {
		if !strings.Contains(page, text) {
			t.Errorf("no %s in\n%s", text, page)
		}
	}
	scalar := 0
	for _, p := range registry.ComponentProperties() {
		if p.Scalar() {
			scalar++
		}
	}
	links := sortsBy.FindAllStringSubmatch(page, -1)
	if len(links) != scalar {
		t.Errorf("%d columns can be sorted by, not %d", len(links), scalar)
	}
	for _, link := range links {
		sorted := s.get(strings.TrimPrefix(html.UnescapeString(link[1]), base))
		again := sortsBy.FindAllStringSubmatch(sorted.Body, -1)
		if sorted.Status != http.StatusOK || !strings.Contains(sorted.Body, "<code>state=完好</code>") || len(again) != scalar {
			t.Errorf("%s: %d", link[1], sorted.Status)
		}
		if back := slices.ContainsFunc(again, func(l []string) bool { return strings.Contains(l[1], "sortby=-") }); !back {
			t.Errorf("%s: nothing turns the order round", link[1])
		}
	}
}
