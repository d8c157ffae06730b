package api

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/labstack/echo/v4"

	"citygrid/api/auth"
)

const (
	requestIDHeader = "X-Request-Id"
	keyIDKey        = "key id" // where the context of a request keeps who asked
	requestIDMost   = 64       // characters of a request id that a caller may choose
)

// observe names the request, has it answered, and counts and logs how that went. The query is not logged: it may hold the place of a
// person who reports something. A key that was put into the path by mistake is not logged either.
func (s *Server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := s.now()
		id := c.Request().Header.Get(requestIDHeader)
		if !validRequestID(id) {
			id = newRequestID()
		}
		header := c.Response().Header()
		header.Set(requestIDHeader, id)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("X-Frame-Options", "DENY") // what the pages' own policy cannot say of itself
		header.Set("Referrer-Policy", "no-referrer")

		s.metrics.inFlight.Inc()
		err := next(c)
		s.metrics.inFlight.Dec()
		cut := errors.Is(err, errBroken) || err != nil && c.Response().Committed
		if err != nil {
			s.fail(err, c)
		}
		route, _ := c.Get(routeKey).(string)
		took := s.now().Sub(began)
		s.metrics.observe(route, c.Request().Method, c.Response().Status, took)
		keyID, _ := c.Get(keyIDKey).(string)
		s.log.Info("request", "request_id", id, "method", c.Request().Method, "path", auth.Redact(c.Request().URL.Path), "route", route,
			"status", c.Response().Status, "bytes", c.Response().Size, "ms", float64(took.Microseconds())/1000,
			"remote", c.RealIP(), "key", keyID, "cut", cut)
		if cut {
			panic(http.ErrAbortHandler) // net/http closes the connection: half an answer must not look like a whole one
		}
		return nil
	}
}

// recover turns a panic of a handler into a failure of that request alone.
func (s *Server) recover(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			if r := recover(); r != nil {
				s.metrics.panics.Inc()
				s.log.Error("panic", "request_id", requestID(c), "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
				err = fmt.Errorf("panic: %v", r)
			}
		}()
		return next(c)
	}
}

func requestID(c echo.Context) string { return c.Response().Header().Get(requestIDHeader) }

func newRequestID() string {
	var raw [8]byte
	rand.Read(raw[:]) // never fails: the runtime ends the program instead
	return hex.EncodeToString(raw[:])
}

// validRequestID accepts what a log and a header can carry unharmed.
func validRequestID(id string) bool {
	return id != "" && len(id) <= requestIDMost &&
		strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.") == ""
}
