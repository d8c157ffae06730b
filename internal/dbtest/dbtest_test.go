package dbtest_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"

	"citygrid/internal/dbtest"
	"citygrid/migrations"
)

func TestMain(m *testing.M) { os.Exit(dbtest.Main(m)) }

func TestEachTestHasItsOwnMigratedDatabase(t *testing.T) {
	t.Parallel()
	for i := range 4 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			pool := dbtest.Pool(t)
			if _, err := pool.Exec(t.Context(), `create table mine (n int)`); err != nil {
				t.Fatalf("the table of another test is here: %v", err)
			}
			var version int64
			var postgis bool
			err := pool.QueryRow(t.Context(), `select (select max(version_id) from goose_db_version), st_covers(st_makeenvelope(0,0,2,2), st_point(1,1))`).Scan(&version, &postgis)
			if err != nil || version != migrations.Latest() || !postgis {
				t.Errorf("version %d, PostGIS %v, %v; want %d, true", version, postgis, err, migrations.Latest())
			}
		})
	}
}

func TestDatabaseIsDroppedWhenItsTestEnds(t *testing.T) {
	t.Parallel()
	var url string
	t.Run("with a connection left open", func(t *testing.T) {
		url = dbtest.URL(t)
		if _, err := pgx.Connect(context.Background(), url); err != nil {
			t.Fatal(err)
		}
	})
	if conn, err := pgx.Connect(t.Context(), url); err == nil {
		conn.Close(t.Context())
		t.Error("the database is still there")
	}
}

func BenchmarkURL(b *testing.B) {
	dbtest.URL(b) // starts the cluster
	for b.Loop() {
		dbtest.URL(b)
	}
}
