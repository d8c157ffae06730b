package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestLoadAsksEveryPathWithItsBodyAndHeader(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 1<<20)
	s := testSite(t, func(w http.ResponseWriter, r *http.Request) {
		body := make([]byte, 100)
		n, _ := r.Body.Read(body)
		asked <- fmt.Sprintf("%s %s %s %s", r.Method, r.URL, r.Header.Get("Content-Type"), body[:n])
	})
	w := wrk{connections: 1, lasts: time.Second, method: http.MethodPost, header: "Content-Type: text/plain", paths: []string{"/a", "/b?x=1"}, body: []byte("[1]\n")}
	found, err := w.run(t.Context(), t.TempDir(), s.base)
	if err != nil {
		t.Fatal(err)
	}
	if found < 1 {
		t.Errorf("%v requests a second", found)
	}
	got := []string{<-asked, <-asked}
	slices.Sort(got) // wrk tries the script once before, so either may be the first
	if want := []string{"POST /a text/plain [1]\n", "POST /b?x=1 text/plain [1]\n"}; !slices.Equal(got, want) {
		t.Errorf("asked %q, want %q", got, want)
	}
}

func TestRefusedRequestFailsTheMeasurement(t *testing.T) {
	t.Parallel()
	s := testSite(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	w := wrk{connections: 1, lasts: time.Second, method: http.MethodGet, paths: []string{"/a"}}
	if _, err := w.run(t.Context(), t.TempDir(), s.base); err == nil || !strings.Contains(err.Error(), "were refused") {
		t.Errorf("got %v", err)
	}
}

func testSite(t *testing.T, handle http.HandlerFunc) *site {
	t.Helper()
	log, logger, err := accessLog()
	if err != nil {
		t.Fatal(err)
	}
	s, err := listen(handle, log, logger)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s
}
