package migrations

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"

	"citygrid/internal/cluster"
)

// server is the throw-away cluster of this process; databases counts what was made in it.
var (
	server    *cluster.Throwaway
	databases atomic.Int64
)

func TestMain(m *testing.M) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var err error
	if server, err = cluster.StartThrowaway(ctx, cluster.Config{}); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	code := m.Run()
	if err := server.Stop(context.Background()); err != nil {
		fmt.Println(err)
		code = 1
	}
	os.Exit(code)
}

func TestApplyTakesAnEmptyDatabaseToLatestAndThenHasNothingToDo(t *testing.T) {
	t.Parallel()
	url := newDatabase(t)
	for _, want := range [][2]int64{{0, Latest()}, {Latest(), Latest()}} {
		from, to, err := Apply(t.Context(), url)
		if err != nil || [2]int64{from, to} != want {
			t.Errorf("from %d to %d, %v; want %v", from, to, err, want)
		}
	}
}

func TestApplyGoesOnFromWhereAnOlderProgramStopped(t *testing.T) {
	t.Parallel()
	url := newDatabase(t)
	older := fstest.MapFS{"00001_a.sql": step("create table a ()")}
	newer := fstest.MapFS{"00001_a.sql": older["00001_a.sql"], "00002_b.sql": step("create table b ()"), "00003_c.sql": step("create table c ()")}
	for i, files := range []fs.FS{older, newer} {
		want := [][2]int64{{0, 1}, {1, 3}}[i]
		from, to, err := apply(t.Context(), url, files)
		if err != nil || [2]int64{from, to} != want {
			t.Errorf("from %d to %d, %v; want %v", from, to, err, want)
		}
	}
}

func TestMigratorsAtTheSameTimeAllSucceedAndOneDoesTheWork(t *testing.T) {
	t.Parallel()
	url := newDatabase(t)
	type outcome struct {
		from, to int64
		err      error
	}
	const migrators = 4
	outcomes := make(chan outcome, migrators)
	for range migrators {
		go func() {
			from, to, err := Apply(t.Context(), url)
			outcomes <- outcome{from, to, err}
		}()
	}
	workers := 0
	for range migrators {
		got := <-outcomes
		if got.err != nil || got.to != Latest() {
			t.Errorf("from %d to %d, %v", got.from, got.to, got.err)
		}
		if got.from == 0 {
			workers++
		}
	}
	if workers != 1 {
		t.Errorf("%d migrators did the work, want 1", workers)
	}
}

// The interruption comes a little later each time, until one run gets through; the schema must be that of a run in peace.
func TestInterruptedAtAnyMomentAndRunAgainGivesTheSchemaOfACleanRun(t *testing.T) {
	t.Parallel()
	clean, broken := newDatabase(t), newDatabase(t)
	if _, _, err := Apply(t.Context(), clean); err != nil {
		t.Fatal(err)
	}
	interruptions := 0
	for patience := time.Millisecond; ; patience += 10 * time.Millisecond {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		_, _, err := Apply(ctx, broken)
		cancel()
		if err == nil {
			break
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("after %s: %v", patience, err)
		}
		interruptions++
	}
	if got, want := schema(t, broken), schema(t, clean); got != want {
		t.Errorf("after %d interruptions the schema is not that of a clean run:\n%s\nwant\n%s", interruptions, got, want)
	}
	if interruptions < 3 {
		t.Errorf("only %d interruptions: the steps are faster than the test", interruptions)
	}
}

func TestStepOfAKilledConnectionLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	url := newDatabase(t)
	slow := fstest.MapFS{
		"00001_a.sql": step("create table a ()"),
		"00002_b.sql": step("create table b ();\nselect pg_sleep(60);\ncreate table c ()"),
	}
	failed := make(chan error)
	go func() {
		_, _, err := apply(context.Background(), url, slow)
		failed <- err
	}()
	conn := connect(t, url)
	for killed := false; !killed; time.Sleep(10 * time.Millisecond) {
		err := conn.QueryRow(t.Context(), `select coalesce(bool_or(pg_terminate_backend(pid)), false) from pg_stat_activity
			where datname = current_database() and query like '%pg_sleep(60)%' and pid <> pg_backend_pid()`).Scan(&killed)
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := <-failed; err == nil {
		t.Error("the killed step reported success")
	}
	var names string
	const tables = `select string_agg(relname, ' ' order by relname) from pg_class where relname in ('a', 'b', 'c')`
	if err := conn.QueryRow(t.Context(), tables).Scan(&names); err != nil || names != "a" {
		t.Errorf("tables %q, %v; want the first step's only", names, err)
	}
	quick := fstest.MapFS{"00001_a.sql": slow["00001_a.sql"], "00002_b.sql": step("create table b ();\ncreate table c ()")}
	if from, to, err := apply(t.Context(), url, quick); err != nil || from != 1 || to != 2 {
		t.Errorf("from %d to %d, %v; want 1 to 2", from, to, err)
	}
}

func TestStepsAreNumberedWithoutGapsAndEachIsOneTransaction(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(steps, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range names {
		if !strings.HasPrefix(name, fmt.Sprintf("%05d_", i+1)) {
			t.Errorf("%s is file number %d", name, i+1)
		}
		text, err := fs.ReadFile(steps, name)
		if err != nil || !bytes.Contains(text, []byte("-- +goose Up")) || bytes.Contains(text, []byte("+goose NO TRANSACTION")) {
			t.Errorf("%s: %v; wants a line \"-- +goose Up\" and one transaction", name, err)
		}
	}
	if Latest() != int64(len(names)) {
		t.Errorf("Latest = %d with %d files", Latest(), len(names))
	}
}

// Not parallel: it puts itself in the place of the standard output.
func TestApplyPrintsNothing(t *testing.T) {
	url := newDatabase(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, errOut := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = w, w
	log.SetOutput(w)
	_, _, err = Apply(t.Context(), url)
	os.Stdout, os.Stderr = out, errOut
	log.SetOutput(errOut)
	w.Close()
	printed, readErr := io.ReadAll(r)
	if err != nil || readErr != nil || len(printed) != 0 {
		t.Errorf("printed %q, %v, %v", printed, err, readErr)
	}
}

func step(statements string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte("-- +goose Up\n" + statements + ";\n")}
}

// newDatabase returns an empty database with PostGIS.
func newDatabase(t *testing.T) string {
	t.Helper()
	name := fmt.Sprintf("empty_%d", databases.Add(1))
	if err := server.EnsureDatabase(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	return server.URL(name)
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

// schema is what pg_dump says of a database, without the random keys that it puts around its text.
func schema(t *testing.T, url string) string {
	t.Helper()
	out, err := exec.Command("pg_dump", "--schema-only", url).CombinedOutput()
	if err != nil {
		t.Fatalf("pg_dump: %v: %s", err, out)
	}
	var lines []string
	for line := range strings.Lines(string(out)) {
		if !strings.Contains(line, "restrict ") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}
