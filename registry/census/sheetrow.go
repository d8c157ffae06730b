package census

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"citygrid/registry/catalog"
	"citygrid/registry/workbook"
)

// openMerge is a merged range that reaches below the row read last. Its value is that of its first cell.
type openMerge struct {
	workbook.Merge
	value string
	told  bool
}

// take makes a Row of a row below the header.
func (t *table) take(row *workbook.Row) error {
	if t.columns == nil {
		t.passed++
		return nil
	}
	clear(t.values)
	var issues []Issue
	for _, c := range row.Cells {
		if c.Column >= len(t.columns) {
			issues = append(issues, t.issue(row, -1, Warning, CodeOutsideTable, c.Text, "",
				"单元格在表头范围之外，未读取；请给该列写上列名，或删去内容",
				"the cell stands beyond the header and is left out; give its column a name, or delete it"))
			continue
		}
		t.values[c.Column] = c.Text
		if c.Kind != workbook.Text {
			issues = t.value(row, c, issues)
		}
	}
	empty := !slices.ContainsFunc(t.values, func(v string) bool { return strings.TrimSpace(v) != "" })
	issues = t.merged(row, issues)
	if empty && len(issues) == 0 {
		return nil
	}
	if t.samples > 0 {
		return t.sample(row)
	}
	if t.notData() {
		return t.noted(notData(t.sheet.Name, row.Number, t.values))
	}
	if row.Hidden {
		t.hidden++
	}
	if t.reader.rows++; t.reader.rows > MaxRows {
		return tooManyRows()
	}
	if !t.yield(Row{Sheet: t.sheet.Name, Line: row.Number, Columns: t.columns, Values: t.values, Issues: issues}, nil) {
		return errEnough
	}
	return nil
}

// sample yields a row below a header that is unclear, as long as they are wanted.
func (t *table) sample(row *workbook.Row) error {
	if !t.yield(Row{Sheet: t.sheet.Name, Line: row.Number, Columns: t.columns, Values: t.values, Sample: true}, nil) {
		return errEnough
	}
	if t.samples--; t.samples == 0 {
		t.columns = nil
	}
	return nil
}

// value makes the text of a cell that holds no text.
func (t *table) value(row *workbook.Row, c workbook.Cell, issues []Issue) []Issue {
	dates := t.means[c.Column] == orDate || t.means[c.Column] == chDate
	switch {
	case c.Kind == workbook.Error:
		t.values[c.Column] = ""
		return append(issues, t.issue(row, c.Column, Error, CodeCellError, c.Text, "",
			"公式的结果是错误值；请改正公式，或填入应有的值", "the formula's result is an error; correct the formula, or enter the value"))
	case c.Kind == workbook.Uncounted:
		t.values[c.Column] = ""
		return append(issues, t.issue(row, c.Column, Error, CodeCellError, c.Text, "",
			"公式没有保存计算结果；请用电子表格软件打开并重新保存，或填入应有的值",
			"no result was stored for the formula; open the workbook in a spreadsheet and save it again, or enter the value"))
	case c.Kind == workbook.Date && dates && len(c.Text) > len("2006-01-02"):
		day := c.Text[:len("2006-01-02")]
		t.values[c.Column] = day
		return append(issues, t.issue(row, c.Column, Fixed, CodeTimeLeftOut, c.Text, day,
			"日期带有时刻，只取日期", "the date has a time of day; the day alone is taken"))
	case c.Kind == workbook.Number && dates:
		return t.serial(row, c, issues)
	case c.Kind == workbook.Number && integerDigits(c.Text) > exactDigits:
		if !isKey(t.means[c.Column]) {
			return append(issues, t.issue(row, c.Column, Warning, CodeDigitsLost, c.Text, "",
				"数字超过 15 位，电子表格只保留前 15 位，末尾可能已变为 0；如是编码，请把该列设为文本格式后重新录入",
				"a number of more than 15 digits: spreadsheets keep the first 15, the last may have become 0; if it is a code, format the column as text and enter it again"))
		}
		t.values[c.Column] = ""
		return append(issues, t.issue(row, c.Column, Error, CodeDigitsLost, c.Text, "",
			"编码被存为数字，电子表格只保留前 15 位，其余已无法恢复；请把该列设为文本格式后重新录入",
			"the code was stored as a number, of which spreadsheets keep 15 digits; the rest cannot be recovered: format the column as text and enter the codes again"))
	}
	return issues
}

