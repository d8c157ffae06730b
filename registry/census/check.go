package census

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"citygrid/geo/areaindex"
	"citygrid/geo/crs"
	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/evidence"
)

// StagedRow is a row that passed its checks.
type StagedRow struct {
	Line int64 // in the file, by [Batch.Place]
	registry.Component
	Kept  Kept     // what a component that is there already keeps
	Blank []string // the extension attributes that an empty cell clears
}

// checker compares rows with what the city has. It belongs to one goroutine.
type checker struct {
	catalogue   *catalog.Catalog
	edition     catalog.Edition
	subclasses  map[catalog.SubclassCode]catalog.Subclass // of the city
	names       map[string]catalog.SubclassCode           // of subclasses, "" where two have one name
	units       map[registry.UnitCode]string              // code → name
	unitsByName map[string]registry.UnitCode              // by unitKey; "" where two have one name
	proposed    map[string][2]string                      // what proposals found
	extent      [4]float64
	cells       *areaindex.Index
	today       time.Time // the last day that a date may be
	columns     *mapping
	chosen      *choices
	reading     evidence.Reading // of the positions; zero: degrees of WGS 84 or CGCS2000
	grids       []crs.Grid
	told        bool // reading is an answer
	usual       bool // the answer about positions is of an earlier file
	pairs       pairs
	whole       bool
	keepBlank   bool // as File.KeepBlank
	shifts      shifts
	asked       asked
	above       rowAbove
	guids       int64 // rows that have one for a code
	strayed     bool  // some staged row's code is of another division than its cell, which is judged when all are staged
}

func newChecker(c Config, chosen *choices) *checker {
	k := &checker{
		chosen:    chosen,
		asked:     newAsked(nil, true),
		whole:     c.Whole,
		catalogue: c.Catalogue, edition: c.Edition, extent: c.Extent, cells: c.Cells,
		subclasses:  map[catalog.SubclassCode]catalog.Subclass{},
		units:       map[registry.UnitCode]string{},
		unitsByName: map[string]registry.UnitCode{},
		proposed:    map[string][2]string{},
		today:       dayAt(c.Clock()),
		grids:       c.Grids,
	}
	for _, code := range c.Subclasses {
		if s, ok := c.Catalogue.Subclass(c.Edition, catalog.KindComponent, code); ok {
			k.subclasses[code] = s
		}
	}
	k.names = namesOf(k.subclasses)
	for _, u := range c.Units {
		k.addUnit(u)
	}
	return k
}

func (k *checker) addUnit(u registry.Unit) {
	k.units[u.Code] = u.Name
	key := unitKey(u.Name)
	if _, twice := k.unitsByName[key]; twice {
		k.unitsByName[key] = ""
	} else if key != "" {
		k.unitsByName[key] = u.Code
	}
}

