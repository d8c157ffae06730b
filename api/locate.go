package api

import (
	"encoding/json"
	"fmt"
	"strconv"

	"citygrid/registry"
)

// locate answers where a point is and, with a subject, who answers for it there.
func (s *Server) locate(r *request) (*answer, error) {
	ask, err := r.params.Ask(r.ctx, s.registry)
	if err != nil {
		return nil, err
	}
	place, err := s.registry.Locate(r.ctx, r.scope, ask)
	if ask.Component != "" && isNoRecord(err) {
		return nil, noSuchComponent("component", ask.Component)
	}
	if err != nil {
		return nil, err
	}
	body, err := appendPlacement(buffer(), &place)
	if err != nil {
		return nil, err
	}
	return &answer{mediaType: typeJSON, body: body, pooled: true}, nil
}

// whatsHere answers what stands around a point, nearest first, and where the point is.
func (s *Server) whatsHere(r *request) (*answer, error) {
	point, err := r.params.Point(r.ctx, s.registry)
	if err != nil {
		return nil, err
	}
	metres, err := r.params.Radius()
	if err != nil {
		return nil, err
	}
	here, err := s.registry.WhatsHere(r.ctx, r.scope, point, metres)
	if err != nil {
		return nil, err
	}
	return encodeHere(here, prefersChinese(r.http))
}

// outside says, in an answer that is not a failure, what a problem document would say.
type outside struct {
	Code        string   `json:"code"`
	Detail      string   `json:"detail"`
	NearestCell *string  `json:"nearest_cell"` // null where there are no cells
	DistanceM   *float64 `json:"distance_m"`
}

func encodeHere(here registry.Here, chinese bool) (*answer, error) {
	place, err := json.Marshal(here.Placement)
	if err != nil {
		return nil, fmt.Errorf("encode placement: %w", err)
	}
	w := featureWriter{dst: buffer()}
	w.dst = append(w.dst, `{"placement":`...)
	w.dst = append(w.dst, place...)
	w.dst = append(w.dst, `,"outside":`...)
	if here.Outside == nil {
		w.dst = append(w.dst, "null"...)
	} else {
		p := newProblem(here.Outside, chinese, "")
		o := outside{Code: p.Code, Detail: p.Detail, DistanceM: p.DistanceM}
		if p.NearestCell != "" {
			o.NearestCell = &p.NearestCell
		}
		text, err := json.Marshal(o)
		if err != nil {
			return nil, fmt.Errorf("encode outside: %w", err)
		}
		w.dst = append(w.dst, text...)
	}
	w.dst = append(w.dst, `,"complete":`...)
	w.dst = strconv.AppendBool(w.dst, here.Complete)
	w.dst = append(w.dst, `,"components":`...)
	w.openCollection()
	for i := range here.Components {
		near := &here.Components[i]
		if err := w.component(&near.Component, &near.Metres, nil); err != nil {
			return nil, err
		}
	}
	w.closeCollection(nil)
	w.dst = append(w.dst, '}')
	return &answer{mediaType: typeJSON, vary: "Accept-Language", body: w.dst, pooled: true}, nil
}
