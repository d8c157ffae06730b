package migrations_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"citygrid/internal/dbtest"
	"citygrid/migrations"
)

func TestAnotherRoleMayWorkButNotRewriteHistory(t *testing.T) {
	t.Parallel()
	url := dbtest.URL(t)
	pool, err := pgxpool.New(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	const role, owner = "worker", "landlord"
	if _, err := pool.Exec(t.Context(), `create role `+role+` login`); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pool.Exec(context.Background(), `drop owned by `+role+`; drop role `+role) })
	if err := migrations.Grant(t.Context(), url, role); err != nil {
		t.Fatal(err)
	}
	config, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	config.User = role
	conn, err := pgx.ConnectConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	// Again, while the role has a staging table of its own.
	if _, err := conn.Exec(t.Context(), `create unlogged table import_stage_left (like import_stage)`); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{`create role ` + owner + ` login`, `grant all on schema public to ` + owner + ` with grant option`,
		`alter table component owner to ` + owner, `alter table component_version owner to ` + owner} {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		pool.Exec(context.Background(), `reassign owned by `+owner+` to postgres; drop owned by `+owner+`; drop role `+owner)
	})
	plain := strings.Replace(url, pool.Config().ConnConfig.User+"@", owner+"@", 1)
	if err := migrations.Grant(t.Context(), plain, role); err != nil {
		t.Errorf("by an owner who is no superuser, beside a staging table of the role's own: %v", err)
	}
	for sql, allowed := range map[string]bool{
		`insert into change (actor, reason, at) values ('a', 'b', now())`: true,
		`update revision_counter set value = value`:                       true,
		`create unlogged table import_stage_of_mine (like import_stage)`:  true,
		`select count(*) from component_version`:                          true,
		`delete from component_version`:                                   false,
		`update area_version set name = ''`:                               false,
		`drop table component`:                                            false,
		`alter table component add column x int`:                          false,
	} {
		_, err := conn.Exec(t.Context(), sql)
		if (err == nil) != allowed {
			t.Errorf("%s: %v, allowed %v", sql, err, allowed)
		}
	}
}

func TestADatabaseWithoutPostGISIsRefusedWithTheCure(t *testing.T) {
	t.Parallel()
	admin := dbtest.Pool(t)
	for _, sql := range []string{`create role no_extensions login`, `create database bare owner no_extensions template template0`} {
		if _, err := admin.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		admin.Exec(context.Background(), `drop database bare with (force)`)
		admin.Exec(context.Background(), `drop role no_extensions`)
	})
	config := admin.Config().ConnConfig
	url := "postgres://no_extensions@/bare?sslmode=disable&host=" + config.Host
	_, _, err := migrations.Apply(t.Context(), url)
	var missing *migrations.NoPostGISError
	if !errors.As(err, &missing) || !strings.Contains(err.Error(), "create extension postgis") {
		t.Fatalf("got %v", err)
	}
}
