package census

import (
	"fmt"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

// slipped names the column whose values a refused value is like (import trap 46), to be appended to a message; "" where there is none. What
// belongs into the column beside it tells that the row's cells were moved.
func (in *inspection) slipped(a attribute, text string) (zh, en string) {
	best := extension
	for b := range attributes {
		if in.columns.at[b] < 0 || b == a || !in.fits(b, text) {
			continue
		}
		if best == extension || in.apart(a, b) < in.apart(a, best) {
			best = b
		}
	}
	if best == extension {
		return "", ""
	}
	switch in.columns.at[a] - in.columns.at[best] {
	case 1:
		in.right++
	case -1:
		in.left++
	}
	column := in.columns.column(best)
	return fmt.Sprintf("；该值像是“%.60s”列的内容", column), fmt.Sprintf("; it looks like a value of the column %.60s", column)
}

// apart is how many columns lie between two attributes.
func (in *inspection) apart(a, b attribute) int {
	d := in.columns.at[a] - in.columns.at[b]
	return max(d, -d)
}

// fits reports whether a text is a value of an attribute and hardly of another.
func (in *inspection) fits(a attribute, text string) bool {
	switch a {
	case objID:
		_, err := catalog.ParseComponentCode(in.edition, text)
		return err == nil
	case bgID:
		_, err := catalog.ParseGridCode(text)
		return err == nil
	case objName:
		for _, s := range in.subclasses {
			if s.NameZH == text {
				return true
			}
		}
	case deptCode1, deptCode2, deptCode3:
		_, ok := in.units[registry.UnitCode(text)]
		return ok
	case deptName1, deptName2, deptName3:
		return in.unitsByName[unitKey(text)] != ""
	case objState:
		_, ok := stateOf(text)
		return ok
	case orDate, chDate:
		_, form := parseDate(text)
		return form == standardDate || form == otherDate
	case lon:
		if in.declared() {
			return false // the extent is in degrees
		}
		v, ok := parseNumber(text)
		return ok && v >= in.extent[0] && v <= in.extent[2]
	case lat:
		if in.declared() {
			return false
		}
		v, ok := parseNumber(text)
		return ok && v >= in.extent[1] && v <= in.extent[3]
	}
	return false
}

// shifts gathers rows whose cells were moved by one column (import trap 22).
type shifts struct{ runs []shiftedRows }

// shiftedRows are rows that follow each other.
type shiftedRows struct {
	sheet       string
	first, last int64
	rows        int64
	by          int // 1: to the right
}

// The limits of what is said about shifted rows: two cells of a row may be wrong by chance, and so may two rows.
const (
	fewestCells = 2
	fewestRows  = 3
	widestGap   = 3 // lines: rows with other faults, empty lines
	mostRuns    = 20
)

// add takes note of a row with so many cells that belong one column to the left or right.
func (s *shifts) add(row *Row, right, left int) {
	by := 1
	if left > right {
		by, right = -1, left
	}
	if right < fewestCells {
		return
	}
	if n := len(s.runs); n > 0 {
		if last := &s.runs[n-1]; last.sheet == row.Sheet && last.by == by && row.Line-last.last <= widestGap {
			last.last = row.Line
			last.rows++
			return
		}
		if s.runs[n-1].rows < fewestRows {
			s.runs = s.runs[:n-1]
		}
	}
	if len(s.runs) < mostRuns {
		s.runs = append(s.runs, shiftedRows{row.Sheet, row.Line, row.Line, 1, by})
	}
}

// issues says which rows look shifted.
func (s *shifts) issues() []Issue {
	var issues []Issue
	for _, r := range s.runs {
		if r.rows < fewestRows {
			continue
		}
		zh, en := "右", "right"
		if r.by < 0 {
			zh, en = "左", "left"
		}
		issues = append(issues, Issue{
			Sheet: r.sheet, Row: r.first, Code: CodeShiftedRows, Severity: Warning,
			Message: catalog.Text{
				ZH: fmt.Sprintf("第 %d–%d 行（%d 行）的单元格看起来整体向%s移了一列；请在原表中移回后重新导出", r.first, r.last, r.rows, zh),
				EN: fmt.Sprintf("rows %d–%d (%d rows) look shifted by one column to the %s; move their cells back and export the file again", r.first, r.last, r.rows, en),
			},
		})
	}
	return issues
}
