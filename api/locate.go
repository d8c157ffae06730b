package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/paulmach/orb"

	"citygrid/api/query"
	"citygrid/geo/geojson"
	"citygrid/registry"
)

// detailFlush is how many bytes of placements are collected before they are sent.
const detailFlush = 64 << 10

// locate answers where a point is and, with a subject, who answers for it there.
func (s *Server) locate(r *request) (*answer, error) {
	ask, err := r.params.Ask()
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
	return jsonAnswer(place)
}

// locateAll answers for many points: the code of the cell of each, or its whole placement, or null outside all cells.
func (s *Server) locateAll(r *request) (*answer, error) {
	detail, err := r.params.Flag("detail")
	if err != nil {
		return nil, err
	}
	body, err := bodyOf(r, query.MaxPointsBody)
	if err != nil {
		return nil, err
	}
	points, err := query.Points(body)
	if err != nil {
		return nil, err
	}
	leave, err := s.admit(r.ctx, s.batches) // only now: a body may be long on its way
	if err != nil {
		return nil, err
	}
	codes, _, err := s.registry.Cells(r.scope, points)
	if err == nil && detail {
		return &answer{mediaType: typeJSON, stream: s.placements(r, points, codes, leave)}, nil
	}
	leave()
	if err != nil {
		return nil, err
	}
	return &answer{mediaType: typeJSON, body: appendCodes(buffer(), codes), pooled: true}, nil
}

// bodyOf is the body of a request up to a limit in bytes.
func bodyOf(r *request, limit int64) (io.Reader, error) {
	switch encoding := r.http.Header.Get("Content-Encoding"); {
	case encoding != "" && encoding != "identity":
		return nil, registry.InvalidField("Content-Encoding", encoding, "请发送未压缩的正文", "send the body as it is, not compressed")
	case r.http.ContentLength > limit:
		return nil, query.BodyTooLarge(strconv.FormatInt(r.http.ContentLength, 10), limit)
	}
	return http.MaxBytesReader(r.writer, r.http.Body, limit), nil
}

// placements writes the whole placement of each point. It is made while it is sent: for 100,000 points it would fill 100 MB. Where a
// point has no cell nothing is looked for: an OutsideError costs a search for the nearest one. It ends after detailBudget, or when the
// client goes away, and then gives its turn back with leave.
func (s *Server) placements(r *request, points []orb.Point, codes []string, leave func()) func(io.Writer) error {
	return func(w io.Writer) error {
		defer leave()
		ctx, cancel := context.WithTimeout(r.ctx, detailBudget)
		defer cancel()
		b := append(buffer(), '[')
		for i, p := range points {
			if err := ctx.Err(); err != nil {
				return err
			}
			if i > 0 {
				b = append(b, ',')
			}
			if codes[i] == "" {
				b = append(b, "null"...)
				continue
			}
			var err error
			if b, err = s.appendPlacement(ctx, b, r.scope, p); err != nil {
				return err
			}
			if len(b) >= detailFlush {
				if _, err := w.Write(b); err != nil {
					return err
				}
				b = b[:0]
			}
		}
		b = append(b, ']')
		_, err := w.Write(b)
		(&answer{body: b, pooled: true}).release()
		return err
	}
}

func (s *Server) appendPlacement(ctx context.Context, dst []byte, scope registry.Scope, p orb.Point) ([]byte, error) {
	place, err := s.registry.Locate(ctx, scope, registry.Ask{Point: p})
	var outside *registry.OutsideError
	if errors.As(err, &outside) { // by a grid that changed since codes were asked for
		return append(dst, "null"...), nil
	}
	if err != nil {
		return dst, err
	}
	text, err := json.Marshal(place)
	return append(dst, text...), err
}

func appendCodes(dst []byte, codes []string) []byte {
	dst = append(dst, '[')
	for i, code := range codes {
		if i > 0 {
			dst = append(dst, ',')
		}
		if code == "" {
			dst = append(dst, "null"...)
		} else {
			dst = geojson.AppendString(dst, code)
		}
	}
	return append(dst, ']')
}

// whatsHere answers what stands around a point, nearest first, and where the point is.
func (s *Server) whatsHere(r *request) (*answer, error) {
	point, err := r.params.Point()
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
