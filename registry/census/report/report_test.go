package report

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"citygrid/registry/catalog"
	"citygrid/registry/census"
)

const lampFile = "ObjID,ObjName,ObjState,Note\n" +
	"4205020118000001,路灯,完好,=1+1\n" +
	"4205020118000002,路灯,好,-\n" +
	"4.2E+15,路灯,,\n" +
	"4205020118000004,路灯\n"

// lampReport is what an import of lampFile might have found.
func lampReport() census.Report {
	say := func(zh, en string) catalog.Text { return catalog.Text{ZH: zh, EN: en} }
	return census.Report{
		Batch: census.Batch{
			ID: census.BatchID{1}, Source: "lamps.csv", State: census.Promoted, Actor: "crew 1", Read: 4, Good: 1, Bad: 3,
			StartedAt: time.Date(2012, 1, 1, 8, 0, 0, 0, time.UTC), Counts: census.Counts{Created: 1},
		},
		Recognised: []catalog.Text{say("按 GB18030 编码读取", "read as GB18030")},
		Issues: []census.Issue{
			{Row: 3, Column: "ObjState", Code: "unknown_state", Severity: census.Error, Value: "好", Message: say("状态", "state")},
			{Row: 3, Column: "Note", Code: "some_code", Severity: census.Fixed, Value: "-", Instead: "", Message: say("占位", "a sign for nothing")},
			{Row: 4, Column: "ObjID", Code: "bad_code", Severity: census.Error, Value: "4.2E+15", Message: say("编码", "code")},
			{Row: 4, Column: "ObjID", Code: "some_warning", Severity: census.Warning, Value: "=cmd|' /C calc'!A0", Message: say("\t提醒", "@warned")},
			{Row: 5, Code: "ragged_row", Severity: census.Error, Message: say("单元格数", "cells")},
			{Code: "of_the_file", Severity: census.Warning, Message: say("文件", "file")},
		},
		Errors: 9, Warnings: 2, Fixed: 1,
		Totals: []census.Total{{Code: "bad_code", Severity: census.Error, Count: 7}, {Code: "ragged_row", Severity: census.Error, Count: 1},
			{Code: "unknown_state", Severity: census.Error, Count: 1}, {Code: "of_the_file", Severity: census.Warning, Count: 1},
			{Code: "some_warning", Severity: census.Warning, Count: 1}, {Code: "some_code", Severity: census.Fixed, Count: 1}},
	}
}

func csvFile(text string) census.File {
	return census.File{Name: "lamps.csv", Format: census.FormatCSV, Body: strings.NewReader(text)}
}

func lampContent(t *testing.T) Content {
	t.Helper()
	c, err := ContentOf(t.Context(), lampReport(), csvFile(lampFile))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestJSONSaysWhatBecameOfTheFileAndEveryIssueWithItsPlace(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := lampContent(t).WriteJSON(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Summary
		Issues []Issue `json:"issues"`
	}
	decoder := json.NewDecoder(&out)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&got); err != nil {
		t.Fatal(err)
	}
	if want := Summarise(lampReport()); !reflect.DeepEqual(got.Summary, want) {
		t.Errorf("got %+v, want %+v", got.Summary, want)
	}
	if got.Errors != 9 || got.Warnings != 2 || got.Fixed != 1 || got.LeftOut != 6 || got.Batch.Bad != 3 {
		t.Errorf("%+v", got.Summary)
	}
	if len(got.Issues) != 6 {
		t.Fatalf("%+v", got.Issues)
	}
	want := Issue{
		File: "lamps.csv", Row: 3, Column: "ObjState", ColumnLetter: "C", Code: "unknown_state", Severity: census.Error, Value: "好",
		Message: catalog.Text{ZH: "状态", EN: "state"},
	}
	if got.Issues[0] != want {
		t.Errorf("got %+v, want %+v", got.Issues[0], want)
	}
}

func TestJSONOfACleanFileHasListsThatAreEmptyAndNotNull(t *testing.T) {
	t.Parallel()
	c, err := ContentOf(t.Context(), census.Report{Batch: census.Batch{Source: "a.csv"}}, csvFile(lampFile))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := c.WriteJSON(t.Context(), &out); err != nil || !json.Valid(out.Bytes()) {
		t.Fatalf("%v: %s", err, out.String())
	}
	for _, want := range []string{`"recognised":[]`, `"totals":[]`, `"finished_at":null`, "\"issues\":[\n]}"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s is not in %s", want, out.String())
		}
	}
}

