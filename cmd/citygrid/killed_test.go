package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
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

// A set of files is packed into one archive, and that unpacked for ogr2ogr: a kill leaves both, and must leave no ogr2ogr.
func TestAnImportSweepsAwayWhatAKilledOneLeftInTheTemporaryFolder(t *testing.T) {
	t.Parallel()
	url, _ := smallCity(t)
	dir := t.TempDir()
	var table strings.Builder
	table.WriteString("ObjID,ObjState,ORDate,Lon,Lat\n")
	for n := range 50_000 {
		fmt.Fprintf(&table, "42050201010%05d,完好,2026-03-01,111.285,30.715\n", n)
	}
	put(t, filepath.Join(dir, "survey.csv"), table.String())
	set := filepath.Join(dir, "survey.shp")
	if out, err := exec.Command("ogr2ogr", "-f", "ESRI Shapefile", set, filepath.Join(dir, "survey.csv"), "-oo", "X_POSSIBLE_NAMES=Lon", "-oo", "Y_POSSIBLE_NAMES=Lat",
		"-oo", "KEEP_GEOM_COLUMNS=NO", "-a_srs", "EPSG:4490", "-lco", "ENCODING=GBK").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	temporary := dataFolder(t)
	if err := os.MkdirAll(temporary, 0o777); err != nil {
		t.Fatal(err)
	}
	folders := func() []os.DirEntry {
		found, err := os.ReadDir(temporary)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	p := citygrid(t, url, "import", set)
	p.Env = append(p.Env, "TMPDIR="+temporary)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	for begun := time.Now(); len(folders()) < 2; time.Sleep(time.Millisecond) {
		if time.Since(begun) > time.Minute {
			t.Fatalf("it does not get there:\n%s", p.err.String())
		}
	}
	p.Process.Kill()
	p.Wait()
	if n := len(folders()); n != 2 {
		t.Fatalf("%d folders were left behind", n)
	}
	next := citygrid(t, url, "import", crossingPoints)
	next.Env = append(next.Env, "TMPDIR="+temporary)
	next.want(t, 0)
	if left := folders(); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
	running, _ := filepath.Glob("/proc/[0-9]*/cmdline") // the pattern is well formed
	for _, file := range running {
		if line, _ := os.ReadFile(file); strings.Contains(string(line), temporary) { // it may have ended
			t.Errorf("%q is left", line)
		}
	}
}
