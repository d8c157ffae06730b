package photo

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"citygrid/registry"
	"citygrid/registry/census/report"
)

// Report is what became of a delivery.
type Report struct {
	Source    string  `json:"source"`
	Batch     string  `json:"batch,omitempty"` // its id; empty of a dry run
	DryRun    bool    `json:"dry_run"`
	Refused   bool    `json:"refused"`   // nothing of it could be taken
	Files     int     `json:"files"`     // but for what systems put beside them by themselves
	Passed    int     `json:"passed"`    // files that are no photos and that nobody named
	Taken     int     `json:"taken"`     // files that show a component
	Linked    int64   `json:"linked"`    // photos that components got; of a dry run would get
	Unchanged int64   `json:"unchanged"` // photos that they had
	Bytes     int64   `json:"bytes"`     // of what was put on the shelf
	Errors    int64   `json:"errors"`
	Warnings  int64   `json:"warnings"`
	Totals    []Total `json:"by_code"` // the most frequent first
	Issues    []Issue `json:"issues"`  // those of rows in order, after those of files; at most MaxIssues
}

// badFiles is how many files are not taken.
func (r Report) badFiles() int64 { return int64(r.Files - r.Passed - r.Taken) }

// WriteJSON writes the report as one document.
func (r Report) WriteJSON(w io.Writer) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	return out.Encode(r)
}

// WriteCSV writes the issues as a table that a spreadsheet opens by itself, guarded as the report of an import is.
func (r Report) WriteCSV(w io.Writer) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	rows := [][]string{{"照片 Photo", "工作表 Sheet", "行 Row", "标识码 Component", "程度 Severity", "代码 Code", "说明 Message (zh)", "说明 Message (en)"}}
	for _, i := range r.Issues {
		row := ""
		if i.Row > 0 {
			row = strconv.FormatInt(i.Row, 10)
		}
		rows = append(rows, []string{i.File, i.Sheet, row, i.Code, string(i.Severity), i.Problem, i.ZH, i.EN})
	}
	for _, row := range rows {
		for n := range row {
			row[n] = report.Guarded(row[n])
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func tooMuch(limit int64) error {
	return registry.NewError(registry.TooLarge, "photos_too_large",
		fmt.Sprintf("照片合计超过 %d GiB；请分批提交", limit>>30), fmt.Sprintf("the photos are more than %d GiB together: send them in parts", limit>>30))
}
