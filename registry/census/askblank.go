package census

import (
	"fmt"
	"strings"
	"time"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

// KeyBlank begins the key of the question what an empty cell of a column that must be filled means, or 同上 in it, where filled ones stand above it (import
// trap 16): blank.ObjState, blank.ORDate.
const KeyBlank = "blank."

// AnswerAbove answers it: what stands in the row above.
const AnswerAbove = "above"

// rowAbove is what the last row above said, on the same sheet, and what it said that was empty itself. Zero where that was wrong.
type rowAbove struct {
	sheet    string
	state    registry.State
	surveyed time.Time
}

// blanks are the empty cells of one column.
type blanks struct {
	column string
	rows   int64
	sheet  string // of the first
	first  int64
	above  string
}

// ditto reports whether a cell says in words that it is as the one above.
func ditto(text string) bool { return text == "同上" || text == "同前" || text == "〃" }

// blank reports whether a cell of a table is empty, or says that it is as the one above. What a feature does not say has nothing to do with the one before it.
func (in *inspection) blank(a attribute) bool {
	text := strings.TrimSpace(in.cell(a))
	return (text == "" || ditto(text)) && in.row.Geometry == nil && in.columns.at[a] >= 0
}

// follow begins a row: another sheet begins anew.
func (in *inspection) follow() {
	if in.above.sheet != in.row.Sheet {
		in.above = rowAbove{sheet: strings.Clone(in.row.Sheet)}
	}
}

// lead ends a row: what it says is what the next has above.
func (in *inspection) lead(c *registry.Component) {
	if !in.blank(objState) {
		in.above.state = c.State
	}
	if !in.blank(orDate) {
		in.above.surveyed = c.FirstSurveyed
	}
}

// stateAbove is the state that an empty cell takes over, "" for none.
func (in *inspection) stateAbove() registry.State {
	if !in.blank(objState) || in.above.state == "" || !in.takesAbove(objState, string(in.above.state)) {
		return ""
	}
	return in.above.state
}

// surveyedAbove is the day that an empty cell takes over, zero for none.
func (in *inspection) surveyedAbove() time.Time {
	if !in.blank(orDate) || in.above.surveyed.IsZero() || !in.takesAbove(orDate, in.above.surveyed.Format(time.DateOnly)) {
		return time.Time{}
	}
	return in.above.surveyed
}

// takesAbove applies what was answered about empty cells; while that is open it notes that this is one.
func (in *inspection) takesAbove(a attribute, value string) bool {
	given := in.asked.answer(KeyBlank + a.columnName())
	switch {
	case given == nil:
		in.empty = append(in.empty, emptyCell{a, value})
	case given.Value == AnswerAbove:
		given.Rows++
		in.fix(a, CodeAnswered, value)
		return true
	case given.Value != AnswerRefuse:
		in.asked.none(given, []string{AnswerAbove, AnswerRefuse})
	}
	return false
}

// emptyCell is one that may mean what stands above it.
type emptyCell struct {
	attribute attribute
	above     string
}

// askEmpty asks about the empty cells of a row in which nothing else is wrong.
func (in *inspection) askEmpty() {
	faults := 0
	for _, is := range in.issues {
		if is.Severity == Error {
			faults++
		}
	}
	if in.asked.refused || faults > len(in.empty) {
		return
	}
	for _, cell := range in.empty {
		b := in.asked.blanks[cell.attribute]
		if b == nil {
			b = &blanks{
				column: cut(in.columns.column(cell.attribute)), sheet: strings.Clone(in.row.Sheet), first: in.row.Line, above: cell.above,
			}
			in.asked.blanks[cell.attribute] = b
		}
		b.rows++
	}
}

// questionsOfBlanks are those about empty cells.
func (k *checker) questionsOfBlanks() []Question {
	var list []Question
	for a := range attributes {
		b := k.asked.blanks[a]
		if b == nil {
			continue
		}
		sheet := ""
		if b.sheet != "" {
			sheet = fmt.Sprintf(" (%.60s)", b.sheet)
		}
		list = append(list, Question{
			Key: KeyBlank + a.columnName(), Rows: b.rows,
			Text: catalog.Text{
				ZH: fmt.Sprintf("“%.60s”列的空单元格（或“同上”）是否与上一行相同？", b.column),
				EN: fmt.Sprintf("Do empty cells (or 同上) in the column %.60s mean what stands above them?", b.column),
			},
			Evidence: []catalog.Text{{
				ZH: fmt.Sprintf("%d 行，首见于第 %d 行%s，其上为“%s”", b.rows, b.first, sheet, b.above),
				EN: fmt.Sprintf("%d rows, first in row %d%s, below %s", b.rows, b.first, sheet, b.above),
			}},
			Options: []Option{
				{AnswerAbove, catalog.Text{ZH: "与上一行相同", EN: "as in the row above"}},
				{AnswerRefuse, catalog.Text{ZH: "不是：这些行缺少必填项，报错", EN: "no: these rows lack a value and are errors"}},
			},
		})
	}
	return list
}
