package postgis_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"citygrid/registry/census"
	"citygrid/registry/census/report"
)

// TestAllReportsSayWhatTheImportFound compares what JSON, CSV and workbook say of a file full of traps with what the import said itself.
func TestAllReportsSayWhatTheImportFound(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.config.Accept = census.AcceptGood
	text := trapFile(",", "\r\n", func(r trapped) string { return r.record })
	r := s.take("lamps.csv", text)
	file := func() census.File {
		return census.File{Name: "lamps.csv", Format: census.FormatCSV, Body: strings.NewReader(text)}
	}
	content, err := report.ContentOf(t.Context(), r, file())
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, i := range r.Issues {
		found = append(found, fmt.Sprint(i.Row, i.Column, i.Code, i.Severity, i.Value, i.Message))
	}
	if len(found) < len(r.Rejected) {
		t.Fatalf("%d issues of %d bad rows", len(found), len(r.Rejected))
	}

	var asJSON, asCSV, asBook bytes.Buffer
	if err := content.WriteJSON(t.Context(), &asJSON); err != nil {
		t.Fatal(err)
	}
	var document struct {
		Totals []census.Total
		Issues []report.Issue
	}
	if err := json.Unmarshal(asJSON.Bytes(), &document); err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, i := range document.Issues {
		said = append(said, fmt.Sprint(i.Row, i.Column, i.Code, i.Severity, i.Value, i.Message))
	}
	if !slices.Equal(said, found) || !slices.Equal(document.Totals, r.Totals) {
		t.Errorf("JSON says\n%q\nwant\n%q", said, found)
	}

	if err := content.WriteCSV(t.Context(), &asCSV); err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(&asCSV).ReadAll()
	if err != nil || len(records) != len(found)+1 {
		t.Errorf("CSV has %d records, want %d: %v", len(records), len(found)+1, err)
	}

	if err := content.WriteWorkbook(t.Context(), &asBook, file()); err != nil {
		t.Fatal(err)
	}
	x, err := excelize.OpenReader(&asBook)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	rows, err := x.GetRows("数据 Data")
	if err != nil || int64(len(rows)) != r.Batch.Read+1 {
		t.Fatalf("%d rows, want %d: %v", len(rows), r.Batch.Read+1, err)
	}
	for _, i := range r.Issues {
		at := slices.IndexFunc(rows, func(row []string) bool { return len(row) > 8 && row[8] == fmt.Sprint(i.Row) })
		if at < 0 || !strings.Contains(strings.Join(rows[at], "|"), i.Code) {
			t.Errorf("no row shows %+v", i)
			continue
		}
		column := slices.Index(rows[0], i.Column)
		if column < 0 {
			continue
		}
		cell, _ := excelize.CoordinatesToCellName(column+1, at+1)
		id, _ := x.GetCellStyle("数据 Data", cell)
		if style, err := x.GetStyle(id); err != nil || len(style.Fill.Color) == 0 {
			t.Errorf("%s is not in colour for %+v", cell, i)
		}
	}

	stored, err := s.store.Batch(t.Context(), r.Batch.ID)
	if err != nil {
		t.Fatal(err)
	}
	summary, err := report.SummaryOf(stored, s.store.BatchIssues(t.Context(), r.Batch.ID))
	if want := content.Summary; err != nil || !slices.Equal(summary.Totals, want.Totals) || summary.Errors != want.Errors || summary.Batch.Bad != want.Batch.Bad {
		t.Errorf("the store says %+v, %v; want %+v", summary, err, want)
	}
}
