package census

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"citygrid/registry/catalog"
)

// sheetOf is what a test writes into a sheet: its rows from the first, and what else is done to it.
type sheetOf struct {
	name   string
	rows   [][]any
	merges []string // "A1:C1"
	hidden []int    // rows
	more   func(f *excelize.File, sheet string)
}

// bookOf writes a workbook with excelize.
func bookOf(t testing.TB, sheets ...sheetOf) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, s := range sheets {
		if i == 0 {
			check(f.SetSheetName("Sheet1", s.name))
		} else {
			_, err := f.NewSheet(s.name)
			check(err)
		}
		for r, cells := range s.rows {
			for c, v := range cells {
				if v == nil {
					continue
				}
				at, err := excelize.CoordinatesToCellName(c+1, r+1)
				check(err)
				check(f.SetCellValue(s.name, at, v))
			}
		}
		for _, m := range s.merges {
			from, to, _ := strings.Cut(m, ":")
			check(f.MergeCell(s.name, from, to))
		}
		for _, row := range s.hidden {
			check(f.SetRowVisible(s.name, row, false))
		}
		if s.more != nil {
			s.more(f, s.name)
		}
	}
	var out bytes.Buffer
	check(f.Write(&out))
	return out.Bytes()
}

// told is a sheet as a report tells it: rows as "sheet row: column=value …", issues as "sheet row! column code severity value→instead".
func told(r Reader) (rows, issues []string, err error) {
	for row, err := range r.Rows() {
		if err != nil {
			return rows, issues, err
		}
		for _, is := range append(slices.Clone(row.Faults), row.Issues...) {
			issues = append(issues, strings.TrimSpace(fmt.Sprintf("%s %d! %s %s %s %s→%s", is.Sheet, is.Row, is.Column, is.Code, is.Severity, is.Value, is.Instead)))
			if is.Message.ZH == "" || is.Message.EN == "" || is.Message.ZH == is.Message.EN {
				return rows, issues, fmt.Errorf("%s speaks one language: %+v", is.Code, is.Message)
			}
		}
		if row.Note || len(row.Faults) > 0 {
			continue
		}
		text := fmt.Sprintf("%s %d:", row.Sheet, row.Line)
		for i, v := range row.Values {
			if v != "" {
				text += " " + row.Columns[i] + "=" + v
			}
		}
		rows = append(rows, text)
	}
	return rows, issues, nil
}

func readBook(t testing.TB, only []string, sheets ...sheetOf) (rows, issues, how []string) {
	t.Helper()
	x, err := NewXLSX(bytes.NewReader(bookOf(t, sheets...)), only...)
	if err != nil {
		t.Fatal(err)
	}
	if rows, issues, err = told(x); err != nil {
		t.Fatal(err)
	}
	for _, h := range x.recognised() {
		how = append(how, h.EN)
	}
	return rows, issues, how
}

// names is a header with all that is needed.
var names = []any{"ObjID", "ObjState", "ORDate", "Lon", "Lat", "Kind"}

func lampRow(n int, kind any) []any {
	return []any{fmt.Sprintf("4205020118%06d", n), "完好", "2011-12-31", 111.285, 30.705, kind}
}

func lampText(sheet string, row, n int, kind string) string {
	text := fmt.Sprintf("%s %d: ObjID=4205020118%06d ObjState=完好 ORDate=2011-12-31 Lon=111.285 Lat=30.705", sheet, row, n)
	if kind != "" {
		text += " Kind=" + kind
	}
	return text
}

func expect(t *testing.T, what string, got, want []string) {
	t.Helper()
	if len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestTrap15TheHeaderIsFoundBelowTitlesAndInTwoRows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		sheet sheetOf
		rows  []string
		how   string
	}{
		{"first row", sheetOf{rows: [][]any{names, lampRow(1, "A")}}, []string{lampText("灯", 2, 1, "A")}, "sheet 灯: header in row 1"},
		{"title merged over the table", sheetOf{
			rows: [][]any{{"宜昌市路灯普查表"}, {"单位：市政处", nil, nil, "2011 年"}, names, lampRow(1, "A")}, merges: []string{"A1:F1"},
		}, []string{lampText("灯", 4, 1, "A")}, "sheet 灯: header in row 3"},
		{"title directly above", sheetOf{rows: [][]any{{"路灯普查表"}, names, lampRow(1, "A")}, merges: []string{"A1:F1"}},
			[]string{lampText("灯", 3, 1, "A")}, "sheet 灯: header in row 2"},
		{"two rows", sheetOf{
			rows: [][]any{
				{"表一"}, {"ObjID", "ObjState", "ORDate", "坐标", nil, nil}, {nil, nil, nil, "Lon", "Lat", "X"},
				{"4205020118000001", "完好", "2011-12-31", 111.285, 30.705, 5},
			},
			merges: []string{"A1:F1", "A2:A3", "B2:B3", "C2:C3", "D2:F2"},
		}, []string{"灯 4: ObjID=4205020118000001 ObjState=完好 ORDate=2011-12-31 坐标/Lon=111.285 坐标/Lat=30.705 坐标/X=5"}, "sheet 灯: header in rows 2-3"},
		{"names over two lines", sheetOf{rows: [][]any{{"Obj\nID", "Obj\r\nState", "ORDate", "Lon", " Lat ", "Kind"}, lampRow(1, "A")}},
			[]string{lampText("灯", 2, 1, "A")}, "sheet 灯: header in row 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.sheet.name = "灯"
			rows, issues, how := readBook(t, nil, c.sheet)
			expect(t, "rows", rows, c.rows)
			expect(t, "issues", issues, nil)
			expect(t, "recognised", how, []string{c.how})
		})
	}
}

