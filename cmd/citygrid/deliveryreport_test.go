package main

import (
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/xuri/excelize/v2"
)

// sameInAllReports tries a file out with each form of report, and returns the issues, which must be the same in all.
func sameInAllReports(t *testing.T, registry string, args ...string) []importIssue {
	t.Helper()
	dir := t.TempDir()
	for _, form := range []string{".json", ".csv", ".xlsx"} {
		citygrid(t, registry, append([]string{"import", "--dry-run", "--report", filepath.Join(dir, "report"+form)}, args...)...).want(t, exitPartly)
	}
	issues := readReport(t, filepath.Join(dir, "report.json")).Issues
	var told []string
	for _, i := range issues {
		told = append(told, strings.Join([]string{i.Sheet, strconv.Itoa(i.Row), i.Column, i.Severity, i.Code, unformula(i.Value), unformula(i.Instead), i.Message.ZH, i.Message.EN}, "|"))
	}
	var listed []string
	for _, record := range readCSV(t, filepath.Join(dir, "report.csv"))[1:] { // file, sheet, row, letter, column, severity, code, value, instead, messages
		if record[2] == "" { // the sheet as a whole
			record[2] = "0"
		}
		record[7], record[8] = unformula(record[7]), unformula(record[8])
		listed = append(listed, strings.Join(append(slices.Clone(record[1:3]), record[4:]...), "|"))
	}
	slices.Sort(told)
	slices.Sort(listed)
	if !slices.Equal(told, listed) {
		t.Errorf("the CSV report has not what the JSON report has:\n%s\n\n%s", strings.Join(listed, "\n"), strings.Join(told, "\n"))
	}
	compareBook(t, filepath.Join(dir, "report.xlsx"), issues)
	return issues
}

// unformula takes off the apostrophe by which a report for spreadsheets keeps text from being a formula.
func unformula(s string) string {
	return strings.TrimPrefix(s, "'")
}

var (
	toldInBook = regexp.MustCompile(`(?m)^\[\S+ (\S+) (\S+)\] `)
)

// compareBook wants each row's result to tell its issues with both messages, and each faulty cell to be marked.
func compareBook(t *testing.T, path string, issues []importIssue) {
	t.Helper()
	book, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	type place struct {
		sheet string
		row   int
	}
	want := map[place][]importIssue{}
	for _, i := range issues {
		if i.Row > 0 {
			want[place{i.Sheet, i.Row}] = append(want[place{i.Sheet, i.Row}], i)
		}
	}
	for _, sheet := range book.GetSheetList() {
		rows, err := book.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		header, result, number := []string(nil), -1, -1
		for r, row := range rows {
			if at := slices.Index(row, "校验结果"); at >= 0 {
				header, result, number = row, at, slices.Index(row, "校验行号")
				continue
			}
			if result < 0 || result >= len(row) || row[result] == "" {
				continue
			}
			key := place{sheet, r + 1}
			if number >= 0 {
				key = place{"", 0}
				key.row, _ = strconv.Atoi(row[number])
			}
			var got, told []string
			for _, m := range toldInBook.FindAllStringSubmatch(row[result], -1) {
				got = append(got, m[1]+" "+m[2])
			}
			for _, i := range want[key] {
				told = append(told, i.Severity+" "+i.Code)
				if !strings.Contains(row[result], i.Message.ZH+" / "+i.Message.EN) {
					t.Errorf("%s row %d of the workbook does not tell %s: %q", sheet, key.row, i.Code, row[result])
				}
				if at := slices.Index(header, i.Column); i.Severity == "error" && at >= 0 && !marked(t, book, sheet, at+1, r+1) {
					t.Errorf("%s row %d of the workbook: the cell of %s is not marked", sheet, key.row, i.Column)
				}
			}
			slices.Sort(got)
			slices.Sort(told)
			if !slices.Equal(got, told) {
				t.Errorf("%s row %d of the workbook tells %q, want %q", sheet, key.row, got, told)
			}
			delete(want, key)
		}
	}
	for key, left := range want {
		t.Errorf("the workbook tells nothing of %+v: %+v", key, left)
	}
}

// marked holds for a cell on red.
func marked(t *testing.T, book *excelize.File, sheet string, column, row int) bool {
	t.Helper()
	id, err := book.GetCellStyle(sheet, cell(column, row))
	if err != nil {
		t.Fatal(err)
	}
	style, err := book.GetStyle(id)
	if err != nil {
		t.Fatal(err)
	}
	return len(style.Fill.Color) > 0
}

// components are the stored ones by code, with all columns that are the survey's.
func components(t *testing.T, url string) map[string]string {
	t.Helper()
	rows, err := connect(t, url).Query(t.Context(), `select code, (to_jsonb(c) - array['id', 'batch_id', 'change_id', 'geom'])::text || st_asewkt(geom) from component c`)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	var code, image string
	if _, err := pgx.ForEachRow(rows, []any{&code, &image}, func() error {
		found[code] = image
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return found
}
