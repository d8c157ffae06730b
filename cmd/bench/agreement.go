package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
)

const (
	probesAtOnce  = 250_000 // points that one statement judges: some seconds
	sampledCells  = 1_000   // whose borders are looked at where there are many
	borderedCells = 10_000  // cells from which on there are many
)

// agreement compares answers with PostGIS: the covering cell with the lowest code. Any difference is an error.
func agreement(ctx context.Context, l *lab) (section, error) {
	s := section{
		title: "Agreement with PostGIS",
		about: "The same points as above, and vertices and edge midpoints of cells, judged by `areaindex.Index.Locate` and by PostGIS as " +
			"`min(code)` over `ST_Covers` (codes in bytewise order). One point with two answers fails the run.",
	}
	t := table{header: []string{"cells", "points", "asked", "on more than one cell", "different answers"}}
	for _, p := range []plan{l.size.town, l.size.country} {
		c, err := l.city(ctx, p)
		if err != nil {
			return section{}, err
		}
		cells := c.cells()
		borders, kind := borderPoints(cells), "every vertex and edge midpoint"
		if len(cells) > borderedCells {
			some := rand.New(rand.NewPCG(l.size.seed, 3)).Perm(len(cells))[:sampledCells]
			sample := make([]orb.MultiPolygon, len(some))
			for i, at := range some {
				sample[i] = cells[at]
			}
			borders, kind = borderPoints(sample), "vertices and edge midpoints of "+number(sampledCells)+" cells"
		}
		for _, set := range []struct {
			kind   string
			points []orb.Point
		}{{"as above", mixedPoints(l.size.seed, l.size.points, cells)}, {kind, borders}} {
			shared, err := l.agree(ctx, c, set.points)
			if err != nil {
				return section{}, err
			}
			t.rows = append(t.rows, []string{number(float64(len(cells))), set.kind, number(float64(len(set.points))), number(float64(shared)), "0"})
			s.verdicts = append(s.verdicts, verdict{
				fmt.Sprintf("Different answers, %s cells, points: %s", number(float64(len(cells))), set.kind), "0", "0", true,
			})
		}
	}
	s.tables = append(s.tables, t)
	return s, nil
}

// agree fails at points where index and PostGIS differ. shared is how many lie on several cells.
func (l *lab) agree(ctx context.Context, c *city, points []orb.Point) (shared int, err error) {
	conn, err := c.connect(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, sqlProbes); err != nil {
		return 0, fmt.Errorf("ask PostGIS: %w", err)
	}
	for from := 0; from < len(points); from += probesAtOnce {
		some := points[from:min(len(points), from+probesAtOnce)]
		began := time.Now()
		codes, more, err := covering(ctx, conn, some)
		if err != nil {
			return 0, fmt.Errorf("ask PostGIS: %w", err)
		}
		shared += more
		l.say("agreement: %s of %s points, %.1f µs a point in PostGIS", number(float64(from+len(some))), number(float64(len(points))),
			float64(time.Since(began).Microseconds())/float64(len(some)))
		for i, p := range some {
			ours := ""
			if at, ok := c.index.Locate(p); ok {
				ours = c.index.Code(at)
			}
			if ours != codes[i] {
				return 0, fmt.Errorf("point %v lies in %q by the index and in %q by PostGIS", p, ours, codes[i])
			}
		}
	}
	return shared, nil
}

// covering is the lowest code of the cells that cover each point, "" where none does.
func covering(ctx context.Context, conn *pgx.Conn, points []orb.Point) (codes []string, shared int, err error) {
	if err := loadProbes(ctx, conn, points); err != nil {
		return nil, 0, err
	}
	rows, err := conn.Query(ctx, sqlCovering)
	if err != nil {
		return nil, 0, err
	}
	codes = make([]string, len(points))
	var id, covers int
	var code string
	_, err = pgx.ForEachRow(rows, []any{&id, &code, &covers}, func() error {
		codes[id] = code
		if covers > 1 {
			shared++
		}
		return nil
	})
	return codes, shared, err
}

// loadProbes makes the table of probes hold these points, indexed.
func loadProbes(ctx context.Context, conn *pgx.Conn, points []orb.Point) error {
	if _, err := conn.Exec(ctx, sqlProbesEmpty); err != nil {
		return err
	}
	_, err := conn.CopyFrom(ctx, pgx.Identifier{"probe"}, []string{"id", "x", "y"}, pgx.CopyFromSlice(len(points), func(i int) ([]any, error) {
		return []any{int32(i), points[i][0], points[i][1]}, nil
	}))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, sqlProbesReady)
	return err
}

const (
	sqlProbes = `
create temp table probe (
    id int, x float8, y float8, geom geometry(Point, 4326) generated always as (st_setsrid(st_makepoint(x, y), 4326)) stored
)`
	sqlProbesEmpty = `drop index if exists probe_geom; truncate probe`
	sqlProbesReady = `create index probe_geom on probe using gist (geom); analyze probe`
	sqlCovering    = `
select p.id, min(c.code), count(*) from probe p join bench_cell c on st_covers(c.geom, p.geom) group by p.id`
)
