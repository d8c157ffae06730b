package api

import (
	"context"
	"net/http"
	"slices"

	"citygrid/registry"
)

type healthFunc = func(context.Context) []Health

// codeStarting is the code of what is asked of a program that is not ready to answer it.
const codeStarting = "starting"

// started refuses what needs more than the program itself while that starts.
func (s *Server) started(rt route) error {
	if rt.open || s.ready == nil || s.ready() {
		return nil
	}
	return registry.NewError(registry.Unavailable, codeStarting, "程序正在启动或等待数据库，请稍后重试", "the program is starting, or waits for its database: try again shortly")
}

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
	starting := s.ready != nil && !s.ready()
	ready := !starting && !slices.ContainsFunc(checks, func(h Health) bool { return !h.OK })
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
