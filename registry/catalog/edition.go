package catalog

import (
	"fmt"
	"strings"
)

// Edition names the standard by which a code is read. Its text is the
// identifier used in files, URLs and the database.
type Edition string

// The three generations of the component and event lists.
const (
	// Edition2007 is the industry standard CJ/T 214-2007.
	Edition2007 Edition = "cjt214-2007"
	// Edition2013 is the national standard GB/T 30428.2-2013.
	Edition2013 Edition = "gbt30428.2-2013"
	// Edition2026 is the national standard GB/T 47678.5-2026, in force since
	// 2026-07-01; it replaces GB/T 30428.2-2013 and widens the sub-class number
	// from two digits to three.
	Edition2026 Edition = "gbt47678.5-2026"
)

const (
	divisionDigits = 6 // GB/T 2260
	classDigits    = 2
	sequenceDigits = 6 // of a component within its county and sub-class
)

// Editions returns the known editions, oldest first.
func Editions() []Edition {
	return []Edition{Edition2007, Edition2013, Edition2026}
}

// ParseEdition reads an edition identifier such as "cjt214-2007". The error
// lists the identifiers that exist.
func ParseEdition(text string) (Edition, error) {
	e := Edition(text)
	if e.SubclassDigits() == 0 {
		return "", unknownEdition(e)
	}
	return e, nil
}

// Title returns the standard's number as printed on its cover, "CJ/T 214-2007",
// or "" for an unknown edition.
func (e Edition) Title() string {
	switch e {
	case Edition2007:
		return "CJ/T 214-2007"
	case Edition2013:
		return "GB/T 30428.2-2013"
	case Edition2026:
		return "GB/T 47678.5-2026"
	}
	return ""
}

// SubclassDigits returns the length of a sub-class code: two digits of class
// and, by edition, two or three of sub-class. It is 0 for an unknown edition.
func (e Edition) SubclassDigits() int {
	switch e {
	case Edition2007, Edition2013:
		return classDigits + 2
	case Edition2026:
		return classDigits + 3
	}
	return 0
}

// ComponentDigits returns the length of a component identifier (标识码): 16, and
// 17 in the 2026 edition. It is 0 for an unknown edition.
func (e Edition) ComponentDigits() int {
	if n := e.SubclassDigits(); n > 0 {
		return divisionDigits + n + sequenceDigits
	}
	return 0
}

// EventDigits returns the length of an event code (事项代码): 10, and 11 in the
// 2026 edition. It is 0 for an unknown edition.
func (e Edition) EventDigits() int {
	if n := e.SubclassDigits(); n > 0 {
		return divisionDigits + n
	}
	return 0
}

func unknownEdition(e Edition) *CodeError {
	var ids []string
	for _, known := range Editions() {
		ids = append(ids, string(known))
	}
	list := strings.Join(ids, ", ")
	return &CodeError{
		What:   Text{ZH: "标准版本", EN: "edition"},
		Value:  string(e),
		Rule:   RuleEdition,
		Reason: Text{ZH: "没有这个标准版本", EN: "no such edition"},
		Cure:   Text{ZH: fmt.Sprintf("请用其中之一：%s", list), EN: fmt.Sprintf("use one of %s", list)},
	}
}
