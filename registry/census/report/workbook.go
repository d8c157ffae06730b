package report

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"citygrid/geo"
	"citygrid/geo/geojson"
	"citygrid/registry/census"
)

// The sheets of a report.
const (
	sheetData    = "数据 Data"
	sheetSummary = "汇总 Summary"
)

// wholeRows is up to how many rows a workbook repeats all of a file. Of a longer one it holds, after these, the rows with issues alone.
const wholeRows = 200_000

// geometryColumn shows the shape of a feature.
const geometryColumn = "几何 geometry"

// resultWidth is the width of the column 校验结果 in characters.
const resultWidth = 80

// WriteWorkbook writes a workbook (XLSX) in which the cells that an issue names have a colour: errors red, warnings yellow, what was fixed blue. A
// column 校验结果 says what is wrong with the row, the sheet 汇总 has the numbers and the issues that belong to no row. f is at its first byte.
//
// A workbook of at most 20,000 rows and 4 MiB stays as it came beside that. Of any other file the rows are written anew, all as text, with
// the line on which each stands in f: in the sheet 数据, or in sheets of the names that f has. Of a file of more than 200,000 rows
// there are only the rows with issues, and 汇总 says so. These rows go through a temporary file; memory holds the issues.
//
// The errors are those of w, of f, of the issues and of ctx.
func (c Content) WriteWorkbook(ctx context.Context, w io.Writer, f census.File) error {
	return c.workbook(ctx, w, f, wholeRows)
}

func (c Content) workbook(ctx context.Context, w io.Writer, f census.File, whole int64) error {
	b := &workbook{content: c, byRow: map[place][]Issue{}, whole: whole}
	for issue, err := range c.all(ctx) {
		if err != nil {
			return err
		}
		at := place{issue.Sheet, issue.Row}
		b.byRow[at] = append(b.byRow[at], issue)
	}
	if done, err := c.original(w, f, b); done || err != nil {
		return err
	}
	if _, err := f.Body.Seek(0, io.SeekStart); err != nil {
		return err
	}
	b.file = excelize.NewFile()
	defer b.file.Close()
	var err error
	if b.styles, err = newStyles(b.file); err != nil {
		return err
	}
	var unreadable *census.FileError // said in 汇总
	if err := b.rows(ctx, f); err != nil && !errors.As(err, &unreadable) {
		return err
	}
	if b.data == nil { // not a row was read
		if err := b.begin(sheetData, nil); err != nil {
			return err
		}
	}
	if err := b.data.Flush(); err != nil {
		return err
	}
	if err := b.summary(); err != nil {
		return err
	}
	_, err = b.file.WriteTo(w)
	return err
}

// place is where a row stands in the file.
type place struct {
	sheet string
	row   int64
}

// workbook is a report while it is made.
type workbook struct {
	content Content
	file    *excelize.File
	styles  styles
	byRow   map[place][]Issue // those that are not shown yet
	whole   int64

	data    *excelize.StreamWriter // of the sheet with rows that is being written
	sheet   string                 // from which its rows come
	columns []string               // its own, without those that the report adds
	at      map[string]int         // places of columns
	line    int                    // rows of it
	shown   int64                  // rows of the file
	skipped int64                  // rows without issues that are left out
}

// rows reads the file once, or twice where each of its rows names its own columns.
func (b *workbook) rows(ctx context.Context, f census.File) error {
	reader, f, err := census.Open(ctx, f)
	if err != nil {
		return err
	}
	columns := reader.Columns()
	if columns == nil && f.Format != census.FormatXLSX {
		if columns, err = namesIn(ctx, reader); err != nil {
			return err
		}
		if _, err := f.Body.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if reader, f, err = census.Open(ctx, f); err != nil {
			return err
		}
	}
	if columns != nil {
		if err := b.begin(sheetData, columns); err != nil {
			return err
		}
	}
	for row, err := range reader.Rows() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if row.Sheet != "" && row.Columns == nil { // a note, or a header that lacks a column: 汇总 has it
			continue
		}
		if row.Sheet != b.sheet {
			if err := b.begin(row.Sheet, row.Columns); err != nil {
				return err
			}
			b.sheet = row.Sheet
		}
		if err := b.row(row); err != nil {
			return err
		}
	}
	return nil
}

