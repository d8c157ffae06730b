package report

import (
	"context"
	"encoding/csv"
	"io"
	"iter"
	"strconv"

	"citygrid/registry/census"
)

// WriteChanges writes what the promotion of a batch would change as a table for spreadsheets, in the form of [Content.WriteCSV]: a line for each column of a
// row that changes, one for a row that is created, and behind them the components that d lists as renumbered and missing.
//
// It holds one row at a time. Its errors are those of w, of the changes and of ctx.
func WriteChanges(ctx context.Context, w io.Writer, b census.Batch, changes iter.Seq2[census.Change, error], d census.Difference) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	put := func(cells ...string) error {
		for i := range cells {
			cells[i] = Guarded(cells[i])
		}
		return out.Write(cells)
	}
	err := put("工作表 Sheet", "行 Row", "编码 Code", "变化 Change", "列名 Column", "原值 Old", "新值 New", "说明 Note", "距离（米） Metres")
	if err != nil {
		return err
	}
	for c, err := range changes {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		sheet, line := b.Place(c.Line)
		metres := ""
		if c.Kind == census.ChangeMoved {
			metres = metresText(c.Metres)
		}
		if len(c.Columns) == 0 {
			c.Columns = []census.ColumnChange{{}}
		}
		for _, col := range c.Columns {
			if err := put(sheet, strconv.FormatInt(line, 10), c.Code, string(c.Kind), col.Column, col.Old, col.New, noteOn(col), metres); err != nil {
				return err
			}
		}
	}
	for _, r := range d.Renumbered {
		sheet, line := b.Place(r.Line)
		if err := put(sheet, strconv.FormatInt(line, 10), r.New, string(census.ChangeRenumbered), "ObjID", r.Old, r.New, "", metresText(r.Metres)); err != nil {
			return err
		}
	}
	for _, m := range d.Missing {
		if err := put("", "", m.Code, string(census.ChangeMissing), "", "", "", m.Grid, ""); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func metresText(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }

func noteOn(c census.ColumnChange) string {
	switch {
	case c.Cleared:
		return "清空 cleared"
	case c.Format:
		return "仅格式 format only"
	}
	return ""
}
