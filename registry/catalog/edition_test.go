package catalog_test

import (
	"testing"

	"citygrid/registry/catalog"
)

func TestEachEditionHasItsOwnCodeLengths(t *testing.T) {
	t.Parallel()
	type digits struct {
		title                      string
		subclass, component, event int
	}
	want := map[catalog.Edition]digits{
		"cjt214-2007":     {"CJ/T 214-2007", 4, 16, 10},
		"gbt30428.2-2013": {"GB/T 30428.2-2013", 4, 16, 10},
		"gbt47678.5-2026": {"GB/T 47678.5-2026", 5, 17, 11},
		"no such edition": {},
	}
	for e, w := range want {
		got := digits{e.Title(), e.SubclassDigits(), e.ComponentDigits(), e.EventDigits()}
		if got != w {
			t.Errorf("%s: got %v, want %v", e, got, w)
		}
	}
}

func TestEveryEditionAndKindParsesToItself(t *testing.T) {
	t.Parallel()
	for _, e := range catalog.Editions() {
		if got, err := catalog.ParseEdition(string(e)); err != nil || got != e {
			t.Errorf("ParseEdition(%q) = %q, %v", e, got, err)
		}
	}
	for _, k := range catalog.Kinds() {
		if got, err := catalog.ParseKind(string(k)); err != nil || got != k {
			t.Errorf("ParseKind(%q) = %q, %v", k, got, err)
		}
		if name := k.Name(); name.ZH == "" || name.EN != string(k) {
			t.Errorf("%s is named %v", k, name)
		}
	}
}

func TestUnknownEditionErrorListsTheEditions(t *testing.T) {
	t.Parallel()
	_, err := catalog.ParseEdition("CJ/T 214-2007")
	wantCodeError(t, err, catalog.CodeError{
		What:   catalog.Text{ZH: "标准版本", EN: "edition"},
		Value:  "CJ/T 214-2007",
		Rule:   catalog.RuleEdition,
		Reason: catalog.Text{ZH: "没有这个标准版本", EN: "no such edition"},
		Cure: catalog.Text{
			ZH: "请用其中之一：cjt214-2007, gbt30428.2-2013, gbt47678.5-2026",
			EN: "use one of cjt214-2007, gbt30428.2-2013, gbt47678.5-2026",
		},
	})
}

func TestKindIsWrittenInLowerCase(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "Component", "部件", "event "} {
		_, err := catalog.ParseKind(text)
		wantRule(t, text, err, catalog.RuleWord)
	}
}
