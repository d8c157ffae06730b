package api

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"mime"
	"strconv"
	"strings"

	"citygrid/api/query"
	"citygrid/registry"
	"citygrid/registry/census"
	"citygrid/registry/census/report"
	"citygrid/registry/intake"
)

// importIssues lists what was found in a file: a page as JSON, or all of it as CSV.
func (s *Server) importIssues(r *request) (*answer, error) {
	i, err := s.importOf(r)
	if err != nil {
		return nil, err
	}
	limit, err := r.params.Limit()
	if err != nil {
		return nil, err
	}
	after, err := r.params.After()
	if err != nil {
		return nil, err
	}
	only, err := r.params.Severity()
	if err != nil {
		return nil, err
	}
	table, err := wantsCSV(r)
	if err != nil {
		return nil, err
	}
	if table {
		return s.issueTable(r, i, only, after)
	}
	issues, err := s.imports.Store().IssuePage(r.ctx, i.ID, only, after, limit+1)
	if err != nil {
		return nil, err
	}
	path := importPath(i.ID) + "/issues"
	links := []link{s.link("self", typeJSON, path, r.http.URL.RawQuery, ""), s.link("alternate", typeCSV, path, "f=csv", "all as CSV")}
	if len(issues) > limit {
		issues = issues[:limit]
		query := fmt.Sprintf("limit=%d&after=%d", limit, after+int64(limit))
		if only != "" {
			query += "&severity=" + string(only)
		}
		links = append(links, s.link("next", typeJSON, path, query, "next page"))
	}
	list := make([]issueJSON, len(issues))
	for n, is := range issues {
		list[n] = issueJSON{is.Sheet, is.Row, is.Column, is.Code, is.Severity, is.Value, is.Instead, is.Message}
	}
	a, err := noStore(jsonAnswer(map[string]any{"issues": list, "links": links}))
	if err == nil {
		a.vary = "Accept"
	}
	return a, err
}

// wantsCSV reads the parameter f, else the header Accept.
func wantsCSV(r *request) (bool, error) {
	switch f, given := r.params["f"]; {
	case f == "csv":
		return true, nil
	case given && f != "json":
		return false, registry.InvalidField("f", f, "应为 json 或 csv", "write json or csv")
	case given:
		return false, nil
	}
	for part := range strings.SplitSeq(strings.Join(r.http.Header.Values("Accept"), ","), ",") {
		mediaType, params, err := mime.ParseMediaType(part)
		if q, weighed := params["q"]; err == nil && weighed {
			if v, bad := strconv.ParseFloat(q, 64); bad != nil || v == 0 {
				continue
			}
		}
		switch mediaType {
		case typeCSV:
			return true, nil
		case typeJSON, "application/*", "*/*":
			return false, nil
		}
	}
	return false, nil
}

// issueTable is written page by page: no connection is held while one is sent. It begins with a mark of UTF-8, without which Excel takes it
// for another encoding.
func (s *Server) issueTable(r *request, i intake.Import, only census.Severity, after int64) (*answer, error) {
	chinese := prefersChinese(r.http)
	first, err := s.imports.Store().IssuePage(r.ctx, i.ID, only, after, query.MaxLimit)
	if err != nil {
		return nil, err
	}
	ctx := r.http.Context()
	return &answer{mediaType: typeCSV + "; charset=utf-8", cache: "no-store", vary: "Accept, Accept-Language", stream: func(w io.Writer) error {
		if _, err := io.WriteString(w, "\ufeff"); err != nil {
			return err
		}
		table := csv.NewWriter(w)
		table.UseCRLF = true
		if err := table.Write([]string{"sheet", "row", "column", "severity", "code", "value", "instead", "message"}); err != nil {
			return err
		}
		for page := first; ; {
			for _, is := range page {
				record := []string{is.Sheet, strconv.FormatInt(is.Row, 10), is.Column, string(is.Severity), is.Code, is.Value, is.Instead, pick(is.Message, chinese)}
				for n := range record {
					record[n] = report.Guarded(record[n])
				}
				if err := table.Write(record); err != nil {
					return err
				}
			}
			table.Flush()
			if err := table.Error(); err != nil || len(page) < query.MaxLimit {
				return err
			}
			after += query.MaxLimit
			var err error
			if page, err = s.issuePage(ctx, i.ID, only, after); err != nil {
				return err
			}
		}
	}}, nil
}

// issuePage reads one more page, in its turn among the requests.
func (s *Server) issuePage(ctx context.Context, id census.BatchID, only census.Severity, after int64) ([]census.Issue, error) {
	ctx, cancel := context.WithTimeout(ctx, itemsBudget)
	defer cancel()
	leave, err := s.admit(ctx, s.database)
	if err != nil {
		return nil, err
	}
	defer leave()
	return s.imports.Store().IssuePage(ctx, id, only, after, query.MaxLimit)
}
