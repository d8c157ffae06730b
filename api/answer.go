package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"
)

// The media types of answers.
const (
	typeJSON       = "application/json"
	typeGeoJSON    = "application/geo+json"
	typeOpenAPI    = "application/vnd.oai.openapi+json;version=3.0"
	typeProblem    = "application/problem+json"
	typeCSV        = "text/csv"
	typeWorkbook   = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	typeEvents     = "text/event-stream"
	typeGeoPackage = "application/geopackage+sqlite3"
	typeBytes      = "application/octet-stream"
	typeSchema     = "application/schema+json"
	typeHTML       = "text/html"
)

const pooledMost = 4 << 20 // bytes: larger buffers are left to the collector

// answer is what a handler returns: a body in memory, or a stream of something that is in memory already.
type answer struct {
	status    int // 0: 200
	mediaType string
	tag       string // entity tag, or empty
	cache     string // Cache-Control; empty: no-cache, which means "ask whether it changed"
	link      string // header Link, or empty
	location  string // header Location, or empty
	filename  string // of what is to be saved rather than shown, or empty
	vary      string // what of the request, beside its key and Accept-Encoding, the answer depends on
	headers   map[string]string
	body      []byte
	pooled    bool // body comes from the pool of buffers
	stream    func(io.Writer) error
	content   *content
}

// jsonAnswer encodes a value of our own, which cannot fail but by a mistake of ours.
func jsonAnswer(value any) (*answer, error) {
	body, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("encode answer: %w", err)
	}
	return &answer{mediaType: typeJSON, body: body}, nil
}

// write sends the answer. A body that cannot be sent is the client's loss and no failure of ours.
func (a *answer) write(c echo.Context) error {
	if a.content != nil {
		return a.content.write(c, a)
	}
	header := c.Response().Header()
	header.Set(echo.HeaderContentType, a.mediaType)
	header.Set("Cache-Control", "no-cache")
	if a.cache != "" {
		header.Set("Cache-Control", a.cache)
	}
	if a.tag != "" {
		header.Set("ETag", a.tag)
	}
	if a.link != "" {
		header.Set("Link", a.link)
	}
	if a.filename != "" {
		header.Set(echo.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": a.filename}))
	}
	if a.location != "" {
		header.Set(echo.HeaderLocation, a.location)
	}
	if a.vary != "" {
		header.Add("Vary", a.vary)
	}
	for name, value := range a.headers {
		header.Set(name, value)
	}
	status := max(a.status, http.StatusOK)
	if status == http.StatusServiceUnavailable {
		header.Set("Retry-After", retryAfter)
	}
	if a.stream != nil {
		return a.writeStream(c, status)
	}
	defer a.release()
	if compressible(a.mediaType) {
		header.Add("Vary", "Accept-Encoding")
		if with, ok := codingFor(strings.Join(c.Request().Header.Values("Accept-Encoding"), ",")); ok && len(a.body) >= compressFrom {
			return a.compress(c, status, with)
		}
	}
	header.Set(echo.HeaderContentLength, strconv.Itoa(len(a.body)))
	c.Response().WriteHeader(status)
	_, err := c.Response().Write(a.body)
	return broken(err)
}

// writeStream commits only when the first bytes are there, so that a failure before them is still a problem document.
func (a *answer) writeStream(c echo.Context, status int) error {
	err := a.stream(writerFunc(func(p []byte) (int, error) {
		if !c.Response().Committed {
			c.Response().WriteHeader(status)
		}
		return c.Response().Write(p)
	}))
	if !c.Response().Committed {
		return err
	}
	return broken(err)
}

func (a *answer) compress(c echo.Context, status int, with coding) error {
	c.Response().Header().Set(echo.HeaderContentEncoding, with.name)
	c.Response().WriteHeader(status)
	z := with.writers.Get().(compressor)
	defer with.writers.Put(z)
	z.Reset(c.Response())
	_, err := z.Write(a.body)
	return broken(errors.Join(err, z.Close()))
}

// release gives the buffer back.
func (a *answer) release() {
	if a.pooled && cap(a.body) <= pooledMost {
		body := a.body[:0]
		buffers.Put(&body)
	}
	a.body = nil
}

// errBroken marks a transfer that stopped half way.
var errBroken = errors.New("transfer broken")

func broken(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", errBroken, err)
}

var buffers = sync.Pool{New: func() any { return new([]byte) }}

// buffer takes an empty buffer from the pool.
func buffer() []byte { return *buffers.Get().(*[]byte) }

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func compressible(mediaType string) bool {
	return strings.Contains(mediaType, "json") || strings.HasPrefix(mediaType, "text/")
}
