package api

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"citygrid/api/auth"
	"citygrid/registry"
	"citygrid/registry/intake"
	"citygrid/registry/photo"
)

// Config is what a Server needs. Registry, BaseURL and Now must be given.
type Config struct {
	Registry *registry.Registry
	// Keys looks API keys up; nil: no key is valid.
	Keys auth.Keys
	// OpenReading lets requests without a key see what the city publishes.
	OpenReading bool
	// BaseURL is the address that links are made of, such as https://grid.example.cn/api: the server never believes Host.
	BaseURL string
	// Version of the program: shown, and part of every validator, since another version may encode otherwise.
	Version string
	// Console holds the page console.Entry, served at /map, and a folder console, served below /console/; nil: no pages.
	Console fs.FS
	// Imports takes survey files; nil: the server takes none. Whoever gives it runs it.
	Imports *intake.Desk
	// Photos of components; nil: the server has none.
	Photos *photo.Room
	// Systems are coordinate systems in which features are served besides those of query.Systems; nil: none.
	Systems func() []registry.System
	// CORSOrigins may read answers from their pages, "https://map.example.cn"; empty: none.
	CORSOrigins []string
	// Health lists what /readyz reports; nil: nothing to report, ready.
	Health func(context.Context) []Health
	// Ready is false while the program starts: what needs a key or the registry is answered 503 then. nil: always ready.
	Ready func() bool
	// Collectors are shown by /metrics beside the server's own.
	Collectors []prometheus.Collector
	// Log takes the access log and failures; nil: slog.Default.
	Log *slog.Logger
	// Now is the clock.
	Now func() time.Time
	// Concurrency is how many requests may use the database at once, and how many lists of points are placed at once; 0: twice the
	// processors.
	Concurrency int
}

// Health is the state of one thing that the program needs.
type Health struct {
	Name   string `json:"name"` // "database", "locator"
	OK     bool   `json:"ok"`
	Detail string `json:"detail"` // in words, for the operator; no secrets
}

// Validate says what is missing or wrong.
func (c Config) Validate() error {
	var errs []error
	if c.Registry == nil {
		errs = append(errs, errors.New("Registry is nil"))
	}
	if c.Now == nil {
		errs = append(errs, errors.New("Now is nil"))
	}
	errs = append(errs, CheckBaseURL(c.BaseURL))
	for _, origin := range c.CORSOrigins {
		errs = append(errs, CheckOrigin(origin))
	}
	if c.Concurrency < 0 {
		errs = append(errs, fmt.Errorf("Concurrency %d is negative", c.Concurrency))
	}
	return errors.Join(errs...)
}

// CheckBaseURL refuses what cannot be Config.BaseURL.
func CheckBaseURL(text string) error {
	if !isOrigin(text, true) {
		return fmt.Errorf("BaseURL %q must be http://host or https://host, with or without a path", text)
	}
	return nil
}

// CheckOrigin refuses what cannot be one of Config.CORSOrigins, wildcards included: origins are compared whole.
func CheckOrigin(text string) error {
	if !isOrigin(text, false) {
		return fmt.Errorf("CORS origin %q must be http://host or https://host, nothing after it", text)
	}
	return nil
}

func isOrigin(text string, path bool) bool {
	u, err := url.Parse(text)
	return err == nil && slices.Contains([]string{"http", "https"}, u.Scheme) && u.Hostname() != "" && u.User == nil &&
		!strings.ContainsAny(text, "?#*") && (path || u.Path == "")
}
