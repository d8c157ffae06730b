package photo

import (
	"cmp"
	"fmt"
	"slices"

	"citygrid/registry/census"
)

// The codes of photos and rows that do not go together (import trap 48).
const (
	CodeNoComponent = "photo_without_component" // a file that no code and no row names
	CodeUnknown     = "photo_unknown_component" // its code, or the row's, is of no component
	CodeUnclear     = "photo_several_codes"     // its name has two codes
	CodeMissing     = "photo_missing"           // a row names a photo that is not there
	CodeAmbiguous   = "photo_ambiguous"         // a row names a photo of which there are several
	CodeShared      = "photo_on_many_rows"      // taken, for each of them
	CodeTooMany     = "photo_names_too_many"    // a cell names more than anybody reads
)

// Issue is one thing that is wrong: with a file, with a row of the survey file, or with both.
type Issue struct {
	File     string          `json:"file,omitempty"`  // within the folder or archive, or as the row names it
	Sheet    string          `json:"sheet,omitempty"` // of the survey file
	Row      int64           `json:"row,omitempty"`   // of the survey file
	Code     string          `json:"component,omitempty"`
	Problem  string          `json:"code"`
	Severity census.Severity `json:"severity"`
	ZH       string          `json:"message_zh"`
	EN       string          `json:"message_en"`
}

// Total is how many issues of a code there are.
type Total struct {
	Problem  string          `json:"code"`
	Severity census.Severity `json:"severity"`
	Count    int64           `json:"count"`
}

// report notes an issue, and lists it while there is room.
func (r *Report) report(i Issue, zh, en string) {
	i.ZH, i.EN = zh, en
	if i.Severity == census.Error {
		r.Errors++
	} else {
		r.Warnings++
	}
	at := slices.IndexFunc(r.Totals, func(t Total) bool { return t.Problem == i.Problem && t.Severity == i.Severity })
	if at < 0 {
		at = len(r.Totals)
		r.Totals = append(r.Totals, Total{Problem: i.Problem, Severity: i.Severity})
	}
	r.Totals[at].Count++
	if len(r.Issues) < MaxIssues {
		r.Issues = append(r.Issues, i)
	}
}

// bad notes why a file is not taken.
func (r *Report) bad(f file, why *Fault) {
	r.report(Issue{File: f.name, Problem: why.Code, Severity: census.Error}, why.Message.ZH, why.Message.EN)
}

// sort puts the most frequent first, and files and rows in order.
func (r *Report) sort() {
	slices.SortStableFunc(r.Totals, func(a, b Total) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Problem, b.Problem)) })
	slices.SortStableFunc(r.Issues, func(a, b Issue) int {
		return cmp.Or(cmp.Compare(a.Sheet, b.Sheet), cmp.Compare(a.Row, b.Row), cmp.Compare(a.File, b.File), cmp.Compare(a.Problem, b.Problem))
	})
}

// rowName is how messages call a row.
func rowName(sheet string, row int64) string {
	if sheet == "" {
		return fmt.Sprint(row)
	}
	return fmt.Sprintf("%.60s:%d", sheet, row)
}
