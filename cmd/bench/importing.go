package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	geom "github.com/twpayne/go-geom"

	"citygrid/data"
	"citygrid/data/synth"
	"citygrid/geo"
	"citygrid/migrations"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
	"citygrid/registry/postgis"
	"citygrid/registry/vector"
)

// The databases of this part: each round has a fresh copy of one of the first two.
const (
	emptyRegistry = "import_empty" // a city without components
	fullRegistry  = "import_full"  // the same city with the rows of the first file
	roundRegistry = "import_round"
)

// largestImporter is how much memory, in megabytes, the program may have at its peak, whatever the file.
const largestImporter = 512

// askImport measures the way of a survey file into the registry.
func askImport(ctx context.Context, l *lab) (section, error) {
	d, err := l.newDelivery(ctx)
	if err != nil {
		return section{}, err
	}
	rows := number(float64(d.rows)) + " rows"
	s := section{
		title: "citygrid import",
		about: fmt.Sprintf("Survey files of %s each, CSV with 11 columns, points all over a city of %s cells. Every row is checked, placed in its cell, staged and promoted. "+
			"Each round begins with a fresh copy of a database.", rows, number(float64(l.size.survey.cells))),
		notes: []string{
			"\"pgx CopyFrom\": a Go program reads the same file with encoding/csv, checks nothing, and sends its rows by binary COPY into a table like CityGrid's, with the same indexes " +
				"and rows, in one transaction. It finds no cells, keeps no codes but the one and no history.",
			"\"ogr2ogr\": GDAL's own loader by COPY into a table of its own, text columns and a point, with a GiST index.",
			"The workbook has the first rows of that file, every cell as text. excelize reads it row by row and does nothing with the rows; neither does \"CityGrid's reader\".",
			"A dry run stages and checks everything, and gives it up.",
			"Peak memory is the program's own, as the kernel accounts for it at its end (ru_maxrss); the database is not in it.",
		},
	}
	load := func(from, file string) func(context.Context) (float64, error) {
		return d.round(from, func(ctx context.Context, url string) error { return take(ctx, url, file, true) })
	}
	for _, question := range []comparison{
		{what: "Into a registry that holds as many, " + rows, unit: "rows/s", more: true, cold: true, ways: []way{
			{name: "CityGrid", round: load(fullRegistry, d.second)},
			{name: "pgx CopyFrom", wanted: 0.5, round: d.round(fullRegistry, d.copyFrom)},
		}},
		{what: "Into an empty registry, " + rows, unit: "rows/s", more: true, cold: true, ways: []way{
			{name: "CityGrid", round: load(emptyRegistry, d.first)},
			{name: "ogr2ogr", wanted: 1, round: d.round(emptyRegistry, d.ogr2ogr)},
		}},
		{what: "The same file again, " + rows, unit: "rows/s", more: true, cold: true, ways: []way{
			{name: "CityGrid, nothing to change", round: load(fullRegistry, d.first)},
			{name: "CityGrid, the first time", wanted: 3, round: load(emptyRegistry, d.first)},
		}},
		{what: "Dry run, " + rows, unit: "rows/s", more: true, cold: true, ways: []way{
			{name: "CityGrid, dry run", round: d.round(emptyRegistry, func(ctx context.Context, url string) error { return take(ctx, url, d.first, false) })},
			{name: "CityGrid, import", wanted: 1, round: load(emptyRegistry, d.first)},
		}},
	} {
		l.say("import: %s", question.what)
		o, err := question.run(ctx, l.size.imports)
		if err != nil {
			return section{}, err
		}
		s.add(o)
	}
	l.say("import: a workbook")
	o, err := d.askWorkbook(ctx)
	if err != nil {
		return section{}, err
	}
	s.add(o)
	return s, d.weigh(ctx, &s)
}

// delivery is a city in a database, with and without components, and the survey files for it.
type delivery struct {
	*lab
	rows          int    // in each file
	first, second string // files; they have no code and no place in common
	workbook      string // with the first rows of first
	program       string
}

func (l *lab) newDelivery(ctx context.Context) (*delivery, error) {
	d := &delivery{
		lab: l, rows: l.size.survey.components, program: filepath.Join(l.dir, "citygrid"),
		first: filepath.Join(l.dir, "first.csv"), second: filepath.Join(l.dir, "second.csv"),
		workbook: filepath.Join(l.dir, "first.xlsx"),
	}
	both := filepath.Join(l.dir, "both.csv")
	if err := command(ctx, nil, "go", "build", "-buildvcs=false", "-o", d.program, "citygrid/cmd/citygrid"); err != nil {
		return nil, err
	}
	if err := d.drawFile(ctx, 2*d.rows, both); err != nil {
		return nil, err
	}
	if err := divide(both, d.first, d.second); err != nil {
		return nil, err
	}
	url, err := l.database(ctx, emptyRegistry)
	if err != nil {
		return nil, err
	}
	if _, _, err := migrations.Apply(ctx, url); err != nil {
		return nil, err
	}
	if err := applyCity(ctx, url, filepath.Join(l.dir, l.size.survey.name)); err != nil {
		return nil, err
	}
	if err := d.copyDatabase(ctx, emptyRegistry, fullRegistry); err != nil {
		return nil, err
	}
	if err := take(ctx, l.cluster.URL(fullRegistry), d.first, true); err != nil {
		return nil, err
	}
	return d, vacuum(ctx, l.cluster.URL(fullRegistry))
}

