package imports_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
)

// The survey file has this many rows: some that change a component, some that say what is known, and new ones.
const (
	rows      = 5000
	updated   = 1500
	unchanged = 1500
	created   = rows - updated - unchanged
)

// drawn is a folder with the synthetic city, whose components are beside it, and with survey files.
var drawn = sync.OnceValues(func() (dir string, err error) {
	if dir, err = os.MkdirTemp("", "citygrid-torture-city-"); err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	program, err := citygrid()
	if err != nil {
		return "", err
	}
	city := filepath.Join(dir, "yichang")
	if out, err := exec.Command(program, "synth", "yichang", "--out", city).CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	if err := os.Rename(filepath.Join(city, "components"), filepath.Join(dir, "components")); err != nil {
		return "", err
	}
	text, err := os.ReadFile(filepath.Join(dir, "components", "points.csv"))
	if err != nil {
		return "", err
	}
	records, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff")))).ReadAll()
	if err != nil {
		return "", err
	}
	write := func(name string, rows [][]string) error {
		var text bytes.Buffer
		w := csv.NewWriter(&text)
		w.Write(records[0])
		return errors.Join(w.WriteAll(rows), os.WriteFile(filepath.Join(dir, name), text.Bytes(), 0o644))
	}
	noted := func(rows [][]string, note string) (out [][]string) {
		at := slices.Index(records[0], "Note")
		for _, row := range rows {
			row = slices.Clone(row)
			row[at] = note
			out = append(out, row)
		}
		return out
	}
	file := records[1 : rows+1]
	backwards := noted(file, "乙队")
	slices.Reverse(backwards)
	return dir, errors.Join(
		write("earlier.csv", append(noted(file[:updated], "上次普查"), file[updated:updated+unchanged]...)),
		write("survey.csv", file), write("first.csv", noted(file, "甲队")), write("second.csv", backwards),
		shapefile(filepath.Join(dir, "survey.csv"), filepath.Join(dir, "survey.shp")),
	)
})

// shapefile has GDAL write a table of points as a Shapefile.
func shapefile(table, set string) error {
	out, err := exec.Command("ogr2ogr", "-f", "ESRI Shapefile", set, table, "-oo", "X_POSSIBLE_NAMES=Lon", "-oo", "Y_POSSIBLE_NAMES=Lat", "-oo", "Z_POSSIBLE_NAMES=Height",
		"-oo", "KEEP_GEOM_COLUMNS=NO", "-a_srs", "EPSG:4490", "-lco", "ENCODING=UTF-8").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, out)
	}
	return err
}

// survey is the path of a survey file.
func survey(t *testing.T, name string) string {
	t.Helper()
	dir, err := drawn()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, name)
}

// town is the city with the components of an earlier survey, in a database that every trial gets a copy of.
type town struct {
	url, key      string
	before, after map[string]string // digests of the registry: without survey.csv, and with it
	copies        atomic.Int64
}

var shownKey = regexp.MustCompile(`grid_[A-Za-z0-9_]+`)

// newTown fills an empty database, and imports survey.csv once, undisturbed, to know what is right.
func newTown(t *testing.T, databaseURL string) *town {
	t.Helper()
	w := &town{url: databaseURL}
	plain := &trial{url: databaseURL, dir: t.TempDir()}
	plain.run("profile", "apply", survey(t, "yichang")).want(t, 0)
	plain.run("import", survey(t, "earlier.csv")).want(t, 0)
	made := plain.run("key", "create", "crew 7")
	made.want(t, 0)
	w.key = shownKey.FindString(made.said())
	w.before = digests(t, w.url)
	clean := w.trial(t)
	defer clean.end()
	clean.run("import", survey(t, "survey.csv")).want(t, 0, fmt.Sprintf("%d created, %d updated, %d unchanged, 0 refused", created, updated, unchanged))
	w.after = digests(t, clean.url)
	return w
}

// trial is a registry that one attempt is made on, and the folder of its programs.
type trial struct {
	t        *testing.T
	town     *town
	url, dir string
	after    map[string]string // digests of the registry with the file
}

// trial begins one. Its end drops the database.
func (w *town) trial(t *testing.T) *trial {
	t.Helper()
	config, err := pgx.ParseConfig(w.url)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("%s_%d", config.Database, w.copies.Add(1))
	w.admin(t, `create database `+name+` template `+config.Database+` strategy file_copy`)
	dir, err := os.MkdirTemp("", "citygrid-torture-trial-")
	if err != nil {
		t.Fatal(err)
	}
	// Children that read survey files are another user: they need to get there.
	if err := errors.Join(os.Chmod(dir, 0o755), os.Mkdir(filepath.Join(dir, "tmp"), 0o777)); err != nil {
		t.Fatal(err)
	}
	return &trial{t: t, town: w, after: w.after, url: strings.Replace(w.url, "/"+config.Database+"?", "/"+name+"?", 1), dir: dir}
}

func (r *trial) end() {
	r.t.Helper()
	config, err := pgx.ParseConfig(r.url)
	if err != nil {
		r.t.Fatal(err)
	}
	r.town.admin(r.t, `drop database `+config.Database+` with (force)`)
	if err := os.RemoveAll(r.dir); err != nil {
		r.t.Error(err)
	}
}

// admin runs a statement outside the databases of trials.
func (w *town) admin(t *testing.T, statement string) {
	t.Helper()
	config, err := pgx.ParseConfig(w.url)
	if err != nil {
		t.Fatal(err)
	}
	config.Database = "postgres"
	conn, err := pgx.ConnectConfig(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(context.Background(), statement); err != nil {
		t.Fatal(err)
	}
}
