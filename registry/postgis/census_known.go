package postgis

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"citygrid/registry/catalog"
)

// KnownPoints leaves out what is no point.
func (g *staging) KnownPoints(ctx context.Context, e catalog.Edition, codes []string) (map[string]orb.Point, error) {
	type known struct {
		Code     string
		Lon, Lat float64
	}
	rows, err := collect(ctx, g.conn, "read known places", pgx.RowToStructByPos[known], sqlKnownPoints, string(e), codes)
	if err != nil {
		return nil, err
	}
	at := make(map[string]orb.Point, len(rows))
	for _, r := range rows {
		at[r.Code] = orb.Point{r.Lon, r.Lat}
	}
	return at, nil
}

// sqlKnownPoints goes by the indexes, code by code: what it costs follows from how many are asked for, not from how many there are.
const sqlKnownPoints = `
select asked.code, st_x(c.geom), st_y(c.geom)
from unnest($2::text[]) as asked (code)
cross join lateral (select component_id from component_code where edition = $1 and code = asked.code offset 0) a
cross join lateral (select geom from component where id = a.component_id offset 0) c
where geometrytype(c.geom) = 'POINT'`
