package geojson_test

import (
	"strings"
	"testing"

	"citygrid/geo"
	"citygrid/geo/geojson"
)

func TestAFeatureSaysWhereItBeginsAndEndsAlsoWhenItIsBad(t *testing.T) {
	t.Parallel()
	features := []string{
		`{"type":"Feature","geometry":null,"properties":{"a":"]}"}}`,
		`{ "type":"Feature","geometry":{"type":"Point","coordinates":[1]},"properties":{} }`,
		`[1, 2]`, `"text"`, `7`,
	}
	for _, document := range []string{
		"\ufeff{\"features\" : [ " + strings.Join(features, " ,\n\t") + " ] , \"type\":\"FeatureCollection\"}\n",
		`{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`,
	} {
		n := 0
		for f := range geojson.Read(strings.NewReader(document), geo.Limits{}) {
			if got := document[f.Offset:f.End]; got != features[n] {
				t.Errorf("feature %d is %q, want %q", n, got, features[n])
			}
			n++
		}
		if n != len(features) {
			t.Errorf("%d features of %q", n, document)
		}
	}
	alone := features[0] + " \n"
	for f := range geojson.Read(strings.NewReader(alone), geo.Limits{}) {
		if got := alone[f.Offset:f.End]; got != features[0] {
			t.Errorf("a document that is a feature: %q", got)
		}
	}
}
