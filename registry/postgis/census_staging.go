package postgis

import (
	"bytes"
	"context"
	"fmt"
	"hash/maphash"
	"iter"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"citygrid/geo"
	"citygrid/registry/census"
)

// staging is a census.Staging on one connection. While a portion is on its way the next one is made.
type staging struct {
	open     *vigil
	conn     *pgxpool.Conn // nil when closed
	id       census.BatchID
	portion  []byte     // in the format of COPY, not sent yet
	spare    []byte     // for the next portion
	sending  chan error // what comes of the portion on its way; nil when there is none
	codes    []uint64   // a hash of each row's code
	seed     maphash.Seed
	polygons bool  // some row has a length or an area
	matched  int64 // rows that name a component
}

// portionBytes is how much one COPY sends, and a row.
const portionBytes = 2 << 20

// OpenStaging records a batch in the state received and makes its staging table.
func (s *Store) OpenStaging(ctx context.Context, b census.Batch) (census.Staging, error) {
	conn, err := s.imports.Acquire(ctx)
	if err != nil {
		return nil, interpret("open staging", err)
	}
	g := &staging{open: s.open, conn: conn, id: b.ID, seed: maphash.MakeSeed()}
	if err := s.open.begin(ctx, b.ID); err != nil {
		g.Close()
		return nil, interpret("open staging", err)
	}
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, sqlBatchInsert, [16]byte(b.ID), b.Source, b.Digest, b.State, b.Actor, b.AreasRevision, b.StartedAt, b.Scope.String())
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `create unlogged table `+stageTable(b.ID)+` (like import_stage)`)
		return err
	})
	if err != nil {
		g.Close()
		return nil, interpret("open staging", err)
	}
	return g, nil
}

// Add puts a row into the portion and sends it when it is full.
func (g *staging) Add(ctx context.Context, row census.StagedRow) error {
	if len(g.portion) == 0 {
		g.portion = append(g.portion, copyHeader...)
	}
	g.codes = append(g.codes, maphash.String(g.seed, row.Code.String()))
	g.portion = appendStaged(g.portion, int64(len(g.codes)), &row)
	g.polygons = g.polygons || !isPoint(row.Geometry)
	if len(g.portion) < portionBytes {
		return nil
	}
	return g.send(ctx)
}

// isPoint is for geometry that census has made.
func isPoint(g geo.EWKB) bool {
	r := geo.NewEWKBReader(g)
	kind, err := r.Header()
	return err == nil && kind == geo.KindPoint
}

// send sends the portion after the one before it has arrived, and does not wait for it to arrive.
func (g *staging) send(ctx context.Context) error {
	err := g.arrived()
	portion := append(g.portion, copyTrailer...)
	g.portion, g.spare = g.spare[:0], portion
	if err != nil {
		return err
	}
	g.sending = make(chan error, 1)
	go func(sent chan<- error) {
		_, err := g.conn.Conn().PgConn().CopyFrom(ctx, bytes.NewReader(portion), staged(g.id, sqlStageCopy))
		if err != nil && ctx.Err() != nil {
			err = ctx.Err() // the connection was closed for it
		}
		sent <- interpret("stage rows", err)
	}(g.sending)
	return nil
}

// arrived waits for the portion on its way. Until then the connection is not to be used.
func (g *staging) arrived() error {
	if g.sending == nil {
		return nil
	}
	err := <-g.sending
	g.sending = nil
	return err
}

// Flush sends the portion and waits.
func (g *staging) Flush(ctx context.Context) error {
	if len(g.portion) > 0 {
		if err := g.send(ctx); err != nil {
			return err
		}
	}
	return g.arrived()
}

// Save records state and counts.
func (g *staging) Save(ctx context.Context, b census.Batch) error {
	_, err := g.conn.Exec(ctx, sqlBatchSave, saved(b)...)
	return interpret("save batch", err)
}

