// Package migrations embeds the schema steps and applies them under a lock.
//
// A step is a file NNNNN_name.sql in goose's format. Each runs in one transaction together with the note that it ran, so a kill
// half way leaves a step done or not begun, and the next Apply goes on from there. Released steps are never edited: a change is a
// new step.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // registers the driver "pgx"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed *.sql
var steps embed.FS

// lockID is the advisory lock that migrators of one database take: "citygrid" in hexadecimal ASCII.
const lockID = 0x6369747967726964

// Waiting for another migrator: one try a second, for at most half an hour, since a step over a full registry takes minutes.
const (
	lockTrySeconds = 1
	lockTries      = 1800
)

// Latest is the version that Apply leads to: the number of the last step.
func Latest() int64 { return latest(steps) }

// Apply brings the database to Latest and returns its versions before (0: empty) and after. Any number of processes may call it at
// the same time: one works, the others wait for it and find nothing left to do. The role of databaseURL must own the schema.
func Apply(ctx context.Context, databaseURL string) (from, to int64, err error) {
	return apply(ctx, databaseURL, steps)
}

func apply(ctx context.Context, databaseURL string, files fs.FS) (from, to int64, err error) {
	db, err := sql.Open("pgx", databaseURL)
	if err != nil {
		return 0, 0, fmt.Errorf("migrations: open database: %w", err)
	}
	defer db.Close()
	p, err := provider(db, files)
	if err != nil {
		return 0, 0, fmt.Errorf("migrations: %w", err)
	}
	done, err := p.Up(ctx)
	switch {
	case extensionMissing(err):
		return 0, 0, &NoPostGISError{Err: err}
	case err != nil && ctx.Err() != nil: // the driver may say only that its connection was closed
		return 0, 0, fmt.Errorf("migrations: apply: %w: %w", ctx.Err(), err)
	case err != nil:
		return 0, 0, fmt.Errorf("migrations: apply: %w", err)
	}
	if to, err = p.GetDBVersion(ctx); err != nil {
		return 0, 0, fmt.Errorf("migrations: read version: %w", err)
	}
	if len(done) == 0 {
		return to, to, nil
	}
	for _, source := range p.ListSources() { // ascending
		if source.Version >= done[0].Source.Version {
			break
		}
		from = source.Version
	}
	return from, to, nil
}

// NoPostGISError says that the database has no PostGIS and that the role of the migration cannot put it there.
type NoPostGISError struct {
	Err error // what PostgreSQL said
}

// Error says what to do, in English and Chinese.
func (e *NoPostGISError) Error() string {
	return "migrations: the database has no PostGIS: install PostGIS on its server and run `create extension postgis` there as a superuser" +
		" / 数据库中没有 PostGIS：请在其服务器上安装 PostGIS，并以超级用户执行 create extension postgis: " + e.Err.Error()
}

// Unwrap returns what PostgreSQL said.
func (e *NoPostGISError) Unwrap() error { return e.Err }

// extensionMissing recognises the failure of the first step's first statement.
func extensionMissing(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && strings.Contains(pg.Message, `extension "postgis"`) &&
		(pg.Code == "42501" || pg.Code == "0A000" || pg.Code == "58P01") // not allowed, not available
}

func provider(db *sql.DB, files fs.FS) (*goose.Provider, error) {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockID(lockID), lock.WithLockTimeout(lockTrySeconds, lockTries))
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker),
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
}

// latest is the highest number among the files; a name that is no step counts as 0, and Apply would refuse it.
func latest(files fs.FS) int64 {
	names, _ := fs.Glob(files, "*.sql") // the pattern is constant and well formed
	var highest int64
	for _, name := range names {
		version, _ := goose.NumericComponent(name)
		highest = max(highest, version)
	}
	return highest
}
