package catalog

// EventCode is an event code (事件代码, 事项代码 in 2026): division 6 and
// sub-class 4 or 5. It is the code of a type in a county: it repeats, and does
// not identify one occurrence. It carries the edition by which it was read.
// Values are comparable; the zero value is no code.
type EventCode struct {
	edition Edition
	text    string
}

// ParseEventCode reads an event code of an edition: 10 digits, 11 in the 2026
// edition. Its error is a *[CodeError].
func ParseEventCode(e Edition, text string) (EventCode, error) {
	digits := e.EventDigits()
	if digits == 0 {
		return EventCode{}, unknownEdition(e)
	}
	what := Text{ZH: "事件代码", EN: "event code"}
	if bad := checkDigits(what, text, digits); bad != nil {
		return EventCode{}, bad.orEdition(Edition.EventDigits)
	}
	if bad := checkDivision(what, text); bad != nil {
		return EventCode{}, bad
	}
	if bad := checkSubclass(what, text, text[divisionDigits:]); bad != nil {
		return EventCode{}, bad
	}
	return EventCode{edition: e, text: text}, nil
}

// String returns the digits.
func (c EventCode) String() string { return c.text }

// MarshalText returns the digits; the edition stands elsewhere in the document.
func (c EventCode) MarshalText() ([]byte, error) { return []byte(c.text), nil }

// IsZero reports whether c is no code at all.
func (c EventCode) IsZero() bool { return c == EventCode{} }

// Edition returns the edition by which the code was read.
func (c EventCode) Edition() Edition { return c.edition }

// Division returns the county that the code speaks of.
func (c EventCode) Division() DivisionCode { return DivisionCode(head(c.text, divisionDigits)) }

// Subclass returns the event's sub-class in its edition.
func (c EventCode) Subclass() SubclassCode { return SubclassCode(c.text[len(c.Division()):]) }
