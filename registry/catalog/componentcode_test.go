package catalog_test

import (
	"encoding/json"
	"testing"

	"citygrid/registry/catalog"
)

type componentParts struct {
	division catalog.DivisionCode
	class    catalog.ClassCode
	subclass catalog.SubclassCode
	sequence int
}

func TestComponentCodeSplitsByEdition(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		edition catalog.Edition
		text    string
		want    componentParts
	}{
		{catalog.Edition2007, "4205020103000017", componentParts{"420502", "01", "0103", 17}},
		{catalog.Edition2013, "3205080101000001", componentParts{"320508", "01", "0101", 1}},
		{catalog.Edition2026, "42050201003000017", componentParts{"420502", "01", "01003", 17}},
		{catalog.Edition2007, "4205020103999999", componentParts{"420502", "01", "0103", 999999}},
	} {
		code, err := catalog.ParseComponentCode(test.edition, test.text)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		got := componentParts{code.Division(), code.Subclass().Class(), code.Subclass(), code.Sequence()}
		if got != test.want || code.Edition() != test.edition || code.String() != test.text {
			t.Errorf("%s: got %+v of %s, want %+v", code, got, code.Edition(), test.want)
		}
	}
}

func TestSameDigitsOfTwoEditionsAreTwoCodes(t *testing.T) {
	t.Parallel()
	old, err := catalog.ParseComponentCode(catalog.Edition2007, "4205020114000001")
	if err != nil {
		t.Fatal(err)
	}
	newer, err := catalog.ParseComponentCode(catalog.Edition2013, "4205020114000001")
	if err != nil {
		t.Fatal(err)
	}
	if old == newer {
		t.Error("an ownerless cover equals a garden cover")
	}
}

func TestComponentCodesAreRefusedByRule(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		edition catalog.Edition
		text    string
		rule    string
	}{
		{catalog.Edition2007, "", catalog.RuleEmpty},
		{catalog.Edition2007, "420502010300017", catalog.RuleLength},
		{catalog.Edition2026, "4205020103000017", catalog.RuleLength},
		{catalog.Edition2007, "4205020103000000", catalog.RuleNumber},
		{catalog.Edition2026, "42050201003000000", catalog.RuleNumber},
		{catalog.Edition2007, "4205020003000017", catalog.RuleNumber},
		{catalog.Edition2007, "4205020100000017", catalog.RuleNumber},
		{catalog.Edition2007, "0000000103000017", catalog.RuleDivision},
		{catalog.Edition2007, "4205020103-00017", catalog.RuleDigits},
		{catalog.Edition2007, "4205020103000017\n", catalog.RuleDigits},
		{"", "4205020103000017", catalog.RuleEdition},
	} {
		_, err := catalog.ParseComponentCode(test.edition, test.text)
		wantRule(t, test.text, err, test.rule)
	}
}

func TestCodesAreTextInJSON(t *testing.T) {
	t.Parallel()
	component, err := catalog.ParseComponentCode(catalog.Edition2007, "4205020103000017")
	if err != nil {
		t.Fatal(err)
	}
	event, err := catalog.ParseEventCode(catalog.Edition2007, "4205020102")
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal([]any{component, event, component.Subclass()})
	if want := `["4205020103000017","4205020102","0103"]`; err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

func TestComponentCodesAreNotPutTogetherOfWrongParts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		edition  catalog.Edition
		division catalog.DivisionCode
		subclass catalog.SubclassCode
		sequence int
	}{
		{catalog.Edition2007, "420502", "0103", 0},
		{catalog.Edition2007, "420502", "0103", 1_000_000},
		{catalog.Edition2007, "420502", "0103", -1},
		{catalog.Edition2007, "420502", "01003", 1},
		{catalog.Edition2026, "420502", "0103", 1},
		{catalog.Edition2007, "42050", "0103", 1},
		{catalog.Edition2007, "42050", "20103", 1},
		{"", "420502", "0103", 1},
	} {
		code, err := catalog.NewComponentCode(test.edition, test.division, test.subclass, test.sequence)
		if err == nil {
			t.Errorf("%+v became %s", test, code)
			continue
		}
		codeError(t, err)
	}
}

func FuzzComponentCode(f *testing.F) {
	f.Add(string(catalog.Edition2007), "4205020103000017")
	f.Add(string(catalog.Edition2013), "3205080101000001")
	f.Add(string(catalog.Edition2026), "42050201003000017")
	f.Add(string(catalog.Edition2007), "42O5020103000017")
	f.Add(string(catalog.Edition2007), "4205020103000000")
	f.Add("", "\xff")
	f.Fuzz(func(t *testing.T, edition, text string) {
		code, err := catalog.ParseComponentCode(catalog.Edition(edition), text)
		if err != nil {
			codeError(t, err)
			return
		}
		if code.String() != text {
			t.Errorf("%q was read as %q", text, code)
		}
		again, err := catalog.NewComponentCode(code.Edition(), code.Division(), code.Subclass(), code.Sequence())
		if err != nil || again != code {
			t.Errorf("%s put together again is %s, %v", text, again, err)
		}
	})
}
