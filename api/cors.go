package api

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"
)

// cors lets the pages of the configured origins read answers, failures included, and answers their preflight requests. Without
// configured origins it does nothing.
func (s *Server) cors(next echo.HandlerFunc) echo.HandlerFunc {
	if len(s.origins) == 0 {
		return next
	}
	return func(c echo.Context) error {
		header := c.Response().Header()
		header.Add("Vary", "Origin")
		origin := c.Request().Header.Get(echo.HeaderOrigin)
		if !slices.Contains(s.origins, origin) {
			return next(c)
		}
		header.Set("Access-Control-Allow-Origin", origin)
		header.Set("Access-Control-Expose-Headers", exposedToClient)
		if c.Request().Method == http.MethodOptions && c.Request().Header.Get("Access-Control-Request-Method") != "" {
			header.Set("Access-Control-Allow-Methods", "GET, HEAD, POST, DELETE, OPTIONS")
			header.Set("Access-Control-Allow-Headers", "Accept-Language, Authorization, Content-Type, Idempotency-Key, If-None-Match, "+requestIDHeader)
			header.Set("Access-Control-Max-Age", "600")
			return c.NoContent(http.StatusNoContent)
		}
		return next(c)
	}
}
