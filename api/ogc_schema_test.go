package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestConformanceDeclaresWhatIsTrueAndNothingElse names the test that holds each class.
func TestConformanceDeclaresWhatIsTrueAndNothingElse(t *testing.T) {
	t.Parallel()
	const spec = "http://www.opengis.net/spec/"
	want := []any{
		spec + "ogcapi-common-1/1.0/conf/core",                          // TestOGCCore
		spec + "ogcapi-common-2/1.0/conf/collections",                   // TestOGCCore
		spec + "ogcapi-features-1/1.0/conf/core",                        // TestOGCCore
		spec + "ogcapi-features-1/1.0/conf/geojson",                     // TestOGCCore
		spec + "ogcapi-features-1/1.0/conf/html",                        // TestOGCPages
		spec + "ogcapi-features-1/1.0/conf/oas30",                       // TestOGCCore, TestScenarios
		spec + "ogcapi-features-2/1.0/conf/crs",                         // TestOGCCRS
		spec + "ogcapi-features-3/1.0/conf/queryables",                  // TestOGCSchemas
		spec + "ogcapi-features-3/1.0/conf/queryables-query-parameters", // TestOGCSchemas
		spec + "ogcapi-features-5/1.0/conf/schemas",                     // TestOGCSchemas
		spec + "ogcapi-features-5/1.0/conf/core-roles-features",         // TestOGCSchemas
		spec + "ogcapi-features-5/1.0/conf/returnables-and-receivables", // TestOGCSchemas
		spec + "ogcapi-features-5/1.0/conf/sortables",                   // TestOGCSchemas
	}
	s := emptySite(t)
	equal(t, s.get("/conformance").ok(), map[string]any{"conformsTo": want})
}

// TestOGCSchemas holds what describes the properties against the requirements of Part 3 (Queryables, Queryables as query parameters) and Part 5
// (Schemas, Core roles for features, Returnables and receivables, Sortables).
func TestOGCSchemas(t *testing.T) {
	t.Parallel()
	s := newSuite(t, 60)
	t.Run("QueryablesLink", func(t *testing.T) { s.each(t, (*suite).queryablesLinked) })
	t.Run("Schemas", func(t *testing.T) {
		s.each(t, func(s *suite, c any, _ string) {
			for _, under := range []string{"queryables", "sortables", "schema"} {
				s.schema(c, under)
			}
		})
	})
	t.Run("CoreRolesForFeatures", func(t *testing.T) { s.each(t, (*suite).roles) })
	t.Run("SortablesAreScalarAndSortby", func(t *testing.T) { s.each(t, (*suite).sorts) })
	t.Run("QueryablesAsQueryParameters", func(t *testing.T) { s.each(t, (*suite).selects) })
}

const ogcRelation = "http://www.opengis.net/def/rel/ogc/1.0/"

// queryablesLinked checks that who reads features finds by what to select them, in the document and in the header.
func (s *suite) queryablesLinked(c any, items string) {
	want := "/collections/" + at(s.t, c, "id").(string) + "/queryables"
	for _, target := range []string{with(items, "limit", "1"), "/collections/" + at(s.t, c, "id").(string)} {
		got := s.get(target)
		if linked(s.t, got.ok(), ogcRelation+"queryables") != want {
			s.t.Errorf("%s has no link to %s", target, want)
		}
		if header := `<` + base + want + `>; rel="` + ogcRelation + `queryables"; type="application/schema+json"`; !strings.Contains(got.Header.Get("Link"), header) {
			s.t.Errorf("%s: Link is %s", target, got.Header.Get("Link"))
		}
	}
}

// schema is a document of properties, by the link that leads to it.
func (s *suite) schema(c any, under string) map[string]any {
	s.t.Helper()
	target := linked(s.t, c, ogcRelation+under)
	got := s.get(target, "Accept: application/schema+json")
	document := got.ok()
	equal(s.t, []any{got.Header.Get("Content-Type"), at(s.t, document, "$schema"), at(s.t, document, "$id"), at(s.t, document, "type"), at(s.t, document, "additionalProperties")},
		[]any{"application/schema+json", "https://json-schema.org/draft/2020-12/schema", base + target, "object", false})
	properties := at(s.t, document, "properties").(map[string]any)
	for name, of := range properties {
		p := of.(map[string]any)
		format, _ := p["format"].(string)
		spatial, _ := p["type"].(string)
		switch {
		case strings.HasPrefix(format, "geometry-"):
			if p["type"] != nil || p["$ref"] != nil || !slices.Contains([]string{"geometry-any", "geometry-multipolygon"}, format) {
				s.t.Errorf("%s of %s: %v", name, under, p)
			}
		case !slices.Contains([]string{"string", "number", "array", "object"}, spatial) || p["title"] == nil || format != "" && format != "date":
			s.t.Errorf("%s of %s: %v", name, under, p)
		}
	}
	return properties
}

