package torture_test

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
)

// cover is what is asked of memory and of PostGIS about one point: the cell by the tie rule, and how many cells cover it.
type cover struct {
	cell  string
	count int64
}

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// coveredBy asks PostGIS.
func coveredBy(ctx context.Context, db querier, points []orb.Point) ([]cover, error) {
	lon, lat := make([]float64, len(points)), make([]float64, len(points))
	for i, p := range points {
		lon[i], lat[i] = p[0], p[1]
	}
	rows, err := db.Query(ctx, sqlCovered, lon, lat)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c cover, err error) { return c, row.Scan(&c.cell, &c.count) })
}

const sqlCovered = `
select coalesce(min(a.code collate "C"), ''), count(a.code)
from unnest($1::float8[], $2::float8[]) with ordinality as p (lon, lat, n)
    left join area a on a.level = 'grid' and st_covers(a.geom, st_setsrid(st_makepoint(p.lon, p.lat), 4326))
group by p.n order by p.n`
