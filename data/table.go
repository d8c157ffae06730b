package data

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"slices"
	"strings"
)

// readTable yields the rows of a CSV file whose header must be exactly the one
// given. It stops at the first error, which names file and line.
func readTable(files fs.FS, name string, header []string) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			yield(row{}, err)
			return
		}
		if bytes.HasPrefix(text, []byte("\ufeff")) {
			yield(row{}, fmt.Errorf("%s: begins with a byte-order mark; save it without", name))
			return
		}
		reader := csv.NewReader(bytes.NewReader(text))
		reader.FieldsPerRecord = len(header)
		for first := true; ; first = false {
			cells, err := reader.Read()
			if errors.Is(err, io.EOF) && !first {
				return
			}
			if err != nil {
				yield(row{}, fmt.Errorf("%s: %w", name, err))
				return
			}
			if first {
				if !slices.Equal(cells, header) {
					yield(row{}, fmt.Errorf("%s: header is %q, needs %q", name, cells, header))
					return
				}
				continue
			}
			line, _ := reader.FieldPos(0)
			if !yield(row{file: name, line: line, header: header, cells: cells}, nil) {
				return
			}
		}
	}
}

// row is one line of a table. It keeps the first thing wrong with its cells, so
// that a caller reads them all and asks once.
type row struct {
	file   string
	line   int
	header []string
	cells  []string
	err    error
}

// text returns a cell that must hold something, without spaces around it.
func (r *row) text(column string) string {
	value := r.optional(column)
	if value == "" {
		r.fail(column, errors.New("is empty"))
	}
	return value
}

// optional returns a cell that may be empty.
func (r *row) optional(column string) string {
	value := r.cells[slices.Index(r.header, column)]
	if value != strings.TrimSpace(value) {
		r.fail(column, fmt.Errorf("%q has spaces around it", value))
	}
	return value
}

func (r *row) fail(column string, err error) {
	if r.err == nil {
		r.err = fmt.Errorf("%s line %d column %s: %w", r.file, r.line, column, err)
	}
}

// parse reads a cell that must hold something with one of the parsers of
// package catalog, or any other.
func parse[T any](r *row, column string, parser func(string) (T, error)) T {
	value, err := parser(r.text(column))
	if err != nil {
		r.fail(column, err)
	}
	return value
}

// parseOptional is parse for a cell that may be empty; empty is the zero value.
func parseOptional[T any](r *row, column string, parser func(string) (T, error)) T {
	if r.optional(column) == "" {
		var zero T
		return zero
	}
	return parse(r, column, parser)
}

// same fails unless the cell repeats what another table says.
func (r *row) same(column, want string) {
	if got := r.text(column); got != want {
		r.fail(column, fmt.Errorf("is %q here and %q in the other table", got, want))
	}
}
