package postgis

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	listenerName  = "citygrid-listener"    // application_name, by which pg_stat_activity shows it
	listenQuiet   = 5 * time.Second        // without a notification, after which the server is asked for a sign of life
	listenBackOff = 100 * time.Millisecond // before the first new attempt; it doubles
	listenLongest = 5 * time.Second        // between two attempts
)

// Listen calls changed whenever a change was announced, until ctx ends, on a connection of its own beside the pools. Announcements
// are lost while that connection is: changed is called on every new one too. lost is called once at each loss, or when there is
// no connection to begin with; new attempts follow by themselves. A peer that fell silent without closing is noticed after about 8 s.
// Both are called from the caller's goroutine, one at a time, and should return soon.
func (s *Store) Listen(ctx context.Context, changed func(), lost func(error)) {
	wait, connected := listenBackOff, true
	for {
		err := s.hear(ctx, func() {
			wait, connected = listenBackOff, true
			changed()
		})
		if ctx.Err() != nil {
			return
		}
		if connected {
			connected = false
			lost(interpret("listen", err))
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return
		}
		wait = min(2*wait, listenLongest)
	}
}

// hear listens on one connection until that is lost or ctx ends. It calls changed when it begins to hear and at each announcement.
func (s *Store) hear(ctx context.Context, changed func()) error {
	config := s.pool.Config().ConnConfig
	config.RuntimeParams["application_name"] = listenerName
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer func() {
		parting, cancel := context.WithTimeout(context.WithoutCancel(ctx), connectTimeout)
		defer cancel()
		conn.Close(parting)
	}()
	if err := within(ctx, connectTimeout, func(ctx context.Context) error {
		_, err := conn.Exec(ctx, sqlListen)
		return err
	}); err != nil {
		return err
	}
	defer s.heard.set(false)
	for {
		s.heard.set(true)
		changed()
		if err := await(ctx, conn); err != nil {
			return err
		}
	}
}

// await returns nil at the next announcement, however long the silence before it, and an error when nobody is there to announce.
func await(ctx context.Context, conn *pgx.Conn) error {
	for {
		err := within(ctx, listenQuiet, func(ctx context.Context) error {
			_, err := conn.WaitForNotification(ctx)
			return err
		})
		if err == nil || conn.IsClosed() || ctx.Err() != nil {
			return err
		}
		if err := within(ctx, connectTimeout, conn.Ping); err != nil {
			return err
		}
	}
}

// within runs fn with a bound on its time.
func within(ctx context.Context, limit time.Duration, fn func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return fn(ctx)
}

const sqlListen = `listen ` + NotifyChannel
