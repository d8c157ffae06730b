package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
)

// listLength is how many points one statement gets as arrays.
const listLength = 1_000

// askPostGIS measures the same question as locate, put to PostGIS.
func askPostGIS(ctx context.Context, l *lab) (section, error) {
	s := section{
		title: "Point to cell, by PostGIS",
		about: fmt.Sprintf("The same points, in process and over one connection through the Unix socket, to a table of the cells alone with a GiST index, "+
			"vacuumed and analysed: %s of the points one by one by a prepared statement; %s in arrays of %s; as many joined as a table, loaded before.",
			number(float64(l.size.one)), number(float64(l.size.lists)), number(listLength)),
		notes: []string{"Each PostGIS way finds as many points as CityGrid does, or the run fails. PostgreSQL runs with 1 GB of shared buffers, which hold all of it, jit off and random_page_cost 1.1, here without parallel workers."},
	}
	for _, p := range []plan{l.size.town, l.size.country} {
		c, err := l.city(ctx, p)
		if err != nil {
			return section{}, err
		}
		o, err := l.comparePostGIS(ctx, c)
		if err != nil {
			return section{}, err
		}
		s.add(o)
	}
	return s, nil
}

func (l *lab) comparePostGIS(ctx context.Context, c *city) (outcome, error) {
	conn, err := c.connect(ctx)
	if err != nil {
		return outcome{}, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	points := mixedPoints(l.size.seed, l.size.points, c.cells())
	find := func(p orb.Point) int32 {
		if i, ok := c.index.Locate(p); ok {
			return int32(i)
		}
		return none
	}
	for _, statement := range []string{sqlProbes, sqlNoWorkers} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return outcome{}, fmt.Errorf("ask PostGIS: %w", err)
		}
	}
	if err := loadProbes(ctx, conn, points[:l.size.lists]); err != nil {
		return outcome{}, fmt.Errorf("ask PostGIS: %w", err)
	}
	// asked has a way answer for the first n points and returns nanoseconds a point.
	asked := func(n int, ask func(context.Context, []orb.Point) (int, error)) func(context.Context) (float64, error) {
		want := all(find, points[:n])
		return func(ctx context.Context) (float64, error) {
			began := time.Now()
			found, err := ask(ctx, points[:n])
			took := time.Since(began)
			if err == nil && found != want {
				err = fmt.Errorf("PostGIS finds %d of %d points, CityGrid %d", found, n, want)
			}
			return float64(took.Nanoseconds()) / float64(n), err
		}
	}
	question := comparison{
		what: "A point, " + number(float64(c.index.Len())) + " cells", unit: "ns a point",
		ways: []way{
			{name: "CityGrid, in process", round: lookUp(find, points)},
			{name: "PostGIS, one by one", round: asked(l.size.one, func(ctx context.Context, some []orb.Point) (int, error) { return askOne(ctx, conn, some) })},
			{name: "PostGIS, in arrays", round: asked(l.size.lists, func(ctx context.Context, some []orb.Point) (int, error) { return askLists(ctx, conn, some) })},
			{name: "PostGIS, one join", round: asked(l.size.lists, func(ctx context.Context, _ []orb.Point) (found int, err error) {
				err = conn.QueryRow(ctx, sqlCountCovered).Scan(&found)
				return found, err
			})},
		},
	}
	l.say("postgis: %s", question.what)
	return question.run(ctx, l.size.rounds)
}

func askOne(ctx context.Context, conn *pgx.Conn, points []orb.Point) (found int, err error) {
	for _, p := range points {
		var code string
		switch err := conn.QueryRow(ctx, sqlCellOf, p[0], p[1]).Scan(&code); err {
		case nil:
			found++
		case pgx.ErrNoRows:
		default:
			return 0, fmt.Errorf("ask PostGIS: %w", err)
		}
	}
	return found, nil
}

func askLists(ctx context.Context, conn *pgx.Conn, points []orb.Point) (found int, err error) {
	xs, ys := make([]float64, listLength), make([]float64, listLength)
	for from := 0; from < len(points); from += listLength {
		some := points[from:min(len(points), from+listLength)]
		for i, p := range some {
			xs[i], ys[i] = p[0], p[1]
		}
		rows, err := conn.Query(ctx, sqlCellsOf, xs[:len(some)], ys[:len(some)])
		if err != nil {
			return 0, fmt.Errorf("ask PostGIS: %w", err)
		}
		var n int
		var code string
		_, err = pgx.ForEachRow(rows, []any{&n, &code}, func() error { found++; return nil })
		if err != nil {
			return 0, fmt.Errorf("ask PostGIS: %w", err)
		}
	}
	return found, nil
}

const (
	sqlNoWorkers = `set max_parallel_workers_per_gather = 0`
	sqlCellOf    = `
select code from bench_cell where st_covers(geom, st_setsrid(st_makepoint($1, $2), 4326)) order by code limit 1`
	sqlCellsOf = `
select p.n, min(c.code)
from unnest($1::float8[], $2::float8[]) with ordinality p(x, y, n)
    join bench_cell c on st_covers(c.geom, st_setsrid(st_makepoint(p.x, p.y), 4326))
group by p.n`
	sqlCountCovered = `
select count(*) from (select p.id, min(c.code) from probe p join bench_cell c on st_covers(c.geom, p.geom) group by p.id) found`
)
