package postgis

import (
	"context"
	"encoding/binary"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"citygrid/geo"
	"citygrid/registry"
)

// ComponentsAmong reads the live ones of some candidates and how far they are from p on the ellipsoid, in no order, with the
// revision of the components at that moment. The distance to a point is computed here, to what PostgreSQL says within 1e-7 m: that
// would take it longer than finding the row.
func (s *Store) ComponentsAmong(ctx context.Context, scope registry.Scope, p orb.Point, among registry.Candidates) (near []registry.Near, revision int64, err error) {
	if scope.Empty() {
		return nil, 0, nil
	}
	near, revision, err = componentsAmong(ctx, s.pool, scope, p, among)
	return near, revision, interpret("read components among candidates", err)
}

func componentsAmong(ctx context.Context, q querier, scope registry.Scope, p orb.Point, among registry.Candidates) (near []registry.Near, revision int64, err error) {
	ids := among.Points
	if len(among.Shapes) > 0 {
		ids = slices.Concat(among.Points, among.Shapes)
	}
	rows, err := q.Query(ctx, sqlComponentsAmong, scopeUnits(scope), ids, among.Shapes, p[0], p[1])
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	reader, err := newRowReader(rows.Conn().TypeMap(), rows.FieldDescriptions())
	if err != nil {
		return nil, 0, err
	}
	near = make([]registry.Near, 0, len(ids))
	for rows.Next() {
		row := rows.RawValues()
		revision = int64(binary.BigEndian.Uint64(row[componentWidth]))
		if row[0] == nil { // none of the candidates is there
			break
		}
		var n registry.Near
		if err := reader.component(&n.Component, row); err != nil {
			return nil, 0, err
		}
		if n.Metres, err = metresTo(p, n.Geometry, row[componentWidth+1]); err != nil {
			return nil, 0, err
		}
		near = append(near, n)
	}
	return near, revision, rows.Err()
}

// metresTo is what PostgreSQL measured, and where it did not, for a point, is measured here.
func metresTo(p orb.Point, b geo.EWKB, measured []byte) (float64, error) {
	if measured != nil {
		return math.Float64frombits(binary.BigEndian.Uint64(measured)), nil
	}
	q, ok, err := pointOf(b)
	if !ok {
		return math.NaN(), err // it has become a shape since, and the revision has moved
	}
	return metresBetween(p, q), nil
}

// metresBetween is rounded as PostGIS rounds what it measures.
func metresBetween(p, q orb.Point) float64 {
	const perMetre = 1e8
	return math.Round(geo.Metres(p, q)*perMetre) / perMetre
}

// One row at least: the revision is asked for even where no candidate is there.
const sqlComponentsAmong = `select` + sqlComponentColumns + `, k.revision,
    case when c.id = any($3) then st_distance(c.geom::geography, st_setsrid(st_makepoint($4, $5), 4326)::geography) end
from collection k left join component c on` + sqlInScope + ` c.id = any($2) and c.state <> '移除'
where k.name = 'components'`
