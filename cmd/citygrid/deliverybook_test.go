package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// bookTraps are those of the guide that a spreadsheet makes. The cells of some are no text: bookCells knows them.
func bookTraps() []trap {
	return []trap{
		{name: "12 code as a number", cells: []string{"标识码", "{}"}, found: []string{"标识码 digits_lost error"}, cure: "format the column as text"},
		{name: "12 code as an exponent", cells: []string{"标识码", "4.2E+15"}, found: []string{"标识码 digits_lost error"}, cure: "format the column as text"},
		{name: "12 long number elsewhere", cells: []string{"备注", "12345678901234500"}, found: []string{"备注 digits_lost warning"}, cure: "format the column as text"},
		{name: "14 day's number", cells: []string{"初始日期", "40603"}, found: []string{"初始日期 date_serial fixed 2011-03-01"}},
		{name: "14 date", cells: []string{"初始日期", "2011-03-05"}},
		{name: "14 date with a time", cells: []string{"初始日期", "2011-03-05 13:30:00"}, found: []string{"初始日期 time_left_out fixed 2011-03-05"}},
		{name: "14 date as a number", cells: []string{"初始日期", "20110305"}},
		{name: "16 merged, first row", cells: []string{"数据来源", "地形图"}},
		{name: "16 merged, second row", cells: []string{"数据来源", ""}, found: []string{"数据来源 merged_cells fixed 地形图"}},
		{name: "16 merged, third row", cells: []string{"数据来源", ""}},
		{name: "17 note", remark: []string{"以下为二组普查"}, found: []string{" not_data warning"}, cure: "add them if it is one"},
		{name: "17 row with nothing but borders", remark: []string{""}},
		{name: "18 hidden row", cells: []string{"备注", "隐藏"}},
		{name: "19 error value", cells: []string{"高程", "#REF!"}, found: []string{"高程 cell_error error"}, cure: "correct the formula"},
		{name: "19 formula", cells: []string{"高程", "61.5"}},
		{name: "19 formula without a result", cells: []string{"高程", "="}, found: []string{"高程 cell_error error"}, cure: "save it again"},
		{name: "20 number as text", cells: []string{"经度", "{}"}},
		{name: "20 text as a number", cells: []string{"备注", "471"}},
		{name: "22 beyond the table", cells: []string{"备注", "{}"}, found: []string{" outside_table warning"}, cure: "give its column a name"},
		{name: "24 on another sheet too", cells: []string{"备注", "第一组"}, found: []string{"标识码 duplicate error"}, cure: "name the same component"},
		{name: "45 another word", cells: []string{"状态", "损坏"}, found: []string{"状态 state_word fixed 破损"}},
		{name: "52 formula as text", cells: []string{"备注", "=1+1"}},
		{name: "17 total", remark: []string{"合计", "", "20"}, found: []string{" not_data warning"}, cure: "add them if it is one"},
	}
}

// The numbers stand for cells that the library cannot write, and are replaced in the markup.
var unwritable = map[string]string{
	"<v>987654321</v>": `<v>#REF!</v>`,
	"<v>987654322</v>": `<f>60+1.5</f><v>61.5</v>`,
	"<v>987654323</v>": `<f>60+1.5</f>`,
}

