package report

import (
	"context"
	"errors"
	"iter"

	"github.com/xuri/excelize/v2"

	"citygrid/registry/catalog"
	"citygrid/registry/census"
)

// Content is what a report is made of. The ways to write it show the same issues in the same order.
type Content struct {
	Summary Summary
	// Columns are the names in the file's header, by which a column's letter is known; nil where the file has no header.
	Columns []string
	Issues  iter.Seq2[census.Issue, error] // may be gone over more than once
}

// ContentOf is the content of the report on an import that was just done. It reads the header of f, from its first byte, and leaves f.Body
// where that ends.
func ContentOf(r census.Report, f census.File) (Content, error) {
	c := Content{Summary: Summarise(r), Issues: issuesOf(r.Issues)}
	reader, _, err := census.Open(f)
	var file *census.FileError
	switch {
	case errors.As(err, &file): // it is among the issues
		return c, nil
	case err != nil:
		return c, err
	}
	c.Columns = reader.Columns()
	return c, nil
}

func issuesOf(issues []census.Issue) iter.Seq2[census.Issue, error] {
	return func(yield func(census.Issue, error) bool) {
		for _, i := range issues {
			if !yield(i, nil) {
				return
			}
		}
	}
}

// Issue is one line of a report. Empty members are left out of the JSON.
type Issue struct {
	File         string          `json:"file"`
	Sheet        string          `json:"sheet,omitempty"`
	Row          int64           `json:"row,omitempty"` // as the crew's own editor shows it
	Column       string          `json:"column,omitempty"`
	ColumnLetter string          `json:"column_letter,omitempty"` // as a spreadsheet names it
	Code         string          `json:"code"`
	Severity     census.Severity `json:"severity"`
	Value        string          `json:"value,omitempty"`
	Instead      string          `json:"instead,omitempty"` // of what was fixed: what was taken
	Message      catalog.Text    `json:"message"`
}

// all yields the issues as lines of the report, until ctx ends.
func (c Content) all(ctx context.Context) iter.Seq2[Issue, error] {
	at := places(c.Columns)
	return func(yield func(Issue, error) bool) {
		for i, err := range c.Issues {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(Issue{}, err)
				return
			}
			line := Issue{
				File: c.Summary.File, Sheet: i.Sheet, Row: i.Row, Column: i.Column, Code: i.Code, Severity: i.Severity,
				Value: i.Value, Instead: i.Instead, Message: i.Message,
			}
			if column, ok := at[i.Column]; ok {
				line.ColumnLetter, _ = excelize.ColumnNumberToName(column + 1) // a file has 256 columns at most
			}
			if !yield(line, nil) {
				return
			}
		}
	}
}

// places are the places of columns by their names, from 0.
func places(columns []string) map[string]int {
	at := make(map[string]int, len(columns))
	for i, name := range columns {
		at[name] = i
	}
	return at
}
