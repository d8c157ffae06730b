package api

import (
	"time"

	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
	"citygrid/registry/intake"
)

// importJSON is an import as it is written.
type importJSON struct {
	ID         string                `json:"id"`
	State      intake.State          `json:"state"`
	Active     bool                  `json:"active"`
	Reason     string                `json:"reason,omitempty"`
	Failure    *failureJSON          `json:"failure,omitempty"`
	Name       string                `json:"name"`
	Digest     string                `json:"sha256"`
	Bytes      int64                 `json:"bytes,omitempty"`
	Accept     intake.Accept         `json:"accept,omitempty"`
	Sheets     []string              `json:"sheets,omitempty"`
	Columns    map[string]string     `json:"columns,omitempty"`
	CRS        string                `json:"crs,omitempty"`
	Scope      string                `json:"scope,omitempty"`
	Profile    string                `json:"profile,omitempty"`
	Blank      string                `json:"blank,omitempty"`
	Actor      string                `json:"actor"`
	ReceivedAt *time.Time            `json:"received_at,omitempty"`
	StartedAt  *time.Time            `json:"started_at,omitempty"`
	FinishedAt *time.Time            `json:"finished_at,omitempty"`
	Rows       rowsJSON              `json:"rows"`
	Changes    *changesJSON          `json:"changes,omitempty"`
	Revision   int64                 `json:"revision,omitempty"`
	SameAs     string                `json:"same_as,omitempty"`
	Recognised []catalog.Text        `json:"recognised"`
	Positions  []census.TriedReading `json:"positions,omitempty"`
	Issues     issuesJSON            `json:"issues"`
	Links      []link                `json:"links"`
}

type failureJSON struct {
	Code    string       `json:"code"`
	Message catalog.Text `json:"message"`
}

type rowsJSON struct {
	Read     int64 `json:"read"`
	Estimate int64 `json:"estimate,omitempty"`
	Good     int64 `json:"good"`
	Bad      int64 `json:"bad"`
}

type changesJSON struct {
	Created   int64 `json:"created"`
	Updated   int64 `json:"updated"`
	Unchanged int64 `json:"unchanged"`
}

// issuesJSON counts all that was found of an upload; by code, what is kept of it.
type issuesJSON struct {
	Errors   int64           `json:"errors"`
	Warnings int64           `json:"warnings"`
	Fixed    int64           `json:"fixed"`
	ByCode   []codeCountJSON `json:"by_code,omitempty"`
	Fixes    []fixJSON       `json:"fixes,omitempty"`
}

// fixJSON is how many cells of a column were put right in one way, with the first.
type fixJSON struct {
	Sheet   string       `json:"sheet,omitempty"`
	Column  string       `json:"column"`
	Code    string       `json:"code"`
	Cells   int64        `json:"cells"`
	Value   string       `json:"value"`
	Instead string       `json:"instead"`
	Message catalog.Text `json:"message"`
}

type codeCountJSON struct {
	Code     string          `json:"code"`
	Severity census.Severity `json:"severity"`
	Count    int64           `json:"count"`
}

func (s *Server) importJSON(i intake.Import) importJSON {
	b, path := i.Batch, importPath(i.ID)
	j := importJSON{
		ID: i.ID.String(), State: i.State, Active: i.Active, Reason: b.Reason, Name: b.Source, Digest: b.Digest, Actor: b.Actor,
		StartedAt: moment(b.StartedAt), FinishedAt: moment(b.FinishedAt),
		Rows:       rowsJSON{Read: b.Read, Estimate: i.Estimate, Good: b.Good, Bad: b.Bad},
		Recognised: []catalog.Text{},
		Links: []link{
			s.link("self", typeJSON, path, "", ""),
			s.link("issues", typeJSON, path+"/issues", "", "what was found in the file (问题清单)"),
			s.link("alternate", typeCSV, path+"/issues", "f=csv", "the same as CSV"),
			s.link("alternate", typeWorkbook, path+"/report.xlsx", "", "the file with what was found, cell by cell (校验结果)"),
			s.link("monitor", typeEvents, path+"/events", "", "progress (进度)"),
		},
	}
	if i.State == intake.State(census.Promoted) || i.State == intake.State(census.StateUndone) {
		j.Changes = &changesJSON{b.Counts.Created, b.Counts.Updated, b.Counts.Unchanged}
	}
	if u := i.Upload; u != nil {
		j.Name, j.Digest, j.Bytes, j.Accept, j.Actor, j.ReceivedAt = u.Name, u.Digest, u.Bytes, u.Accept, u.Actor, moment(u.ReceivedAt)
		j.Sheets, j.Columns, j.CRS, j.Scope = u.Sheets, u.Columns, u.CRS, u.Scope
		j.Revision, j.Recognised, j.Positions = u.Revision, listed(u.Recognised), u.Positions
		j.Issues = issuesJSON{Errors: u.Errors, Warnings: u.Warnings, Fixed: u.Fixed}
		if j.Profile = u.Profile; u.KeepBlank {
			j.Blank = "keep"
		}
		if u.Same != nil {
			j.SameAs = u.Same.String()
		}
		if u.FailureCode != "" {
			j.Failure = &failureJSON{u.FailureCode, u.Failure}
		}
	}
	if i.Upload != nil && b.Bad > 0 && ended(i) && i.State != intake.State(census.NeedsAnswers) {
		j.Links = append(j.Links, s.link("alternate", "", path+"/rejects", "", "the rows with errors, as they came, to be mended (待改正的行)"))
	}
	if i.State == intake.State(census.NeedsAnswers) && !i.Active {
		j.Links = append(j.Links, s.link("questions", typeJSON, path+"/questions", "", "what is open about the file; POST answers it (待答问题)"))
	}
	if i.State == intake.State(census.Promoted) {
		j.Links = append(j.Links, s.link("undo", typeJSON, path+"/undo", "", "POST with a reason: take it back (撤销)"))
	}
	if i.Committable() {
		j.Links = append(j.Links,
			s.link("difference", typeJSON, path+"/difference", "", "what it would change (差异)"),
			s.link("preview", typeGeoJSON, path+"/preview", "", "the same on the map (预览)"),
			s.link("commit", typeJSON, path+"/commit", "", "POST: take it over (入库)"))
	}
	return j
}

// moment is a moment, or nil where there is none yet.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// issueJSON is an issue as it is written.
type issueJSON struct {
	Sheet    string          `json:"sheet,omitempty"`
	Row      int64           `json:"row"`
	Column   string          `json:"column"`
	Code     string          `json:"code"`
	Severity census.Severity `json:"severity"`
	Value    string          `json:"value"`
	Instead  string          `json:"instead,omitempty"`
	Message  registry.Text   `json:"message"`
}
