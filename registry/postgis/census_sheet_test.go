package postgis_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"citygrid/registry/census"
)

// workbookOf writes CSV texts as the sheets 一 and 二.
func workbookOf(t *testing.T, sheets ...string) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, text := range sheets {
		name := []string{"一", "二"}[i]
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for r, record := range records {
			if err := f.SetSheetRow(name, fmt.Sprint("A", r+1), &record); err != nil {
				t.Fatal(err)
			}
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestTrap24RowsOfSeveralSheetsAreNamedBySheetAndRow: lines repeat from sheet to sheet, so a line alone would take out the wrong rows.
func TestTrap24RowsOfSeveralSheetsAreNamedBySheetAndRow(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.config.Accept = census.AcceptGood
	first := lamps(4, "完好")
	second := strings.NewReplacer("0118000001", "0118000011", "0118000002", "0118000012").Replace(lamps(4, "完好")) // rows 4 and 5 repeat sheet 一's
	second = strings.Replace(second, "0118000004,路灯,U04,市路灯管理处,,完好", "0118000004,路灯,U04,市路灯管理处,,破损", 1)
	r := s.take("a.xlsx", workbookOf(t, first, second))
	var got []string
	for _, is := range r.Issues {
		got = append(got, fmt.Sprintf("%s %d %s %s: %s", is.Sheet, is.Row, is.Code, is.Severity, strings.Split(is.Message.EN, ", which is surveyed")[0]))
	}
	want := []string{
		"二 4 repeated_row warning: equal to row 4 (一) in every column; it is taken once",
		"一 5 duplicate error: rows 5, 5 (二) name the same component and differ; keep the right one, or correct the codes",
		"二 5 duplicate error: rows 5 (一), 5 name the same component and differ; keep the right one, or correct the codes",
		"二 2 near_duplicate warning: 0.00 m from 4205020118000001, row 2 (一), of the same sub-class",
		"二 3 near_duplicate warning: 0.00 m from 4205020118000002, row 3 (一), of the same sub-class",
	}
	if !reflect.DeepEqual(got, want) || r.Batch.Counts != (census.Counts{Created: 5}) || r.Batch.Bad != 2 {
		t.Errorf("got %+v\n%s\nwant\n%s", r.Batch, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	codes := s.list(`select code from component order by code`)
	if want := []string{"4205020118000001", "4205020118000002", "4205020118000003", "4205020118000011", "4205020118000012"}; !reflect.DeepEqual(codes, want) {
		t.Errorf("got %q, want %q", codes, want)
	}
}

func TestAWorkbookChangesNothingAfterTheSameCSV(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.take("a.csv", lamps(5, "完好"))
	if r := s.take("a.xlsx", workbookOf(t, lamps(5, "完好"))); r.Batch.Counts != (census.Counts{Unchanged: 5}) {
		t.Errorf("got %+v", r)
	}
}

func TestTrap12ACodeThatBecameANumberIsToldOnce(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range [][]any{
		{"ObjID", "DeptCode1", "DeptName1", "ObjState", "ORDate", "Lon", "Lat"},
		{int64(4205020118000001), "U04", "市路灯管理处", "完好", "2011-12-31", 111.285, 30.705},
		{lamp(2), int64(4205020118000001), "市路灯管理处", "完好", "2011-12-31", 111.286, 30.705},
	} {
		if err := f.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var book bytes.Buffer
	if err := f.Write(&book); err != nil {
		t.Fatal(err)
	}
	r := s.take("a.xlsx", book.String())
	if got := briefs(r); !reflect.DeepEqual(got, []string{"2 ObjID digits_lost error", "3 DeptCode1 digits_lost error"}) {
		t.Errorf("got %q", got)
	}
}
