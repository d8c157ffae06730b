package api

import (
	"context"
	"time"

	"citygrid/registry"
)

// undoneJSON is what an undo did.
type undoneJSON struct {
	ID        string     `json:"id"`
	State     string     `json:"state"`
	Revision  int64      `json:"revision,omitempty"`
	Restored  int64      `json:"restored"`
	Withdrawn int64      `json:"withdrawn"`
	Photos    int64      `json:"photos,omitempty"`
	LeftCount int64      `json:"left_count"`
	Left      []leftJSON `json:"left"`
}

// leftJSON is a component that was changed since, for somebody to decide about.
type leftJSON struct {
	Code   string    `json:"code"`
	Actor  string    `json:"actor"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
	Import string    `json:"import,omitempty"`
}

// undoImport takes a promoted file back, whichever way it came. What has begun goes on when the client goes away.
func (s *Server) undoImport(r *request) (*answer, error) {
	desk, id, err := s.deskAndID(r)
	if err != nil {
		return nil, err
	}
	reason := r.params["reason"]
	if !storable(reason) {
		return nil, registry.InvalidField("reason", reason, "不能含控制字符", "write it without control characters")
	}
	leave, err := s.admit(r.ctx, s.differences)
	if err != nil {
		return nil, err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), importBudget)
	defer cancel()
	u, err := desk.Store().UndoBatch(ctx, registry.Act{Actor: r.who(), Reason: reason, At: s.now()}, id)
	if err != nil {
		return nil, err
	}
	out := undoneJSON{
		ID: id.String(), State: string(u.Batch.State), Revision: u.Revision, Restored: u.Restored, Withdrawn: u.Withdrawn, Photos: u.Photos, LeftCount: u.LeftCount,
		Left: make([]leftJSON, len(u.Left)),
	}
	for n, l := range u.Left {
		out.Left[n] = leftJSON{l.Code, l.Actor, l.At, l.Reason, l.Batch}
	}
	return noStore(jsonAnswer(out))
}
