package api

import (
	"context"
	"io"
	"net/http"
	"strconv"

	"github.com/paulmach/orb"

	"citygrid/api/query"
	"citygrid/geo/crs"
	"citygrid/registry"
)

// detailFlush is how many bytes of placements are collected before they are sent.
const detailFlush = 64 << 10

// locateAll answers for many points: the code of the cell of each, or its whole placement, or null outside all cells. All of it is of
// one snapshot.
func (s *Server) locateAll(r *request) (*answer, error) {
	b, err := readBatch(r)
	if err != nil {
		return nil, err
	}
	turn := s.batches
	if !b.system.Computed() {
		turn = s.database
	}
	leave, err := s.admit(r.ctx, turn) // only now: a body may be long on its way
	if err != nil {
		b.points.Release()
		return nil, err
	}
	defer leave()
	places, err := s.registry.Hold(r.scope)
	if err == nil {
		ctx, cancel := context.WithTimeout(r.ctx, detailBudget)
		err = b.points.ToWGS84(ctx, s.registry, b.system)
		cancel()
	}
	if err != nil {
		b.points.Release()
		return nil, err
	}
	a := &answer{mediaType: b.form.MediaType(), vary: "Accept"}
	if b.detail {
		a.stream = func(w io.Writer) error { return s.writePlacements(r.ctx, w, places, b) }
		return a, nil
	}
	f := frameOf(b.form, len(b.points.List))
	a.body = append(places.AppendCodes(append(buffer(), f.open...), b.points.List, f.between), f.end...)
	a.pooled = true
	b.points.Release()
	return a, nil
}

// batch is what locateAll is asked.
type batch struct {
	points *query.Points
	system crs.System // of the points
	detail bool
	form   query.Form // of the answer
}

func readBatch(r *request) (b batch, err error) {
	if b.detail, err = r.params.Flag("detail"); err != nil {
		return b, err
	}
	if b.system, err = r.params.System(); err != nil {
		return b, err
	}
	form, err := query.ReadForm(r.http.Header.Get("Content-Type"))
	if err != nil {
		return b, err
	}
	b.form = query.AnswerForm(r.http.Header.Values("Accept"), form)
	body, err := bodyOf(r, query.MaxPointsBody)
	if err != nil {
		return b, err
	}
	b.points, err = query.ReadPoints(body, form)
	return b, err
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

// frame is what stands around the values of a list.
type frame struct{ open, between, end string }

func frameOf(form query.Form, values int) frame {
	switch {
	case form == query.JSON:
		return frame{"[", ",", "]"}
	case values == 0:
		return frame{}
	}
	return frame{"", "\n", "\n"}
}

// writePlacements makes the placements while it sends them: those of 100,000 points would fill 100 MB. It takes a turn for each part that
// it makes and none while that is sent, so that a slow reader keeps nobody waiting. It ends after detailBudget, or when the client goes away.
func (s *Server) writePlacements(ctx context.Context, w io.Writer, places registry.Places, b batch) error {
	defer b.points.Release()
	ctx, cancel := context.WithTimeout(ctx, detailBudget)
	defer cancel()
	f := frameOf(b.form, len(b.points.List))
	dst := append(buffer(), f.open...)
	for done := 0; done < len(b.points.List); {
		leave, err := s.batches.enter(ctx, detailBudget)
		if err != nil {
			return err
		}
		dst, done, err = appendPlacements(ctx, dst, places, b.points.List, done, f.between)
		leave()
		if err != nil {
			return err
		}
		if done == len(b.points.List) {
			break
		}
		if _, err := w.Write(dst); err != nil {
			return err
		}
		dst = dst[:0]
	}
	dst = append(dst, f.end...)
	_, err := w.Write(dst)
	(&answer{body: dst, pooled: true}).release()
	return err
}

// appendPlacements goes on after the points that are done until it has something to send, and says how many are done then. Where a point
// has no cell it does not ask for its place: an OutsideError costs a search for the nearest cell.
func appendPlacements(ctx context.Context, dst []byte, places registry.Places, points []orb.Point, done int, between string) ([]byte, int, error) {
	for ; done < len(points) && len(dst) < detailFlush; done++ {
		if err := ctx.Err(); err != nil {
			return dst, done, err
		}
		if done > 0 {
			dst = append(dst, between...)
		}
		if _, ok := places.Cell(points[done]); !ok {
			dst = append(dst, "null"...)
			continue
		}
		place, err := places.Place(points[done], registry.Subject{})
		if err != nil {
			return dst, done, err
		}
		if dst, err = appendPlacement(dst, &place); err != nil {
			return dst, done, err
		}
	}
	return dst, done, nil
}
