package catalog_test

import (
	"testing"

	"citygrid/registry/catalog"
)

func TestGeometryAccuracyAndRelationTakeOnlyTheirWords(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "point", "line", "polygon"} {
		if got, err := catalog.ParseGeometry(text); err != nil || string(got) != text {
			t.Errorf("geometry %q: got %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"Point", "点", "multipoint"} {
		_, err := catalog.ParseGeometry(text)
		wantRule(t, text, err, catalog.RuleWord)
	}
	for _, text := range []string{"", "A", "B", "C"} {
		if got, err := catalog.ParseAccuracy(text); err != nil || string(got) != text {
			t.Errorf("accuracy %q: got %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"a", "AB", "0.5"} {
		_, err := catalog.ParseAccuracy(text)
		wantRule(t, text, err, catalog.RuleWord)
	}
	for _, text := range []string{"", "equal", "Same"} {
		_, err := catalog.ParseRelation(text)
		wantRule(t, text, err, catalog.RuleWord)
	}
}