func TestTrap16AVerticalMergeGivesItsValueToAllItsRowsAndIsToldOnce(t *testing.T) {
	t.Parallel()
	rows, issues, _ := readBook(t, nil, sheetOf{
		name: "灯", rows: [][]any{names, lampRow(1, "A"), lampRow(2, nil), lampRow(3, nil), lampRow(4, nil), lampRow(5, "B"), lampRow(6, nil)},
		merges: []string{"F2:F4", "F6:F7"},
	})
	expect(t, "rows", rows, []string{
		lampText("灯", 2, 1, "A"), lampText("灯", 3, 2, "A"), lampText("灯", 4, 3, "A"), lampText("灯", 5, 4, ""), lampText("灯", 6, 5, "B"), lampText("灯", 7, 6, "B"),
	})
	expect(t, "issues", issues, []string{"灯 3! Kind merged_cells fixed →A", "灯 7! Kind merged_cells fixed →B"})
}

func TestTrap17TotalsUnitsAndSignaturesAreNoComponents(t *testing.T) {
	t.Parallel()
	rows, issues, _ := readBook(t, nil, sheetOf{name: "灯", rows: [][]any{
		names, {"（16 位）", nil, nil, "度", "度"}, lampRow(1, "A"), {}, {nil, nil, nil, nil, nil, " "}, names, lampRow(2, "A"),
		{"合计", nil, nil, nil, nil, "2 盏"}, {}, {"制表人：张三 2011"}, {nil, "备注：略"}, {"4205020118000003", "完好"},
	}})
	expect(t, "rows", rows, []string{
		lampText("灯", 3, 1, "A"), lampText("灯", 7, 2, "A"), "灯 12: ObjID=4205020118000003 ObjState=完好", // which the check refuses
	})
	expect(t, "issues", issues, []string{
		"灯 2!  not_data warning （16 位） | 度 | 度→", "灯 6!  not_data warning ObjID | ObjState | ORDate | Lon | Lat | Kind→",
		"灯 8!  not_data warning 合计 | 2 盏→", "灯 10!  not_data warning 制表人：张三 2011→", "灯 11!  not_data warning 备注：略→",
	})
}

func TestTrap18HiddenRowsAndSheetsAreReadAndCounted(t *testing.T) {
	t.Parallel()
	two := []sheetOf{
		{name: "说明", rows: [][]any{{"填表说明"}, {"一、……"}}},
		{name: "灯", rows: [][]any{names, lampRow(1, "A"), lampRow(2, "A"), lampRow(3, "A")}, hidden: []int{3, 4}},
		{name: "旧", rows: [][]any{names, lampRow(4, "A")}, more: func(f *excelize.File, sheet string) { f.SetSheetVisible(sheet, false) }},
	}
	rows, issues, how := readBook(t, nil, two...)
	expect(t, "rows", rows, []string{lampText("灯", 2, 1, "A"), lampText("灯", 3, 2, "A"), lampText("灯", 4, 3, "A"), lampText("旧", 2, 4, "A")})
	expect(t, "issues", issues, []string{"灯 0!  hidden_rows warning 2→", "旧 0!  hidden_sheet warning →"})
	expect(t, "recognised", how, []string{"sheet 说明: no table, 2 rows passed over", "sheet 灯: header in row 1", "sheet 旧: header in row 1"})

	rows, _, how = readBook(t, []string{"旧"}, two...)
	expect(t, "rows", rows, []string{lampText("旧", 2, 4, "A")})
	expect(t, "recognised", how, []string{"sheet 说明: not asked for, left out", "sheet 灯: not asked for, left out", "sheet 旧: header in row 1"})

	_, err := NewXLSX(bytes.NewReader(bookOf(t, two...)), "灯", "井盖")
	var fault *FileError
	if !errors.As(err, &fault) || fault.Issue.Code != CodeNoSheet || !strings.Contains(fault.Issue.Message.EN, "说明, 灯, 旧") {
		t.Errorf("a sheet that is not there: %v", err)
	}
}

