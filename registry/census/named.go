package census

import (
	"context"
	"iter"
	"slices"
	"strings"

	"citygrid/registry"
)

// NamedValue is what a row says in a column, beside the code of its component.
type NamedValue struct {
	Sheet string
	Row   int64
	Code  string
	Value string
}

// ValuesIn reads a survey file for one column alone, by its name or the last level of that: of each row that says something there. The code is what stands in
// the column of codes, without spaces, unchecked. Invalid when no row has both columns; else its errors are those of [Open] and of the rows.
func ValuesIn(ctx context.Context, f File, column string) iter.Seq2[NamedValue, error] {
	return func(yield func(NamedValue, error) bool) {
		chosen, err := choose(f.Columns, f.Answers)
		if err != nil {
			yield(NamedValue{}, err)
			return
		}
		reader, _, err := Open(ctx, f)
		if err != nil {
			yield(NamedValue{}, err)
			return
		}
		var m *mapping
		at, found := -1, false
		for row, err := range reader.Rows() {
			if err != nil {
				yield(NamedValue{}, err)
				return
			}
			if row.Note || row.Sample || len(row.Faults) > 0 {
				continue
			}
			if !m.fits(row.Columns) {
				m, at = newMapping(slices.Clone(row.Columns), chosen), columnNamed(row.Columns, column)
			}
			if at < 0 || m.at[objID] < 0 {
				continue
			}
			found = true
			if row.Values[at] != "" && !yield(NamedValue{row.Sheet, row.Line, normal(m.cell(&row, objID), true), row.Values[at]}, nil) {
				return
			}
		}
		if !found {
			yield(NamedValue{}, registry.InvalidField("column", column, "普查文件中没有这一列，或没有标识码列；请核对列名",
				"the survey file has no such column, or none of the codes: check the name of the column"))
		}
	}
}

// columnNamed is the place of a column, -1 where there is none.
func columnNamed(columns []string, name string) int {
	key := columnKey(name)
	if at := slices.IndexFunc(columns, func(c string) bool { return columnKey(c) == key }); at >= 0 {
		return at
	}
	return slices.IndexFunc(columns, func(c string) bool {
		k := columnKey(c)
		return k[strings.LastIndexByte(k, '/')+1:] == key
	})
}
