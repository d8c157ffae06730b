package catalog_test

import (
	"testing"

	"citygrid/registry/catalog"
)

func TestEveryUnitTypeHasOneWordAndOneName(t *testing.T) {
	t.Parallel()
	words, names := map[catalog.UnitType]bool{}, map[string]bool{}
	for _, u := range catalog.UnitTypes() {
		if got, err := catalog.ParseUnitType(string(u)); err != nil || got != u {
			t.Errorf("%q parses to %q, %v", u, got, err)
		}
		if words[u] || names[u.NameZH()] {
			t.Errorf("%s %s is listed twice", u, u.NameZH())
		}
		words[u], names[u.NameZH()] = true, true
	}
	if len(words) != 37 {
		t.Errorf("%d unit types, want 37", len(words))
	}
}

func TestUnknownUnitTypeIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "排水", "Drainage"} {
		_, err := catalog.ParseUnitType(text)
		wantRule(t, text, err, catalog.RuleWord)
	}
}