func TestTraps12To20CellsAreReadByWhatTheyHold(t *testing.T) {
	t.Parallel()
	day := time.Date(2011, 12, 31, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name   string
		column string // of the cell that is changed
		value  any
		more   func(f *excelize.File, sheet string)
		want   string // what the column holds, "" for nothing
		issue  string
	}{
		{"trap 12: a code as a number", "ObjID", 4.205020118e15, nil, "", "digits_lost error 4205020118000000→"},
		{"trap 12: 16 digits kept by another program", "ObjID", 4205020118000001, nil, "", "digits_lost error 4205020118000001→"},
		{"trap 12: a long number elsewhere", "Kind", 4205020118000001, nil, "4205020118000001", "digits_lost warning 4205020118000001→"},
		{"trap 12: 15 digits are exact", "Kind", 420502001001001, nil, "420502001001001", ""},
		{"no exponent", "Kind", 4.2e-7, nil, "0.00000042", ""},
		{"trap 13: leading zeros of text", "Kind", "0101", nil, "0101", ""},
		{"trap 14: a date by its format", "ORDate", day, nil, "2011-12-31", ""},
		{"trap 14: a date with a time", "ORDate", day.Add(8*time.Hour + 30*time.Minute), nil, "2011-12-31", "time_left_out fixed 2011-12-31 08:30:00→2011-12-31"},
		{"trap 14: a time elsewhere", "Kind", day.Add(8*time.Hour + 30*time.Minute), nil, "2011-12-31 08:30:00", ""},
		{"trap 14: a number of days", "ORDate", 40908, nil, "2011-12-31", "date_serial fixed 40908→2011-12-31"},
		{"trap 14: digits of a day", "ORDate", 20111231, nil, "20111231", ""},
		{"trap 14: the calendar of 1904", "ORDate", 40908 - 1462, func(f *excelize.File, sheet string) {
			on := true
			f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &on})
		}, "2011-12-31", "date_serial fixed 39446→2011-12-31"},
		{"trap 14: a Chinese format", "Kind", 40908, func(f *excelize.File, sheet string) {
			code := `yyyy"年"m"月"d"日";@`
			style, _ := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
			f.SetCellStyle(sheet, "F2", "F2", style)
		}, "2011-12-31", ""},
		{"trap 19: a formula's value", "Kind", 7, func(f *excelize.File, sheet string) { f.SetCellFormula(sheet, "F2", "3+4") }, "7", ""},
		{"trap 20: a number as text", "Lon", "111.285", nil, "111.285", ""},
		{"true", "Kind", true, nil, "TRUE", ""},
		{"trap 52: formula text is text", "Kind", "=1+1", nil, "=1+1", ""},
		{"rich text", "Kind", "x", func(f *excelize.File, sheet string) {
			f.SetCellRichText(sheet, "F2", []excelize.RichTextRun{{Text: "钢"}, {Text: "质 <1>", Font: &excelize.Font{Bold: true}}})
		}, "钢质 <1>", ""},
		{"beyond the header", "Kind", "A", func(f *excelize.File, sheet string) { f.SetCellValue(sheet, "H2", "见照片") }, "A", "outside_table warning 见照片→"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			row := lampRow(1, "A")
			at := slices.Index(names, any(c.column))
			row[at] = c.value
			rows, issues, _ := readBook(t, nil, sheetOf{name: "灯", rows: [][]any{names, row}, more: c.more})
			want := lampText("灯", 2, 1, "A")
			was := fmt.Sprintf(" %s=%v", c.column, lampRow(1, "A")[at])
			if c.want == "" {
				want = strings.Replace(want, was, "", 1)
			} else {
				want = strings.Replace(want, was, " "+c.column+"="+c.want, 1)
			}
			expect(t, "rows", rows, []string{want})
			if c.issue != "" {
				column := c.column
				if strings.HasPrefix(c.issue, CodeOutsideTable) {
					column = ""
				}
				expect(t, "issues", issues, []string{strings.TrimSpace("灯 2! " + column + " " + c.issue)})
			} else {
				expect(t, "issues", issues, nil)
			}
		})
	}
}

func TestASheetWhoseHeaderLacksAColumnIsRefusedAndTheOthersRead(t *testing.T) {
	t.Parallel()
	rows, issues, _ := readBook(t, nil,
		sheetOf{name: "甲", rows: [][]any{{"标题"}, {"ObjID", "ObjState", "Lon", "Lat"}, {"4205020118000001", "完好", 1, 2}}},
		sheetOf{name: "乙", rows: [][]any{names, lampRow(2, "A")}})
	expect(t, "rows", rows, []string{lampText("乙", 2, 2, "A")})
	expect(t, "issues", issues, []string{"甲 2! ORDate missing_column error ObjID,ObjState,Lon,Lat→"})
}

func TestABookWithoutAnyTableIsRefused(t *testing.T) {
	t.Parallel()
	x, err := NewXLSX(bytes.NewReader(bookOf(t, sheetOf{name: "说明", rows: [][]any{{"填表说明"}}}, sheetOf{name: "空"})))
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = told(x)
	var fault *FileError
	if !errors.As(err, &fault) || fault.Issue.Code != CodeNoHeader {
		t.Errorf("got %v", err)
	}
	want := []catalog.Text{
		{ZH: "工作表“说明”：没有数据表，略过 1 行", EN: "sheet 说明: no table, 1 rows passed over"},
		{ZH: "工作表“空”：没有数据表，略过 0 行", EN: "sheet 空: no table, 0 rows passed over"},
	}
	if !reflect.DeepEqual(x.recognised(), want) {
		t.Errorf("recognised %q", x.recognised())
	}
}
