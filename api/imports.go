package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"citygrid/registry"
	"citygrid/registry/census"
	"citygrid/registry/intake"
)

const (
	commitWait   = 10 * time.Second // after that a commit goes on without its client
	importsShown = 50               // in the list, unless limit says otherwise
)

// importRoutes are those of survey files. All but the empty template need the key of a registrar: files hold what crews wrote.
func importRoutes() []route {
	of := func(method, path string, handle func(*Server, *request) (*answer, error), params ...string) route {
		return route{method: method, path: path, handle: handle, params: params, budget: itemsBudget, database: true, registrar: true}
	}
	post := of(http.MethodPost, "/imports", (*Server).postImport, sendParams()...)
	post.repeated = sendLists()
	post.budget, post.database = 0, false // a body may be long on its way
	commit := of(http.MethodPost, "/imports/:importId/commit", (*Server).commitImport, "accept")
	commit.budget, commit.database = 0, false
	events := of(http.MethodGet, "/imports/:importId/events", (*Server).importEvents)
	events.budget, events.database = 0, false
	list := of(http.MethodGet, "/imports", (*Server).listImports, "limit")
	list.people = (*Server).importsPage
	answers := of(http.MethodPost, "/imports/:importId/questions", (*Server).postAnswers)
	answers.budget, answers.database = 0, false // it takes its turn when its body has arrived
	rejects := of(http.MethodGet, "/imports/:importId/rejects", (*Server).importRejects)
	rejects.budget, rejects.database = differenceBudget, false
	report := func(ext string, handle func(*Server, *request) (*answer, error)) route {
		r := of(http.MethodGet, "/imports/:importId/report."+ext, handle)
		r.budget, r.database = differenceBudget, false
		return r
	}
	undo := of(http.MethodPost, "/imports/:importId/undo", (*Server).undoImport, "reason")
	undo.budget, undo.database = 0, false
	template := of(http.MethodGet, "/catalog/template.xlsx", (*Server).importTemplate, "class")
	template.registrar, template.open = false, true // it says what the standard says
	return append(differenceRoutes(), []route{
		template,
		post,
		list,
		of(http.MethodGet, "/imports/:importId", (*Server).oneImport),
		of(http.MethodDelete, "/imports/:importId", (*Server).discardImport),
		of(http.MethodGet, "/imports/:importId/issues", (*Server).importIssues, "limit", "after", "severity", "f"),
		events,
		commit,
		report("json", (*Server).importReportJSON),
		report("csv", (*Server).importReportCSV),
		report("xlsx", (*Server).importWorkbook),
		rejects,
		of(http.MethodGet, "/imports/:importId/questions", (*Server).importQuestions),
		answers,
		undo,
	}...)
}

// postImport takes a file and answers before it is checked.
func (s *Server) postImport(r *request) (*answer, error) {
	desk, err := s.desk()
	if err != nil {
		return nil, err
	}
	p, err := parcelOf(r, desk.MaxBytes())
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.ctx, importBudget)
	defer cancel()
	i, err := desk.Receive(ctx, p.Parcel)
	if err = p.fault(err); err != nil {
		return nil, err
	}
	return s.importAnswer(ctx, i, http.StatusAccepted)
}

// listImports lists the latest.
func (s *Server) listImports(r *request) (*answer, error) {
	desk, err := s.desk()
	if err != nil {
		return nil, err
	}
	limit := importsShown
	if _, given := r.params["limit"]; given {
		if limit, err = r.params.Limit(); err != nil {
			return nil, err
		}
	}
	all, err := desk.Imports(r.ctx, limit)
	if err != nil {
		return nil, err
	}
	list := make([]importJSON, len(all))
	for n, i := range all {
		list[n] = s.importJSON(i)
	}
	return noStore(jsonAnswer(map[string]any{"imports": list}))
}

