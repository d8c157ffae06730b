package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"citygrid/registry"
	"citygrid/registry/census"
	"citygrid/registry/intake"
)

const (
	eventsEvery    = 250 * time.Millisecond // how often progress is looked at
	heartbeatEvery = 5 * time.Second        // shorter than what proxies and our own write deadline allow
	mostStreams    = 64                     // of events at once
)

// importEvents tells progress as server-sent events until there is no more: "progress" when something has changed, "ended" as the last.
// A preview has ended when it is staged.
func (s *Server) importEvents(r *request) (*answer, error) {
	i, err := s.importOf(r)
	if err != nil {
		return nil, err
	}
	if r.http.Method == http.MethodHead {
		return &answer{mediaType: typeEvents, cache: "no-store"}, nil
	}
	leave, err := s.streams.enter(r.ctx, 0)
	if err != nil {
		return nil, err
	}
	return &answer{mediaType: typeEvents, cache: "no-store", stream: func(w io.Writer) error {
		defer leave()
		return s.writeEvents(r, w, i)
	}}, nil
}

func (s *Server) writeEvents(r *request, w io.Writer, i intake.Import) error {
	ctx, cancel := context.WithTimeout(r.http.Context(), importBudget)
	defer cancel()
	control := http.NewResponseController(r.writer)
	ticks := time.NewTicker(eventsEvery)
	defer ticks.Stop()
	var last []byte
	for quiet := time.Duration(0); ; quiet += eventsEvery {
		event := "progress"
		if ended(i) {
			event = "ended"
		}
		body, err := json.Marshal(s.importJSON(i))
		if err != nil {
			return fmt.Errorf("encode event: %w", err)
		}
		switch {
		case event == "ended" || !bytes.Equal(body, last):
			_, err = fmt.Fprintf(w, "event: %s\ndata: %s\n\n", event, body)
			last, quiet = body, 0
		case quiet >= heartbeatEvery:
			_, err = io.WriteString(w, ": still here\n\n")
			quiet = 0
		}
		if err != nil || event == "ended" {
			return err
		}
		control.Flush() // where it is not supported there is nothing to flush
		select {
		case <-ctx.Done():
			return nil
		case <-s.imports.Closing():
			return nil
		case <-ticks.C:
		}
		if now, err := s.lookAt(ctx, i.ID); err == nil {
			i = now
		} else if registry.KindOf(err) == registry.NotFound {
			return nil
		} // else the database is away: the next look may see
	}
}

// lookAt reads an import in its turn among the requests.
func (s *Server) lookAt(ctx context.Context, id census.BatchID) (intake.Import, error) {
	ctx, cancel := context.WithTimeout(ctx, itemsBudget)
	defer cancel()
	leave, err := s.admit(ctx, s.database)
	if err != nil {
		return intake.Import{}, err
	}
	defer leave()
	return s.imports.Import(ctx, id)
}

// ended reports whether nothing more happens by itself.
func ended(i intake.Import) bool {
	switch i.State {
	case intake.Queued, intake.State(census.Received), intake.State(census.Checked):
		return false
	}
	return !i.Active
}
