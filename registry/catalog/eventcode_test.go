package catalog_test

import (
	"testing"

	"citygrid/registry/catalog"
)

func TestEventCodeSplitsByEdition(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		edition  catalog.Edition
		text     string
		subclass catalog.SubclassCode
	}{
		{catalog.Edition2007, "4205020102", "0102"},
		{catalog.Edition2013, "4205020102", "0102"},
		{catalog.Edition2026, "42050206001", "06001"},
		{catalog.Edition2007, "4205020199", "0199"},
	} {
		code, err := catalog.ParseEventCode(test.edition, test.text)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		if code.Division() != "420502" || code.Subclass() != test.subclass || code.Edition() != test.edition {
			t.Errorf("%s: division %s, sub-class %s of %s", code, code.Division(), code.Subclass(), code.Edition())
		}
	}
}

func TestEventCodesAreRefusedByRule(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		edition catalog.Edition
		text    string
		rule    string
	}{
		{catalog.Edition2007, "", catalog.RuleEmpty},
		{catalog.Edition2007, "42050206001", catalog.RuleLength},
		{catalog.Edition2026, "4205020102", catalog.RuleLength},
		{catalog.Edition2007, "0205020102", catalog.RuleDivision},
		{catalog.Edition2007, "4205020002", catalog.RuleNumber},
		{catalog.Edition2026, "42050206000", catalog.RuleNumber},
		{catalog.Edition2007, "42050201 2", catalog.RuleDigits},
		{"other", "4205020102", catalog.RuleEdition},
	} {
		_, err := catalog.ParseEventCode(test.edition, test.text)
		wantRule(t, test.text, err, test.rule)
	}
}

func FuzzEventCode(f *testing.F) {
	f.Add(string(catalog.Edition2007), "4205020102")
	f.Add(string(catalog.Edition2026), "42050206001")
	f.Add(string(catalog.Edition2013), "420502010l")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, edition, text string) {
		code, err := catalog.ParseEventCode(catalog.Edition(edition), text)
		if err != nil {
			codeError(t, err)
			return
		}
		if code.String() != text || code.Division().String()+code.Subclass().String() != text {
			t.Errorf("%q was read as %q of %q and %q", text, code, code.Division(), code.Subclass())
		}
	})
}
