package catalog

import (
	"fmt"
	"strconv"
)

// ComponentCode is a component identifier (部件标识码): division 6, sub-class 4
// or 5, sequence 6. It carries the edition by which it was read, since the same
// digits split, and mean, otherwise in another. Values are comparable; the zero
// value is no code.
type ComponentCode struct {
	edition Edition
	text    string
}

// ParseComponentCode reads a component identifier of an edition: 16 digits, 17
// in the 2026 edition. The division may not begin with 0; class, sub-class and
// sequence are not zero. Whether division and sub-class exist is not asked here.
// Its error is a *[CodeError].
func ParseComponentCode(e Edition, text string) (ComponentCode, error) {
	digits := e.ComponentDigits()
	if digits == 0 {
		return ComponentCode{}, unknownEdition(e)
	}
	what := Text{ZH: "部件标识码", EN: "component code"}
	if bad := checkDigits(what, text, digits); bad != nil {
		return ComponentCode{}, bad.orEdition(Edition.ComponentDigits)
	}
	if bad := checkDivision(what, text); bad != nil {
		return ComponentCode{}, bad
	}
	code := ComponentCode{edition: e, text: text}
	if bad := checkSubclass(what, text, string(code.Subclass())); bad != nil {
		return ComponentCode{}, bad
	}
	if code.Sequence() == 0 {
		return ComponentCode{}, numberZero(what, text, "000000", Text{ZH: "顺序号", EN: "sequence"})
	}
	return code, nil
}

// NewComponentCode puts a component identifier together. The sequence is 1 to
// 999999. Its error is a *[CodeError].
func NewComponentCode(e Edition, d DivisionCode, s SubclassCode, sequence int) (ComponentCode, error) {
	if _, err := ParseDivisionCode(string(d)); err != nil {
		return ComponentCode{}, err
	}
	if _, err := ParseSubclassCode(e, string(s)); err != nil {
		return ComponentCode{}, err
	}
	return ParseComponentCode(e, fmt.Sprintf("%s%s%0*d", d, s, sequenceDigits, sequence))
}

// String returns the digits.
func (c ComponentCode) String() string { return c.text }

// MarshalText returns the digits; the edition stands elsewhere in the document.
func (c ComponentCode) MarshalText() ([]byte, error) { return []byte(c.text), nil }

// IsZero reports whether c is no code at all.
func (c ComponentCode) IsZero() bool { return c == ComponentCode{} }

// Edition returns the edition by which the code was read.
func (c ComponentCode) Edition() Edition { return c.edition }

// Division returns the county in which the component was first surveyed; it
// stays when the county is later redrawn.
func (c ComponentCode) Division() DivisionCode { return DivisionCode(head(c.text, divisionDigits)) }

// Subclass returns the component's sub-class in its edition.
func (c ComponentCode) Subclass() SubclassCode {
	return SubclassCode(c.text[len(c.Division()):c.sequenceAt()])
}

// Sequence returns the component's number within its division and sub-class,
// from 1; 0 for the zero value.
func (c ComponentCode) Sequence() int {
	n, err := strconv.Atoi(c.text[c.sequenceAt():])
	if err != nil {
		return 0
	}
	return n
}

func (c ComponentCode) sequenceAt() int { return max(0, len(c.text)-sequenceDigits) }
