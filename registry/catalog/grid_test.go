package catalog_test

import (
	"testing"

	"citygrid/registry/catalog"
)

type gridParts struct {
	division  catalog.DivisionCode
	street    catalog.StreetCode
	community catalog.CommunityCode
	sequence  int
}

func partsOf(c catalog.GridCode) gridParts {
	return gridParts{c.Division(), c.Street(), c.Community(), c.Sequence()}
}

func TestGridCodeSplits(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]gridParts{
		"420502002005003": {"420502", "420502002", "420502002005", 3},
		"420502002005999": {"420502", "420502002", "420502002005", 999},
	} {
		code, err := catalog.ParseGridCode(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := partsOf(code); got != want {
			t.Errorf("%s: got %+v, want %+v", text, got, want)
		}
	}
}

func TestGridCodesAreRefusedByRule(t *testing.T) {
	t.Parallel()
	for text, rule := range map[string]string{
		"":                 catalog.RuleEmpty,
		"42050200200503":   catalog.RuleLength, // CJ/T 213-2005
		"1408020012005003": catalog.RuleLength, // a street of four digits
		"420502002005000":  catalog.RuleNumber,
		"020502002005003":  catalog.RuleDivision,
		"42050200200500３":  catalog.RuleDigits,
	} {
		_, err := catalog.ParseGridCode(text)
		wantRule(t, text, err, rule)
	}
}

func FuzzGridCode(f *testing.F) {
	for _, seed := range []string{"42050200200503", "420502002005003", "1408020012005003", "420502002005000", "４２０５０２００２００５００３", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		code, err := catalog.ParseGridCode(text)
		if err != nil {
			codeError(t, err)
			return
		}
		if code.String() != text {
			t.Errorf("%q was read as %q", text, code)
		}
		if partsOf(code).sequence < 1 || code.Community().Street() == "" || code.Street().Division() != code.Division() {
			t.Errorf("%q splits into %+v", text, partsOf(code))
		}
	})
}
