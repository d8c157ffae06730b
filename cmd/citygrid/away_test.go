package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"citygrid/internal/cluster"
	"citygrid/internal/dbtest"
)

// server is a PostgreSQL of the test's own that can be stopped and started.
type server struct {
	t       *testing.T
	folder  string
	running *cluster.Cluster
	url     string
}

// newServer starts one with an empty database.
func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{t: t, folder: dataFolder(t)}
	s.start()
	if err := s.running.EnsureDatabase(t.Context(), databaseName); err != nil {
		t.Fatal(err)
	}
	s.url = s.running.URL(databaseName)
	t.Cleanup(s.stop)
	return s
}

func (s *server) start() {
	s.t.Helper()
	var err error
	if s.running, err = cluster.Start(s.t.Context(), cluster.Config{Dir: s.folder}); err != nil {
		s.t.Fatal(err)
	}
}

// stop ends all its connections and returns when it is gone. A second one in a row does nothing.
func (s *server) stop() {
	s.t.Helper()
	if err := s.running.Stop(context.Background()); err != nil {
		s.t.Error(err)
	}
}

// freeAddress is one where nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// reply is what matters of an answer.
type reply struct {
	status                int
	retryAfter, mediaType string
	body                  string
}

func fetch(ctx context.Context, client *http.Client, target string) (reply, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return reply{}, err
	}
	response, err := client.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return reply{response.StatusCode, response.Header.Get("Retry-After"), response.Header.Get("Content-Type"), string(body)}, err
}

// awaitStatus asks until the answer has a status, and returns how long that took.
func awaitStatus(t *testing.T, target string, status int, within time.Duration) time.Duration {
	t.Helper()
	begun := time.Now()
	for {
		got, err := fetch(t.Context(), http.DefaultClient, target)
		if err == nil && got.status == status {
			return time.Since(begun)
		}
		if time.Since(begun) > within {
			t.Fatalf("GET %s after %v: %+v, %v; want %d", target, within, got, err, status)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestStartedBeforeItsDatabaseAServerAnswersForItselfAndIsReadyWhenThatIs(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.stop()
	address := freeAddress(t)
	p, base := citygrid(t, s.url, "--data", dataFolder(t), "serve", "--city", "yichang", "--listen", address), "http://"+address
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	awaitStatus(t, base+"/healthz", http.StatusOK, time.Minute)
	for range 10 { // some attempts long
		for _, path := range []string{"/locate?lon=111.2846&lat=30.7012", "/collections", "/collections/components/items", "/units", "/city", "/catalog",
			"/whats-here?lon=111.2846&lat=30.7012"} {
			got, err := fetch(t.Context(), http.DefaultClient, base+path)
			if err != nil || got.status != http.StatusServiceUnavailable || got.retryAfter != "1" || got.mediaType != "application/problem+json" {
				t.Errorf("%s: %+v, %v", path, got, err)
			}
		}
		for path, want := range map[string]int{"/healthz": 200, "/metrics": 200, "/": 200, "/readyz": 503} {
			if got, err := fetch(t.Context(), http.DefaultClient, base+path); err != nil || got.status != want {
				t.Errorf("%s: %+v, %v", path, got, err)
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	s.start()
	t.Logf("ready %v after PostgreSQL was, the drawing and loading of the city included", awaitStatus(t, base+"/readyz", http.StatusOK, addressWithin))
	var components page
	get(t, base+"/collections/components/items?limit=1", &components)
	var inside placement
	get(t, base+"/locate?lon=111.2846&lat=30.7012&kind=event&subclass=0102", &inside)
	if components.NumberMatched != 11393 || inside.Responsible.Unit.Code != "U01" {
		t.Errorf("%d components, %+v", components.NumberMatched, inside)
	}
	p.stop(t, syscall.SIGTERM)
	said := p.err.String()
	if strings.Count(said, "level=WARN") != 1 || strings.Count(said, "the database is away") != 1 || strings.Count(said, "数据库已可用") != 1 ||
		strings.Contains(said, "level=ERROR") || !strings.Contains(p.out.String(), "CityGrid is ready") {
		t.Errorf("said:\n%s%s", p.out.String(), said)
	}
}

func TestWaitingForTheDatabaseEndsCleanlyWhenTold(t *testing.T) {
	t.Parallel()
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		address := freeAddress(t)
		p := citygrid(t, "postgres://nobody@127.0.0.1:1/none", "serve", "--listen", address)
		said, err := os.Create(filepath.Join(t.TempDir(), "said"))
		if err != nil {
			t.Fatal(err)
		}
		defer said.Close()
		p.Stderr = said
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
		awaitStatus(t, "http://"+address+"/readyz", http.StatusServiceUnavailable, time.Minute)
		for text := ""; !strings.Contains(text, "the database is away"); time.Sleep(10 * time.Millisecond) {
			read, err := os.ReadFile(said.Name())
			if err != nil {
				t.Fatal(err)
			}
			text = string(read)
		}
		p.stop(t, signal)
		if strings.Contains(p.out.String(), "ready") {
			t.Errorf("%v: it says that it was ready: %s", signal, p.out.String())
		}
	}
}

func TestADatabaseThatRefusesEndsTheStartAtOnce(t *testing.T) {
	t.Parallel()
	good := dbtest.URL(t)
	admin, err := pgx.Connect(t.Context(), good)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		admin.Exec(context.Background(), `drop role stranger`)
		admin.Close(context.Background())
	})
	if _, err := admin.Exec(t.Context(), `create role stranger login`); err != nil {
		t.Fatal(err)
	}
	change := func(alter func(*url.URL)) string {
		u, err := url.Parse(good)
		if err != nil {
			t.Fatal(err)
		}
		alter(u)
		return u.String()
	}
	for what, address := range map[string]string{
		"nobody knows the role":   change(func(u *url.URL) { u.User = url.User("nobody_knows") }),
		"there is no database":    change(func(u *url.URL) { u.Path = "/no_such_database" }),
		"the role has no rights":  change(func(u *url.URL) { u.User = url.User("stranger") }),
		"the address is not one":  "postgres://host:port/x",
		"the database is another": change(func(u *url.URL) { u.Path = "/template1" }) + "&options=-c%20default_transaction_read_only%3Don",
	} {
		p := citygrid(t, address, "serve", "--listen", "127.0.0.1:0")
		begun := time.Now()
		if code := p.code(t); code != exitFailed && code != exitRefused || strings.Contains(p.err.String(), "the database is away") || p.out.Len() > 0 {
			t.Errorf("%s: code %d after %v:\n%s%s", what, code, time.Since(begun), p.out.String(), p.err.String())
		}
	}
}

func TestAnIntervalOfComparisonsThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	citygrid(t, "postgres://127.0.0.1:1/none", "serve", "--verify-every", "0s").want(t, exitRefused, "--verify-every", "须不少于 1 秒")
}
