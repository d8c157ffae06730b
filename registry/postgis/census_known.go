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

const sqlKnownPoints = `
select a.code, st_x(c.geom), st_y(c.geom) from component_code a join component c on c.id = a.component_id
where a.edition = $1 and a.code = any($2) and geometrytype(c.geom) = 'POINT'`
