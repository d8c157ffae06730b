package report

import (
	"iter"
	"time"

	"citygrid/registry/catalog"
	"citygrid/registry/census"
)

// Summary is what became of a file, in numbers: the head of every report, and the answer to who asks how an import went.
type Summary struct {
	File       string                `json:"file"`
	Batch      Batch                 `json:"batch"`
	Recognised []catalog.Text        `json:"recognised"`          // how the file was read, where that could have been otherwise
	Positions  []census.TriedReading `json:"positions,omitempty"` // how the positions were read, and the best other ways to read them
	Questions  []census.Question     `json:"questions,omitempty"` // what is open, where the batch needs answers
	Errors     int64                 `json:"errors"`
	Warnings   int64                 `json:"warnings"`
	Fixed      int64                 `json:"fixed"`
	LeftOut    int64                 `json:"left_out"` // issues that were counted and are not listed
	Totals     []census.Total        `json:"totals"`   // of all issues, errors first, then the commonest first
}

// Batch is a census.Batch as reports show it.
type Batch struct {
	ID         string       `json:"id"`
	State      census.State `json:"state"`
	Reason     string       `json:"reason,omitempty"`
	Actor      string       `json:"actor"`
	Digest     string       `json:"sha256"`
	StartedAt  time.Time    `json:"started_at"`
	FinishedAt *time.Time   `json:"finished_at"` // null while it is neither promoted nor rejected
	Rows       int64        `json:"rows"`
	Good       int64        `json:"good"`
	Bad        int64        `json:"bad"`
	Created    int64        `json:"created"`
	Updated    int64        `json:"updated"`
	Unchanged  int64        `json:"unchanged"`
}

// Summarise makes the Summary of an import that was just done.
func Summarise(r census.Report) Summary {
	s := Summary{
		File: r.Batch.Source, Batch: batchOf(r.Batch), Recognised: r.Recognised, Positions: r.Positions, Questions: r.Questions, LeftOut: r.LeftOut(), Totals: r.Totals,
	}
	s.sum()
	return s
}

// SummaryOf makes the Summary of a batch that was read back, by the issues that the store keeps of it. Its error is that of issues.
func SummaryOf(b census.Batch, issues iter.Seq2[census.Issue, error]) (Summary, error) {
	totals, err := census.TotalsOf(issues)
	if err != nil {
		return Summary{}, err
	}
	s := Summary{File: b.Source, Batch: batchOf(b), Totals: totals}
	s.sum()
	return s, nil
}

// sum adds the totals up, and makes the lists ones that JSON shows as empty.
func (s *Summary) sum() {
	if s.Recognised == nil {
		s.Recognised = []catalog.Text{}
	}
	if s.Totals == nil {
		s.Totals = []census.Total{}
	}
	for _, t := range s.Totals {
		switch t.Severity {
		case census.Error:
			s.Errors += t.Count
		case census.Warning:
			s.Warnings += t.Count
		case census.Fixed:
			s.Fixed += t.Count
		}
	}
}

func batchOf(b census.Batch) Batch {
	out := Batch{
		ID: b.ID.String(), State: b.State, Reason: b.Reason, Actor: b.Actor, Digest: b.Digest, StartedAt: b.StartedAt,
		Rows: b.Read, Good: b.Good, Bad: b.Bad, Created: b.Counts.Created, Updated: b.Counts.Updated, Unchanged: b.Counts.Unchanged,
	}
	if !b.FinishedAt.IsZero() {
		out.FinishedAt = &b.FinishedAt
	}
	return out
}
