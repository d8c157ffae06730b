package catalog_test

import (
	"errors"
	"strings"
	"testing"

	"citygrid/registry/catalog"
)

func TestLookalikeIsNamedAndNeverReplaced(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"42O5020103000017": "4205020103000017", // letter O
		"420502010300001l": "4205020103000011", // letter l
		"４２０５０２０１０３００００１７":        "4205020103000017", // full width
		" 4205020103000017\u200b": "4205020103000017",
		"'4205020103000017":       "4205020103000017", // spreadsheet's text mark
		"42〇5020103000017":        "4205020103000017",
	}

	for text, likely := range tests {
		code, err := catalog.ParseComponentCode(catalog.Edition2007, text)
		if !code.IsZero() {
			t.Errorf("%q was read as %s", text, code)
		}
		wantRule(t, text, err, catalog.RuleDigits)
		message := codeError(t, err).Message()
		if !strings.Contains(message.ZH, "是否应为"+likely) || !strings.Contains(message.EN, "did you mean "+likely) {
			t.Errorf("%q: the message does not propose %s: %+v", text, likely, message)
		}
	}
}

func TestMessageSaysWhatWhereAndCureInBothLanguages(t *testing.T) {
	t.Parallel()
	_, err := catalog.ParseComponentCode(catalog.Edition2007, "42O5020103000017")
	want := catalog.Text{
		ZH: "部件标识码“42O5020103000017”：第3个字符'O'不是数字0–9；是否应为4205020103000017？请核对后改正",
		EN: `component code "42O5020103000017": character 3, 'O' (U+004F), is not a digit 0-9; did you mean 4205020103000017? check it and correct the source`,
	}
	if got := codeError(t, err).Message(); got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestCodeThatASpreadsheetMadeANumberIsPastSaving(t *testing.T) {
	t.Parallel()
	_, err := catalog.ParseComponentCode(catalog.Edition2007, "4.20502E+15")
	wantRule(t, "4.20502E+15", err, catalog.RuleDigits)
	if cure := codeError(t, err).Cure.EN; !strings.Contains(cure, "last digits are lost") {
		t.Errorf("cure is %q", cure)
	}
}

func TestWrongLengthNamesTheEditionItFits(t *testing.T) {
	t.Parallel()
	_, err := catalog.ParseComponentCode(catalog.Edition2007, "42050201003000017")
	wantRule(t, "17 digits", err, catalog.RuleLength)
	if cure := codeError(t, err).Cure.EN; !strings.HasSuffix(cure, "; the length fits GB/T 47678.5-2026") {
		t.Errorf("cure is %q", cure)
	}
}

func TestHostileValueIsCutInTheMessage(t *testing.T) {
	t.Parallel()
	_, err := catalog.ParseDivisionCode(strings.Repeat("市", 100_000))
	if n := len(err.Error()); n > 400 {
		t.Errorf("the message has %d bytes", n)
	}
	if n := len(codeError(t, err).Value); n != 300_000 {
		t.Errorf("the value kept has %d bytes, want all 300000", n)
	}
}

// codeError returns the *CodeError that every parser must return.
func codeError(t *testing.T, err error) *catalog.CodeError {
	t.Helper()
	var bad *catalog.CodeError
	if !errors.As(err, &bad) {
		t.Fatalf("got error %v, want a *CodeError", err)
	}
	return bad
}

func wantCodeError(t *testing.T, err error, want catalog.CodeError) {
	t.Helper()
	if got := *codeError(t, err); got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// wantRule checks the rule broken, and that there is something to say in both
// languages.
func wantRule(t *testing.T, text string, err error, rule string) {
	t.Helper()
	bad := codeError(t, err)
	if bad.Rule != rule {
		t.Errorf("%q breaks rule %q, want %q", text, bad.Rule, rule)
	}
	for _, part := range []catalog.Text{bad.What, bad.Reason, bad.Cure} {
		if part.ZH == "" || part.EN == "" {
			t.Errorf("%q: a message is missing a language: %+v", text, bad)
		}
	}
}
