package catalog_test

import (
	"testing"

	"citygrid/registry/catalog"
)

func TestCommunityKnowsItsStreetAndDivision(t *testing.T) {
	t.Parallel()
	community, err := catalog.ParseCommunityCode("420502002005")
	if err != nil {
		t.Fatal(err)
	}
	street, err := catalog.ParseStreetCode("420502002")
	if err != nil {
		t.Fatal(err)
	}
	division, err := catalog.ParseDivisionCode("420502")
	if err != nil {
		t.Fatal(err)
	}
	if community.Street() != street || community.Division() != division || street.Division() != division {
		t.Errorf("%s is in street %s and division %s", community, community.Street(), community.Division())
	}
}

func TestAreaCodesAreRefusedByRule(t *testing.T) {
	t.Parallel()
	division := func(s string) error { _, err := catalog.ParseDivisionCode(s); return err }
	street := func(s string) error { _, err := catalog.ParseStreetCode(s); return err }
	community := func(s string) error { _, err := catalog.ParseCommunityCode(s); return err }
	tests := []struct {
		parse func(string) error
		text  string
		rule  string
	}{
		{division, "", catalog.RuleEmpty},
		{division, "42050", catalog.RuleLength},
		{division, "4205020", catalog.RuleLength},
		{division, "000000", catalog.RuleDivision},
		{division, "020502", catalog.RuleDivision},
		{division, "42050２", catalog.RuleDigits},
		{division, "-20502", catalog.RuleDigits},
		{street, "420502", catalog.RuleLength},
		{street, "020502001", catalog.RuleDivision},
		{community, "420502002", catalog.RuleLength},
		{community, "420502 02005", catalog.RuleDigits},
	}
	for _, test := range tests {
		wantRule(t, test.text, test.parse(test.text), test.rule)
	}
}

func TestCodeThatWasNeverParsedHasNoParts(t *testing.T) {
	t.Parallel()
	if got := catalog.StreetCode("42").Division(); got != "" {
		t.Errorf("division of a broken street is %q", got)
	}
	for _, grid := range []catalog.GridCode{"", "4205", "4205020020050031234"} {
		if grid.Street() != "" || grid.Community() != "" || grid.Sequence() != 0 {
			t.Errorf("%q has street %q, community %q, sequence %d", grid, grid.Street(), grid.Community(), grid.Sequence())
		}
	}
	var component catalog.ComponentCode
	if component.Division() != "" || component.Subclass() != "" || component.Sequence() != 0 || !component.IsZero() {
		t.Errorf("the zero component code has parts")
	}
	var event catalog.EventCode
	if event.Division() != "" || event.Subclass() != "" || !event.IsZero() {
		t.Errorf("the zero event code has parts")
	}
}
