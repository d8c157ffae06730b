package postgis

import (
	"context"
	"iter"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/paulmach/orb"

	"citygrid/geo"
	"citygrid/registry"
)

// ReadStandings calls read with where components stand, all as of one moment, and with the mark from which a later call goes on.
// Since the zero mark these are all live components; since another, those that were created or changed after it, what was removed
// among them as Gone. The sequence can be walked once, while read runs.
func (s *Store) ReadStandings(ctx context.Context, since registry.StandingMark, read func(registry.StandingMark, iter.Seq2[registry.Standing, error]) error) error {
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, s.memory, options, func(tx pgx.Tx) error {
		var mark registry.StandingMark
		var changes []int64
		if err := tx.QueryRow(ctx, sqlStandingMark, since.Revision).Scan(&mark.Revision, &mark.LastID, &changes); err != nil {
			return err
		}
		sql, args := sqlStandingAll, []any{}
		if since != (registry.StandingMark{}) {
			sql, args = sqlStandingSince, []any{since.LastID, changes}
		}
		rows, err := tx.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		return read(mark, standings(rows))
	})
	return interpret("read where components stand", err)
}

func standings(rows pgx.Rows) iter.Seq2[registry.Standing, error] {
	return func(yield func(registry.Standing, error) bool) {
		var st registry.Standing
		var shape pgtype.DriverBytes // the connection's own, until the next row
		for rows.Next() {
			err := rows.Scan(&st.ID, &shape, &st.Gone)
			if err == nil {
				st.Bound, st.Point, err = boundOf(geo.EWKB(shape))
			}
			if !yield(st, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(registry.Standing{}, err)
		}
	}
}

// boundOf is the bound of a geometry, and whether that is one point.
func boundOf(b geo.EWKB) (bound orb.Bound, point bool, err error) {
	if p, ok, err := pointOf(b); ok || err != nil {
		return orb.Bound{Min: p, Max: p}, true, err
	}
	g, err := geo.DecodeEWKB(b)
	if err != nil {
		return orb.Bound{}, false, err
	}
	return geo.ToOrb(g).Bound(), false, nil
}

// pointOf is the position of a geometry that is one point; ok is false for every other.
func pointOf(b geo.EWKB) (p orb.Point, ok bool, err error) {
	r := geo.NewEWKBReader(b)
	kind, err := r.Header()
	if err != nil || kind != geo.KindPoint {
		return orb.Point{}, false, err
	}
	x, y, _, err := r.Position()
	return orb.Point{x, y}, true, err
}

const (
	// The changes whose images were superseded are few, and asked for by id: an estimate of how many have a higher revision than
	// the one given would lead to a walk through all images.
	sqlStandingMark = `
select (select revision from collection where name = 'components'), (select coalesce(max(id), 0) from component),
    (select coalesce(array_agg(id), '{}') from change where revision > $1)`

	sqlStandingAll = `select id, geom, false from component where state <> '移除'`

	// What was created has a higher id than all before it, because who writes components does so alone; what was changed left an image, and
	// so did what was withdrawn and what came back.
	sqlStandingSince = `
select id, geom, state = '移除' from component where id > $1
union all
select id, geom, state = '移除' from component
where id <= $1 and id in (select id from component_version where superseded_by = any($2))
union all
select * from (
    select distinct on (v.id) v.id, v.geom, true from component_version v
    where v.superseded_by = any($2) and not exists (select from component c where c.id = v.id)
    order by v.id
) withdrawn`
)
