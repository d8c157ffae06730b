package api_test

import (
	"bufio"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"citygrid/api"
)

// listen runs a handler in the server of NewHTTPServer and returns its address.
func listen(t *testing.T, handler http.Handler, now func() time.Time, change func(*http.Server)) string {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	server.Config = api.NewHTTPServer(handler, slog.New(slog.NewTextHandler(io.Discard, nil)), now)
	change(server.Config)
	server.Start()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

func TestEveryWaitOfTheServerHasAnEnd(t *testing.T) {
	t.Parallel()
	s := api.NewHTTPServer(http.NotFoundHandler(), slog.Default(), time.Now)
	if s.ReadHeaderTimeout != 5*time.Second || s.ReadTimeout != 30*time.Second || s.IdleTimeout != time.Minute || s.MaxHeaderBytes != 16<<10 || s.ErrorLog == nil {
		t.Errorf("%+v", s)
	}
}

func TestBodyThatDoesNotArriveIsGivenUp(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	address := listen(t, s.server, time.Now, func(server *http.Server) { server.ReadTimeout = 200 * time.Millisecond })
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, "POST /locate HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n[[111.285,30.705],")
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusRequestTimeout || !strings.Contains(string(body), "body_too_slow") {
		t.Errorf("%d %s, %v", answer.StatusCode, body, err)
	}
}

func TestClientThatStopsReadingIsCutOffAndOneThatReadsIsNot(t *testing.T) {
	t.Parallel()
	const size = 32 << 20 // more than the kernel's buffers hold
	written := make(chan error, 1)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := w.Write(make([]byte, size))
		written <- err
	})
	// The server's clock is behind, so that 15 s of patience are 300 ms.
	address := listen(t, handler, func() time.Time { return time.Now().Add(300*time.Millisecond - 15*time.Second) }, func(*http.Server) {})
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	select {
	case err := <-written:
		if err == nil {
			t.Error("everything was written to a client that reads nothing")
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the write never ends")
	}

	began := time.Now()
	answer, err := http.Get("http://" + address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	chunk, read := make([]byte, size/16), 0
	for { // slower in all than the patience, but never still for so long
		n, err := io.ReadFull(answer.Body, chunk)
		read += n
		if err != nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err := <-written; err != nil || read != size || time.Since(began) < 500*time.Millisecond {
		t.Errorf("%d bytes in %v, %v", read, time.Since(began), err)
	}
}

func TestHeadersLargerThanTheirLimitAreRefused(t *testing.T) {
	t.Parallel()
	address := listen(t, emptySite(t).server, time.Now, func(*http.Server) {})
	r, err := http.NewRequest(http.MethodGet, "http://"+address+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Large", strings.Repeat("x", 32<<10))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("%d", answer.StatusCode)
	}
}
