package template_test

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"citygrid/data"
	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/census/template"
)

func written(t *testing.T, e catalog.Edition, only ...catalog.ClassCode) *excelize.File {
	t.Helper()
	lists, err := data.Catalog()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := template.Write(&out, lists, e, only); err != nil {
		t.Fatal(err)
	}
	x, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

func header() []string {
	return []string{"ObjID", "ObjName", "DeptCode1", "DeptName1", "DeptCode2", "DeptName2", "DeptCode3", "DeptName3",
		"BGID", "ObjState", "ORDate", "CHDate", "DataSource", "Note", "Lon", "Lat", "Height"}
}

func TestEachClassOfTheEditionHasASheetWithTheStandardsColumnsAndNoRow(t *testing.T) {
	t.Parallel()
	lists, err := data.Catalog()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range catalog.Editions() {
		x := written(t, e)
		sheets := x.GetSheetList()
		for _, c := range lists.Classes(e, catalog.KindComponent) {
			i := slices.IndexFunc(sheets, func(name string) bool { return strings.HasPrefix(name, string(c.Code)+" ") })
			if i < 0 {
				t.Errorf("%s: no sheet of class %s among %v", e, c.Code, sheets)
				continue
			}
			if rows, err := x.GetRows(sheets[i]); err != nil || len(rows) != 1 || !slices.EqualFunc(rows[0], header(), func(title, name string) bool { return strings.HasPrefix(title, name+"（") }) {
				t.Errorf("%s %s: %q %v", e, sheets[i], rows, err)
			}
		}
		if want := len(lists.Classes(e, catalog.KindComponent)) + 2; len(sheets) != want {
			t.Errorf("%s: %d sheets, want %d: %v", e, len(sheets), want, sheets)
		}
	}
}

// TestTraps12To14EveryCellThatIsTypedIntoIsText: a code keeps its digits and its zeros, a date stays as typed.
func TestTraps12To14EveryCellThatIsTypedIntoIsText(t *testing.T) {
	t.Parallel()
	x := written(t, catalog.Edition2007, "01")
	sheet := x.GetSheetList()[1]
	for i := range header() {
		letter, _ := excelize.ColumnNumberToName(i + 1)
		id, err := x.GetColStyle(sheet, letter)
		if err != nil {
			t.Fatal(err)
		}
		style, err := x.GetStyle(id)
		if err != nil || style.NumFmt != 49 {
			t.Errorf("column %s has the format %+v, %v", letter, style, err)
		}
	}
}

func TestStatesAndNamesAreChosenFromLists(t *testing.T) {
	t.Parallel()
	x := written(t, catalog.Edition2026, "01")
	sheets := x.GetSheetList()
	checks, err := x.GetDataValidations(sheets[1])
	if err != nil || len(checks) != 3 {
		t.Fatalf("%d checks, %v", len(checks), err)
	}
	byRange := map[string]*excelize.DataValidation{}
	for _, c := range checks {
		byRange[c.Sqref] = c
	}
	if got := byRange["J2:J100000"].Formula1; got != `"完好,破损,丢失,废弃,移除"` {
		t.Errorf("the states are %s", got)
	}
	if got := byRange["A2:A100000"]; got.Type != "textLength" || got.Formula1 != "17" {
		t.Errorf("%+v", got)
	}
	from, to, found := strings.Cut(strings.TrimPrefix(byRange["B2:B100000"].Formula1, "'小类 Sub-classes'!$C$"), ":$C$")
	rows, err := x.GetRows("小类 Sub-classes")
	if err != nil || !found || from != "2" {
		t.Fatalf("%s to %s, %v", from, to, err)
	}
	lists, err := data.Catalog()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for i, s := range lists.Subclasses(catalog.Edition2026, catalog.KindComponent) {
		if rows[i+1][2] != s.NameZH || rows[i+1][1] != string(s.Code) {
			t.Errorf("row %d is %q, want %s %s", i+2, rows[i+1], s.Code, s.NameZH)
		}
		if s.Class == "01" {
			n++
		}
	}
	if want := n + 1; to != strconv.Itoa(want) {
		t.Errorf("the names end in row %s, want %d", to, want)
	}
}

func TestEveryColumnIsExplainedInBothLanguages(t *testing.T) {
	t.Parallel()
	x := written(t, catalog.Edition2007, "02")
	help, err := x.GetRows("说明 Read me")
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range header() {
		if row := help[i+1]; row[0] != name || row[1] == "" || row[3] == "" || row[4] == "" {
			t.Errorf("%q", row)
		}
	}
	if help[1][5] != "4205020101000001" {
		t.Errorf("the example of a code is %q", help[1])
	}
	comments, err := x.GetComments(x.GetSheetList()[1])
	if err != nil || len(comments) != len(header()) {
		t.Errorf("%d comments, %v", len(comments), err)
	}
}

func TestAClassThatTheEditionDoesNotHaveIsRefused(t *testing.T) {
	t.Parallel()
	lists, err := data.Catalog()
	if err != nil {
		t.Fatal(err)
	}
	var known *registry.Error
	if err := template.Write(&bytes.Buffer{}, lists, catalog.Edition2007, []catalog.ClassCode{"01", "77"}); !errors.As(err, &known) || known.Kind != registry.Invalid {
		t.Errorf("%v", err)
	}
}
