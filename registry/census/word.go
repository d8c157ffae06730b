package census

import (
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// word is a cell of a code, a number, a date or a state as it is to be read, and says what had to be put right for that. Names and notes are kept
// as written. It is asked for once in a row.
func (in *inspection) word(a attribute) string {
	text := strings.Trim(in.cell(a), " \t\r\n")
	if !plain(text) {
		text = in.cleaned(a, text)
	}
	if len(text) > longestEmptyWord || !emptyWord(a, text) {
		return text
	}
	switch a {
	case objID, objState, orDate: // must not be empty, which is said
	default:
		in.fix(a, CodeSentinel, "")
	}
	return ""
}

// cleaned is the text without full-width forms and what nobody sees (import traps 9 and 10). Spaces within mean something in dates and numbers.
func (in *inspection) cleaned(a attribute, text string) string {
	clean := normal(text, a != orDate && a != chDate && a < lon)
	switch {
	case clean == text:
	case norm.NFKC.IsNormalString(text):
		in.fix(a, CodeInvisible, clean)
	default:
		in.fix(a, CodeFullWidth, clean)
	}
	return clean
}

// emptyWord reports whether a text stands for nothing in a column (import trap 44). That of positions is told by the position.
func emptyWord(a attribute, text string) bool {
	switch text {
	case "空", "无", "/", "\\", "-", "--", "—", "——", "不详", "未知", "暂无", "N/A", "n/a", "#N/A", "NA", "null", "NULL", "Null", "<null>", "<Null>", "<NULL>",
		"none", "None", "nan", "NaN", "NAN":
		return true
	}
	switch a {
	case deptCode1, deptCode2, deptCode3, bgID:
		return text == "0" || text == "9999"
	case height:
		return text == "9999" || text == "-9999"
	case orDate, chDate:
		return text == "0" || text == "1900-01-01" || text == "19000101" || text == "1900/1/1" || text == "0000-00-00" || text == "00000000" ||
			text == "9999" || text == "9999-12-31" || text == "99991231"
	}
	return false
}

const longestEmptyWord = 10 // bytes

// code is the word of a column of codes, and whether it can be one: what a spreadsheet took for a number may have lost its end.
func (in *inspection) code(a attribute) (string, bool) {
	text := in.word(a)
	if strings.IndexByte(text, '.') < 0 && strings.IndexByte(text, '+') < 0 {
		return text, true
	}
	whole, decimals, _ := strings.Cut(text, ".")
	if n, err := strconv.ParseUint(whole, 10, 64); err == nil && strings.Trim(decimals, "0") == "" && n <= exactInteger {
		in.fix(a, CodeDecimals, whole) // import trap 6
		return whole, true
	}
	if _, err := strconv.ParseFloat(text, 64); err != nil {
		return text, true // no number, so that no program took it for one
	}
	severity := Error
	if a == bgID {
		severity = Warning // the cell is computed
	}
	in.report(a, severity, CodeDigitsLost,
		"编码被表格软件当作数值，末位数字已丢失，无法找回；请把该列设为文本格式，再从原始资料重新导出",
		"a spreadsheet made the code a number and its last digits are lost; format the column as text and export it again from the source")
	return "", false
}

// exactInteger is the last whole number up to which floating point tells each from the next.
const exactInteger = 1 << 53
