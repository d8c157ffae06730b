package catalog

import "strconv"

// GridCode is a unit grid (单元网格): division 6, street 3, community 3 and
// sequence 3, fifteen digits by GB/T 30428.1 and later. Within a community the
// sequence runs west to east, then north to south.
type GridCode string

const gridDigits = communityDigits + 3

// ParseGridCode reads the fifteen digits of GB/T 30428.1. A sequence of 000 is
// an error, and so are the fourteen digits of CJ/T 213-2005: they cannot be told
// from fifteen that lost one. Its error is a *[CodeError].
func ParseGridCode(text string) (GridCode, error) {
	what := Text{ZH: "单元网格代码", EN: "grid code"}
	code, err := parseArea[GridCode](what, text, gridDigits)
	if err != nil {
		return "", err
	}
	if code.Sequence() == 0 {
		return "", numberZero(what, text, text[communityDigits:], Text{ZH: "网格顺序号", EN: "sequence"})
	}
	return code, nil
}

// String returns the code as text.
func (c GridCode) String() string { return string(c) }

// Division returns the county that the grid is in.
func (c GridCode) Division() DivisionCode { return DivisionCode(head(string(c), divisionDigits)) }

// Street returns the street that the grid is in.
func (c GridCode) Street() StreetCode { return StreetCode(head(string(c), streetDigits)) }

// Community returns the community that the grid is in.
func (c GridCode) Community() CommunityCode { return CommunityCode(head(string(c), communityDigits)) }

// Sequence returns the grid's number within its community, 0 for a code that
// was never parsed.
func (c GridCode) Sequence() int {
	n, err := strconv.Atoi(string(c[len(c.Community()):]))
	if err != nil || len(c) != gridDigits {
		return 0
	}
	return n
}
