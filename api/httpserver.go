package api

import (
	"log/slog"
	"net/http"
	"time"
)

// The time that a client has for each part of the exchange, and the room for its headers.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 30 * time.Second // headers and body
	writeTimeout      = 15 * time.Second // for each chunk, not for the answer
	idleTimeout       = 60 * time.Second
	maxHeaderBytes    = 16 << 10
	writeChunk        = 64 << 10 // bytes
)

// NewHTTPServer makes the server that a handler runs in: every wait has an end. A client may take as long as it needs for a large
// answer if it takes 64 KiB of it every 15 seconds. now must be the wall clock, by which the network's deadlines are kept.
func NewHTTPServer(handler http.Handler, log *slog.Logger, now func() time.Time) *http.Server {
	return &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rolling := &rollingWriter{ResponseWriter: w, control: http.NewResponseController(w), now: now}
			rolling.extend()
			handler.ServeHTTP(rolling, r)
			rolling.extend() // what net/http still holds is sent after this
		}),
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// rollingWriter moves the write deadline with every chunk that it sends.
type rollingWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	now     func() time.Time
}

// Unwrap lets http.ResponseController reach the connection.
func (w *rollingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *rollingWriter) Write(p []byte) (int, error) {
	sent := 0
	for {
		chunk := p[sent:min(len(p), sent+writeChunk)]
		w.extend()
		n, err := w.ResponseWriter.Write(chunk)
		sent += n
		if err != nil || sent >= len(p) {
			return sent, err
		}
	}
}

// extend cannot fail on a connection of net/http's own server, and elsewhere there is no deadline to move.
func (w *rollingWriter) extend() { w.control.SetWriteDeadline(w.now().Add(writeTimeout)) }
