package postgis

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"citygrid/geo"
	"citygrid/registry"
)

// ComponentsNear lists live components within metres of p in the order of registry.Nearest, the limit first ones.
//
// Distances to points are computed here: for PostgreSQL it is dearer to measure one than to send it. What is among the nearest is
// found by positions alone, then read as ComponentsAmong reads it, of one moment: the two have one answer, to the last bit.
func (s *Store) ComponentsNear(ctx context.Context, scope registry.Scope, p orb.Point, metres float64, limit int) ([]registry.Near, error) {
	if scope.Empty() {
		return nil, nil
	}
	var near []registry.Near
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, s.pool, options, func(tx pgx.Tx) error {
		among, err := candidates(ctx, tx, scope, p, metres, limit)
		if err != nil {
			return err
		}
		near, _, err = componentsAmong(ctx, tx, scope, p, among)
		return err
	})
	if err != nil {
		return nil, interpret("read components near", err)
	}
	return registry.Nearest(near, metres, limit), nil
}

// candidates are the points that may be among the limit nearest within metres of p, and every shape that may be as near as metres.
func candidates(ctx context.Context, q querier, scope registry.Scope, p orb.Point, metres float64, limit int) (c registry.Candidates, err error) {
	rows, err := q.Query(ctx, sqlPositionsNear, scopeUnits(scope), p[0], p[1], metres)
	if err != nil {
		return c, err
	}
	defer rows.Close()
	type hit struct{ id, step int64 }
	var hits []hit
	for rows.Next() {
		row := rows.RawValues() // thousands, of which one in ten is read further
		id := int64(binary.BigEndian.Uint64(row[0]))
		at, point, err := pointOf(geo.EWKB(row[1]))
		if err != nil {
			return c, err
		}
		if !point {
			c.Shapes = append(c.Shapes, id)
		} else if d := metresBetween(p, at); d <= metres {
			hits = append(hits, hit{id, registry.NearStepOf(d)})
		}
	}
	if err := rows.Err(); err != nil {
		return c, err
	}
	if len(hits) > limit {
		slices.SortFunc(hits, func(a, b hit) int { return cmp.Compare(a.step, b.step) })
		last := hits[limit-1].step // its code decides who is on this step
		hits = slices.DeleteFunc(hits, func(h hit) bool { return h.step > last })
	}
	c.Points = make([]int64, len(hits))
	for i, h := range hits {
		c.Points[i] = h.id
	}
	return c, nil
}

// The box is a little larger than the circle: 111,320 m are a degree, and less east to west.
const sqlPositionsNear = `
with here as (
    select st_setsrid(st_makepoint($2, $3), 4326) as p, $4::float8 / 110000 as dy,
        $4::float8 / (110000 * greatest(cos(radians($3::float8)), 0.01)) as dx
)
select c.id, c.geom from here join component c on c.geom && st_expand(here.p, here.dx, here.dy)
where` + sqlInScope + ` c.state <> '移除'`
