package report

import (
	"context"
	"io"
	"slices"

	"github.com/xuri/excelize/v2"

	"citygrid/registry/census"
)

// sheetTable is where the table of a sheet stands, "" being that of a file without sheets.
type sheetTable struct {
	columns []string
	first   int64 // line of what stands below the header
}

// tablesOf reads as much of a file as tells its columns: the header of a table, the sheets of a workbook, of features nothing.
func tablesOf(ctx context.Context, reader census.Reader) (map[string]sheetTable, error) {
	tables := map[string]sheetTable{}
	if columns := reader.Columns(); columns != nil {
		tables[""] = sheetTable{columns: columns}
		return tables, nil
	}
	for row, err := range reader.Rows() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return tables, err
		}
		if row.Sheet == "" {
			return tables, nil
		}
		t, known := tables[row.Sheet]
		switch {
		case !known:
			tables[row.Sheet] = sheetTable{row.Columns, row.Line}
		case t.columns == nil && row.Columns != nil:
			t.columns = row.Columns
			tables[row.Sheet] = t
		}
	}
	return tables, nil
}

// The limits of a workbook that is shown as it came: it is taken into memory whole.
const (
	originalRows     = 20_000
	originalBytes    = 4 << 20
	originalUnpacked = 48 << 20
)

// original writes the crew's own workbook: the faulty cells get a colour, a column 校验结果 stands behind each table, and 汇总 is added. What
// else is in it stays. It says no where the workbook is too large for that, or is none.
func (c Content) original(w io.Writer, f census.File, b *workbook) (bool, error) {
	if _, flat := c.tables[""]; flat || len(c.tables) == 0 {
		return false, nil
	}
	size, err := f.Body.Seek(0, io.SeekEnd)
	if err != nil || size > originalBytes || c.Summary.Batch.Rows > originalRows {
		return false, err
	}
	if _, err := f.Body.Seek(0, io.SeekStart); err != nil {
		return false, err
	}
	book, err := excelize.OpenReader(f.Body, excelize.Options{UnzipSizeLimit: originalUnpacked, UnzipXMLSizeLimit: 16 << 20})
	if err != nil {
		return false, nil // the rows are read by another reader, and shown in a workbook of ours
	}
	defer book.Close()
	b.file = book
	if b.styles, err = newStyles(book); err != nil {
		return false, err
	}
	coloured := map[look]int{}
	for at, issues := range b.byRow {
		t, ok := c.tables[at.sheet]
		if !ok || at.row < t.first || len(t.columns) == 0 {
			continue
		}
		delete(b.byRow, at)
		for _, issue := range issues {
			if i := slices.Index(t.columns, issue.Column); i >= 0 {
				if err := b.paint(place{at.sheet, at.row}, i, issue.Severity, coloured); err != nil {
					return false, err
				}
			}
		}
		if err := b.say(at, len(t.columns), inWords(issues), b.styles.text); err != nil {
			return false, err
		}
	}
	for sheet, t := range c.tables {
		if t.first < 2 || len(t.columns) == 0 {
			continue
		}
		if err := b.say(place{sheet, t.first - 1}, len(t.columns), census.ColumnResult, b.styles.heading); err != nil {
			return false, err
		}
		letter, err := excelize.ColumnNumberToName(len(t.columns) + 1)
		if err != nil {
			return false, err
		}
		if err := book.SetColWidth(sheet, letter, letter, resultWidth); err != nil {
			return false, err
		}
	}
	if err := b.summary(); err != nil {
		return false, err
	}
	_, err = book.WriteTo(w)
	return true, err
}

// look is a cell's own style with the colour of an issue.
type look struct {
	style    int
	severity census.Severity
}

// paint gives a cell the colour of an issue and leaves the rest of its look.
func (b *workbook) paint(at place, column int, s census.Severity, coloured map[look]int) error {
	cell, err := excelize.CoordinatesToCellName(column+1, int(at.row))
	if err != nil {
		return err
	}
	own, err := b.file.GetCellStyle(at.sheet, cell)
	if err != nil {
		return err
	}
	id, known := coloured[look{own, s}]
	if !known {
		style, err := b.file.GetStyle(own)
		if err != nil {
			return err
		}
		style.Fill = fillOf(s)
		if id, err = b.file.NewStyle(style); err != nil {
			return err
		}
		coloured[look{own, s}] = id
	}
	return b.file.SetCellStyle(at.sheet, cell, cell, id)
}

// say writes text into the column behind a table.
func (b *workbook) say(at place, columns int, text string, style int) error {
	cell, err := excelize.CoordinatesToCellName(columns+1, int(at.row))
	if err != nil {
		return err
	}
	if err := b.file.SetCellStr(at.sheet, cell, text); err != nil {
		return err
	}
	return b.file.SetCellStyle(at.sheet, cell, cell, style)
}

// rejectSheets writes a workbook with the sheets that have bad rows: the names of their columns, and these rows as they were read, all as
// text. Merged cells stand in each of their rows.
func rejectSheets(ctx context.Context, w io.Writer, reader census.Reader, r census.Report) (int64, error) {
	file := excelize.NewFile()
	defer file.Close()
	styles, err := newStyles(file)
	if err != nil {
		return 0, err
	}
	rest := r.Rejected // in the order of the rows
	var out *excelize.StreamWriter
	sheet, row, found := "", 0, int64(0)
	add := func(values []string, style int) error {
		cells := make([]any, len(values))
		for i, v := range values {
			cells[i] = excelize.Cell{StyleID: style, Value: v}
		}
		row++
		at, err := excelize.CoordinatesToCellName(1, row)
		if err != nil {
			return err
		}
		return out.SetRow(at, cells)
	}
	for line, err := range reader.Rows() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return 0, err
		}
		if len(rest) == 0 {
			break
		}
		if at, n := r.Batch.Place(rest[0]); line.Note || at != line.Sheet || n != line.Line {
			continue
		}
		rest = rest[1:]
		if line.Columns == nil { // a sheet whose header lacks a column
			continue
		}
		found++
		if out == nil || sheet != line.Sheet {
			if out, err = nextSheet(file, out, line.Sheet); err != nil {
				return 0, err
			}
			sheet, row = line.Sheet, 0
			if err := add(line.Columns, styles.heading); err != nil {
				return 0, err
			}
		}
		if err := add(asFound(line), styles.text); err != nil {
			return 0, err
		}
	}
	if out != nil {
		if err := out.Flush(); err != nil {
			return 0, err
		}
	}
	_, err = file.WriteTo(w)
	return found, err
}

// asFound are a row's values with what was found in cells of which the reader gives none. A code that had been a number looks right and may not
// be: it gets a sign that no code has.
func asFound(row census.Row) []string {
	values := slices.Clone(row.Values)
	for _, issue := range row.Issues {
		at := slices.Index(row.Columns, issue.Column)
		switch {
		case issue.Severity != census.Error || at < 0 || values[at] != "":
		case issue.Code == census.CodeDigitsLost:
			values[at] = "≈" + issue.Value
		default:
			values[at] = issue.Value
		}
	}
	return values
}

// nextSheet ends a sheet and begins one of a name; the first takes the place of the one that a new workbook has.
func nextSheet(file *excelize.File, before *excelize.StreamWriter, name string) (*excelize.StreamWriter, error) {
	if before == nil {
		if err := file.SetSheetName("Sheet1", name); err != nil {
			return nil, err
		}
		return file.NewStreamWriter(name)
	}
	if err := before.Flush(); err != nil {
		return nil, err
	}
	if _, err := file.NewSheet(name); err != nil {
		return nil, err
	}
	return file.NewStreamWriter(name)
}
