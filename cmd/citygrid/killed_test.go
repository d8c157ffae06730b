package main

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

const crossingPoints = "../../registry/locator/testdata/crossing/components/points.csv"

// killedAtItsEnd runs an import that is killed when its rows are staged and its issues are to be.
func killedAtItsEnd(t *testing.T, url string, p *program) {
	t.Helper()
	db := connect(t, url)
	if _, err := db.Exec(t.Context(), `begin; lock table import_issue in share mode`); err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	for begun, waiting := time.Now(), 0; waiting == 0; time.Sleep(5 * time.Millisecond) {
		if err := db.QueryRow(t.Context(), `select count(*) from pg_locks where relation = 'import_issue'::regclass and not granted`).Scan(&waiting); err != nil {
			t.Fatal(err)
		}
		if time.Since(begun) > time.Minute {
			t.Fatalf("it does not get there:\n%s", p.err.String())
		}
	}
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.Wait()
	if _, err := db.Exec(t.Context(), `rollback`); err != nil {
		t.Fatal(err)
	}
}

// stagingTables counts the tables of batches.
func stagingTables(t *testing.T, db *pgx.Conn) (n int) {
	t.Helper()
	if err := db.QueryRow(context.Background(), `select count(*) from pg_class where relname ~ '^import_(stage|match)_[0-9a-f]{32}$'`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAnImportGivesBackWhatAKilledOneHeld(t *testing.T) {
	t.Parallel()
	url, _ := smallCity(t)
	killedAtItsEnd(t, url, citygrid(t, url, "import", crossingPoints))
	db := connect(t, url)
	if n := stagingTables(t, db); n == 0 {
		t.Fatal("nothing was left behind")
	}
	citygrid(t, url, "import", crossingPoints).want(t, 0, "batches of an interrupted run were given up", "6 unchanged")
	if n := stagingTables(t, db); n != 0 {
		t.Errorf("%d staging tables are left", n)
	}
}
