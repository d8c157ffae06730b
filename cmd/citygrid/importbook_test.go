package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/xuri/excelize/v2"

	"citygrid/internal/dbtest"
)

// asBook writes the points of a census as a crew would: a title, the position's names below a common head, one sheet for each half, an instruction
// before them and a total below.
func asBook(t *testing.T, points, to string) {
	t.Helper()
	in, err := os.Open(points)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	records, err := csv.NewReader(in).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	header, records := records[0], records[1:]
	f := excelize.NewFile()
	defer f.Close()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(f.SetSheetName("Sheet1", "填表说明"))
	check(f.SetCellValue("填表说明", "A1", "每行一个部件"))
	for i, part := range [][][]string{records[:len(records)/2], records[len(records)/2:]} {
		sheet := fmt.Sprintf("部件 %d", i+1)
		_, err := f.NewSheet(sheet)
		check(err)
		w, err := f.NewStreamWriter(sheet)
		check(err)
		check(w.SetRow("A1", []any{"宜昌市部件普查成果表"}))
		check(w.MergeCell("A1", cell(len(header), 1)))
		upper, lower := make([]any, len(header)), make([]any, len(header))
		first := slices.Index(header, "Lon")
		for c, name := range header {
			switch name {
			case "Lat", "Height":
				lower[c] = name
			case "Lon":
				upper[c], lower[c] = "坐标", name
			default:
				upper[c] = name
				check(w.MergeCell(cell(c+1, 2), cell(c+1, 3)))
			}
		}
		check(w.MergeCell(cell(first+1, 2), cell(first+3, 2)))
		check(w.SetRow("A2", upper))
		check(w.SetRow("A3", lower))
		for r, record := range part {
			cells := make([]any, len(record))
			for c, text := range record {
				if number, err := strconv.ParseFloat(text, 64); err == nil && c >= first && c < first+3 {
					cells[c] = number
				} else if text != "" {
					cells[c] = text
				}
			}
			check(w.SetRow(cell(1, r+4), cells))
		}
		check(w.SetRow(cell(1, len(part)+5), []any{"合计", len(part)}))
		check(w.Flush())
	}
	check(f.SaveAs(to))
}

func cell(column, row int) string {
	name, _ := excelize.CoordinatesToCellName(column, row)
	return name
}

func TestTheCensusAsAWorkbookIsTheCensusAsCSV(t *testing.T) {
	t.Parallel()
	url, dir := dbtest.URL(t), yichang(t)
	citygrid(t, url, "profile", "apply", dir).want(t, 0)
	book := filepath.Join(t.TempDir(), "points.xlsx")
	asBook(t, filepath.Join(dir, "components", "points.csv"), book)
	citygrid(t, url, "import", book).want(t, 0, "0 created, 0 updated, 11093 unchanged",
		"sheet 填表说明: no table, 1 rows passed over", "sheet 部件 1: header in rows 2-3", "sheet 部件 2: header in rows 2-3", "not_data")

	named := filepath.Join(t.TempDir(), "points.csv")
	text, err := os.ReadFile(book)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(named, text, 0o644); err != nil {
		t.Fatal(err)
	}
	citygrid(t, url, "import", "--sheet", "部件 2", named).want(t, 0, "named as csv, read as xlsx", "0 created, 0 updated, 5547 unchanged")
	citygrid(t, url, "import", "--sheet", "部件 3", named).want(t, exitRefused, "no_sheet", "填表说明, 部件 1, 部件 2")
}
