package postgis_test

import (
	"context"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"citygrid/registry"
	"citygrid/registry/postgis"
)

// cable is a way to a server's socket that can be cut and mended.
type cable struct {
	t      *testing.T
	server string // the socket
	mu     sync.Mutex
	cut    bool
	ends   []*end
}

// end is one end of a connection through a cable. A frozen one swallows what is written to it: a peer that is there and says nothing.
type end struct {
	net.Conn
	frozen atomic.Bool
}

func (e *end) Write(p []byte) (int, error) {
	if e.frozen.Load() {
		return len(p), nil
	}
	return e.Conn.Write(p)
}

// newCable returns an address that leads to the database at address through a cable.
func newCable(t *testing.T, address string) (*cable, string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	c := &cable{t: t, server: query.Get("host") + "/.s.PGSQL." + query.Get("port")}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close(); c.set(true) })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			c.join(client)
		}
	}()
	host, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	query.Set("host", host)
	query.Set("port", port)
	u.RawQuery = query.Encode()
	return c, u.String()
}

func (c *cable) join(client net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	server, err := net.Dial("unix", c.server)
	if err != nil || c.cut {
		client.Close()
		return
	}
	ours, theirs := &end{Conn: client}, &end{Conn: server}
	c.ends = append(c.ends, ours, theirs)
	for _, pair := range [][2]*end{{ours, theirs}, {theirs, ours}} {
		go func() {
			_, _ = io.Copy(pair[0], pair[1]) // ends when either side closes, which is what is tested
			pair[0].Close()
			pair[1].Close()
		}()
	}
}

func (c *cable) set(cut bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = cut
	for _, end := range c.ends {
		end.Close()
	}
	c.ends = nil
}

// freeze silences the connections that there are, and none that comes later.
func (c *cable) freeze() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, end := range c.ends {
		end.frozen.Store(true)
	}
}

func wantError(t *testing.T, what string, err error, kind registry.ErrorKind, code string) {
	t.Helper()
	if known := asError(err); known == nil || known.Kind != kind || known.Code != code {
		t.Errorf("%s: %v, want kind %d and code %s", what, err, kind, code)
	}
}

func TestNoServerAtTheAddressIsUnavailable(t *testing.T) {
	t.Parallel()
	store := openStore(t, postgis.Config{URL: "postgres://postgres@/nothing?host=" + t.TempDir()})
	wantError(t, "ping", store.Ping(t.Context()), registry.Unavailable, "database_away")
	_, err := store.Components(t.Context(), everyone, registry.ComponentQuery{Page: registry.Page{Limit: 1}})
	wantError(t, "components", err, registry.Unavailable, "database_away")
	_, err = store.LocatorData(t.Context())
	wantError(t, "locator data", err, registry.Unavailable, "database_away")
	_, err = store.Change(t.Context(), townAct, func(*postgis.Change) error { return nil })
	wantError(t, "change", err, registry.Unavailable, "database_away")
}

func TestServerThatGoesAwayDuringAQueryIsUnavailableAndComesBack(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	wire, address := newCable(t, w.db.Config().ConnString())
	store := openStore(t, postgis.Config{URL: address})
	unlock := w.lock("unit")
	failed := make(chan error)
	go func() {
		_, err := store.Units(context.WithoutCancel(t.Context()), everyone)
		failed <- err
	}()
	w.waitForLock()
	wire.set(true)
	wantError(t, "a query that was cut", <-failed, registry.Unavailable, "database_away")
	_, err := store.Units(t.Context(), everyone)
	wantError(t, "the next", err, registry.Unavailable, "database_away")
	wire.set(false)
	unlock()
	if units, err := store.Units(t.Context(), everyone); err != nil || len(units) != 3 {
		t.Errorf("when the server is back: %v, %v", units, err)
	}
}

func TestServerThatGoesAwayDuringAChangeLeavesNothingOfIt(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	wire, address := newCable(t, w.db.Config().ConnString())
	store := openStore(t, postgis.Config{URL: address})
	before := w.everything()
	_, err := store.Change(t.Context(), townAct, func(c *postgis.Change) error {
		if _, err := c.PutUnits(t.Context(), townUnits()[:1]); err != nil {
			t.Error(err)
		}
		wire.set(true)
		return nil
	})
	wantError(t, "change", err, registry.Unavailable, "database_away")
	if after := w.everything(); after != before {
		t.Error("something of it remains")
	}
}

func TestTerminatedConnectionIsUnavailable(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	unlock := w.lock("unit")
	defer unlock()
	failed := make(chan error)
	go func() {
		_, err := w.Units(context.WithoutCancel(t.Context()), everyone)
		failed <- err
	}()
	w.waitForLock()
	w.exec(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)
	wantError(t, "units", <-failed, registry.Unavailable, "database_away")
}

func TestSlowStatementsEndAndAreUnavailable(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	store := openStore(t, postgis.Config{URL: w.db.Config().ConnString(), RequestTimeout: 100 * time.Millisecond, ImportTimeout: 100 * time.Millisecond})
	unlock := w.lock("unit")
	defer unlock()
	_, err := store.Units(t.Context(), everyone)
	wantError(t, "by the statement's limit", err, registry.Unavailable, "timed_out")
	_, err = store.LocatorData(t.Context())
	wantError(t, "by the limit of imports", err, registry.Unavailable, "timed_out")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = w.Units(ctx, everyone)
	wantError(t, "by the caller's deadline", err, registry.Unavailable, "timed_out")
	ended, end := context.WithCancel(t.Context())
	end()
	_, err = w.Units(ended, everyone)
	wantError(t, "given up by the caller", err, registry.Unavailable, "canceled")
}

func TestADatabaseWithoutTheSchemaIsAnInternalError(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.exec(`drop table staff cascade`)
	_, err := w.LocatorData(t.Context())
	wantError(t, "locator data", err, registry.Internal, "internal")
}

func TestAnAddressThatCannotBeReadIsNotRepeated(t *testing.T) {
	t.Parallel()
	_, err := postgis.Open(t.Context(), postgis.Config{URL: "postgres://u:geheim@host:port/db"})
	if err == nil || strings.Contains(err.Error(), "geheim") {
		t.Errorf("%v", err)
	}
	for _, c := range []postgis.Config{{}, {URL: "postgres:///", MaxConns: -1}, {URL: "postgres:///", RequestTimeout: -1}, {URL: "postgres:///", ImportTimeout: -1}} {
		if _, err := postgis.Open(t.Context(), c); err == nil {
			t.Errorf("%+v is taken", c)
		}
	}
}

// lock keeps everybody from a table until the function returned is called.
func (w *town) lock(table string) (unlock func()) {
	w.t.Helper()
	tx, err := w.db.Begin(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := tx.Exec(w.t.Context(), `lock table `+table+` in access exclusive mode`); err != nil {
		w.t.Fatal(err)
	}
	return func() {
		if err := tx.Rollback(context.WithoutCancel(w.t.Context())); err != nil {
			w.t.Error(err)
		}
	}
}

// waitForLock returns when a statement of this database waits for a lock.
func (w *town) waitForLock() {
	w.t.Helper()
	for range 1000 {
		if len(w.texts(`select query from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)) > 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	w.t.Fatal("nobody waits for a lock")
}
