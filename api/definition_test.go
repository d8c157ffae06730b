package api

import (
	"context"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

func TestDocumentAndRoutesAgreeBothWays(t *testing.T) {
	t.Parallel()
	served := map[string][]string{}
	for _, r := range routes() {
		if !r.page {
			path := regexp.MustCompile(`:(\w+)`).ReplaceAllString(r.path, "{$1}")
			served[r.method+" "+path] = slices.Sorted(slices.Values(slices.Concat(r.params, r.repeated)))
		}
	}
	documented := map[string][]string{}
	for path, item := range loadDefinition(t).Paths.Map() {
		for method, operation := range item.Operations() {
			names := []string{}
			for _, p := range operation.Parameters {
				if p.Value.In == openapi3.ParameterInQuery {
					names = append(names, p.Value.Name)
				}
			}
			documented[method+" "+path] = slices.Sorted(slices.Values(names))
		}
	}
	if !maps.EqualFunc(served, documented, slices.Equal) {
		t.Errorf("served:     %v\ndocumented: %v", served, documented)
	}
}

// Map clients read the page size from components.parameters.limit, and conformance tests from the written-out form of bbox and limit.
func TestParametersOfItemsAreWrittenOutAsClientsReadThem(t *testing.T) {
	t.Parallel()
	document := loadDefinition(t)
	items := document.Paths.Find("/collections/{collectionId}/items").Get
	for _, name := range []string{"bbox", "limit", "cursor", "datetime", "offset", "sortby", "properties", "count", "f"} {
		p := document.Components.Parameters[name].Value
		if p.In != "query" || p.Required || p.Style != "form" || p.Explode == nil || *p.Explode {
			t.Errorf("%s: %+v", name, p)
		}
		if !slices.ContainsFunc(items.Parameters, func(r *openapi3.ParameterRef) bool { return r.Ref == "#/components/parameters/"+name }) {
			t.Errorf("items do not refer to %s", name)
		}
	}
	limit := document.Components.Parameters["limit"].Value.Schema.Value
	if *limit.Min != 1 || *limit.Max != 10_000 || limit.Default != float64(100) || !limit.Type.Is("integer") {
		t.Errorf("limit: %+v", limit)
	}
	bbox := document.Components.Parameters["bbox"].Value.Schema.Value
	if bbox.MinItems != 4 || *bbox.MaxItems != 6 || !bbox.Items.Value.Type.Is("number") {
		t.Errorf("bbox: %+v", bbox)
	}
}

func TestEveryOperationSaysWhatItDoesAndHowItFails(t *testing.T) {
	t.Parallel()
	ids := map[string]bool{}
	for path, item := range loadDefinition(t).Paths.Map() {
		for method, operation := range item.Operations() {
			if operation.Summary == "" || len(operation.Tags) != 1 || operation.OperationID == "" || ids[operation.OperationID] {
				t.Errorf("%s %s: %q, tags %v, id %q", method, path, operation.Summary, operation.Tags, operation.OperationID)
			}
			ids[operation.OperationID] = true
			for _, status := range []int{http.StatusBadRequest, http.StatusRequestURITooLong, http.StatusInternalServerError} {
				if operation.Responses.Status(status) == nil {
					t.Errorf("%s %s: no %d", method, path, status)
				}
			}
		}
	}
}

// loadDefinition is the document as a server completes it, checked as OpenAPI 3.0.
func loadDefinition(t *testing.T) *openapi3.T {
	t.Helper()
	definition, err := newDefinition("https://grid.example.cn/v1", "1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	text, err := definition.of(nil)
	if err != nil {
		t.Fatal(err)
	}
	document, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := document.Validate(context.Background()); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(document.OpenAPI, "3.0.") || document.Info.Version != "1.2.3" || document.Servers[0].URL != "https://grid.example.cn/v1" {
		t.Errorf("%s, %s, %s", document.OpenAPI, document.Info.Version, document.Servers[0].URL)
	}
	return document
}
