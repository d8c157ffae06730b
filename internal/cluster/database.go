package cluster

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// superuser is the database role that initdb makes; who may enter the socket folder is trusted to be it.
const superuser = "postgres"

// URL returns the address of a database of this cluster, for pgx, psql or ogr2ogr: postgres://postgres@/name?host=/socket/folder.
// It does not check that the database exists.
func (c *Cluster) URL(database string) string {
	u := url.URL{Scheme: "postgres", User: url.User(superuser), Host: "", Path: "/" + database}
	u.RawQuery = url.Values{"host": {c.folder.socket}, "port": {port}, "sslmode": {"disable"}}.Encode()
	return u.String()
}

// EnsureDatabase creates the database, with the postgis extension in it, unless it is there already. It may be called by several
// processes at once, and again after a kill at any moment.
func (c *Cluster) EnsureDatabase(ctx context.Context, name string) error {
	if err := c.createDatabase(ctx, name); err != nil {
		return fmt.Errorf("cluster: create database %s: %w", name, err)
	}
	conn, err := pgx.Connect(ctx, c.URL(name))
	if err != nil {
		return fmt.Errorf("cluster: open database %s: %w", name, err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	// "if not exists" does not cover two callers at once: one of them meets the other's row in pg_extension.
	if _, err := conn.Exec(ctx, `create extension if not exists postgis`); err != nil && !hasState(err, "23505", "42710") {
		return fmt.Errorf("cluster: create extension postgis in %s: %w", name, err)
	}
	return nil
}

func (c *Cluster) createDatabase(ctx context.Context, name string) error {
	conn, err := pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var exists bool
	if err := conn.QueryRow(ctx, `select exists (select from pg_database where datname = $1)`, name).Scan(&exists); err != nil || exists {
		return err
	}
	_, err = conn.Exec(ctx, `create database `+pgx.Identifier{name}.Sanitize())
	if hasState(err, "42P04", "23505") { // another caller was first
		return nil
	}
	return err
}

// hasState says whether err is a PostgreSQL error with one of the given SQLSTATE codes.
func hasState(err error, states ...string) bool {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return false
	}
	for _, s := range states {
		if pg.Code == s {
			return true
		}
	}
	return false
}