// namesIn are the names of all columns in the order of their first use, at most as many as a file may have.
func namesIn(ctx context.Context, reader census.Reader) ([]string, error) {
	names, seen, shapes := []string{}, map[string]bool{}, false
	for row, err := range reader.Rows() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		shapes = shapes || row.Geometry != nil
		for _, name := range row.Columns {
			if !seen[name] && len(names) < census.MaxColumns {
				names, seen[name] = append(names, strings.Clone(name)), true
			}
		}
	}
	if shapes && !seen[geometryColumn] {
		names = append(names, geometryColumn)
	}
	return names, nil
}

// begin ends the sheet before and begins one with the columns' names.
func (b *workbook) begin(name string, columns []string) (err error) {
	if b.data, err = nextSheet(b.file, b.data, name); err != nil {
		return err
	}
	b.columns = slices.DeleteFunc(slices.Clone(columns), func(name string) bool { // of an earlier report
		return name == census.ColumnLine || name == census.ColumnResult
	})
	b.at, b.line = places(b.columns), 0
	if err := b.data.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	n := len(b.columns)
	if err := b.data.SetColWidth(1, n+1, 16); err != nil {
		return err
	}
	if err := b.data.SetColWidth(n+2, n+2, resultWidth); err != nil {
		return err
	}
	var cells []any
	for _, name := range append(b.columns[:n:n], census.ColumnLine, census.ColumnResult) {
		cells = append(cells, excelize.Cell{StyleID: b.styles.heading, Value: name})
	}
	return b.add(cells)
}

func (b *workbook) add(cells []any) error {
	b.line++
	return b.data.SetRow(fmt.Sprintf("A%d", b.line), cells)
}

// row writes a row, unless there is nothing to say of it in a file that is too long to repeat.
func (b *workbook) row(row census.Row) error {
	at := place{row.Sheet, row.Line}
	issues := b.byRow[at]
	if len(issues) == 0 && (b.content.Summary.Batch.Rows > b.whole || b.shown >= b.whole) {
		b.skipped++
		return nil
	}
	delete(b.byRow, at)
	b.shown++
	cells := make([]any, len(b.columns)+2)
	for i, value := range row.Values {
		if i = b.column(row, i); i >= 0 && value != "" {
			cells[i] = excelize.Cell{StyleID: b.styles.text, Value: value}
		}
	}
	if i, ok := b.at[geometryColumn]; ok && row.Geometry != nil {
		text, err := geojson.AppendEWKB(nil, geo.AppendEWKB(nil, row.Geometry))
		if err != nil {
			return err
		}
		cells[i] = excelize.Cell{StyleID: b.styles.text, Value: string(text)}
	}
	for _, issue := range issues {
		if i, ok := b.at[issue.Column]; ok {
			b.colour(&cells[i], issue.Severity)
		}
	}
	cells[len(b.columns)] = row.Line
	if text := inWords(issues); text != "" {
		cells[len(b.columns)+1] = excelize.Cell{StyleID: b.styles.text, Value: text}
	}
	return b.add(cells)
}

// column is where the i-th cell of a row stands, -1 where there is no place for it: a row may have more cells than the header.
func (b *workbook) column(row census.Row, i int) int {
	if row.Columns == nil || i >= len(row.Columns) {
		return -1
	}
	if at, ok := b.at[row.Columns[i]]; ok {
		return at
	}
	return -1
}

// colour marks a cell, an empty one too. Of two issues the worse is seen.
func (b *workbook) colour(cell *any, s census.Severity) {
	marked, _ := (*cell).(excelize.Cell)
	marked.StyleID = b.styles.worse(marked.StyleID, s)
	*cell = marked
}

// inWords says the issues of a row, one a line.
func inWords(issues []Issue) string {
	var lines []string
	for _, i := range issues {
		column := ""
		if i.Column != "" {
			column = i.Column + "："
		}
		instead := ""
		if i.Severity == census.Fixed {
			instead = fmt.Sprintf(" %q → %q", i.Value, i.Instead)
		}
		lines = append(lines, fmt.Sprintf("[%s %s] %s%s / %s%s", severityWord(i.Severity), i.Code, column, i.Message.ZH, i.Message.EN, instead))
	}
	return strings.Join(lines, "\n")
}

// severityWord is a severity in both languages.
func severityWord(s census.Severity) string {
	switch s {
	case census.Error:
		return "错误 error"
	case census.Warning:
		return "提醒 warning"
	}
	return "已改 fixed"
}
