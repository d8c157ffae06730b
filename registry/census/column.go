package census

import (
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

// attributeOf finds the attribute that a column's name means. Shapefiles and spreadsheets change the case of names.
func attributeOf(column string) attribute {
	column = strings.TrimSpace(column)
	for a := range attributes {
		if len(column) == len(a.columnName()) && lower(column) == lower(a.columnName()) {
			return a
		}
	}
	return extension
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
	rest    []int           // the extension columns
}

func newMapping(columns []string) *mapping {
	m := &mapping{columns: columns}
	for a := range m.at {
		m.at[a] = -1
	}
	for i, column := range columns {
		if a := attributeOf(column); a != extension && m.at[a] < 0 {
			m.at[a] = i
		} else if column != ColumnLine && column != ColumnResult {
			m.rest = append(m.rest, i)
		}
	}
	return m
}

// fits reports whether m was made for these very columns, not for equal ones: the rows of a CSV share one slice.
func (m *mapping) fits(columns []string) bool {
	return m != nil && len(columns) == len(m.columns) && (len(columns) == 0 || &columns[0] == &m.columns[0])
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

// checkHeader reports the columns without which no row of a format with a header can be taken, all of them.
func checkHeader(columns []string) []Issue {
	m := newMapping(columns)
	var issues []Issue
	for _, a := range []attribute{objID, objState, orDate, lon, lat} {
		if m.at[a] >= 0 {
			continue
		}
		issues = append(issues, Issue{
			Row: 1, Column: a.columnName(), Code: CodeMissingColumn, Severity: Error, Value: cut(strings.Join(columns, ",")),
			Message: catalog.Text{
				ZH: "表头缺少必需的列 " + a.columnName() + "；列名应为标准短名，以逗号分隔",
				EN: "the header lacks the column " + a.columnName() + ", which every file must have; names are the standard's, separated by commas",
			},
		})
	}
	return issues
}
