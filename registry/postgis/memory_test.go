package postgis_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"citygrid/registry"
	"citygrid/registry/postgis"
)

func TestLongImportsDoNotDelayWhatIsReadIntoMemory(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	var begun, all sync.WaitGroup
	end := make(chan struct{})
	for range 2 { // as many as may run at once
		begun.Add(1)
		all.Go(func() {
			if _, err := w.Change(t.Context(), townAct, func(*postgis.Change) error {
				begun.Done()
				<-end
				return nil
			}); err != nil {
				t.Error(err)
			}
		})
	}
	begun.Wait()
	d, err := w.LocatorData(t.Context())
	if err != nil || len(d.Units) != 3 {
		t.Errorf("beside two changes: %d units, %v", len(d.Units), err)
	}
	close(end)
	all.Wait()
}

func TestAwayTellsAServerThatMayComeBackFromOneThatRefuses(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	config := w.db.Config().ConnConfig
	connect := func(database, host string) error {
		_, err := pgx.Connect(t.Context(), fmt.Sprintf("postgres://%s@/%s?sslmode=disable&host=%s&port=%d", config.User, database, host, config.Port))
		return fmt.Errorf("connect: %w", err)
	}
	_, missing := w.db.Exec(t.Context(), `select * from no_such_table`)
	_, ended := w.db.Exec(t.Context(), `select pg_terminate_backend(pg_backend_pid())`)
	for _, claim := range []struct {
		what string
		err  error
		away bool
	}{
		{"nothing", nil, false},
		{"no server", connect(config.Database, t.TempDir()), true},
		{"no database", connect("no_such_database", config.Host), false},
		{"no table", missing, false},
		{"a session ended by the server", ended, true},
		{"a failure told before", fmt.Errorf("load: %w", registry.NewError(registry.Unavailable, "x", "", "")), true},
		{"out of time", context.DeadlineExceeded, true},
		{"anything else", errors.New("x"), false},
	} {
		if got := postgis.Away(claim.err); got != claim.away {
			t.Errorf("%s is away: %v, want %v (%v)", claim.what, got, claim.away, claim.err)
		}
	}
}
