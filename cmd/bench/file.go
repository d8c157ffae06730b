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
	"time"

	"github.com/paulmach/orb"
)

// askFile measures the command that locates every row of a file.
func askFile(ctx context.Context, l *lab) (section, error) {
	c, err := l.city(ctx, l.size.town)
	if err != nil {
		return section{}, err
	}
	s := section{
		title: "citygrid locate --file",
		about: fmt.Sprintf("A CSV file of %s points with number, longitude and latitude; out comes a file with their codes. From the start of the program to its end.",
			number(float64(l.size.file))),
		notes: []string{
			"CityGrid connects to the database, reads the cells, builds the index, locates and writes grid, community, street and district of each row.",
			fmt.Sprintf("\"PostGIS\": COPY of the first %s rows into a table, a join with `ST_Covers` and the lowest code, COPY to a file; the grid cell only, in one process.", number(float64(l.size.lists))),
			"\"Read, parse, write\": a Go program that reads the rows with encoding/csv, parses both numbers and writes the rows with constant codes: no look-up at all.",
			"The codes that CityGrid writes were compared with the index, row by row, before the first round.",
		},
	}
	points := mixedPoints(l.size.seed, l.size.file, c.cells())
	f := files{in: filepath.Join(l.dir, "points.csv"), some: filepath.Join(l.dir, "some.csv"), out: filepath.Join(l.dir, "located.csv"), program: filepath.Join(l.dir, "citygrid")}
	if err := errors.Join(writePoints(f.in, points), writePoints(f.some, points[:l.size.lists])); err != nil {
		return section{}, err
	}
	if err := command(ctx, nil, "go", "build", "-buildvcs=false", "-o", f.program, "citygrid/cmd/citygrid"); err != nil {
		return section{}, err
	}
	if err := f.locate(ctx, c); err != nil {
		return section{}, err
	}
	if err := checkFile(c, points, f.out); err != nil {
		return section{}, err
	}
	perSecond := func(rows int, do func(context.Context) error) func(context.Context) (float64, error) {
		return func(ctx context.Context) (float64, error) {
			began := time.Now()
			err := do(ctx)
			return float64(rows) / time.Since(began).Seconds(), err
		}
	}
	question := comparison{
		what: "Rows of a file", unit: "rows/s", more: true,
		ways: []way{
			{name: "`citygrid locate --file`", round: perSecond(len(points), func(ctx context.Context) error { return f.locate(ctx, c) })},
			{name: "PostGIS: COPY, join, COPY", round: perSecond(l.size.lists, func(ctx context.Context) error { return f.join(ctx, c) })},
			{name: "read, parse, write", round: perSecond(len(points), func(context.Context) error { return f.copy() })},
		},
	}
	l.say("file: %s", question.what)
	o, err := question.run(ctx, l.size.rounds)
	if err != nil {
		return section{}, err
	}
	s.add(o)
	return s, nil
}

// files are what the ways read, write and run.
type files struct{ in, some, out, program string }

// locate runs the program against the city's database.
func (f files) locate(ctx context.Context, c *city) error {
	return command(ctx, append(os.Environ(), "DATABASE_URL="+c.url, "MIGRATE_DATABASE_URL="), f.program, "locate", "--file", f.in, "--out", f.out)
}

// join has PostGIS do it.
func (f files) join(ctx context.Context, c *city) error {
	conn, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	in, err := os.Open(f.some)
	if err != nil {
		return fmt.Errorf("join: %w", err)
	}
	defer in.Close()
	out, err := os.Create(f.out)
	if err != nil {
		return fmt.Errorf("join: %w", err)
	}
	defer out.Close()
	for _, step := range []func() error{
		func() error { _, err := conn.Exec(ctx, sqlRows); return err },
		func() error { _, err := conn.PgConn().CopyFrom(ctx, in, sqlRowsIn); return err },
		func() error { _, err := conn.Exec(ctx, sqlRowsReady); return err },
		func() error { _, err := conn.PgConn().CopyTo(ctx, out, sqlRowsOut); return err },
		out.Close,
	} {
		if err := step(); err != nil {
			return fmt.Errorf("join: %w", err)
		}
	}
	return nil
}

// copy reads and writes without looking anything up.
func (f files) copy() error {
	in, err := os.Open(f.in)
	if err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	defer in.Close()
	out, err := os.Create(f.out)
	if err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	defer out.Close()
	r, w := csv.NewReader(bufio.NewReaderSize(in, 1<<20)), bufio.NewWriterSize(out, 1<<20)
	r.ReuseRecord = true
	rows := csv.NewWriter(w)
	for n := 0; ; n++ {
		row, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("copy: %w", err)
		}
		if n > 0 {
			_, lonErr := strconv.ParseFloat(row[1], 64)
			if _, latErr := strconv.ParseFloat(row[2], 64); lonErr != nil || latErr != nil {
				return fmt.Errorf("copy: %w", errors.Join(lonErr, latErr))
			}
		}
		rows.Write(append(row, "420502001001001", "420502001001", "420502001", "420502", "")) // its error is kept for Flush
	}
	rows.Flush()
	return errors.Join(rows.Error(), w.Flush(), out.Close())
}

// command runs a program and fails with what it printed.
func command(ctx context.Context, environment []string, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = environment
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(name), err, text)
	}
	return nil
}

func writePoints(name string, points []orb.Point) error {
	text := []byte("id,lon,lat\n")
	for i, p := range points {
		text = strconv.AppendInt(text, int64(i), 10)
		text = append(append(append(append(append(text, ','), degrees(p[0])...), ','), degrees(p[1])...), '\n')
	}
	if err := os.WriteFile(name, text, 0o600); err != nil {
		return fmt.Errorf("write points: %w", err)
	}
	return nil
}

// checkFile compares the codes in a file with the index.
func checkFile(c *city, points []orb.Point, name string) error {
	file, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("check file: %w", err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return fmt.Errorf("check file: %w", err)
	}
	if len(rows) != len(points)+1 || len(rows[0]) < 4 || rows[0][3] != "grid" {
		return fmt.Errorf("check file: %d rows for %d points and a header that ends in grid and more: %q", len(rows), len(points), rows[0])
	}
	for i, p := range points {
		want := ""
		if at, ok := c.index.Locate(orb.Point{rounded(p[0]), rounded(p[1])}); ok {
			want = c.index.Code(at)
		}
		if rows[i+1][3] != want {
			return fmt.Errorf("check file: row %d has the cell %q, the index says %q", i+1, rows[i+1][3], want)
		}
	}
	return nil
}

const (
	sqlRows      = `create temp table row_in (id int, lon float8, lat float8)`
	sqlRowsIn    = `copy row_in from stdin with (format csv, header)`
	sqlRowsReady = `analyze row_in`
	sqlRowsOut   = `
copy (
    select r.id, r.lon, r.lat, (select min(c.code) from bench_cell c where st_covers(c.geom, st_setsrid(st_makepoint(r.lon, r.lat), 4326)))
    from row_in r
) to stdout with (format csv, header)`
)
