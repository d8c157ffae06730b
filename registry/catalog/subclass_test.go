package catalog_test

import (
	"testing"

	"citygrid/registry/catalog"
)

func TestAccuracyClassAllowsAnErrorInMetres(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{"": 0, "A": 0.5, "B": 1, "C": 10} {
		accuracy, err := catalog.ParseAccuracy(text)
		if err != nil || accuracy.Metres() != want {
			t.Errorf("class %q allows %v m, %v, want %v", text, accuracy.Metres(), err, want)
		}
	}
	if got := catalog.Accuracy("D").Metres(); got != 0 {
		t.Errorf("an unknown class allows %v m", got)
	}
}

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
	for _, text := range []string{"a", "AB", "0.5"} {
		_, err := catalog.ParseAccuracy(text)
		wantRule(t, text, err, catalog.RuleWord)
	}
	for _, text := range []string{"", "equal", "Same"} {
		_, err := catalog.ParseRelation(text)
		wantRule(t, text, err, catalog.RuleWord)
	}
}