// vacuum does what the server does of itself in the minutes after an import.
func vacuum(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("vacuum: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, sqlVacuum); err != nil {
		return fmt.Errorf("vacuum: %w", err)
	}
	return nil
}

// drawFile draws the city with some components, moves these to a file and leaves the folder of the city behind.
func (d *delivery) drawFile(ctx context.Context, components int, file string) error {
	plan := d.size.survey
	folder := filepath.Join(d.dir, plan.name)
	if _, err := synth.Scale(ctx, folder, synth.ScaleOptions{Cells: plan.cells, Components: components, Seed: d.size.seed}); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(folder, "components", "points.csv"), file); err != nil {
		return fmt.Errorf("draw a survey file: %w", err)
	}
	return nil
}

func applyCity(ctx context.Context, url, folder string) error {
	store, err := postgis.Open(ctx, postgis.Config{URL: url})
	if err != nil {
		return err
	}
	defer store.Close()
	return apply(ctx, store, folder)
}

// divide gives the rows of a file to two others in turn. No cell of it has a line end within.
func divide(from, first, second string) error {
	in, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("divide: %w", err)
	}
	defer in.Close()
	var outs [2]*bufio.Writer
	for i, name := range []string{first, second} {
		out, err := os.Create(name)
		if err != nil {
			return fmt.Errorf("divide: %w", err)
		}
		defer out.Close()
		outs[i] = bufio.NewWriter(out)
	}
	rows := bufio.NewScanner(in)
	for n := 0; rows.Scan(); n++ {
		for i, out := range outs {
			if n == 0 || n%2 == i {
				out.Write(rows.Bytes()) // its error is kept for Flush
				out.WriteByte('\n')
			}
		}
	}
	return errors.Join(rows.Err(), outs[0].Flush(), outs[1].Flush())
}