func TestTrap52CSVGuardsWhatASpreadsheetWouldCalculate(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := lampContent(t).WriteCSV(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	text, marked := strings.CutPrefix(out.String(), "\ufeff")
	if !marked || strings.Count(text, "\r\n") != strings.Count(text, "\n") {
		t.Errorf("no mark, or lines that do not end with CRLF: %q", text)
	}
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		headings(),
		{"lamps.csv", "", "3", "C", "ObjState", "error", "unknown_state", "好", "", "状态", "state"},
		{"lamps.csv", "", "3", "D", "Note", "fixed", "some_code", "'-", "", "占位", "a sign for nothing"},
		{"lamps.csv", "", "4", "A", "ObjID", "error", "bad_code", "4.2E+15", "", "编码", "code"},
		{"lamps.csv", "", "4", "A", "ObjID", "warning", "some_warning", "'=cmd|' /C calc'!A0", "", "'\t提醒", "'@warned"},
		{"lamps.csv", "", "5", "", "", "error", "ragged_row", "", "", "单元格数", "cells"},
		{"lamps.csv", "", "", "", "", "warning", "of_the_file", "", "", "文件", "file"},
	}
	if !reflect.DeepEqual(records, want) {
		t.Errorf("got %q\nwant %q", records, want)
	}
	for _, cell := range []string{"=1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1"} {
		if Guarded(cell) != "'"+cell {
			t.Errorf("%q is written as %q", cell, Guarded(cell))
		}
	}
	for _, cell := range []string{"", "1-1", "路灯", "'=1"} {
		if Guarded(cell) != cell {
			t.Errorf("%q is written as %q", cell, Guarded(cell))
		}
	}
}

// book is a written workbook.
type book struct {
	*testing.T
	*excelize.File
}

func open(t *testing.T, c Content, f census.File, whole int64) book {
	t.Helper()
	var out bytes.Buffer
	if err := c.workbook(t.Context(), &out, f, whole); err != nil {
		t.Fatal(err)
	}
	x, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return book{t, x}
}

func (b book) rows(sheet string) [][]string {
	b.Helper()
	rows, err := b.GetRows(sheet)
	if err != nil {
		b.Fatal(err)
	}
	return rows
}

// fill is the colour of a cell, "" for none.
func (b book) fill(cell string) string {
	b.Helper()
	id, err := b.GetCellStyle(sheetData, cell)
	if err != nil {
		b.Fatal(err)
	}
	style, err := b.GetStyle(id)
	if err != nil {
		b.Fatal(err)
	}
	if len(style.Fill.Color) == 0 {
		return ""
	}
	return style.Fill.Color[0]
}

func TestWorkbookHasTheRowsAsTextWithTheirFaultsInColour(t *testing.T) {
	t.Parallel()
	b := open(t, lampContent(t), csvFile(lampFile), wholeRows)
	rows := b.rows(sheetData)
	want := [][]string{
		{"ObjID", "ObjName", "ObjState", "Note", "校验行号", "校验结果"},
		{"4205020118000001", "路灯", "完好", "=1+1", "2"},
		{"4205020118000002", "路灯", "好", "-", "3",
			"[错误 error unknown_state] ObjState：状态 / state\n[已改 fixed some_code] Note：占位 / a sign for nothing \"-\" → \"\""},
		{"4.2E+15", "路灯", "", "", "4",
			"[错误 error bad_code] ObjID：编码 / code\n[提醒 warning some_warning] ObjID：\t提醒 / @warned"},
		{"4205020118000004", "路灯", "", "", "5", "[错误 error ragged_row] 单元格数 / cells"},
	}
	if !reflect.DeepEqual(rows, want) {
		t.Errorf("got %q\nwant %q", rows, want)
	}
	for cell, colour := range map[string]string{"C3": "FF9999", "D3": "BDD7EE", "A4": "FF9999", "A3": "", "C2": "", "D2": ""} {
		if got := b.fill(cell); got != colour {
			t.Errorf("%s is %q, want %q", cell, got, colour)
		}
	}
	for _, cell := range []string{"A2", "D2", "A4"} { // trap 52, and trap 12 when a digit is typed into it
		kind, err := b.GetCellType(sheetData, cell)
		formula, _ := b.GetCellFormula(sheetData, cell)
		id, _ := b.GetCellStyle(sheetData, cell)
		style, _ := b.GetStyle(id)
		if err != nil || kind == excelize.CellTypeNumber || formula != "" || style.NumFmt != formatText {
			t.Errorf("%s: type %d, formula %q, format %d, %v", cell, kind, formula, style.NumFmt, err)
		}
	}
	said := ""
	for _, row := range b.rows(sheetSummary) {
		said += strings.Join(row, "|") + "\n"
	}
	for _, want := range []string{
		"文件 File|lamps.csv\n", "结果 State|已入库 promoted\n", "有误 Bad|3\n", "错误 Errors|9\n", "未列出 Left out|6|", "识别 Recognised|按 GB18030 编码读取|read as GB18030\n",
		"bad_code|错误 error|7\n", "some_warning|提醒 warning|1\n", "some_code|已改 fixed|1\n", "of_the_file||0||提醒 warning|文件|file\n",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in\n%s", want, said)
		}
	}
}