// book writes the traps as a crew's workbook: a title, a header of two rows, a row of units; on another sheet one code again; a hidden sheet of old rows.
func (f *trapFile) book(t *testing.T, old [][]string, to string) {
	t.Helper()
	file := excelize.NewFile()
	defer file.Close()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	const sheet = "普查表"
	check(file.SetSheetName("Sheet1", sheet))
	at := func(column string, row int) string { return cell(slices.Index(f.header, column)+1, row) }
	fill := func(sheet string, row int, record []string) {
		for i, text := range record {
			if text != "" {
				check(file.SetCellStr(sheet, cell(i+1, row), text))
			}
		}
	}
	check(file.SetCellStr(sheet, "A1", "宜昌市部件普查表"))
	check(file.MergeCell(sheet, "A1", cell(len(f.header), 1)))
	fill(sheet, 2, f.header)
	check(file.SetCellStr(sheet, at("经度", 2), "坐标"))
	check(file.SetCellStr(sheet, at("纬度", 2), ""))
	check(file.MergeCell(sheet, at("经度", 2), at("纬度", 2)))
	check(file.SetCellStr(sheet, at("经度", 3), "X"))
	check(file.SetCellStr(sheet, at("纬度", 3), "Y"))
	check(file.SetCellStr(sheet, at("经度", 4), "度"))
	check(file.SetCellStr(sheet, at("高程", 4), "米"))
	short, long := "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
	day, err := file.NewStyle(&excelize.Style{CustomNumFmt: &short})
	check(err)
	moment, err := file.NewStyle(&excelize.Style{CustomNumFmt: &long})
	check(err)
	for i, tr := range f.traps {
		row := f.rows[i]
		fill(sheet, row, f.records[i])
		put := func(column string, value any, style int) {
			check(file.SetCellValue(sheet, at(column, row), value))
			if style > 0 {
				check(file.SetCellStyle(sheet, at(column, row), at(column, row), style))
			}
		}
		switch tr.name {
		case "12 code as a number":
			code, _ := strconv.ParseInt(f.records[i][1], 10, 64)
			put("标识码", code, 0)
		case "12 long number elsewhere":
			put("备注", 12345678901234500, 0)
		case "14 day's number":
			put("初始日期", 40603, 0)
		case "14 date":
			put("初始日期", time.Date(2011, 3, 5, 0, 0, 0, 0, time.UTC), day)
		case "14 date with a time":
			put("初始日期", time.Date(2011, 3, 5, 13, 30, 0, 0, time.UTC), moment)
		case "14 date as a number":
			put("初始日期", 20110305, 0)
		case "16 merged, first row":
			check(file.MergeCell(sheet, at("数据来源", row), at("数据来源", row+2)))
		case "17 row with nothing but borders":
			check(file.SetCellStyle(sheet, cell(1, row), cell(9, row), day))
		case "18 hidden row":
			check(file.SetRowVisible(sheet, row, false))
		case "19 error value":
			put("高程", 987654321, 0)
		case "19 formula":
			put("高程", 987654322, 0)
		case "19 formula without a result":
			put("高程", 987654323, 0)
		case "20 number as text":
			lat, _ := strconv.ParseFloat(f.records[i][slices.Index(f.header, "纬度")], 64)
			put("纬度", lat, 0)
		case "20 text as a number":
			put("备注", 471, 0)
		case "22 beyond the table":
			check(file.SetCellStr(sheet, cell(len(f.header)+3, row), "？"))
		case "24 on another sheet too":
			_, err := file.NewSheet("第二组")
			check(err)
			fill("第二组", 1, f.header)
			again := slices.Clone(f.right[i])
			again[slices.Index(f.header, "状态")] = "废弃"
			fill("第二组", 2, again)
		}
	}
	for row := f.rows[len(f.rows)-1] + 1; row < f.rows[0]+1000; row++ { // a frame drawn too far
		check(file.SetCellStyle(sheet, cell(1, row), cell(3, row), day))
	}
	_, err = file.NewSheet("旧稿")
	check(err)
	check(file.SetSheetVisible("旧稿", false))
	for i, record := range old {
		fill("旧稿", i+1, record)
	}
	var packed bytes.Buffer
	check(file.Write(&packed))
	check(os.WriteFile(to, replaceInSheets(t, packed.Bytes()), 0o644))
}

