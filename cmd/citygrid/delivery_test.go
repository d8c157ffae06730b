package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"citygrid/internal/dbtest"
)

// city is the synthetic city without a component, in a database of the test's own that registries are copied from.
type city struct {
	url, dir string // dir is the folder as it was drawn, with its components
	copies   atomic.Int64
}

func newCity(t *testing.T) *city {
	t.Helper()
	c := &city{url: dbtest.URL(t), dir: yichang(t)}
	surveyed := filepath.Join(t.TempDir(), "components")
	move := func(from, to string) {
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	move(filepath.Join(c.dir, "components"), surveyed)
	citygrid(t, c.url, "profile", "apply", c.dir).want(t, 0)
	move(surveyed, filepath.Join(c.dir, "components"))
	return c
}

// registry is the address of a fresh registry of the city, with its areas, units and catalogue.
func (c *city) registry(t *testing.T) string {
	t.Helper()
	config, err := pgx.ParseConfig(c.url)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("%s_%d", config.Database, c.copies.Add(1))
	conn, err := pgx.ConnectConfig(t.Context(), withDatabase(config, "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), `create database `+name+` template `+config.Database); err != nil {
		t.Fatal(err)
	}
	return strings.Replace(c.url, config.Database, name, 1) // it ends with the cluster
}

func withDatabase(config *pgx.ConnConfig, name string) *pgx.ConnConfig {
	other := config.Copy()
	other.Database = name
	return other
}

// points are the records of the drawn points, the header first.
func (c *city) points(t *testing.T) [][]string {
	t.Helper()
	return readCSV(t, filepath.Join(c.dir, "components", "points.csv"))
}

// shapes is the file of the drawn lines and polygons, which no table of points can hold.
func (c *city) shapes() string { return filepath.Join(c.dir, "components", "shapes.geojson") }

func readCSV(t *testing.T, path string) [][]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// file writes a file of a name into a folder of its own.
func file(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// asCSV encodes records as CSV with the given ends of lines.
func asCSV(t *testing.T, records [][]string, crlf bool) []byte {
	t.Helper()
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	w.UseCRLF = crlf
	if err := w.WriteAll(records); err != nil {
		t.Fatal(err)
	}
	return text.Bytes()
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

// digests is a digest of each column of the components and of their codes, over all rows in the order of the code. What is of the registry and not of the
// survey is left out: internal ids, batches and changes. Ids are compared through the codes that
// lead to them; codes that are kept for what was withdrawn lead nowhere.
func digests(t *testing.T, url string) map[string]string {
	t.Helper()
	conn := connect(t, url)
	rows, err := conn.Query(t.Context(), `select column_name from information_schema.columns
		where table_schema = 'public' and table_name = 'component' and column_name not in ('id', 'batch_id', 'change_id')`)
	if err != nil {
		t.Fatal(err)
	}
	columns, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	ask := func(name, query string) {
		var digest string
		if err := conn.QueryRow(t.Context(), query).Scan(&digest); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		found[name] = digest
	}
	for _, column := range columns {
		ask(column, `select count(*) || ' ' || coalesce(md5(string_agg(code || '=' || coalesce(`+pgx.Identifier{column}.Sanitize()+`::text, '∅'), e'\n' order by code)), '')
			from component`)
	}
	ask("codes", `select count(*) || ' ' || coalesce(md5(string_agg(k.edition || ' ' || k.code || ' ' || c.code, e'\n' order by k.edition, k.code)), '')
		from component_code k join component c on c.id = k.component_id`)
	return found
}

// sameDigests fails the test with the columns that differ.
func sameDigests(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	for _, column := range slices.Sorted(maps.Keys(want)) {
		if got[column] != want[column] {
			t.Errorf("%s: column %s is %s, want %s", what, column, got[column], want[column])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d columns, want %d", what, len(got), len(want))
	}
}

type bilingual struct{ ZH, EN string }

// importReport is the JSON report of an import, as far as tests read it.
type importReport struct {
	Batch struct {
		ID, State, SHA256           string
		Rows, Good, Bad             int
		Created, Updated, Unchanged int
	}
	Recognised              []bilingual
	Positions               []triedReading
	Errors, Warnings, Fixed int
	Totals                  []issueTotal
	Issues                  []importIssue
}

type triedReading struct {
	Reading             string
	Taken               bool
	Rows, Inside, Known int
	Offset              *struct{ East, North, Spread float64 }
}

type issueTotal struct {
	Code, Severity string
	Count          int
}

type importIssue struct {
	Sheet, Column, Code, Severity, Value, Instead string
	Row                                           int
	Message                                       bilingual
}

// recognised is what a report says that it knew, in English, one thing a line.
func (r importReport) recognised() string {
	var lines []string
	for _, m := range r.Recognised {
		lines = append(lines, m.EN)
	}
	return strings.Join(lines, "\n")
}

func readReport(t *testing.T, path string) (r importReport) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return r
}
