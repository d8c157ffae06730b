package catalog

import (
	"fmt"
	"strings"
)

// checkDigits reports why value is not a code of exactly length ASCII digits,
// or nil when it is one.
func checkDigits(what Text, value string, length int) *CodeError {
	if value == "" {
		return &CodeError{
			What: what, Value: value, Rule: RuleEmpty,
			Reason: Text{ZH: "为空", EN: "is empty"},
			Cure:   Text{ZH: fmt.Sprintf("请填写%d位数字", length), EN: fmt.Sprintf("give %d digits", length)},
		}
	}
	place := 0
	for _, r := range value {
		place++
		if r < '0' || r > '9' {
			return &CodeError{
				What: what, Value: value, Rule: RuleDigits,
				Reason: Text{
					ZH: fmt.Sprintf("第%d个字符%q不是数字0–9", place, r),
					EN: fmt.Sprintf("character %d, %q (%U), is not a digit 0-9", place, r, r),
				},
				Cure:   digitsCure(value, length),
				Likely: likelyCode(value, length),
			}
		}
	}
	if len(value) != length {
		return &CodeError{
			What: what, Value: value, Rule: RuleLength,
			Reason: Text{
				ZH: fmt.Sprintf("有%d位，应为%d位", len(value), length),
				EN: fmt.Sprintf("has %d digits, needs %d", len(value), length),
			},
			Cure: Text{
				ZH: "请核对原始资料；表格里的编码列应设为文本格式，以免丢失前导零或末位",
				EN: "check the source; format code columns as text, or a spreadsheet drops leading zeros and last digits",
			},
		}
	}
	return nil
}

// checkDivision reports a first digit that GB/T 2260 does not use. It does not
// know which divisions exist: that is the registry's question.
func checkDivision(what Text, value string) *CodeError {
	if value[0] != '0' {
		return nil
	}
	return &CodeError{
		What: what, Value: value, Rule: RuleDivision,
		Reason: Text{
			ZH: fmt.Sprintf("行政区划代码%q不会以0开头（GB/T 2260）", value[:divisionDigits]),
			EN: fmt.Sprintf("division %q cannot begin with 0 (GB/T 2260)", value[:divisionDigits]),
		},
		Cure: Text{
			ZH: "请写县级行政区划代码，如西陵区420502",
			EN: "begin with the county's division code, such as 420502 for Xiling",
		},
	}
}

// numberZero reports a class, sub-class or sequence of zero; the standards
// number from one.
func numberZero(what Text, value, part string, name Text) *CodeError {
	return &CodeError{
		What: what, Value: value, Rule: RuleNumber,
		Reason: Text{
			ZH: fmt.Sprintf("%s%s无效", name.ZH, part),
			EN: fmt.Sprintf("%s %s is not used", name.EN, part),
		},
		Cure: Text{ZH: name.ZH + "从1编起，请核对原始资料", EN: "numbering starts at 1; check the source"},
	}
}

// digitsCure proposes the code that the writer most likely meant. It only
// proposes: the person at the source decides.
func digitsCure(value string, length int) Text {
	if likely := likelyCode(value, length); likely != "" {
		return Text{
			ZH: fmt.Sprintf("是否应为%s？请核对后改正", likely),
			EN: fmt.Sprintf("did you mean %s? check it and correct the source", likely),
		}
	}
	if strings.ContainsAny(value, "Ee") && strings.Contains(value, "+") {
		return Text{
			ZH: "表格软件已把编码变成数值，末位无法找回；请把该列设为文本格式后重新录入",
			EN: "a spreadsheet made the code a number and its last digits are lost; format the column as text and enter it again",
		}
	}
	return Text{
		ZH: fmt.Sprintf("只写%d位半角数字", length),
		EN: fmt.Sprintf("write %d digits 0-9 and nothing else", length),
	}
}

// likelyCode is the code of so many digits that value becomes when each
// look-alike is replaced, "" when it becomes none.
func likelyCode(value string, length int) string {
	likely := strings.Map(likelyDigit, value)
	if len(likely) != length || strings.Trim(likely, "0123456789") != "" {
		return ""
	}
	return likely
}

// likelyDigit maps a look-alike to the digit it stands for, drops spaces, and
// leaves everything else.
func likelyDigit(r rune) rune {
	switch {
	case r >= '０' && r <= '９':
		return '0' + r - '０'
	case strings.ContainsRune("Oo〇零", r):
		return '0'
	case strings.ContainsRune("lI|", r):
		return '1'
	case strings.ContainsRune(" \t\u00a0\u200b\ufeff\u3000'", r):
		return -1
	}
	return r
}
