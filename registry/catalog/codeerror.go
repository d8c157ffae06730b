package catalog

import "fmt"

// Text is one message in the two languages of its readers.
type Text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// The rules that a text can break. They are stable: reports group by them.
const (
	RuleEmpty    = "empty"    // nothing there
	RuleDigits   = "digits"   // something other than the digits 0 to 9
	RuleLength   = "length"   // not as many digits as the edition asks
	RuleDivision = "division" // the first six digits cannot be a division of GB/T 2260
	RuleNumber   = "number"   // a class, sub-class or sequence of zero, or past the last
	RuleEdition  = "edition"  // unknown edition
	RuleWord     = "word"     // not one of the words that the field takes
)

// CodeError says why a text is not the code, or the time limit, that it should
// be. Every parser of this package returns it.
type CodeError struct {
	What   Text   // what was being read: 部件标识码, component code
	Value  string // the text as it came
	Rule   string // one of the Rule constants
	Reason Text   // what is wrong with it
	Cure   Text   // what to do about it
	Likely string // of RuleDigits: the code that Cure proposes, "" when it proposes none
}

// Error gives the English sentence: what, value, reason, cure.
func (e *CodeError) Error() string {
	return fmt.Sprintf("%s %q: %s; %s", e.What.EN, shorten(e.Value), e.Reason.EN, e.Cure.EN)
}

// Message gives that sentence in both languages.
func (e *CodeError) Message() Text {
	value := shorten(e.Value)
	return Text{
		ZH: fmt.Sprintf("%s“%s”：%s；%s", e.What.ZH, value, e.Reason.ZH, e.Cure.ZH),
		EN: e.Error(),
	}
}

// shorten keeps a hostile cell from filling the log.
func shorten(value string) string {
	const most = 40
	n := 0
	for i := range value {
		if n == most {
			return value[:i] + "…"
		}
		n++
	}
	return value
}

// orEdition adds to a wrong length the editions in which it would be right: the
// likeliest mistake is a file read by the wrong edition.
func (e *CodeError) orEdition(digits func(Edition) int) *CodeError {
	if e.Rule != RuleLength {
		return e
	}
	for _, other := range Editions() {
		if digits(other) == len(e.Value) {
			e.Cure.ZH += fmt.Sprintf("；该长度符合%s", other.Title())
			e.Cure.EN += fmt.Sprintf("; the length fits %s", other.Title())
		}
	}
	return e
}
