package profile

import (
	"fmt"
	"strings"

	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
)

// Fault is one thing wrong in a folder.
type Fault struct {
	File         string // relative to the folder
	census.Issue        // Row is the line of a table, the feature's number in a GeoJSON file, 0 for the file as a whole
}

// The codes of faults beside those of census.
const (
	CodeMissingFile    = "missing_file"
	CodeBadValue       = "bad_value"
	CodeDuplicateCode  = "duplicate_code"
	CodeUnknownArea    = "unknown_area"
	CodeNoParent       = "no_parent"
	CodeNoChildren     = "no_children"
	CodeInvalidShape   = "invalid_shape"
	CodeGap            = "gap"
	CodeOverlap        = "overlap"
	CodeOutsideParent  = "outside_parent"
	CodeNotNoded       = "not_noded"
	CodeRejectedImport = "component_file_rejected"
	CodeLeftOut        = "issues_left_out"
)

// RejectedError is the answer to a folder that was refused whole. Nothing of it was applied.
type RejectedError struct {
	Faults []Fault // errors first
}

// Error implements error with the number of faults and the first of them.
func (e *RejectedError) Error() string {
	return fmt.Sprintf("profile refused, %d faults, the first: %s", e.Errors(), e.Faults[0])
}

// Errors is the number of faults without the warnings.
func (e *RejectedError) Errors() int {
	n := 0
	for _, f := range e.Faults {
		if f.Severity == census.Error {
			n++
		}
	}
	return n
}

// Unwrap returns the refusal as an Error of kind Invalid.
func (e *RejectedError) Unwrap() error {
	return registry.NewError(registry.Invalid, "profile_refused", "城市目录未通过检查，未作任何更改", "the folder was refused; nothing was changed")
}

// String is the fault on one line: file, row, column, value, and the message in both languages.
func (f Fault) String() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Row > 0 {
		fmt.Fprintf(&b, ":%d", f.Row)
	}
	if f.Column != "" {
		fmt.Fprintf(&b, " %s", f.Column)
	}
	if f.Value != "" {
		fmt.Fprintf(&b, " %q", f.Value)
	}
	fmt.Fprintf(&b, ": %s / %s [%s %s]", f.Message.ZH, f.Message.EN, f.Severity, f.Code)
	return b.String()
}

// faults collects what is wrong while reading goes on.
type faults struct {
	errors   []Fault
	warnings []Fault
}

func (f *faults) add(file string, row int64, column, value, code, zh, en string) {
	f.errors = append(f.errors, Fault{File: file, Issue: census.Issue{
		Row: row, Column: column, Value: value, Code: code, Severity: census.Error, Message: catalog.Text{ZH: zh, EN: en},
	}})
}

func (f *faults) warn(file, value, code, zh, en string) {
	f.warnings = append(f.warnings, Fault{File: file, Issue: census.Issue{
		Value: value, Code: code, Severity: census.Warning, Message: catalog.Text{ZH: zh, EN: en},
	}})
}

// checkText notes a NUL, which JSON can write and no database keeps in a text.
func (f *faults) checkText(file string, row int64, column, value string) bool {
	if !strings.Contains(value, "\x00") {
		return true
	}
	f.add(file, row, column, value, CodeBadValue, "含有 NUL 字符", "holds a NUL character")
	return false
}

// rejected is the collected errors as one error, nil when there are none.
func (f *faults) rejected() error {
	if len(f.errors) == 0 {
		return nil
	}
	return &RejectedError{Faults: append(f.errors, f.warnings...)}
}
