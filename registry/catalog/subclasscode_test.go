package catalog_test

import (
	"testing"

	"citygrid/registry/catalog"
)

func TestSubclassCodeLengthFollowsTheEdition(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		edition catalog.Edition
		text    string
	}{
		{catalog.Edition2007, "0118"},
		{catalog.Edition2013, "0118"},
		{catalog.Edition2026, "01018"},
		{catalog.Edition2007, "2101"}, // a city's extension class
	} {
		code, err := catalog.ParseSubclassCode(test.edition, test.text)
		if err != nil || code.String() != test.text || code.Class().String() != test.text[:2] {
			t.Errorf("%s %s: got %s of class %s, %v", test.edition, test.text, code, code.Class(), err)
		}
	}
}

func TestClassAndSubclassCodesAreRefusedByRule(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		edition catalog.Edition
		text    string
		rule    string
	}{
		{catalog.Edition2007, "", catalog.RuleEmpty},
		{catalog.Edition2007, "101", catalog.RuleLength}, // the lost leading zero is not put back here
		{catalog.Edition2007, "01018", catalog.RuleLength},
		{catalog.Edition2026, "0118", catalog.RuleLength},
		{catalog.Edition2007, "0018", catalog.RuleNumber},
		{catalog.Edition2007, "0100", catalog.RuleNumber},
		{catalog.Edition2026, "01000", catalog.RuleNumber},
		{catalog.Edition2007, "O118", catalog.RuleDigits},
		{"2007", "0118", catalog.RuleEdition},
	} {
		_, err := catalog.ParseSubclassCode(test.edition, test.text)
		wantRule(t, test.text, err, test.rule)
	}
	for text, rule := range map[string]string{"": catalog.RuleEmpty, "1": catalog.RuleLength, "00": catalog.RuleNumber, "l1": catalog.RuleDigits} {
		_, err := catalog.ParseClassCode(text)
		wantRule(t, text, err, rule)
	}
}

func FuzzSubclassCode(f *testing.F) {
	f.Add(string(catalog.Edition2007), "0118")
	f.Add(string(catalog.Edition2013), "0100")
	f.Add(string(catalog.Edition2026), "01018")
	f.Add(string(catalog.Edition2026), "０１０１８")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, edition, text string) {
		code, err := catalog.ParseSubclassCode(catalog.Edition(edition), text)
		if err != nil {
			codeError(t, err)
			return
		}
		if code.String() != text {
			t.Errorf("%q was read as %q", text, code)
		}
		if _, err := catalog.ParseClassCode(code.Class().String()); err != nil {
			t.Errorf("%q has class %q: %v", text, code.Class(), err)
		}
	})
}