func TestWorkbookOfALongFileHasOnlyTheRowsWithIssuesAndSaysSo(t *testing.T) {
	t.Parallel()
	b := open(t, lampContent(t), csvFile(lampFile), 3)
	if rows := b.rows(sheetData); len(rows) != 4 || rows[1][4] != "3" || rows[3][4] != "5" {
		t.Errorf("%q", rows)
	}
	said := ""
	for _, row := range b.rows(sheetSummary) {
		said += strings.Join(row, "|") + "\n"
	}
	if !strings.Contains(said, "未重复 Not repeated|1|") {
		t.Errorf("it does not say so:\n%s", said)
	}
}

func TestWorkbookOfGeoJSONHasAColumnForEveryPropertyAndTheShape(t *testing.T) {
	t.Parallel()
	f := census.File{Name: "a.geojson", Format: census.FormatGeoJSON, Body: strings.NewReader(`{"type":"FeatureCollection","features":[
		{"type":"Feature","geometry":{"type":"Point","coordinates":[111.28,30.7]},"properties":{"ObjID":"1","Note":"@x"}},
		{"type":"Feature","geometry":{"type":"Point","coordinates":[1]},"properties":{"ObjID":"2"}},
		{"type":"Feature","geometry":null,"properties":{"校验结果":"from an earlier report","ObjState":"好","ObjID":"3"}}]}`)}
	r := census.Report{Batch: census.Batch{Source: "a.geojson", Read: 3}, Issues: []census.Issue{
		{Row: 3, Column: "ObjState", Code: "unknown_state", Severity: census.Error, Message: catalog.Text{ZH: "状态", EN: "state"}},
		{Row: 2, Code: "bad_feature", Severity: census.Error, Message: catalog.Text{ZH: "要素", EN: "feature"}},
	}}
	c, err := ContentOf(t.Context(), r, f)
	if err != nil {
		t.Fatal(err)
	}
	f.Body.Seek(0, 0)
	b := open(t, c, f, wholeRows)
	want := [][]string{
		{"ObjID", "Note", "ObjState", "几何 geometry", "校验行号", "校验结果"},
		{"1", "@x", "", `{"type":"Point","coordinates":[111.28,30.7]}`, "1"},
		{"", "", "", "", "2", "[错误 error bad_feature] 要素 / feature"},
		{"3", "", "好", "", "3", "[错误 error unknown_state] ObjState：状态 / state"},
	}
	if rows := b.rows(sheetData); !reflect.DeepEqual(rows, want) {
		t.Errorf("got %q\nwant %q", rows, want)
	}
	if b.fill("C4") != "FF9999" {
		t.Errorf("C4 is %q", b.fill("C4"))
	}
}

func TestReportOfAFileThatCannotBeReadSaysWhy(t *testing.T) {
	t.Parallel()
	r := census.Report{Batch: census.Batch{Source: "a.csv", State: census.Rejected, Reason: census.ReasonFile}, Issues: []census.Issue{
		{Code: census.CodeNoHeader, Severity: census.Error, Message: catalog.Text{ZH: "文件为空", EN: "the file is empty"}},
	}}
	c, err := ContentOf(t.Context(), r, csvFile(""))
	if err != nil {
		t.Fatal(err)
	}
	b := open(t, c, csvFile(""), wholeRows)
	rows := b.rows(sheetSummary)
	if last := rows[len(rows)-1]; strings.Join(last, "|") != "no_header||0||错误 error|文件为空|the file is empty" {
		t.Errorf("%q", rows)
	}
}

func TestReportsEndWithTheContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := lampContent(t)
	var out bytes.Buffer
	for name, err := range map[string]error{
		"JSON": c.WriteJSON(ctx, &out), "CSV": c.WriteCSV(ctx, &out), "XLSX": c.WriteWorkbook(ctx, &out, csvFile(lampFile)),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := WriteRejects(ctx, &out, csvFile(lampFile), census.Report{Rejected: []int64{3}}); !errors.Is(err, context.Canceled) {
		t.Errorf("rejects: %v", err)
	}
}

func TestSummaryOfAStoredBatchCountsItsIssues(t *testing.T) {
	t.Parallel()
	r := lampReport()
	got, err := SummaryOf(r.Batch, issuesOf(r.Issues))
	if err != nil || got.Errors != 3 || got.Warnings != 2 || got.Fixed != 1 || len(got.Totals) != 6 || got.Totals[0].Code != "bad_code" {
		t.Errorf("%+v %v", got, err)
	}
	gone := errors.New("gone")
	if _, err := SummaryOf(r.Batch, func(yield func(census.Issue, error) bool) { yield(census.Issue{}, gone) }); err != gone {
		t.Errorf("%v", err)
	}
}
