package api

import (
	"context"
	"net/http"
	"slices"
)

type healthFunc = func(context.Context) []Health

// healthz says that the process lives and answers.
func (s *Server) healthz(r *request) (*answer, error) {
	a, err := jsonAnswer(map[string]string{"status": "ok"})
	if err == nil {
		a.cache = "no-store"
	}
	return a, err
}

// readyz says whether everything that answers need is there, with status 503 where it is not.
func (s *Server) readyz(r *request) (*answer, error) {
	checks := []Health{}
	if s.health != nil {
		checks = listed(s.health(r.ctx))
	}
	ready := !slices.ContainsFunc(checks, func(h Health) bool { return !h.OK })
	a, err := jsonAnswer(struct {
		Ready   bool     `json:"ready"`
		Version string   `json:"version"`
		Checks  []Health `json:"checks"`
	}{ready, s.version, checks})
	if err != nil {
		return nil, err
	}
	a.cache = "no-store"
	if !ready {
		a.status = http.StatusServiceUnavailable
	}
	return a, nil
}
