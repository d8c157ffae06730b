package main

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"testing/fstest"
	"time"

	"citygrid/api"
	"citygrid/registry"
	"citygrid/registry/locator"
	"citygrid/registry/nearby"
)

// site serves a city over HTTP on this machine, as `citygrid serve` does.
type site struct {
	handler http.Handler
	base    string // http://host:port
	server  *http.Server
	log     *os.File
	served  chan error
}

// serve serves a city with all that the program keeps in memory. Files of pages are served below /console/.
func (c *city) serve(ctx context.Context, pages fs.FS) (*site, error) {
	finder := nearby.New(c.store)
	if _, err := finder.Refresh(ctx); err != nil {
		return nil, err
	}
	places, err := c.places(ctx)
	if err != nil {
		return nil, err
	}
	return serveRegistry(registry.New(c.store, places).WithFinder(finder), pages)
}

func (c *city) places(ctx context.Context) (*locator.Locator, error) {
	places := locator.New(c.store, time.Now, time.UTC)
	_, err := places.Refresh(ctx)
	return places, err
}

func serveRegistry(r *registry.Registry, pages fs.FS) (*site, error) {
	log, logger, err := accessLog()
	if err != nil {
		return nil, err
	}
	handler, err := api.New(api.Config{
		Registry: r, OpenReading: true, BaseURL: "http://127.0.0.1", Version: "bench", Console: pages, Log: logger, Now: time.Now,
	})
	if err != nil {
		return nil, err
	}
	return listen(handler, log, logger)
}

// listen serves a handler in the program's own HTTP server.
func listen(handler http.Handler, log *os.File, logger *slog.Logger) (*site, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	s := &site{
		handler: handler, base: "http://" + listener.Addr().String(), server: api.NewHTTPServer(handler, logger, time.Now),
		log: log, served: make(chan error, 1),
	}
	go func() { s.served <- s.server.Serve(listener) }()
	return s, nil
}

// accessLog is a log like that of `citygrid serve`, each line written by itself, to nowhere.
func accessLog() (*os.File, *slog.Logger, error) {
	file, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("access log: %w", err)
	}
	return file, slog.New(slog.NewTextHandler(file, nil)), nil
}

func (s *site) close() {
	s.server.Close()
	<-s.served
	s.log.Close()
}

// ask has the handler answer one request, without a network.
func (s *site) ask(ctx context.Context, r *http.Request) (body []byte, err error) {
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r.WithContext(ctx))
	if w.Code != http.StatusOK {
		return nil, fmt.Errorf("%s %s: status %d: %s", r.Method, r.URL, w.Code, w.Body)
	}
	return w.Body.Bytes(), nil
}

// stored are answers given before, as files: what /console/ answers with them is constant, and goes the way of every answer.
func stored(answers [][]byte) (pages fstest.MapFS, paths []string) {
	pages = fstest.MapFS{}
	for i, body := range answers {
		name := fmt.Sprintf("console/%06d.json", i)
		pages[name] = &fstest.MapFile{Data: body}
		paths = append(paths, "/"+name)
	}
	return pages, paths
}