// dayAt is the calendar day of a moment where it is, as dates are kept.
func dayAt(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// check returns the row as it would be stored and everything that is wrong with it. With an issue of severity Error the row is
// not to be used, except for its Code.
func (k *checker) check(row *Row) (StagedRow, []Issue) {
	staged := StagedRow{Line: row.Line}
	if len(row.Faults) > 0 {
		k.above = rowAbove{}      // what it would say is not known
		return staged, row.Faults // the cells are not where the header says
	}
	if !k.columns.fits(row.Columns) {
		k.columns = k.mapped(row.Columns, row.layer)
	}
	in := inspection{checker: k, row: row, issues: slices.Clone(row.Issues)}
	if len(k.columns.clashes) > 0 {
		in.issues = append(in.issues, k.columns.ambiguous(row.Sheet, row.Line, row.Geometry != nil)...)
		k.sample(k.columns, row)
		if row.Geometry == nil {
			k.asked.wrong = cmp.Or(k.asked.wrong, k.columns.wrongAnswer(k.chosen))
		}
	} else if k.columns.open && row.Geometry != nil && row.drawn == nil {
		k.sample(k.columns, row)
	}
	in.text()
	in.identity(&staged.Component)
	in.departments(&staged.Component)
	in.survey(&staged.Component)
	in.position(&staged.Component)
	if in.noCode > 0 {
		in.unnumbered(&in.issues[in.noCode-1], &staged.Component)
	}
	if in.placed {
		k.pairs.add(in.at[0], in.at[1], staged.Code, in.pointAt)
	}
	in.extension(&staged.Component)
	in.keep(&staged)
	if len(in.empty) > 0 {
		in.askEmpty()
	}
	if in.strayed && (k.whole || hasError(in.issues)) {
		division := Strayed{Code: staged.Code.String(), Grid: staged.Grid}.text()
		in.warn(objID, CodeDivisionDiffers, division.ZH, division.EN)
	} else if in.strayed {
		k.strayed = true
	}
	if in.right+in.left > 0 {
		k.shifts.add(row, in.right, in.left)
	}
	return staged, in.issues
}

// mapped says what columns mean, by what was chosen and answered; of is the layer that they are of, nil for none.
func (k *checker) mapped(columns []string, of *layer) *mapping {
	m := newMapping(columns, k.chosen)
	if !k.told {
		m = m.turned(k.reading.Metres())
	}
	m = m.cutNames(of, k.chosen).settled(k.chosen)
	m.open = len(m.unclear(true)) > 0
	k.asked.see(m)
	for _, given := range m.answered {
		k.asked.used[given.Key] = &given
	}
	return m
}

// inspection is the check of one row.
type inspection struct {
	*checker
	row    *Row
	issues []Issue
	right  int // refused values that belong into the column to the left: the cells were moved right
	left   int

	noCode  int         // the place among issues, from 1, of that there is no code; 0: there is one
	empty   []emptyCell // that are to be asked about
	damaged bool        // its text cannot be read: nothing is asked about it

	at      [2]float64 // as the row has it
	pointAt bool       // it is of a point
	placed  bool       // at is set
	strayed bool       // the code is of another division than the cell
}

func (in *inspection) cell(a attribute) string { return in.columns.cell(in.row, a) }

func (in *inspection) fail(a attribute, code, zh, en string) { in.report(a, Error, code, zh, en) }

func (in *inspection) warn(a attribute, code, zh, en string) { in.report(a, Warning, code, zh, en) }

// warnInstead is for what was put right and could be otherwise.
func (in *inspection) warnInstead(a attribute, code, instead, zh, en string) {
	in.warn(a, code, zh, en)
	in.issues[len(in.issues)-1].Instead = cut(instead)
}

func (in *inspection) report(a attribute, s Severity, code, zh, en string) {
	if in.refused(a) {
		return
	}
	in.issues = append(in.issues, Issue{
		Sheet: in.row.Sheet, Row: in.row.Line, Column: in.columns.column(a), Code: code, Value: cut(in.cell(a)), Severity: s,
		Message: catalog.Text{ZH: zh, EN: en},
	})
}

// refused reports whether it was said what is wrong with a cell: by the Reader, which then gives no value, or of its text.
func (in *inspection) refused(a attribute) bool {
	column := in.columns.column(a)
	return slices.ContainsFunc(in.issues, func(i Issue) bool { return i.Severity == Error && i.Column == column })
}

// reportRow is for what lies in no one column.
func (in *inspection) reportRow(s Severity, code, value, zh, en string) {
	in.issues = append(in.issues, Issue{
		Sheet: in.row.Sheet, Row: in.row.Line, Code: code, Value: cut(value), Severity: s, Message: catalog.Text{ZH: zh, EN: en},
	})
}

// missing reports an empty cell that must not be.
func (in *inspection) missing(a attribute) {
	if column := a.columnName(); in.columns.at[a] < 0 {
		in.fail(a, CodeMissingValue, fmt.Sprintf("没有 %s（%s）列，此列必须有；请改列名，或用 --column '列名=%[1]s' 指定", column, a.columnNameZH()),
			fmt.Sprintf("there is no column %s (%s), which must be there; rename it, or name it with --column 'NAME=%[1]s'", column, a.columnNameZH()))
		return
	}
	in.fail(a, CodeMissingValue, in.columns.column(a)+" 为空，此列必须填写", in.columns.column(a)+" is empty and must not be")
}

// extension keeps the columns that the standard does not name, as text: what a spreadsheet took for a formula stays what it is.
// Empty cells are left out.
func (in *inspection) extension(c *registry.Component) {
	extra := map[string]string{}
	for _, i := range in.columns.rest {
		if in.row.Values[i] != "" {
			extra[in.row.Columns[i]] = in.row.Values[i]
		}
	}
	if in.row.Geometry != nil { // then columns of that name are not the position
		for _, a := range []attribute{lon, lat, height} {
			if v := in.cell(a); v != "" && (a != height || !in.heightInColumn()) {
				extra[in.columns.column(a)] = v
			}
		}
	}
	if len(extra) > 0 {
		c.Extra, _ = json.Marshal(extra) // text to text cannot fail
	}
}
