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

func TestGridCodeSplitsByVariant(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text   string
		digits int
		want   gridParts
	}{
		{"42050200200503", 14, gridParts{"420502", "420502002", "420502002005", 3}},
		{"420502002005003", 15, gridParts{"420502", "420502002", "420502002005", 3}},
		{"1408020012005003", 16, gridParts{"140802", "1408020012", "1408020012005", 3}},
		{"420502002005999", 15, gridParts{"420502", "420502002", "420502002005", 999}},
	}
	for _, test := range tests {
		code, err := catalog.ParseGridCodeVariant(test.text, test.digits)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		if got := partsOf(code); got != test.want {
			t.Errorf("%s: got %+v, want %+v", test.text, got, test.want)
		}
	}
}

func TestStandardGridCodeHasFifteenDigits(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"42050200200503", "1408020012005003"} {
		_, err := catalog.ParseGridCode(text)
		wantRule(t, text, err, catalog.RuleLength)
	}
	if _, err := catalog.ParseGridCode("420502002005003"); err != nil {
		t.Error(err)
	}
}

func TestGridSequenceRunsFromOneTo999(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"42050200200500", "420502002005000", "1408020012005000"} {
		_, err := catalog.ParseGridCodeVariant(text, len(text))
		wantRule(t, text, err, catalog.RuleNumber)
	}
	for sequence, text := range map[int]string{1: "420502002005001", 999: "420502002005999"} {
		if code, err := catalog.ParseGridCode(text); err != nil || code.Sequence() != sequence {
			t.Errorf("%s has sequence %d, %v", text, code.Sequence(), err)
		}
	}
}

func TestNoGridSchemeHasOtherLengths(t *testing.T) {
	t.Parallel()
	for _, digits := range []int{-1, 0, 13, 17} {
		_, err := catalog.ParseGridCodeVariant("420502002005003", digits)
		wantRule(t, "420502002005003", err, catalog.RuleLength)
	}
}

func FuzzGridCode(f *testing.F) {
	for _, seed := range []string{"42050200200503", "420502002005003", "1408020012005003", "420502002005000", "４２０５０２００２００５００３", ""} {
		f.Add(seed, len(seed))
	}
	f.Fuzz(func(t *testing.T, text string, digits int) {
		code, err := catalog.ParseGridCodeVariant(text, digits)
		if err != nil {
			codeError(t, err)
			return
		}
		if code.String() != text || len(text) != digits {
			t.Errorf("%q was read as %q", text, code)
		}
		if partsOf(code).sequence < 1 || code.Community().Street() == "" || code.Street().Division() != code.Division() {
			t.Errorf("%q splits into %+v", text, partsOf(code))
		}
	})
}
