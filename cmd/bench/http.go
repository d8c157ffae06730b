package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"

	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb"
)

const connections = 64 // kept alive by wrk

// askHTTP measures GET /locate beside the same bytes given without thinking.
func askHTTP(ctx context.Context, l *lab) (section, error) {
	s := section{
		title: "GET /locate",
		about: fmt.Sprintf("wrk, one thread, %d connections kept alive, rounds of %.0f s; server and wrk share the cores. %s different points that have a cell, asked in turn.",
			connections, l.size.load.Seconds(), number(float64(l.size.questions))),
		notes: []string{
			"\"The same bytes, stored\": the very answers, recorded before the run and served as files below `/console/` by the same server. They pass the same router, " +
				"middleware (request id, headers, metrics, access log, recovery) and writer as `/locate`; only the question is not looked at.",
			"\"echo, no middleware\": echo v4 with one handler that writes one recorded answer, in the same `http.Server`, without log, metrics and request ids: what the framework alone can do.",
			"The access log is formatted and written line by line, to /dev/null, on both sides of the wanted ratio.",
		},
	}
	c, err := l.city(ctx, l.size.town)
	if err != nil {
		return section{}, err
	}
	for _, asked := range []struct {
		name  string
		extra []string
	}{
		{"GET /locate, where", nil},
		{"GET /locate, where and whose", []string{"kind", "event", "subclass", "0102"}},
	} {
		o, err := l.compareHTTP(ctx, c, asked.name, asked.extra, &s)
		if err != nil {
			return section{}, err
		}
		s.add(o)
	}
	return s, nil
}

func (l *lab) compareHTTP(ctx context.Context, c *city, name string, extra []string, s *section) (outcome, error) {
	var paths []string
	for _, p := range coveredPoints(l.size.seed, l.size.questions, c) {
		paths = append(paths, address("/locate", append([]string{"lon", degrees(p[0]), "lat", degrees(p[1])}, extra...)...))
	}
	answers, err := c.answers(ctx, paths)
	if err != nil {
		return outcome{}, err
	}
	pages, pagePaths := stored(answers)
	ours, err := c.serve(ctx, pages)
	if err != nil {
		return outcome{}, err
	}
	defer ours.close()
	bare, err := bareEcho(answers[0])
	if err != nil {
		return outcome{}, err
	}
	defer bare.close()
	size := 0
	for _, a := range answers {
		size += len(a)
	}
	question := comparison{
		what: name, unit: "requests/s", more: true,
		ways: []way{
			{name: "CityGrid", round: l.get(ours, connections, paths)},
			{name: "the same bytes, stored", round: l.get(ours, connections, pagePaths), wanted: 0.85},
			{name: "echo, no middleware", round: l.get(bare, connections, paths)},
		},
	}
	l.say("http: %s", question.what)
	s.notes = append(s.notes, fmt.Sprintf("%s: an answer has %d bytes in the mean.", name, size/len(answers)))
	return question.run(ctx, l.size.rounds)
}

// get is a round of wrk; it returns requests a second.
func (l *lab) get(at *site, connections int, paths []string) func(context.Context) (float64, error) {
	w := wrk{connections: connections, lasts: l.size.load, method: http.MethodGet, paths: paths}
	return func(ctx context.Context) (float64, error) { return w.run(ctx, l.dir, at.base) }
}

// answers has the city's server answer each path once.
func (c *city) answers(ctx context.Context, paths []string) (answers [][]byte, err error) {
	s, err := c.serve(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer s.close()
	for _, path := range paths {
		body, err := s.ask(ctx, httptest.NewRequest(http.MethodGet, path, nil))
		if err != nil {
			return nil, err
		}
		answers = append(answers, body)
	}
	return answers, nil
}

// bareEcho answers everything with one body.
func bareEcho(body []byte) (*site, error) {
	e := echo.New()
	e.GET("/*", func(c echo.Context) error { return c.Blob(http.StatusOK, echo.MIMEApplicationJSON, body) })
	log, logger, err := accessLog()
	if err != nil {
		return nil, err
	}
	return listen(e, log, logger)
}

// coveredPoints draws points as mixedPoints does, of those that have a cell.
func coveredPoints(seed uint64, n int, c *city) []orb.Point {
	var points []orb.Point
	for _, p := range mixedPoints(seed, 4*n, c.cells()) {
		if _, ok := c.index.Locate(p); ok && len(points) < n {
			points = append(points, p)
		}
	}
	return points
}

// degrees writes a coordinate as clients do, to about a centimetre.
func degrees(v float64) string { return strconv.FormatFloat(v, 'f', 7, 64) }
