package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"citygrid/api"
	"citygrid/registry"
)

// metric is the value of a metric that has no labels.
func metric(t *testing.T, base, name string) string {
	t.Helper()
	got, err := fetch(t.Context(), http.DefaultClient, base+"/metrics")
	if err != nil || got.status != http.StatusOK {
		t.Fatalf("%+v, %v", got, err)
	}
	for line := range strings.Lines(got.body) {
		if value, ok := strings.CutPrefix(line, "citygrid_"+name+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	t.Fatalf("no %s in\n%s", name, got.body)
	return ""
}

// TestAStoreThatSaysOtherThanMemoryAtOneRevisionIsFoundOnce changes a row behind the back of the registry: no revision is made, and so
// nothing but a comparison can see it.
func TestAStoreThatSaysOtherThanMemoryAtOneRevisionIsFoundOnce(t *testing.T) {
	t.Parallel()
	address, _ := smallCity(t)
	p := citygrid(t, address, "serve", "--listen", "127.0.0.1:0", "--verify-every", "1s")
	base := p.start(t)
	await := func(name, value string) {
		t.Helper()
		for begun := time.Now(); metric(t, base, name) != value; time.Sleep(20 * time.Millisecond) {
			if time.Since(begun) > time.Minute {
				t.Fatalf("%s is %s and does not become %s", name, metric(t, base, name), value)
			}
		}
	}
	await("locator_verifications_total", "1")
	await("finder_verifications_total", "1")
	for name, want := range map[string]string{
		"locator_revision": "1", "locator_cells": "8", "locator_stale_seconds": "0", "locator_refreshes_total": "1",
		"locator_refresh_failures_total": "0", "locator_differences_total": "0",
		"finder_revision": "1", "finder_components": "5", "finder_differences_total": "0",
	} {
		if got := metric(t, base, name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	admin, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(context.Background())
	if _, err := admin.Exec(t.Context(), `update area set name = '改了名' where code = '420502001001001'`); err != nil {
		t.Fatal(err)
	}
	await("locator_differences_total", "1")
	var inside placement
	get(t, base+"/locate?lon=111.285&lat=30.715", &inside)
	if inside.Grid.Name != "改了名" {
		t.Errorf("after it was found: %+v", inside.Grid)
	}
	await("locator_verifications_total", "4")
	if got := metric(t, base, "locator_differences_total"); got != "1" {
		t.Errorf("found %s times", got)
	}
	var ready struct{ Checks []api.Health }
	get(t, base+"/readyz", &ready)
	if got := ready.Checks[1].Detail; !strings.HasPrefix(got, "revision 1, stale_seconds 0, differed from the database and was mended at 20") {
		t.Errorf("readyz: %s", got)
	}
	p.stop(t, syscall.SIGTERM)
	if said := p.err.String(); strings.Count(said, "level=ERROR") != 1 || strings.Count(said, "memory does not agree with the database") != 1 ||
		!strings.Contains(said, "what=locator") || !strings.Contains(said, "at revision 1 memory has digest") {
		t.Errorf("said:\n%s", said)
	}
}

// proof answers comparisons one after the other, and tells of each.
type proof struct {
	asked   chan string
	name    string
	answers []error // nil: the same
}

func (p *proof) Verify(context.Context) (bool, error) {
	err := p.answers[0]
	p.answers = p.answers[1:]
	p.asked <- p.name
	return err == nil, err
}

func TestEverythingKeptIsComparedAtEachTickAndDifferencesAreToldFromFailures(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	asked, ticks, done, log := make(chan string), make(chan time.Time), make(chan struct{}), bytes.Buffer{}
	away := registry.NewError(registry.Unavailable, "database_away", "", "")
	differs := fmt.Errorf("verify: %w", &registry.DifferenceError{Revision: 7})
	first := &proof{asked, "first", []error{nil, differs, nil}}
	second := &proof{asked, "second", []error{away, errors.New("unreadable"), away}}
	go func() {
		defer close(done)
		verify(ctx, ticks, slog.New(slog.NewTextHandler(&log, nil)), kept{"first", first}, kept{"second", second})
	}()
	for range 3 {
		ticks <- time.Time{}
		if one, two := <-asked, <-asked; one != "first" || two != "second" {
			t.Errorf("compared %s and %s", one, two)
		}
	}
	stop()
	<-done
	said := log.String()
	if strings.Count(said, `level=ERROR msg="memory does not agree`) != 1 || !strings.Contains(said, `what=first err="verify: at revision 7 `) ||
		strings.Count(said, `level=ERROR msg="memory cannot be compared`) != 1 || !strings.Contains(said, "what=second err=unreadable") ||
		strings.Count(said, "level=WARN msg=\"memory not compared") == 0 || strings.Count(said, "level=ERROR") != 2 {
		t.Error(said)
	}
}
