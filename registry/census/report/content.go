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
	Issues  iter.Seq2[census.Issue, error] // may be gone over more than once

	tables map[string]sheetTable // by sheet
}

// ContentOf is the content of the report on an import that was just done. Its errors are those of [NewContent].
func ContentOf(ctx context.Context, r census.Report, f census.File) (Content, error) {
	return NewContent(ctx, Summarise(r), issuesOf(r.Issues), f)
}

// NewContent is the content of a report on f, which is at its first byte. It reads as much of f as tells the columns: of a workbook all.
// Its errors are those of f and of ctx; what is wrong with f itself is among the issues.
func NewContent(ctx context.Context, s Summary, issues iter.Seq2[census.Issue, error], f census.File) (Content, error) {
	c := Content{Summary: s, Issues: issues}
	reader, _, err := census.Open(ctx, f)
	if err == nil {
		c.tables, err = tablesOf(ctx, reader)
	}
	var file *census.FileError
	if errors.As(err, &file) {
		return c, nil
	}
	return c, err
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
	at := map[string]map[string]int{}
	for sheet, t := range c.tables {
		at[sheet] = places(t.columns)
	}
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
			if column, ok := at[i.Sheet][i.Column]; ok {
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
