package profile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"citygrid/geo/geojson"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
)

// table reads one CSV file of the folder; its methods turn cells into values and note what is wrong with them.
type table struct {
	file   string
	faults *faults
	row    int64
	cells  map[string]string
	failed bool // something is wrong with the present row
}

// readTable calls each for every row of a file that must have the given columns and may have more. A missing file is a fault when
// it is required.
func (f *faults) readTable(folder fs.FS, file string, required bool, columns []string, each func(*table)) error {
	in, err := openRegular(folder, file)
	if errors.Is(err, fs.ErrNotExist) {
		if required {
			f.add(file, 0, "", "", CodeMissingFile, "缺少此文件", "this file is missing")
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("read profile: %w", err)
	}
	defer in.Close()
	return f.fileFault(file, f.readRows(in, file, columns, each))
}

func (f *faults) readRows(in io.Reader, file string, columns []string, each func(*table)) error {
	reader, err := census.NewCSV(in)
	if err != nil {
		return err
	}
	for _, c := range columns {
		if !slices.Contains(reader.Columns(), c) {
			f.add(file, 1, c, "", census.CodeMissingColumn, "表头缺少此列", "the header lacks this column")
			return nil
		}
	}
	for row, err := range reader.Rows() {
		if err != nil {
			return err
		}
		for _, fault := range row.Faults {
			f.errors = append(f.errors, Fault{File: file, Issue: fault})
		}
		if len(row.Faults) > 0 {
			continue
		}
		t := &table{file: file, faults: f, row: row.Line, cells: make(map[string]string, len(columns))}
		for i, c := range row.Columns {
			t.cells[c] = strings.Clone(row.Values[i])
			t.failed = !f.checkText(file, row.Line, c, t.cells[c]) || t.failed
		}
		each(t)
	}
	return nil
}

// fileFault lists a fault of the whole file and lets every other error pass.
func (f *faults) fileFault(file string, err error) error {
	var bad *census.FileError
	if errors.As(err, &bad) {
		f.errors = append(f.errors, Fault{File: file, Issue: bad.Issue})
		return nil
	}
	if err != nil {
		return fmt.Errorf("read profile: %s: %w", file, err)
	}
	return nil
}

// text is a cell that must not be empty.
func (t *table) text(column string) string {
	v := t.cells[column]
	if v == "" {
		t.bad(column, v, "不能为空", "must not be empty")
	}
	return v
}

// optional is a cell that may be empty.
func (t *table) optional(column string) string { return t.cells[column] }

// oneOf is a cell that must be one of the words.
func (t *table) oneOf(column string, words ...string) string {
	v := t.cells[column]
	if !slices.Contains(words, v) {
		list := strings.Join(words, ", ")
		t.bad(column, v, "须为以下之一："+list, "must be one of "+list)
	}
	return v
}

// date is a cell that holds a day as YYYY-MM-DD, or nothing.
func (t *table) date(column string) time.Time {
	v := t.cells[column]
	if v == "" {
		return time.Time{}
	}
	d, err := time.Parse(time.DateOnly, v)
	if err != nil {
		t.bad(column, v, "日期须写作 YYYY-MM-DD", "write the date as YYYY-MM-DD")
	}
	return d
}

// bad notes a cell that cannot stand.
func (t *table) bad(column, value, zh, en string) {
	t.failed = true
	t.faults.add(t.file, t.row, column, value, CodeBadValue, zh, en)
}

// parse reads a cell with one of the catalogue's parsers.
func parse[T any](t *table, column string, parser func(string) (T, error)) T {
	v := t.cells[column]
	out, err := parser(v)
	if err != nil {
		zh, en := explain(err)
		t.bad(column, v, zh, en)
	}
	return out
}

// explain is an error in both languages where it knows them.
func explain(err error) (zh, en string) {
	var code *catalog.CodeError
	if errors.As(err, &code) {
		m := code.Message()
		return m.ZH, m.EN
	}
	var feature *geojson.Fault
	if errors.As(err, &feature) {
		return feature.ZH, feature.EN
	}
	var shape interface{ ZH() string }
	if errors.As(err, &shape) {
		return shape.ZH(), err.Error()
	}
	return err.Error(), err.Error()
}