func (s *suite) roles(c any, items string) {
	count, sequence := map[string]int{}, map[any]bool{}
	properties := s.schema(c, "schema")
	for name, of := range properties {
		role, _ := at(s.t, of, "x-ogc-role").(string)
		count[role]++
		format := at(s.t, of, "format")
		if role == "id" && (name != "code" || at(s.t, of, "type") != "string") || strings.HasPrefix(role, "primary-interval") && format != "date" ||
			role == "primary-geometry" && name != "geometry" {
			s.t.Errorf("%s is %s", name, role)
		}
		sequence[at(s.t, of, "x-ogc-propertySeq")] = true
	}
	if count["id"] != 1 || count["primary-geometry"] != 1 || count["primary-interval-start"] != count["primary-interval-end"] || len(sequence) != len(properties) {
		s.t.Errorf("roles %v, %d places of %d properties", count, len(sequence), len(properties))
	}
	for _, f := range at(s.t, s.get(with(items, "limit", "10")).ok(), "features").([]any) { // nothing is returned that is not declared, and all that is
		for name := range at(s.t, f, "properties").(map[string]any) {
			if properties[name] == nil {
				s.t.Errorf("%s is not declared", name)
			}
		}
		if got := len(at(s.t, f, "properties").(map[string]any)) + 1; got != len(properties) || at(s.t, f, "properties", "code") != at(s.t, f, "id") {
			s.t.Errorf("%d members are returned, %d declared", got, len(properties))
		}
	}
}

func (s *suite) sorts(c any, items string) {
	id := at(s.t, c, "id").(string)
	columns := map[string]string{
		"code": "c.code", "name": "c.name", "class": "left(c.subclass, 2)", "owner_code": "c.dept2_code", "first_surveyed": "coalesce(c.first_surveyed, '-infinity')",
		"note": "c.note", "changed_on": "coalesce(c.changed_on, '-infinity')", "grid": "coalesce(c.grid, '')", "parent": "coalesce(c.parent, '')",
		"square_metres": "c.square_metres", "name_en": "c.name_en",
	}
	for name, of := range s.schema(c, "sortables") {
		if kind := at(s.t, of, "type"); kind != "string" && kind != "number" {
			s.t.Errorf("%s is of type %v", name, kind)
		}
		ascending := codes(s.t, s.get(items+"?limit=10000&sortby="+name).ok())
		for _, same := range []string{"+" + name, "%2B" + name, "%20" + name} {
			equal(s.t, codes(s.t, s.get(items+"?limit=10000&sortby="+same).ok()), ascending)
		}
		if column := columns[name]; column != "" {
			collate := ` collate "C"`
			if name == "square_metres" || strings.HasSuffix(column, "'-infinity')") {
				collate = ""
			}
			for sign, way := range map[string]string{"": "", "-": " desc"} {
				want := s.ordered(id, column+collate+way)
				equal(s.t, codes(s.t, s.get(items+"?limit=10000&sortby="+sign+name).ok()), want)
			}
		}
	}
	for _, wrong := range []string{"nothing", "", "extra", "grids_also", "--code", "+-code", "code,code", "name,,code", "name desc", "geometry", "a,b,c,d,e", "NAME"} {
		s.refused(with(items, "sortby", wrong), "sortby")
	}
}

// selects asks by each property for the values that there are, and holds the answer against all features.
func (s *suite) selects(c any, items string) {
	all := at(s.t, s.get(with(items, "limit", "10000")).ok(), "features").([]any)
	get := s.api.Paths.Find(items).Get
	for name, of := range s.schema(c, "queryables") {
		if name == "geometry" { // has no simple value: bbox is for it
			continue
		}
		p := get.Parameters.GetByInAndName("query", name)
		if p == nil {
			s.t.Errorf("the document has no parameter %s", name)
			continue
		}
		described := p.Schema.Value
		if p.Required || !described.Type.Is(at(s.t, of, "type").(string)) || any(described.Format) != orEmpty(at(s.t, of, "format")) || len(described.Enum) != lengthOf(at(s.t, of, "enum")) {
			s.t.Errorf("the parameter %s is %+v, the queryable %v", name, described, of)
		}
		values := map[string][]string{"no such value": nil}
		if described.Type.Is("number") {
			values = map[string][]string{"-1": nil}
		} else if described.Format == "date" {
			values = map[string][]string{"1999-01-01": nil}
		} else if described.Enum != nil {
			values = map[string][]string{}
		}
		for _, f := range all {
			if value := textOf(at(s.t, f, "properties", name)); len(values) < 5 || values[value] != nil {
				values[value] = append(values[value], at(s.t, f, "id").(string))
			}
		}
		for value, want := range values {
			if described.Type.Is("number") && value != "-1" { // the answer has a tenth of a square metre, the registry more
				continue
			}
			if got := codes(s.t, s.get(with(items, name, value, "limit", "10000")).ok()); !slices.Equal(got, append([]string{}, want...)) {
				s.t.Errorf("%s=%s: %d features, not %d", name, value, len(got), len(want))
			}
		}
	}
	s.refused(with(items, "geometry", "POINT(1 2)"), "geometry")
	s.refused(with(items, "extra", "x"), "extra")
	if got := s.get(with(items, "code", "x", "nothing", "y")); got.Status != http.StatusBadRequest || !strings.Contains(got.Body, "allowed here: bbox, ") {
		s.t.Errorf("%d %s", got.Status, got.Body)
	}
}

func orEmpty(v any) any {
	if v == nil {
		return ""
	}
	return v
}

func lengthOf(v any) int {
	list, _ := v.([]any)
	return len(list)
}

func textOf(v any) string {
	text, _ := v.(string)
	return text
}