// copyDatabase makes a database that is like another.
func (d *delivery) copyDatabase(ctx context.Context, from, to string) error {
	conn, err := pgx.Connect(ctx, d.cluster.URL("postgres"))
	if err != nil {
		return fmt.Errorf("copy database: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, `drop database if exists `+to); err != nil {
		return fmt.Errorf("copy database: %w", err)
	}
	if _, err := conn.Exec(ctx, `create database `+to+` template `+from+` strategy file_copy`); err != nil {
		return fmt.Errorf("copy database: %w", err)
	}
	return nil
}

// round does something to a copy of a database and returns how many rows went by in a second. Making the copy does not count.
func (d *delivery) round(from string, do func(ctx context.Context, url string) error) func(context.Context) (float64, error) {
	return func(ctx context.Context) (float64, error) {
		if err := d.copyDatabase(ctx, from, roundRegistry); err != nil {
			return 0, err
		}
		began := time.Now()
		err := do(ctx, d.cluster.URL(roundRegistry))
		return float64(d.rows) / time.Since(began).Seconds(), err
	}
}

// take imports a file as the command does, or stages it and gives it up. Every row must be taken.
func take(ctx context.Context, url, file string, promote bool) error {
	store, err := postgis.Open(ctx, postgis.Config{URL: url})
	if err != nil {
		return err
	}
	defer store.Close()
	survey, batch, err := stage(ctx, store, file)
	if err != nil {
		return err
	}
	if !promote {
		survey.Discard(ctx, &batch)
		return nil
	}
	_, _, err = survey.Promote(ctx, batch)
	return err
}

// stage has a file checked and ready to be promoted. Every row must be good.
func stage(ctx context.Context, store *postgis.Store, file string) (*census.Census, census.Batch, error) {
	lists, err := data.Catalog()
	if err != nil {
		return nil, census.Batch{}, err
	}
	survey, err := census.Present(ctx, store, census.Config{Store: store, Catalogue: lists, Clock: time.Now, Actor: "bench"})
	if err != nil {
		return nil, census.Batch{}, err
	}
	in, err := os.Open(file)
	if err != nil {
		return nil, census.Batch{}, fmt.Errorf("import: %w", err)
	}
	defer in.Close()
	format, err := census.FormatOf(file)
	if err != nil {
		return nil, census.Batch{}, err
	}
	f := census.File{Name: file, Format: format, Body: in}
	if format == census.FormatMaps {
		if f.Maps, err = vector.Find(ctx); err != nil {
			return nil, census.Batch{}, err
		}
	}
	r, err := survey.Stage(ctx, f)
	if err != nil {
		return nil, census.Batch{}, err
	}
	if r.Batch.State != census.Staged || r.Batch.Good != r.Batch.Read {
		return nil, census.Batch{}, fmt.Errorf("import: %d of %d rows are good: %v", r.Batch.Good, r.Batch.Read, r.Issues[:min(len(r.Issues), 3)])
	}
	return survey, r.Batch, nil
}

// copyFrom sends a file by COPY into the table of components, whose foreign key and check it has been relieved of.
func (d *delivery) copyFrom(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, sqlPlainTable); err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	var geometry uint32
	if err := conn.QueryRow(ctx, `select 'geometry'::regtype::oid`).Scan(&geometry); err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	conn.TypeMap().RegisterType(&pgtype.Type{Name: "geometry", OID: geometry, Codec: pgtype.ByteaCodec{}})
	in, err := os.Open(d.second)
	if err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	defer in.Close()
	rows := csv.NewReader(bufio.NewReaderSize(in, 1<<20))
	rows.ReuseRecord = true
	if _, err := rows.Read(); err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	none := [16]byte{}
	sent, err := conn.CopyFrom(ctx, pgx.Identifier{"component"}, []string{
		"code", "edition", "subclass", "name", "dept1_code", "dept2_code", "grid", "state", "first_surveyed", "data_source", "geom", "batch_id", "change_id",
	}, pgx.CopyFromFunc(func() ([]any, error) {
		r, err := rows.Read()
		if err == io.EOF {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		lon, lonErr := strconv.ParseFloat(r[8], 64)
		lat, latErr := strconv.ParseFloat(r[9], 64)
		height, heightErr := strconv.ParseFloat(r[10], 64)
		day, dayErr := time.Parse(time.DateOnly, r[6])
		if err := errors.Join(lonErr, latErr, heightErr, dayErr); err != nil {
			return nil, err
		}
		point := geo.AppendEWKB(nil, geom.NewPointFlat(geom.XYZ, []float64{lon, lat, height}))
		return []any{r[0], string(catalog.Edition2007), r[0][6:10], r[1], r[2], r[3], r[4], r[5], day, r[7], []byte(point), none, int64(1)}, nil
	}))
	if err == nil && sent != int64(d.rows) {
		err = fmt.Errorf("%d rows were sent, there are %d", sent, d.rows)
	}
	if err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	return nil
}

// ogr2ogr has GDAL load a file.
func (d *delivery) ogr2ogr(ctx context.Context, url string) error {
	at, err := pgx.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("ogr2ogr: %w", err)
	}
	target := fmt.Sprintf("PG:host='%s' port=%d user='%s' dbname='%s'", at.Host, at.Port, at.User, at.Database)
	return command(ctx, append(os.Environ(), "PG_USE_COPY=YES"), "ogr2ogr", "-f", "PostgreSQL", target, d.first, "-nln", "plain", "-a_srs", "EPSG:4326",
		"-oo", "X_POSSIBLE_NAMES=Lon", "-oo", "Y_POSSIBLE_NAMES=Lat", "-oo", "Z_POSSIBLE_NAMES=Height", "-lco", "SPATIAL_INDEX=GIST", "-lco", "GEOMETRY_NAME=geom")
}

// weigh runs the program itself on files of several lengths and adds its peak memory to the section.
func (d *delivery) weigh(ctx context.Context, s *section) error {
	t := table{title: "Peak memory of the importer", header: []string{"rows", "MB"}}
	for i, rows := range d.size.weighed {
		d.say("import: memory, %s rows", number(float64(rows)))
		file := filepath.Join(d.dir, "weighed.csv")
		if err := d.drawFile(ctx, rows, file); err != nil {
			return err
		}
		if err := d.copyDatabase(ctx, emptyRegistry, roundRegistry); err != nil {
			return err
		}
		cmd := exec.CommandContext(ctx, d.program, "import", file)
		cmd.Env = append(os.Environ(), "DATABASE_URL="+d.cluster.URL(roundRegistry), "MIGRATE_DATABASE_URL=")
		if text, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("weigh the importer: %w: %s", err, text)
		}
		usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
		if !ok {
			return errors.New("weigh the importer: the system does not say how much memory it took")
		}
		mega := float64(usage.Maxrss) * 1024 / 1e6
		t.rows = append(t.rows, []string{number(float64(rows)), number(mega)})
		if i == len(d.size.weighed)-1 {
			s.verdicts = append(s.verdicts, verdict{
				"Peak memory of the importer, " + number(float64(rows)) + " rows", fmt.Sprintf("at most %d MB", largestImporter), number(mega) + " MB", mega <= largestImporter,
			})
		}
	}
	s.tables = append(s.tables, t)
	return nil
}

// sqlPlainTable leaves the table of components what any table has: columns, primary key and indexes.
const sqlPlainTable = `
alter table component drop constraint component_kind_check;
alter table component drop constraint component_geom_check`
