package catalog

import (
	"fmt"
	"strconv"
)

// GridCode is a unit grid (单元网格): division 6, street 3, community 3 and
// sequence 3, fifteen digits by GB/T 30428.1 and later. Within a community the
// sequence runs west to east, then north to south.
//
// Two variants are met in the field and keep their own text: fourteen digits
// with a sequence of 2 (CJ/T 213-2005), and sixteen with a street of 4
// (Yuncheng). The length tells them apart.
type GridCode string

const (
	gridDigits       = 15
	gridDigits2005   = 14
	gridDigitsStreet = 16 // street number of four digits
)

func wordGrid() Text { return Text{ZH: "单元网格代码", EN: "grid code"} }

// ParseGridCode reads the fifteen digits of GB/T 30428.1. A sequence of 000 is
// an error. Its error is a *[CodeError].
func ParseGridCode(text string) (GridCode, error) {
	return ParseGridCodeVariant(text, gridDigits)
}

// ParseGridCodeVariant reads a grid code of 14, 15 or 16 digits; see [GridCode]
// for what they are. The caller names the variant, because a fifteen-digit code
// with a lost digit must not pass for one of fourteen. Its error is a
// *[CodeError].
func ParseGridCodeVariant(text string, digits int) (GridCode, error) {
	if _, sequence := gridParts(digits); sequence == 0 {
		return "", &CodeError{
			What: wordGrid(), Value: text, Rule: RuleLength,
			Reason: Text{
				ZH: fmt.Sprintf("没有%d位的编码方式", digits),
				EN: fmt.Sprintf("no scheme has %d digits", digits),
			},
			Cure: Text{
				ZH: "可用15位（GB/T 30428.1）、14位（CJ/T 213-2005）或16位（街道4位）",
				EN: "use 15 (GB/T 30428.1), 14 (CJ/T 213-2005) or 16 (street of four digits)",
			},
		}
	}
	code, err := parseArea[GridCode](wordGrid(), text, digits)
	if err != nil {
		return "", err
	}
	if code.Sequence() == 0 {
		return "", numberZero(wordGrid(), text, text[len(code.Community()):], Text{ZH: "网格顺序号", EN: "sequence"})
	}
	return code, nil
}

// String returns the code as text.
func (c GridCode) String() string { return string(c) }

// Division returns the county that the grid is in.
func (c GridCode) Division() DivisionCode { return DivisionCode(head(string(c), divisionDigits)) }

// Street returns the street that the grid is in: nine digits, or ten in the
// sixteen-digit variant.
func (c GridCode) Street() StreetCode {
	street, _ := gridParts(len(c))
	return StreetCode(c[:street])
}

// Community returns the community that the grid is in: twelve digits, or
// thirteen in the sixteen-digit variant.
func (c GridCode) Community() CommunityCode {
	_, sequence := gridParts(len(c))
	if sequence == 0 {
		return ""
	}
	return CommunityCode(c[:len(c)-sequence])
}

// Sequence returns the grid's number within its community, 0 for a code that
// was never parsed.
func (c GridCode) Sequence() int {
	n, err := strconv.Atoi(string(c[len(c.Community()):]))
	if err != nil || c.Community() == "" {
		return 0
	}
	return n
}

// gridParts returns where the street ends and how long the sequence is, zeros
// for a length that no scheme has.
func gridParts(digits int) (street, sequence int) {
	switch digits {
	case gridDigits2005:
		return streetDigits, 2
	case gridDigits:
		return streetDigits, 3
	case gridDigitsStreet:
		return streetDigits + 1, 3
	}
	return 0, 0
}
