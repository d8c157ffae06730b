package api_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// TestScenarios plays testdata/scenarios.txt on the test city. A line is a request with its headers and its body, "->", the status and,
// after it, texts that the answer must contain. Every answer must be as the OpenAPI document says.
func TestScenarios(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	script, err := os.ReadFile("testdata/scenarios.txt")
	if err != nil {
		t.Fatal(err)
	}
	document := newDocument(t, s)
	checked := 0
	for number, line := range strings.Split(string(script), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parts := scenarioLine.FindStringSubmatch(line)
		if parts == nil {
			t.Fatalf("scenarios.txt:%d: %s", number+1, line)
		}
		method, target, body, expected := parts[1], parts[2], strings.ReplaceAll(parts[4], `\n`, "\n"), strings.Fields(parts[6])
		var headers []string
		for header := range strings.FieldsSeq(parts[3]) {
			headers = append(headers, strings.Replace(header, ":", ": ", 1))
		}
		got := s.do(method, target, body, headers...)
		if strconv.Itoa(got.Status) != parts[5] {
			t.Errorf("scenarios.txt:%d: %s %s answers %d: %s", number+1, method, target, got.Status, got.Body)
		}
		for _, want := range expected {
			if !strings.Contains(got.Body, strings.ReplaceAll(want, `\n`, "\n")) {
				t.Errorf("scenarios.txt:%d: %s %s lacks %s: %s", number+1, method, target, want, got.Body)
			}
		}
		if document.check(s.request(method, target, body, headers...), got) {
			checked++
		}
	}
	if checked < 80 {
		t.Errorf("only %d answers were held against the document", checked)
	}
}

var scenarioLine = regexp.MustCompile(`^(\w+) (\S+)((?: [A-Z][a-zA-Z-]+:\S+)*)(?: (\S+))? -> (\d{3})(.*)$`)

// document checks answers against the OpenAPI document that the server serves.
type document struct {
	t      *testing.T
	router routers.Router
}

func newDocument(t *testing.T, s *site) document {
	t.Helper()
	d, err := openapi3.NewLoader().LoadFromData([]byte(s.get("/api").Body))
	if err != nil {
		t.Fatal(err)
	}
	d.Servers = nil // the tests ask by path alone
	router, err := gorillamux.NewRouter(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, mediaType := range []string{"application/geo+json", "application/vnd.oai.openapi+json"} {
		openapi3filter.RegisterBodyDecoder(mediaType, openapi3filter.JSONBodyDecoder)
	}
	for _, mediaType := range []string{"application/x-ndjson", "text/html"} {
		openapi3filter.RegisterBodyDecoder(mediaType, openapi3filter.FileBodyDecoder)
	}
	return document{t, router}
}

// check says where an answer is not what the document promises; it returns false for a request that the document does not have.
func (d document) check(r *http.Request, got reply) bool {
	d.t.Helper()
	route, params, err := d.router.FindRoute(r)
	if err != nil {
		return false
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route},
		Status:                 got.Status, Header: got.Header, Body: io.NopCloser(bytes.NewReader([]byte(got.Body))),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	}
	if err := openapi3filter.ValidateResponse(r.Context(), input); err != nil {
		d.t.Errorf("%s %s: not as documented: %v", r.Method, r.URL, err)
	}
	return true
}

func TestDocumentedAnswersAreCheckedForReal(t *testing.T) {
	t.Parallel()
	s := emptySite(t)
	d := newDocument(t, s)
	route, params, err := d.router.FindRoute(httptest.NewRequest(http.MethodGet, "/city", nil))
	if err != nil {
		t.Fatal(err)
	}
	err = openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: httptest.NewRequest(http.MethodGet, "/city", nil), PathParams: params, Route: route},
		Status:                 http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(`{"code":1}`)),
	})
	if err == nil {
		t.Error("a city without a name passes")
	}
}