// oneImport is the state of one.
func (s *Server) oneImport(r *request) (*answer, error) {
	i, err := s.importOf(r)
	if err != nil {
		return nil, err
	}
	return s.importAnswer(r.ctx, i, http.StatusOK)
}

// discardImport gives up what was not promoted.
func (s *Server) discardImport(r *request) (*answer, error) {
	desk, id, err := s.deskAndID(r)
	if err != nil {
		return nil, err
	}
	i, err := desk.Discard(r.ctx, id)
	if err != nil {
		return nil, err
	}
	return s.importAnswer(r.ctx, i, http.StatusOK)
}

// commitImport promotes a preview. It waits a little: most are done at once.
func (s *Server) commitImport(r *request) (*answer, error) {
	desk, id, err := s.deskAndID(r)
	if err != nil {
		return nil, err
	}
	accept, err := r.params.Accept(intake.AcceptAll, intake.AcceptAll, intake.AcceptGood)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.ctx, commitWait)
	defer cancel()
	i, err := desk.Commit(ctx, id, accept, r.who())
	if err != nil {
		return nil, err
	}
	status := http.StatusOK
	if i.Active {
		status = http.StatusAccepted
	}
	return s.importAnswer(context.WithoutCancel(ctx), i, status)
}

// importAnswer is an import with what was found in it, by code.
func (s *Server) importAnswer(ctx context.Context, i intake.Import, status int) (*answer, error) {
	ctx, cancel := context.WithTimeout(ctx, itemsBudget)
	defer cancel()
	counts, err := s.imports.Store().IssueCounts(ctx, i.ID)
	if err != nil {
		return nil, err
	}
	j := s.importJSON(i)
	j.Issues.ByCode = make([]codeCountJSON, len(counts))
	for n, c := range counts {
		j.Issues.ByCode[n] = codeCountJSON(c)
	}
	if i.Upload != nil {
		fixes, err := s.imports.Store().Fixes(ctx, i.ID)
		if err != nil {
			return nil, err
		}
		for _, f := range fixes {
			j.Issues.Fixes = append(j.Issues.Fixes, fixJSON(f))
		}
	}
	a, err := noStore(jsonAnswer(j))
	if err != nil {
		return nil, err
	}
	a.status = status
	if status == http.StatusAccepted {
		a.location = s.base + importPath(i.ID)
	}
	return a, nil
}

// desk is where files are taken.
func (s *Server) desk() (*intake.Desk, error) {
	if s.imports == nil {
		return nil, registry.NewError(registry.NotFound, "no_imports", "本服务不接收普查文件", "this server takes no survey files")
	}
	return s.imports, nil
}

func (s *Server) deskAndID(r *request) (*intake.Desk, census.BatchID, error) {
	desk, err := s.desk()
	if err != nil {
		return nil, census.BatchID{}, err
	}
	text := r.path("importId")
	id, ok := census.ParseBatchID(text)
	if !ok {
		return nil, id, missing(codeNoRecord, "importId", text, registry.Text{ZH: "没有这个批次", EN: "there is no such import"},
			registry.Text{ZH: "批次编号形如 550e8400-e29b-41d4-a716-446655440000；列表见 /imports", EN: "an id is like 550e8400-e29b-41d4-a716-446655440000; see /imports for those there are"})
	}
	return desk, id, nil
}

func (s *Server) importOf(r *request) (intake.Import, error) {
	desk, id, err := s.deskAndID(r)
	if err != nil {
		return intake.Import{}, err
	}
	return desk.Import(r.ctx, id)
}

// who names the holder of the key of a request in the change log.
func (r *request) who() string { return fmt.Sprintf("%s (%s)", r.identity.Owner, r.identity.KeyID) }

// noStore marks an answer that is old at once.
func noStore(a *answer, err error) (*answer, error) {
	if err == nil {
		a.cache = "no-store"
	}
	return a, err
}

func importPath(id census.BatchID) string { return "/imports/" + id.String() }