// Namesakes first gathers the planner's statistics, which the table has none of yet, and finds which row names which component.
func (g *staging) Namesakes(ctx context.Context, unstaged []census.NamedLine) iter.Seq2[census.Namesake, error] {
	codes, lines := make([]string, len(unstaged)), make([]int64, len(unstaged))
	for i, u := range unstaged {
		codes[i], lines[i] = u.Code, u.Line
		g.codes = append(g.codes, maphash.String(g.seed, u.Code))
	}
	return func(yield func(census.Namesake, error) bool) {
		if err := g.match(ctx); err != nil {
			yield(census.Namesake{}, err)
			return
		}
		if some, err := g.mayRepeat(ctx, len(unstaged) > 0); err != nil || !some {
			if err != nil {
				yield(census.Namesake{}, interpret("find namesakes", err))
			}
			return
		}
		stream(ctx, g.conn, yield, "find namesakes", pgx.RowToStructByPos[census.Namesake], staged(g.id, sqlStageNamesakes), codes, lines)
	}
}

func (g *staging) match(ctx context.Context) error {
	err := pgx.BeginFunc(ctx, g.conn, func(tx pgx.Tx) (err error) {
		if _, err = tx.Exec(ctx, staged(g.id, `analyze import_stage (row, edition, code)`)); err != nil {
			return err
		}
		g.matched, err = rematch(ctx, tx, g.id)
		return err
	})
	return interpret("match staged rows", err)
}

// mayRepeat is false where no two rows name one component: no two codes are equal, and no two are of one component. It is much
// cheaper than to group the rows by their codes.
func (g *staging) mayRepeat(ctx context.Context, unstaged bool) (some bool, err error) {
	slices.Sort(g.codes)
	for i := 1; i < len(g.codes); i++ {
		some = some || g.codes[i-1] == g.codes[i]
	}
	g.codes = nil
	if some || g.matched == 0 || unstaged {
		return some || g.matched > 0, nil
	}
	err = g.conn.QueryRow(ctx, staged(g.id, sqlPromoteNamedTwice)).Scan(&some)
	return some, err
}

// CrossedPolygons asks PostGIS, which judges by the rules of OGC 06-103r4.
func (g *staging) CrossedPolygons(ctx context.Context) iter.Seq2[census.CrossedPolygon, error] {
	return func(yield func(census.CrossedPolygon, error) bool) {
		if !g.polygons {
			return
		}
		stream(ctx, g.conn, yield, "find crossed polygons", pgx.RowToStructByPos[census.CrossedPolygon], staged(g.id, sqlStageCrossed))
	}
}

// Strayed looks each of them up: there are few, or none of the file's codes is right.
func (g *staging) Strayed(ctx context.Context) iter.Seq2[census.Strayed, error] {
	return func(yield func(census.Strayed, error) bool) {
		stream(ctx, g.conn, yield, "find rows of other divisions", pgx.RowToStructByPos[census.Strayed], staged(g.id, sqlStageStrayed))
	}
}

// Remove takes rows out.
func (g *staging) Remove(ctx context.Context, lines []int64) error {
	_, err := g.conn.Exec(ctx, staged(g.id, sqlStageRemove), lines)
	if err == nil && g.matched > 0 {
		_, err = g.conn.Exec(ctx, staged(g.id, sqlStageUnmatch), lines)
	}
	return interpret("remove staged rows", err)
}

// Finish records batch and issues in one transaction.
func (g *staging) Finish(ctx context.Context, b census.Batch, issues []census.Issue) error {
	err := pgx.BeginFunc(ctx, g.conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, sqlBatchSave, saved(b)...); err != nil {
			return err
		}
		next := pgx.CopyFromSlice(len(issues), func(i int) ([]any, error) {
			is := issues[i]
			return []any{
				[16]byte(b.ID), is.Sheet, is.Row, is.Column, is.Code, string(is.Severity), is.Value, is.Instead, is.Message.ZH, is.Message.EN,
			}, nil
		})
		columns := []string{"batch_id", "sheet", "row", "col", "code", "severity", "value", "instead", "message_zh", "message_en"}
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{"import_issue"}, columns, next); err != nil {
			return fmt.Errorf("copy issues: %w", err)
		}
		if b.State != census.Staged {
			return dropStage(ctx, tx, b.ID)
		}
		return nil
	})
	if err != nil {
		return interpret("finish staging", err)
	}
	if b.State == census.Staged {
		g.open.rest(b.ID)
	} else {
		g.open.end(b.ID)
	}
	g.conn.Release()
	g.conn = nil
	return nil
}

