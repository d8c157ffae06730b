package api

import (
	"cmp"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"citygrid/api/auth"
	"citygrid/api/pages"
	"citygrid/registry"
	"citygrid/registry/intake"
	"citygrid/registry/photo"
)

// Server is the registry's HTTP handler. It is safe for concurrent use.
type Server struct {
	registry    *registry.Registry
	verifier    *auth.Verifier
	echo        *echo.Echo
	base        string // BaseURL without a slash at the end
	version     string
	build       string // of what, beside the data, an answer depends on
	console     map[string]file
	origins     []string
	health      healthFunc
	ready       func() bool
	log         *slog.Logger
	now         func() time.Time
	database    *admission
	batches     *admission // lists of points
	streams     *admission // of events
	differences *admission // of files with the registry
	imports     *intake.Desk
	photos      *photo.Room
	photoReads  *admission
	photoTakes  *admission
	metrics     *metrics
	offered     atomic.Pointer[offered]
	systems     func() []registry.System
	definition  *definitionOf
	pages       *pages.Pages
}

// New makes a Server. It fails on a Config that is not valid and on pages that cannot be read.
func New(c Config) (*Server, error) {
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("api: %w", err)
	}
	concurrent := cmp.Or(c.Concurrency, 2*runtime.GOMAXPROCS(0))
	s := &Server{
		registry:    c.Registry,
		verifier:    auth.NewVerifier(cmp.Or[auth.Keys](c.Keys, noKeys{}), c.OpenReading, c.Now),
		echo:        echo.New(),
		base:        strings.TrimRight(c.BaseURL, "/"),
		version:     c.Version,
		origins:     c.CORSOrigins,
		health:      c.Health,
		ready:       c.Ready,
		log:         cmp.Or(c.Log, slog.Default()),
		now:         c.Now,
		database:    newAdmission(concurrent),
		batches:     newAdmission(concurrent),
		streams:     newAdmission(mostStreams),
		differences: newAdmission(2), // as many as the store has connections for
		imports:     c.Imports,
		photos:      c.Photos,
		photoReads:  newAdmission(mostPhotoReads),
		photoTakes:  newAdmission(mostPhotoTakes),
		systems:     c.Systems,
	}
	s.build = fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(s.version+"\n"+s.base)))
	var err error
	if s.metrics, err = newMetrics(c.Collectors); err != nil {
		return nil, fmt.Errorf("api: metrics: %w", err)
	}
	if s.definition, err = newDefinition(s.base, s.version); err != nil {
		return nil, fmt.Errorf("api: OpenAPI document: %w", err)
	}
	if s.pages, err = pages.New(s.base); err != nil {
		return nil, fmt.Errorf("api: %w", err)
	}
	if s.console, err = readConsole(c.Console); err != nil {
		return nil, fmt.Errorf("api: pages: %w", err)
	}
	s.echo.Logger.SetOutput(io.Discard) // everything worth saying is said by Log
	s.echo.IPExtractor = echo.ExtractIPDirect()
	s.echo.HTTPErrorHandler = s.fail
	s.echo.Use(s.observe, s.cors, s.recover)
	for _, r := range routes() {
		s.add(r)
	}
	return s, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.echo.ServeHTTP(w, r) }

// add serves a route, HEAD where there is GET.
func (s *Server) add(r route) {
	handler := s.serve(r)
	s.echo.Add(r.method, r.path, handler)
	if r.method == http.MethodGet {
		s.echo.Add(http.MethodHead, r.path, handler)
	}
}
