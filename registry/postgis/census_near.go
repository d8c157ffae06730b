package postgis

import (
	"context"
	"iter"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"citygrid/registry/catalog"
	"citygrid/registry/census"
)

// Standing leaves what is still to come with the database: memory does not grow with it. Tables that have just been filled have no statistics,
// and the planner would then look through all staged rows for each component: it is told not to.
func (g *staging) Standing(ctx context.Context, e catalog.Edition, subclasses []catalog.SubclassCode, box orb.Bound) iter.Seq2[census.StandingPoint, error] {
	return standing(ctx, g, sqlStageStanding, scanStandingPoint, e, subclasses, box)
}

// StandingShapes reads boxes alone.
func (g *staging) StandingShapes(ctx context.Context, e catalog.Edition, subclasses []catalog.SubclassCode, box orb.Bound) iter.Seq2[census.StandingShape, error] {
	return standing(ctx, g, sqlStageStandingShapes, scanStandingShape, e, subclasses, box)
}

func standing[T any](ctx context.Context, g *staging, sql string, scan pgx.RowToFunc[T], e catalog.Edition, subclasses []catalog.SubclassCode, box orb.Bound) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		tx, err := g.conn.Begin(ctx)
		if err == nil {
			defer tx.Rollback(context.WithoutCancel(ctx)) // nothing was written
			_, err = tx.Exec(ctx, `set local enable_nestloop = off`)
		}
		if err != nil {
			yield(none, interpret("read what stands near", err))
			return
		}
		stream(ctx, tx, yield, "read what stands near", scan, staged(g.id, sql),
			string(e), subclasses, box.Min[0], box.Min[1], box.Max[0], box.Max[1])
	}
}

func scanStandingPoint(row pgx.CollectableRow) (p census.StandingPoint, err error) {
	err = row.Scan(&p.ID, &p.Subclass, &p.At[0], &p.At[1])
	return p, err
}

func scanStandingShape(row pgx.CollectableRow) (s census.StandingShape, err error) {
	err = row.Scan(&s.ID, &s.Subclass, &s.Dimension, &s.Box.Min[0], &s.Box.Min[1], &s.Box.Max[0], &s.Box.Max[1])
	return s, err
}

// Codes reads both in one query.
func (g *staging) Codes(ctx context.Context, lines, ids []int64) (ofRows, ofComponents map[int64]string, err error) {
	rows, err := g.conn.Query(ctx, staged(g.id, sqlStageCodes), lines, ids)
	if err != nil {
		return nil, nil, interpret("read codes", err)
	}
	ofRows, ofComponents = map[int64]string{}, map[int64]string{}
	var inFile bool
	var number int64
	var code string
	_, err = pgx.ForEachRow(rows, []any{&inFile, &number, &code}, func() error {
		if inFile {
			ofRows[number] = code
		} else {
			ofComponents[number] = code
		}
		return nil
	})
	return ofRows, ofComponents, interpret("read codes", err)
}

const (
	sqlStageStanding = `
select c.id, array_position($2::text[], c.subclass) - 1, st_x(c.geom), st_y(c.geom) from component c
where c.edition = $1 and c.subclass = any($2) and c.state <> '移除'
    and c.geom && st_makeenvelope($3, $4, $5, $6, 4326) and st_geometrytype(c.geom) = 'ST_Point'
    and not exists (select from import_match m where m.component_id = c.id)`

	sqlStageStandingShapes = `
select c.id, array_position($2::text[], c.subclass) - 1, st_dimension(c.geom), st_xmin(c.geom), st_ymin(c.geom), st_xmax(c.geom), st_ymax(c.geom)
from component c
where c.edition = $1 and c.subclass = any($2) and c.state <> '移除'
    and c.geom && st_makeenvelope($3, $4, $5, $6, 4326) and st_dimension(c.geom) > 0
    and not exists (select from import_match m where m.component_id = c.id)`

	sqlStageCodes = `
select true, row, code from import_stage where row = any($1)
union all
select false, id, code from component where id = any($2)`
)
