package census

import (
	"fmt"
	"slices"
	"strings"

	"citygrid/registry/catalog"
	"citygrid/registry/vector"
)

// longName is how many bytes a column's name in a Shapefile has that may have been cut: ten at most, nine where the tenth would be a part of a character.
const longName = 9

// passedLayer is a layer that holds no survey: roads and a grid beside the components, the styles that QGIS keeps.
type passedLayer struct {
	sheet, columns string
	rows           int64
	shapes         bool
}

func (p *passedLayer) add(record *vector.Record) {
	p.rows++
	p.shapes = p.shapes || record.Shape != nil
}

// met remembers a layer, and its system by EPSG, 0 where the file does not say it.
func (m *MapFile) met(sheet string, srid int) {
	if m.systems == nil {
		m.systems = map[string]int{}
	}
	m.systems[sheet] = srid
}

// pass is 0 for a layer that holds a survey by its columns, else its place among those that are passed over, from 1.
func (m *MapFile) pass(sheet string, columns []string, of *layer) int {
	if newMapping(columns, m.chosen).cutNames(of, m.chosen).settled(m.chosen).surveyed() {
		return 0
	}
	at := slices.IndexFunc(m.passed, func(p passedLayer) bool { return p.sheet == sheet })
	if at < 0 {
		at = len(m.passed)
		m.passed = append(m.passed, passedLayer{sheet: sheet, columns: cut(strings.Join(columns, ", "))})
	}
	return at + 1
}

// surveyed reports whether columns tell of what only components have: a code, a state, a date, a department. Names, notes and cells are of anything.
func (m *mapping) surveyed() bool {
	for _, a := range []attribute{objID, objState, orDate, chDate, deptCode1, deptName1, deptCode2, deptName2, deptCode3, deptName3} {
		if m.at[a] >= 0 || len(m.parts[a]) > 0 {
			return true
		}
	}
	return false
}

// end tells of the layers that were passed over, and refuses a file that has no other, or not those that were asked for.
func (m *MapFile) end(yield func(Row, error) bool) error {
	if _, one := m.systems[""]; !one { // which is read whatever was asked for
		for _, name := range m.only {
			if _, known := m.systems[name]; !known {
				return m.noLayer(name)
			}
		}
	}
	if m.surveyed == 0 && len(m.passed) > 0 {
		p := m.passed[0]
		return fileError(0, CodeMissingColumn, p.columns,
			fmt.Sprintf("没有一个图层含部件普查的列（如 标识码 ObjID、状态 ObjState、初始日期 ORDate）；%s的列为：%s；请改列名，或用 --column '列名=ObjID' 等指定", p.called().ZH, p.columns),
			fmt.Sprintf("no layer has columns of a survey, such as ObjID (标识码), ObjState (状态), ORDate (初始日期); %s has: %s; rename them, or name them with --column 'NAME=ObjID' and so on", p.called().EN, p.columns))
	}
	for _, p := range m.passed {
		if !p.shapes {
			m.say(p.called().ZH+fmt.Sprintf("：不是部件表，略过 %d 行", p.rows), p.called().EN+fmt.Sprintf(": no table of components, %d rows passed over", p.rows))
			continue
		}
		is := Issue{Sheet: p.sheet, Code: CodeSheetLeftOut, Value: p.columns, Severity: Warning, Message: catalog.Text{
			ZH: fmt.Sprintf("图层没有部件普查的列（标识码、状态、日期、主管部门），其 %d 行未读取；如是部件，请改列名、用 --column 指定，或用 --sheet 指定该图层", p.rows),
			EN: fmt.Sprintf("the layer has no columns of a survey (a code, a state, a date, a department) and its %d rows are left out; if they are components rename the columns, name them with --column, or the layer with --sheet", p.rows),
		}}
		if !yield(Row{Sheet: p.sheet, Note: true, Issues: []Issue{is}}, nil) {
			return errEnough
		}
	}
	return nil
}

// called is the layer in a sentence.
func (p passedLayer) called() catalog.Text {
	if p.sheet == "" {
		return catalog.Text{ZH: "图层", EN: "the layer"}
	}
	return catalog.Text{ZH: fmt.Sprintf("图层“%.60s”", p.sheet), EN: fmt.Sprintf("layer %.60s", p.sheet)}
}

func (m *MapFile) noLayer(name string) error {
	var names []string
	for sheet := range m.systems {
		names = append(names, fmt.Sprintf("%.60s", sheet))
	}
	slices.Sort(names)
	return fileError(0, CodeNoSheet, name,
		fmt.Sprintf("没有名为“%.60s”的图层；文件中有：%.300s", name, strings.Join(names, "、")),
		fmt.Sprintf("there is no layer named %.60q; the file has: %.300s", name, strings.Join(names, ", ")))
}