// Close gives the connection back, and the lock: an unfinished batch counts as left behind.
func (g *staging) Close() {
	if g.conn == nil {
		return
	}
	_ = g.arrived() // what it would say is said already
	g.open.end(g.id)
	g.conn.Release()
	g.conn = nil
}

// saved are the parameters of sqlBatchSave.
func saved(b census.Batch) []any {
	return []any{[16]byte(b.ID), b.State, b.Reason, timeOrNull(b.FinishedAt), b.Read, b.Good, b.Bad, append([]string{}, b.Sheets...), b.Unnamed}
}

// stream yields what scan makes of the rows of a query, until yield has enough.
func stream[T any](ctx context.Context, q querier, yield func(T, error) bool, op string, scan pgx.RowToFunc[T], sql string, args ...any) {
	var none T
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		yield(none, interpret(op, err))
		return
	}
	defer rows.Close()
	for rows.Next() {
		v, err := scan(rows)
		if !yield(v, interpret(op, err)) || err != nil {
			return
		}
	}
	if err := rows.Err(); err != nil {
		yield(none, interpret(op, err))
	}
}

const (
	sqlBatchInsert = `
insert into import_batch (id, source, digest, state, actor, areas_revision, started_at, scope) values ($1, $2, $3, $4, $5, nullif($6::bigint, -1), $7, $8)`

	sqlBatchSave = `update import_batch
set state = $2, reason = $3, finished_at = $4, rows_read = $5, rows_good = $6, rows_bad = $7, sheets = $8, rows_unnamed = $9 where id = $1`

	// A group is the component that a code names, or the code where no component has it yet.
	sqlStageNamesakes = `
with unstaged as materialized (
    select u.row, u.code, a.component_id from unnest($1::text[], $2::bigint[]) as u (code, row)
    left join component_code a on a.edition = (select edition from import_stage limit 1) and a.code = u.code
), components as materialized (
    select component_id from (
        select component_id from import_match union all select component_id from unstaged where component_id is not null
    ) n group by component_id having count(*) > 1
), codes as materialized (
    select code from (
        select code from import_stage s where not exists (select from import_match m where m.row = s.row)
        union all
        select code from unstaged where component_id is null
    ) n group by code having count(*) > 1
), member as (
    select '#' || component_id as named, m.row, null as code from components join import_match m using (component_id)
    union all
    select '#' || component_id, u.row, u.code from components join unstaged u using (component_id)
    union all
    select s.code, s.row, null from codes join import_stage s using (code)
    union all
    select u.code, u.row, u.code from codes join unstaged u using (code) where u.component_id is null
)
select m.named, m.row, coalesce(m.code, s.code), m.code is null, coalesce(md5((
    s.code, s.name, s.dept1_code, s.dept1_name, s.dept2_code, s.dept2_name, s.dept3_code, s.dept3_name, s.grid, s.grids_also,
    s.stated_grid, s.state, s.first_surveyed, s.changed_on, s.data_source, s.note, s.extra, s.geom)::text), '')
from member m left join import_stage s on s.row = m.row and m.code is null
order by m.named, m.row`

	sqlStageCrossed = `
select row, code, st_isvalidreason(geom) from import_stage
where st_dimension(geom) = 2 and not st_isvalid(geom) order by row`

	// The limit has the planner look codes up one by one: without statistics it would read all codes of the city for a single row.
	sqlStageStrayed = `
select s.row, s.code, s.grid, a.known is not null or exists (select from unnest(s.grids_also) g where left(g, 6) = left(s.code, 6))
from import_stage s
left join lateral (select true as known from component_code where edition = s.edition and code = s.code limit 1) a on true
where left(s.code, 6) <> left(s.grid, 6)
order by s.row`

	sqlStageRemove = `delete from import_stage where row = any($1)`

	sqlStageUnmatch = `delete from import_match where row = any($1)`
)
