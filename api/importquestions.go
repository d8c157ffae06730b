package api

import (
	"context"
	"net/http"

	"citygrid/api/query"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
)

// questionJSON is a question as it is written: no list is null.
type questionJSON struct {
	Key      string          `json:"key"`
	Text     catalog.Text    `json:"text"`
	Evidence []catalog.Text  `json:"evidence"`
	Options  []census.Option `json:"options"`
	Proposal string          `json:"proposal,omitempty"`
	Form     string          `json:"form,omitempty"`
	Rows     int64           `json:"rows"`
}

// importQuestions are what is open about a file, and what was answered.
func (s *Server) importQuestions(r *request) (*answer, error) {
	desk, id, err := s.deskAndID(r)
	if err != nil {
		return nil, err
	}
	q, err := desk.Questions(r.ctx, id)
	if err != nil {
		return nil, err
	}
	open := make([]questionJSON, len(q.Open))
	for n, o := range q.Open {
		open[n] = questionJSON{o.Key, o.Text, listed(o.Evidence), listed(o.Options), o.Proposal, o.Form, o.Rows}
	}
	given := q.Given
	if given == nil {
		given = map[string]string{}
	}
	path := importPath(id)
	return noStore(jsonAnswer(map[string]any{
		"questions": open, "answers": given, "applied": listed(q.Applied),
		"links": []link{s.link("self", typeJSON, path+"/questions", "", ""), s.link("up", typeJSON, path, "", "the import")},
	}))
}

// postAnswers has a file read again with answers.
func (s *Server) postAnswers(r *request) (*answer, error) {
	desk, id, err := s.deskAndID(r)
	if err != nil {
		return nil, err
	}
	if _, err := query.ReadForm(r.http.Header.Get("Content-Type")); err != nil {
		return nil, err
	}
	body, err := bodyOf(r, query.MaxAnswersBody)
	if err != nil {
		return nil, err
	}
	answers, err := query.ReadAnswers(body)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.ctx, itemsBudget)
	defer cancel()
	leave, err := s.admit(ctx, s.database)
	if err != nil {
		return nil, err
	}
	defer leave()
	i, err := desk.Answer(ctx, id, answers)
	if err != nil {
		return nil, err
	}
	return s.importAnswer(ctx, i, http.StatusAccepted)
}