// replaceInSheets puts what the library cannot write into a workbook.
func replaceInSheets(t *testing.T, packed []byte) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, entry := range in.File {
		r, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		for from, to := range unwritable {
			kind := ""
			if strings.Contains(to, "#REF!") {
				kind = ` t="e"`
			}
			text = bytes.ReplaceAll(text, []byte(">"+from), []byte(kind+">"+to))
		}
		part, err := w.Create(entry.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestOneWorkbookWithEveryTrapOfASpreadsheetIsReportedTakenAndMended(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	all := c.points(t)
	f := newTrapFile(t, all, bookTraps(), 5)
	delivered := filepath.Join(t.TempDir(), "每种陷阱.xlsx")
	f.book(t, [][]string{f.header, append([]string{"900"}, all[900]...)}, delivered)
	registry := c.registry(t)
	issues := sameInAllReports(t, registry, delivered)
	f.check(t, "普查表", issues)
	var others []string
	for _, i := range issues {
		if i.Sheet != "普查表" || i.Row < 5 {
			others = append(others, fmt.Sprintf("%s %d %s %s %s", i.Sheet, i.Row, i.Code, i.Severity, i.Value))
		}
	}
	slices.Sort(others)
	want := []string{"旧稿 0 hidden_sheet warning ", "普查表 0 hidden_rows warning 1", "普查表 4 not_data warning 度 | 米", "第二组 2 duplicate error " + f.right[19][1]}
	slices.Sort(want)
	if !slices.Equal(others, want) {
		t.Errorf("of the sheets and the rows without a trap it says %q, want %q", others, want)
	}

	rows, good, bad := f.counts()
	rows, good, bad = rows+2, good+1, bad+1 // the other two sheets
	rejects := filepath.Join(t.TempDir(), "退回.xlsx")
	citygrid(t, registry, "import", delivered).want(t, exitRefused, fmt.Sprintf("%d with errors", bad), "nothing was changed",
		"普查表: header in rows 2-3", "坐标/X → Lon", "header in row 1")
	citygrid(t, registry, "import", "--accept", "good", "--rejects", rejects, delivered).want(t, exitPartly,
		fmt.Sprintf("%d rows: %d created, 0 updated, 0 unchanged, %d refused", rows, good, bad))

	// Sent again as it came, nothing of it is taken: no lost digit has become right by the way.
	citygrid(t, registry, "import", "--accept", "good", "--rejects", filepath.Join(t.TempDir(), "again.xlsx"), rejects).want(t, exitRefused, fmt.Sprintf("%d with errors", bad))
	mended := f.mendBook(t, rejects, bad)
	citygrid(t, registry, "import", mended).want(t, 0, fmt.Sprintf("%d created, 0 updated, 0 unchanged, 0 refused", bad-1), "repeated_row")
	f.traps = append(f.traps, trap{name: "18 hidden sheet"})
	f.right = append(f.right, append([]string{"900"}, all[900]...))
	f.complete(t, c, registry)
}

// mendBook writes the right cells over those of each refused row, on whichever sheet it stands.
func (f *trapFile) mendBook(t *testing.T, path string, bad int) string {
	t.Helper()
	book, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	for _, sheet := range book.GetSheetList() {
		rows, err := book.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for r, row := range rows[1:] {
			at := slices.IndexFunc(f.right, func(right []string) bool { return right[0] == row[0] })
			if at < 0 || !f.traps[at].bad() {
				t.Fatalf("the reject file has a row that was not refused: %q", row)
			}
			if f.traps[at].name == "12 code as a number" && row[1] != "≈"+f.right[at][1] {
				t.Errorf("of the code that was a number the reject file has %q", row[1])
			}
			for c, text := range f.right[at] {
				if err := book.SetCellStr(sheet, cell(c+1, r+2), text); err != nil {
					t.Fatal(err)
				}
			}
			bad--
		}
	}
	if bad != 0 {
		t.Errorf("the reject file lacks %d rows", bad)
	}
	mended := filepath.Join(t.TempDir(), "改正.xlsx")
	if err := book.SaveAs(mended); err != nil {
		t.Fatal(err)
	}
	return mended
}
