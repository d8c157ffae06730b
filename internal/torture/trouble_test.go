package torture_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"citygrid/internal/cluster"
	"citygrid/migrations"
)

const (
	database      = "town"
	startBudget   = 2 * time.Minute       // on a busy machine a cluster was seen to need many seconds
	restartBudget = time.Minute           // for a server that was ended to answer again
	lookEvery     = 20 * time.Millisecond // whether it does
	aftermath     = 5 * time.Second       // in which a dead connection may still be found in a pool
)

// server is a PostgreSQL of its own, since it is ended and killed.
type server struct {
	*cluster.Throwaway
	url  string
	back atomic.Int64 // when it answered again after the last trouble, in nanoseconds since 1970; the end of time while it is away
}

// newServer starts it with a migrated database whose commits survive the death of any process.
func newServer(t *testing.T) *server {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startBudget)
	defer cancel()
	c, err := cluster.StartThrowaway(ctx, cluster.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), startBudget)
		defer cancel()
		if err := c.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	if err := c.EnsureDatabase(ctx, database); err != nil {
		t.Fatal(err)
	}
	s := &server{Throwaway: c, url: c.URL(database)}
	if _, _, err := migrations.Apply(ctx, s.url); err != nil {
		t.Fatal(err)
	}
	// A throw-away cluster acknowledges commits that it has not written: a killed one would have them undone.
	if err := s.exec(ctx, `alter database `+database+` set synchronous_commit = on`); err != nil {
		t.Fatal(err)
	}
	return s
}

// exec runs a statement on a connection of its own.
func (s *server) exec(ctx context.Context, statement string) error {
	return s.connected(ctx, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, statement)
		return err
	})
}

func (s *server) connected(ctx context.Context, fn func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, s.url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return fn(conn)
}

// killListener ends the session that hears of changes, if there is one now, and returns how many it ended. What it would have heard is
// lost to it.
func killListener(ctx context.Context, db querier) (int, error) {
	rows, err := db.Query(ctx, `
		select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'citygrid-listener'`)
	if err != nil {
		return 0, err
	}
	ended, err := pgx.CollectRows(rows, pgx.RowTo[bool])
	return len(ended), err
}

// trouble is one way to take the server away. It comes back by itself: who supervises the cluster starts it again.
type trouble struct {
	name string
	do   func(*server, context.Context) error
}

func troubles() []trouble {
	return []trouble{
		{"kill -9 of a backend", func(s *server, ctx context.Context) error {
			var pid int
			if err := s.connected(ctx, func(conn *pgx.Conn) error {
				return conn.QueryRow(ctx, `
					select pid from pg_stat_activity where datname = current_database() and application_name = 'citygrid' limit 1`).Scan(&pid)
			}); err != nil {
				return err
			}
			return syscall.Kill(pid, syscall.SIGKILL) // the server then ends all others and replays its log
		}},
		{"stop -m fast", func(s *server, ctx context.Context) error { return s.signal(ctx, syscall.SIGINT) }},
		{"stop -m immediate", func(s *server, ctx context.Context) error { return s.signal(ctx, syscall.SIGQUIT) }},
	}
}

// signal sends a signal to the postmaster, as pg_ctl does.
func (s *server) signal(ctx context.Context, sig syscall.Signal) error {
	var folder string
	if err := s.connected(ctx, func(conn *pgx.Conn) error {
		return conn.QueryRow(ctx, `show data_directory`).Scan(&folder)
	}); err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(folder, "postmaster.pid"))
	if err != nil {
		return err
	}
	pid, err := strconv.Atoi(strings.SplitN(string(text), "\n", 2)[0])
	if err != nil {
		return err
	}
	return syscall.Kill(pid, sig)
}

// strike does it and waits until the server answers again.
func (s *server) strike(ctx context.Context, what trouble) error {
	s.back.Store(math.MaxInt64)
	defer func() { s.back.Store(time.Now().UnixNano()) }()
	before, err := s.startedAt(ctx)
	if err != nil {
		return err
	}
	if err := what.do(s, ctx); err != nil {
		return fmt.Errorf("%s: %w", what.name, err)
	}
	ctx, cancel := context.WithTimeout(ctx, restartBudget)
	defer cancel()
	for {
		if now, err := s.startedAt(ctx); err == nil && now != before {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: the server does not come back: %w", what.name, ctx.Err())
		case <-time.After(lookEvery):
		}
	}
}

// excuses reports whether the server was away when something failed that began at a time, or shortly before.
func (s *server) excuses(began time.Time) bool {
	return began.Add(-aftermath).UnixNano() < s.back.Load()
}

// startedAt tells one life of the server from the next. A postmaster outlives its backends, so a process is asked that does not.
func (s *server) startedAt(ctx context.Context) (at time.Time, err error) {
	err = s.connected(ctx, func(conn *pgx.Conn) error {
		return conn.QueryRow(ctx, `select backend_start from pg_stat_activity where backend_type = 'checkpointer'`).Scan(&at)
	})
	return at, err
}
