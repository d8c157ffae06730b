package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"

	fastjson "github.com/goccy/go-json"
	"github.com/paulmach/orb"
)

const (
	batchConnections = 8
	// tile38 is the best that Tile38 was seen to reach with 1,120 cells: INTERSECTS … POINT over 8 connections, 100 commands in a
	// pipeline, on two cores of a like machine. It is quoted, not measured here.
	tile38 = 117_763.0 // points a second
)

// askBatch measures POST /locate beside reading and decoding the same body and answering with recorded bytes.
func askBatch(ctx context.Context, l *lab) (section, error) {
	s := section{
		title: "POST /locate",
		about: fmt.Sprintf("Lists of %s points, mixed as above, %d connections kept alive by wrk.", number(float64(l.size.batch)), batchConnections),
		notes: []string{
			"\"Read, decode, write constants\": net/http with a handler that reads the body into a pooled buffer, decodes it with goccy/go-json into a pooled " +
				"`[][2]float64` and writes a recorded answer, in the same `http.Server`. It has no log, metrics or request ids and checks no number: both favour it, by about 1 %. " +
				"Of goccy/go-json, bytedance/sonic and valyala/fastjson the first was the fastest on such a body (0.34, 0.56 and 0.75 ms for 10,000 points, buffers used again).",
			"Tile38's figure is quoted: `INTERSECTS cells IDS POINT` on 1,120 cells, 8 connections, pipelines of 100, on two cores of a like machine.",
		},
	}
	c, err := l.city(ctx, l.size.town)
	if err != nil {
		return section{}, err
	}
	points := mixedPoints(l.size.seed, l.size.batch, c.cells())
	array, lines := appendPoints(nil, points, "[", ",", "]"), appendPoints(nil, points, "", "\n", "\n")
	ours, err := c.serve(ctx, nil)
	if err != nil {
		return section{}, err
	}
	defer ours.close()
	recorded, err := ours.ask(ctx, httptest.NewRequest(http.MethodPost, "/locate", bytes.NewReader(array)))
	if err != nil {
		return section{}, err
	}
	if err := checkCodes(c, points, recorded); err != nil {
		return section{}, err
	}
	plain, err := decodeOnly(recorded, len(points))
	if err != nil {
		return section{}, err
	}
	defer plain.close()
	question := comparison{
		what: "POST /locate, " + number(float64(len(points))) + " points", unit: "points/s", more: true,
		ways: []way{
			{name: "CityGrid, JSON", round: l.post(ours, "application/json", array)},
			{name: "read, decode, write constants", round: l.post(plain, "application/json", array), wanted: 0.5},
			{name: "CityGrid, NDJSON", round: l.post(ours, "application/x-ndjson", lines)},
			{name: "Tile38's best, quoted", round: func(context.Context) (float64, error) { return tile38, nil }, wanted: 5},
		},
	}
	l.say("batch: %s", question.what)
	o, err := question.run(ctx, l.size.rounds)
	if err != nil {
		return section{}, err
	}
	s.add(o)
	s.notes = append(s.notes, fmt.Sprintf("The body has %s bytes as JSON, the answer %s.", number(float64(len(array))), number(float64(len(recorded)))))
	return s, nil
}

// post is a round of wrk with one body; it returns points a second.
func (l *lab) post(at *site, mediaType string, body []byte) func(context.Context) (float64, error) {
	w := wrk{connections: batchConnections, lasts: l.size.load, method: http.MethodPost, header: "Content-Type: " + mediaType, paths: []string{"/locate"}, body: body}
	return func(ctx context.Context) (float64, error) {
		lists, err := w.run(ctx, l.dir, at.base)
		return lists * float64(l.size.batch), err
	}
}

// decodeOnly serves the least that any server of such lists must do.
func decodeOnly(answer []byte, points int) (*site, error) {
	bodies := sync.Pool{New: func() any { return new(bytes.Buffer) }}
	lists := sync.Pool{New: func() any { return new([][2]float64) }}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, list := bodies.Get().(*bytes.Buffer), lists.Get().(*[][2]float64)
		defer func() { bodies.Put(body); lists.Put(list) }()
		body.Reset()
		*list = (*list)[:0]
		_, err := body.ReadFrom(r.Body)
		if err == nil {
			err = fastjson.Unmarshal(body.Bytes(), list)
		}
		if err != nil || len(*list) != points {
			http.Error(w, "not the body that was expected", http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
		w.Write(answer)
	})
	log, logger, err := accessLog()
	if err != nil {
		return nil, err
	}
	return listen(handler, log, logger)
}

// checkCodes compares an answer with the index.
func checkCodes(c *city, points []orb.Point, answer []byte) error {
	var codes []*string
	if err := fastjson.Unmarshal(answer, &codes); err != nil {
		return fmt.Errorf("POST /locate: %w", err)
	}
	if len(codes) != len(points) {
		return fmt.Errorf("POST /locate answers %d of %d points", len(codes), len(points))
	}
	for i, p := range points {
		at, ok := c.index.Locate(orb.Point{rounded(p[0]), rounded(p[1])})
		if ok != (codes[i] != nil) || ok && c.index.Code(at) != *codes[i] {
			return fmt.Errorf("POST /locate answers otherwise than the index for %v", p)
		}
	}
	return nil
}

// appendPoints writes points as JSON pairs with something around and between them.
func appendPoints(dst []byte, points []orb.Point, open, between, end string) []byte {
	dst = append(dst, open...)
	for i, p := range points {
		if i > 0 {
			dst = append(dst, between...)
		}
		dst = append(append(append(append(append(dst, '['), degrees(p[0])...), ','), degrees(p[1])...), ']')
	}
	return append(dst, end...)
}

// rounded is a coordinate as degrees writes it.
func rounded(v float64) float64 {
	v, _ = strconv.ParseFloat(degrees(v), 64) // what FormatFloat wrote
	return v
}
