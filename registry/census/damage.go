package census

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"citygrid/registry/catalog"
)

// CodePrivateCharacter is of a character that only its own font knows.
const CodePrivateCharacter = "private_character"

// CodeDitto is of a cell that refers to the one above.
const CodeDitto = "ditto"

// text looks for what cannot be stored or was damaged before the file came here (import traps 1 and 8): once characters were replaced
// nothing brings them back.
func (in *inspection) text() {
	for i, value := range in.row.Values {
		if len(value) > MaxCellBytes {
			in.cellIssue(i, Error, CodeCellTooLong,
				fmt.Sprintf("单元格有 %d 字节，上限为 %d", len(value), MaxCellBytes),
				fmt.Sprintf("the cell has %d bytes, the limit is %d", len(value), MaxCellBytes))
			continue
		}
		if len(value) <= longestNoValue && in.noValue(i, strings.TrimSpace(value)) {
			continue
		}
		state := max(stateOfText(value), stateOfText(in.row.Columns[i]))
		if state == sound {
			continue
		}
		was, misread := misreadUTF8(value)
		switch {
		case state == replaced:
			in.cellIssue(i, Error, CodeDamagedText,
				"文字在转换编码时已损坏（含替换字符、“锟斤拷”或空字符），无法恢复；请从原始资料重新导出",
				"the text was damaged when its encoding was changed (replacement characters, 锟斤拷 or NUL) and cannot be restored; export it again from the source")
		case misread:
			in.cellIssue(i, Error, CodeDamagedText,
				fmt.Sprintf("UTF-8 文字曾被当作西欧编码读取并另存（原文应为“%.60s”）；请从原始资料重新导出", was),
				fmt.Sprintf("the text was UTF-8, read as Western European and saved so (it was %.60s); export it again from the source", was))
		case state == private:
			in.cellIssue(i, Warning, CodePrivateCharacter,
				"含自造字（Unicode 专用区），其他计算机上无法显示；请改用标准汉字，或以文字说明",
				"the text has a character of the private use area, which other computers cannot show; write the standard character, or describe it")
		}
	}
}

// longestNoValue is the length of the longest text that noValue knows, with some space round it.
const longestNoValue = 12

// noValue refuses what stands in a cell in place of a value: the error of a spreadsheet's formula (import trap 19), and a sign that the cell above counts
// (trap 16). The cell is then empty for the other checks.
func (in *inspection) noValue(column int, text string) bool {
	switch {
	case cellError(text):
		in.cellIssue(column, Error, CodeCellError, "公式的结果是错误值；请改正公式，或填入应有的值", "the formula's result is an error; correct the formula, or enter the value")
	case ditto(text) && column != in.columns.at[objState] && column != in.columns.at[orDate]: // of these it is asked
		in.cellIssue(column, Error, CodeDitto, "此处没有写出值，只写了“同上”；排序或筛选后上一行可能不同，请逐行填写", "the value is not written out but referred to; rows may have been sorted since: write it in every row")
	default:
		return false
	}
	in.row.Values = slices.Clone(in.row.Values) // the reader's own stay as they are
	in.row.Values[column] = ""
	return true
}

// cellError knows what spreadsheets show where a formula has no result.
func cellError(text string) bool {
	switch text {
	case "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!":
		return true
	}
	return false
}

// textState is how good a text is, the worst last.
type textState int

const (
	sound    textState = iota
	western            // it has letters that the first bytes of Chinese characters are taken for
	private            // it has characters of the private use areas: GB18030 keeps those of crews' own fonts there
	replaced           // characters were replaced
)

func stateOfText(s string) textState {
	state := sound
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c == 0 {
				return replaced
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError, r == '锟' && strings.HasPrefix(s[i:], "锟斤拷"):
			return replaced
		case r >= 0xe000 && r <= 0xf8ff, r >= 0xf0000:
			state = private
		case r >= 'ä' && r <= 'é':
			state = max(state, western)
		}
		i += size
	}
	return state
}

// misreadUTF8 is what a text was before its bytes were taken for Windows-1252: Chinese, or it was not. "ä¸å›½" was 中国.
func misreadUTF8(s string) (was string, misread bool) {
	var b strings.Builder
	for _, r := range s {
		c, ok := charmap.Windows1252.EncodeRune(r)
		switch {
		case ok:
		case r < 0x100:
			c = byte(r) // the five that Windows-1252 leaves open
		default:
			return "", false
		}
		b.WriteByte(c)
	}
	was = b.String()
	return was, utf8.ValidString(was) && strings.ContainsFunc(was, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

func (in *inspection) cellIssue(column int, s Severity, code, zh, en string) {
	in.damaged = in.damaged || s == Error
	in.issues = append(in.issues, Issue{
		Sheet: in.row.Sheet, Row: in.row.Line, Column: cut(in.row.Columns[column]), Code: code, Value: cut(in.row.Values[column]),
		Severity: s, Message: catalog.Text{ZH: zh, EN: en},
	})
}