// serial takes a number of days in a column of dates for the day (import trap 14). Numbers such as 20111231 are read by the check.
func (t *table) serial(row *workbook.Row, c workbook.Cell, issues []Issue) []Issue {
	const first, last = 18264, 73050 // 1950 and 2099
	days, err := strconv.ParseFloat(c.Text, 64)
	if err != nil || days < first || days > last {
		return issues
	}
	text, ok := t.book.Date(float64(int(days)))
	if !ok {
		return issues
	}
	t.values[c.Column] = text
	return append(issues, t.issue(row, c.Column, Fixed, CodeDateSerial, c.Text, text,
		"日期被存为天数，已换算为日期", "the date was stored as a number of days and was turned into the date"))
}

// exactDigits is how many digits of a number spreadsheets keep (ISO/IEC 29500-1, 18.17.5.2; Excel's specification).
const exactDigits = 15

func integerDigits(number string) int {
	whole, _, _ := strings.Cut(strings.TrimPrefix(number, "-"), ".")
	return len(whole)
}

// isKey holds for the columns whose values name something.
func isKey(a attribute) bool {
	return a == objID || a == bgID || a == deptCode1 || a == deptCode2 || a == deptCode3
}

// merged puts the value of a merged range's first cell into its other rows, and says so once for the range (import trap 16).
func (t *table) merged(row *workbook.Row, issues []Issue) []Issue {
	kept := t.open[:0]
	for _, m := range t.open {
		if row.Number > m.LastRow {
			continue
		}
		t.values[m.FirstColumn] = m.value
		if !m.told {
			m.told = true
			issues = append(issues, t.issue(row, m.FirstColumn, Fixed, CodeMergedCells, "", m.value,
				fmt.Sprintf("第 %d-%d 行的单元格合并在一起，各行都取第一行的值", m.FirstRow, m.LastRow),
				fmt.Sprintf("the cells of rows %d-%d are merged; the first one's value is taken for all of them", m.FirstRow, m.LastRow)))
		}
		if row.Number < m.LastRow {
			kept = append(kept, m)
		}
	}
	t.open = kept
	for len(t.merges) > 0 && t.merges[0].FirstRow <= row.Number {
		m := t.merges[0]
		t.merges = t.merges[1:]
		if m.FirstRow == row.Number && m.FirstColumn < len(t.values) && t.values[m.FirstColumn] != "" {
			t.open = append(t.open, openMerge{Merge: m, value: t.values[m.FirstColumn]})
		}
	}
	return issues
}

// notData holds for totals, units, signatures, notes and headers that are repeated: no position, and no code or words in its place (import
// trap 17).
func (t *table) notData() bool {
	for i, a := range t.means {
		switch value := t.values[i]; {
		case a == objID && hasDigit(value) && !hasHan(value):
			return false
		case (a == lon || a == lat) && hasDigit(value):
			return false
		}
	}
	return true
}

func hasDigit(s string) bool { return strings.ContainsFunc(s, unicode.IsDigit) }

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// rowText is a row for a report.
func rowText(values []string) string {
	var b strings.Builder
	for _, v := range values {
		if v != "" && b.Len() <= longestValue {
			if b.Len() > 0 {
				b.WriteString(" | ")
			}
			b.WriteString(v)
		}
	}
	return b.String()
}

// issue is about one cell; column is -1 for one that has no name.
func (t *table) issue(row *workbook.Row, column int, s Severity, code, value, instead, zh, en string) Issue {
	name := ""
	if column >= 0 {
		name = cut(t.columns[column])
	}
	return Issue{
		Sheet: t.sheet.Name, Row: row.Number, Column: name, Code: code, Value: cut(value), Instead: cut(instead), Severity: s,
		Message: catalog.Text{ZH: zh, EN: en},
	}
}
