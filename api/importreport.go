package api

import (
	"bytes"
	"context"
	"io"
	"iter"
	"path"
	"strings"

	"citygrid/api/query"
	"citygrid/registry"
	"citygrid/registry/census"
	"citygrid/registry/census/report"
	"citygrid/registry/intake"
)

// importReportJSON is the report that the command writes too.
func (s *Server) importReportJSON(r *request) (*answer, error) {
	i, content, err := s.reportOf(r)
	if err != nil {
		return nil, err
	}
	return &answer{mediaType: typeJSON, cache: "no-store", filename: outName(i, ".report.json"), stream: func(w io.Writer) error {
		return content.WriteJSON(r.http.Context(), w)
	}}, nil
}

// importReportCSV is the same for spreadsheets.
func (s *Server) importReportCSV(r *request) (*answer, error) {
	i, content, err := s.reportOf(r)
	if err != nil {
		return nil, err
	}
	return &answer{mediaType: typeCSV + "; charset=utf-8", cache: "no-store", filename: outName(i, ".report.csv"), stream: func(w io.Writer) error {
		return content.WriteCSV(r.http.Context(), w)
	}}, nil
}

// importWorkbook is the file itself with what was found in it. It is made in memory, in a turn among those who compare files.
func (s *Server) importWorkbook(r *request) (*answer, error) {
	i, content, err := s.reportOf(r)
	if err != nil {
		return nil, err
	}
	if i.Upload == nil {
		return nil, registry.NewError(registry.NotFound, "file_gone",
			"该文件不是通过接口提交的，服务器没有保存", "the file did not come over HTTP and is not kept here; what was found in it is there as JSON and CSV")
	}
	leave, err := s.admit(r.ctx, s.differences)
	if err != nil {
		return nil, err
	}
	defer leave()
	in, f, err := s.imports.Open(*i.Upload)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	var out bytes.Buffer
	if err := content.WriteWorkbook(r.ctx, &out, f); err != nil {
		return nil, err
	}
	return &answer{mediaType: typeWorkbook, cache: "no-store", filename: outName(i, ".report.xlsx"), body: out.Bytes()}, nil
}

// importRejects are the rows with errors in the file's own format, as they came, so that the mended file is sent as the first was. A workbook
// and a map file are made in memory, in a turn among those who compare files; of other formats the bytes are copied.
func (s *Server) importRejects(r *request) (*answer, error) {
	leave, err := s.admit(r.ctx, s.differences)
	if err != nil {
		return nil, err
	}
	defer leave()
	i, err := s.importOf(r)
	if err != nil {
		return nil, err
	}
	if !ended(i) || i.State == intake.State(census.NeedsAnswers) { // what is open may still be answered
		return nil, notChecked()
	}
	none := registry.NewError(registry.NotFound, "no_rejects", "该文件没有可单独下载的错误行", "this file has no rows that were left out for their errors")
	if i.Upload == nil || i.Batch.Reason == census.ReasonFile {
		return nil, none
	}
	found := census.Report{Batch: i.Batch}
	if found.Rejected, err = s.imports.Store().Rejected(r.ctx, i.ID); err != nil {
		return nil, err
	}
	if len(found.Rejected) == 0 {
		return nil, none
	}
	in, f, err := s.imports.Open(*i.Upload)
	if err != nil {
		return nil, err
	}
	if _, f, err = census.Open(r.ctx, f); err == nil { // its name may not say what it is
		_, err = f.Body.Seek(0, io.SeekStart)
	}
	if err != nil {
		in.Close()
		return nil, err
	}
	ext, mediaType := path.Ext(i.Upload.Name), typeBytes
	switch f.Format {
	case census.FormatXLSX:
		ext, mediaType = ".xlsx", typeWorkbook
	case census.FormatMaps:
		ext, mediaType = ".gpkg", typeGeoPackage
	default:
		return &answer{mediaType: mediaType, cache: "no-store", filename: outName(i, ".rejects"+ext), stream: func(w io.Writer) error {
			defer in.Close()
			_, err := report.WriteRejects(r.http.Context(), w, f, found)
			return err
		}}, nil
	}
	defer in.Close()
	var out bytes.Buffer
	if _, err := report.WriteRejects(r.ctx, &out, f, found); err != nil {
		return nil, err
	}
	return &answer{mediaType: mediaType, cache: "no-store", filename: outName(i, ".rejects"+ext), body: out.Bytes()}, nil
}

func notChecked() error {
	return registry.NewError(registry.Conflict, "not_checked", "文件尚未检查完", "the file is not checked yet")
}

// reportOf gathers a report from what is kept of an import, in a turn among those who compare files: of a workbook it reads all. Without
// the file the report knows no letters of columns.
func (s *Server) reportOf(r *request) (intake.Import, report.Content, error) {
	leave, err := s.admit(r.ctx, s.differences)
	if err != nil {
		return intake.Import{}, report.Content{}, err
	}
	defer leave()
	i, err := s.importOf(r)
	if err != nil {
		return i, report.Content{}, err
	}
	if !ended(i) || i.Batch.ID == (census.BatchID{}) {
		return i, report.Content{}, notChecked()
	}
	issues := s.issuesOf(r.http.Context(), i.ID)
	summary, err := report.SummaryOf(i.Batch, issues)
	if err != nil || i.Upload == nil {
		return i, report.Content{Summary: summary, Issues: issues}, err
	}
	u := i.Upload
	listed := summary.Errors + summary.Warnings + summary.Fixed
	summary.Errors, summary.Warnings, summary.Fixed, summary.LeftOut = u.Errors, u.Warnings, u.Fixed, u.Errors+u.Warnings+u.Fixed-listed
	summary.Recognised = append(summary.Recognised, u.Recognised...)
	summary.Positions = u.Positions
	in, f, err := s.imports.Open(*u)
	if registry.KindOf(err) == registry.NotFound {
		return i, report.Content{Summary: summary, Issues: issues}, nil
	}
	if err != nil {
		return i, report.Content{}, err
	}
	defer in.Close()
	content, err := report.NewContent(r.ctx, summary, issues, f)
	return i, content, err
}

// issuesOf yields all that was found in a file, page by page: nothing is held between two.
func (s *Server) issuesOf(ctx context.Context, id census.BatchID) iter.Seq2[census.Issue, error] {
	return func(yield func(census.Issue, error) bool) {
		for after := int64(0); ; after += query.MaxLimit {
			page, err := s.imports.Store().IssuePage(ctx, id, "", after, query.MaxLimit)
			if err != nil {
				yield(census.Issue{}, err)
				return
			}
			for _, i := range page {
				if !yield(i, nil) {
					return
				}
			}
			if len(page) < query.MaxLimit {
				return
			}
		}
	}
}

// outName is the name of what is made of a file.
func outName(i intake.Import, ending string) string {
	name := i.Batch.Source
	return strings.TrimSuffix(name, path.Ext(name)) + ending
}
