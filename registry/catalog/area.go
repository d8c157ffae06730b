package catalog

// DivisionCode is an administrative division of county level (县级行政区划),
// six digits of GB/T 2260: 420502 is Xiling district of Yichang.
type DivisionCode string

// StreetCode is a street, town or township (街道、镇、乡): division and three
// digits of GB/T 10114, nine in all.
type StreetCode string

// CommunityCode is a community (社区): street and three digits, twelve in all.
type CommunityCode string

const (
	streetDigits    = divisionDigits + 3
	communityDigits = streetDigits + 3
)

// ParseDivisionCode reads six digits, the first of them not 0.
// Its error is a *[CodeError].
func ParseDivisionCode(text string) (DivisionCode, error) {
	return parseArea[DivisionCode](Text{ZH: "行政区划代码", EN: "division code"}, text, divisionDigits)
}

// ParseStreetCode reads nine digits. Its error is a *[CodeError].
func ParseStreetCode(text string) (StreetCode, error) {
	return parseArea[StreetCode](Text{ZH: "街道代码", EN: "street code"}, text, streetDigits)
}

// ParseCommunityCode reads twelve digits. Its error is a *[CodeError].
func ParseCommunityCode(text string) (CommunityCode, error) {
	return parseArea[CommunityCode](Text{ZH: "社区代码", EN: "community code"}, text, communityDigits)
}

// String returns the code as text.
func (c DivisionCode) String() string { return string(c) }

// String returns the code as text.
func (c StreetCode) String() string { return string(c) }

// Division returns the county that the street is in.
func (c StreetCode) Division() DivisionCode { return DivisionCode(head(string(c), divisionDigits)) }

// String returns the code as text.
func (c CommunityCode) String() string { return string(c) }

// Division returns the county that the community is in.
func (c CommunityCode) Division() DivisionCode { return DivisionCode(head(string(c), divisionDigits)) }

// Street returns the street that the community is in.
func (c CommunityCode) Street() StreetCode { return StreetCode(head(string(c), streetDigits)) }

func parseArea[Code ~string](what Text, text string, length int) (Code, error) {
	if bad := checkDigits(what, text, length); bad != nil {
		return "", bad
	}
	if bad := checkDivision(what, text); bad != nil {
		return "", bad
	}
	return Code(text), nil
}

// head returns the first n bytes, or "" of a code that was never parsed and is
// too short to have them.
func head(text string, n int) string {
	if len(text) < n {
		return ""
	}
	return text[:n]
}
