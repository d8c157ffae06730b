package migrations_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"citygrid/internal/dbtest"
	"citygrid/migrations"
)

func TestAnotherRoleMayWorkButNotRewriteHistory(t *testing.T) {
	t.Parallel()
	url := dbtest.URL(t)
	pool := dbtest.Pool(t)
	role := "app_" + strings.ToLower(strings.NewReplacer("/", "_").Replace(t.Name()))[:20]
	if _, err := pool.Exec(t.Context(), `create role `+role+` login`); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pool.Exec(t.Context(), `drop owned by `+role+`; drop role `+role) })
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
		admin.Exec(t.Context(), `drop database bare with (force)`)
		admin.Exec(t.Context(), `drop role no_extensions`)
	})
	config := admin.Config().ConnConfig
	url := "postgres://no_extensions@/bare?sslmode=disable&host=" + config.Host
	_, _, err := migrations.Apply(t.Context(), url)
	var missing *migrations.NoPostGISError
	if !errors.As(err, &missing) || !strings.Contains(err.Error(), "create extension postgis") {
		t.Fatalf("got %v", err)
	}
}
