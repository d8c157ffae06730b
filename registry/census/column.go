package census

import (
	"fmt"
	"slices"
	"strings"

	"citygrid/registry/catalog"
)

// attribute is what a column means to the check.
type attribute int

// The attributes of a component in the short names of CJ/T 214-2007, and the position of a point.
const (
	objID attribute = iota
	objName
	deptCode1 // 主管部门
	deptName1
	deptCode2 // 权属单位
	deptName2
	deptCode3 // 养护单位
	deptName3
	bgID
	objState
	orDate
	chDate
	dataSource
	note
	lon
	lat
	height
	attributes                // how many there are
	extension  attribute = -1 // any other column
)

// columnName is the name of an attribute's column, as the standard writes it.
func (a attribute) columnName() string {
	return [attributes]string{
		"ObjID", "ObjName", "DeptCode1", "DeptName1", "DeptCode2", "DeptName2", "DeptCode3", "DeptName3",
		"BGID", "ObjState", "ORDate", "CHDate", "DataSource", "Note", "Lon", "Lat", "Height",
	}[a]
}

// columnNameZH is the Chinese name of an attribute's column.
func (a attribute) columnNameZH() string {
	return [attributes]string{
		"标识码", "名称", "主管部门代码", "主管部门名称", "权属单位代码", "权属单位名称", "养护单位代码", "养护单位名称",
		"所在单元网格", "状态", "初始日期", "变更日期", "数据来源", "备注", "经度", "纬度", "高程",
	}[a]
}

// lower changes ASCII letters only: Unicode's folding would take the Kelvin sign for a k.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// mapping says which column of a row holds which attribute.
type mapping struct {
	columns []string
	at      [attributes]int // column of an attribute, -1 for none
	rank    [attributes]int // how it was found
	rest    []int           // the extension columns
	lacks   Kept
	axes    bool // the columns X and Y were turned: see turned
	clashes []clash
	parts   map[attribute][]int // columns whose names may be the beginning of its name: see cutNames
	looked  bool                // it is known whether something is to be asked: header is then nil if not
	header  *unclearHeader
	open    bool // something is unclear about a feature's columns

	answered []Answer // what was answered about unclear columns
}

// clash is two columns that mean one attribute equally well.
type clash struct {
	attribute     attribute
	first, second int
}

// byChoice is the rank of a column whose attribute File.Columns names.
const byChoice = byStandard - 1

func newMapping(columns []string, chosen *choices) *mapping {
	m := &mapping{columns: columns}
	for a := range m.at {
		m.at[a] = -1
	}
	for i, column := range columns {
		a, rank := chosen.attributeOf(column)
		switch {
		case a == extension:
		case m.at[a] < 0 || rank < m.rank[a]:
			m.at[a], m.rank[a] = i, rank
			m.clashes = slices.DeleteFunc(m.clashes, func(c clash) bool { return c.attribute == a })
		case rank == m.rank[a]:
			m.clashes = append(m.clashes, clash{a, m.at[a], i})
		}
	}
	m.rest = m.free()
	m.lacks = m.lacking()
	return m
}

// fits reports whether m was made for these columns. The rows of a CSV share one slice, features repeat equal ones.
func (m *mapping) fits(columns []string) bool {
	if m == nil || len(columns) != len(m.columns) {
		return false
	}
	return len(columns) == 0 || &columns[0] == &m.columns[0] || slices.Equal(columns, m.columns)
}

// cell is the value of an attribute, "" when the row has no such column.
func (m *mapping) cell(row *Row, a attribute) string {
	if i := m.at[a]; i >= 0 {
		return row.Values[i]
	}
	return ""
}

// column is the name under which the file has the attribute, for reports.
func (m *mapping) column(a attribute) string {
	if i := m.at[a]; i >= 0 {
		return m.columns[i]
	}
	return a.columnName()
}

// ambiguous reports columns of which nobody can say which one is meant. A geometry makes columns of positions mean nothing.
func (m *mapping) ambiguous(sheet string, line int64, geometry bool) []Issue {
	var issues []Issue
	for _, c := range m.clashes {
		if geometry && c.attribute >= lon {
			continue
		}
		first, second, name := m.columns[c.first], m.columns[c.second], c.attribute.columnName()
		issues = append(issues, Issue{
			Sheet: sheet, Row: line, Column: cut(second), Code: CodeAmbiguousColumn, Severity: Error, Value: cut(first + ", " + second),
			Message: catalog.Text{
				ZH: fmt.Sprintf("“%.60s”和“%.60s”都表示 %s；请用 --column '%.60[1]s=%[3]s' 指定，另一列用 --column '%.60[2]s=' 作为扩展属性", first, second, name),
				EN: fmt.Sprintf("%.60s and %.60s both mean %s; name the right one with --column '%.60[1]s=%[3]s' and make the other an extension attribute with --column '%.60[2]s='", first, second, name),
			},
		})
	}
	return issues
}

// recognised says which columns were taken for an attribute without its standard name, which are kept as extension attributes, and which of the
// chosen ones the file does not have.
func (m *mapping) recognised(sheet string, chosen *choices) []catalog.Text {
	var found []catalog.Text
	say := func(zh, en string) {
		if sheet != "" {
			zh, en = fmt.Sprintf("工作表“%.60s”：%s", sheet, zh), fmt.Sprintf("sheet %.60s: %s", sheet, en)
		}
		found = append(found, catalog.Text{ZH: zh, EN: en})
	}
	for a, i := range m.at {
		if i >= 0 && m.rank[a] != byStandard {
			text := fmt.Sprintf("%.60s → %s", m.columns[i], attribute(a).columnName())
			say(text, text)
		}
	}
	for _, key := range chosen.keys() {
		if !slices.ContainsFunc(m.columns, func(column string) bool { return columnKey(column) == key }) {
			say(fmt.Sprintf("没有列“%.60s”", key), fmt.Sprintf("there is no column %.60s", key))
		}
	}
	if len(m.rest) == 0 {
		return found
	}
	const most = 20
	var names []string
	for _, i := range m.rest[:min(most, len(m.rest))] {
		names = append(names, fmt.Sprintf("%.60s", m.columns[i]))
	}
	if len(m.rest) > most {
		names = append(names, "…")
	}
	list := strings.Join(names, ", ")
	say(fmt.Sprintf("作为扩展属性保留的列（%d）：%s", len(m.rest), list), fmt.Sprintf("kept as extension attributes (%d): %s", len(m.rest), list))
	return found
}

// checkHeader reports the columns without which no row of a format with a header can be taken, and those that are ambiguous, all of them.
func checkHeader(m *mapping) []Issue {
	issues := m.ambiguous("", 1, false)
	for _, a := range required() {
		if m.at[a] >= 0 {
			continue
		}
		issues = append(issues, Issue{
			Row: 1, Column: a.columnName(), Code: CodeMissingColumn, Severity: Error, Value: cut(strings.Join(m.columns, ",")),
			Message: catalog.Text{
				ZH: fmt.Sprintf("表头缺少必需的列 %s（%s）；请改列名，或用 --column '列名=%[1]s' 指定", a.columnName(), a.columnNameZH()),
				EN: fmt.Sprintf("the header lacks the column %s (%s), which every file must have; rename it, or name it with --column 'NAME=%[1]s'", a.columnName(), a.columnNameZH()),
			},
		})
	}
	return issues
}
