package postgis

import (
	"context"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"citygrid/registry/census"
)

// staging is a census.Staging on one connection.
type staging struct {
	open    *vigil
	conn    *pgxpool.Conn // nil when closed
	id      census.BatchID
	portion []census.StagedRow // not sent yet
	bytes   int                // freeBytes of its rows
}

// A portion is what one COPY sends, at most so many rows and bytes.
const (
	portionRows  = 20_000
	portionBytes = 4 << 20
)

// OpenStaging records a batch in the state received and makes its staging table.
func (s *Store) OpenStaging(ctx context.Context, b census.Batch) (census.Staging, error) {
	conn, err := s.imports.Acquire(ctx)
	if err != nil {
		return nil, interpret("open staging", err)
	}
	g := &staging{open: s.open, conn: conn, id: b.ID}
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
	g.portion = append(g.portion, row)
	g.bytes += freeBytes(&row)
	if len(g.portion) < portionRows && g.bytes < portionBytes {
		return nil
	}
	return g.Flush(ctx)
}

// freeBytes is the size of what a file may make as long as a cell can be.
func freeBytes(r *census.StagedRow) int {
	return len(r.Geometry) + len(r.Extra) + len(r.Note) + len(r.DataSource) + len(r.Name) + len(r.StatedGrid) +
		len(r.Supervisor.Name) + len(r.Owner.Name) + len(r.Maintainer.Name)
}

// Flush sends the portion.
func (g *staging) Flush(ctx context.Context) error {
	_, err := g.conn.CopyFrom(ctx, pgx.Identifier{stageTable(g.id)}, stageColumns(), pgx.CopyFromSlice(len(g.portion), g.stageValues))
	clear(g.portion)
	g.portion, g.bytes = g.portion[:0], 0
	return interpret("stage rows", err)
}

func stageColumns() []string {
	return []string{
		"row", "code", "edition", "subclass", "name", "dept1_code", "dept1_name", "dept2_code", "dept2_name",
		"dept3_code", "dept3_name", "grid", "grids_also", "stated_grid", "state", "first_surveyed", "changed_on",
		"data_source", "note", "extra", "geom", "kept", "given", "blank",
	}
}

// stageValues are the values of stageColumns in row i of the portion.
func (g *staging) stageValues(i int) ([]any, error) {
	r := &g.portion[i]
	return []any{
		r.Line, r.Code.String(), string(r.Code.Edition()), string(r.Code.Subclass()), r.Name,
		string(r.Supervisor.Code), r.Supervisor.Name, string(r.Owner.Code), r.Owner.Name, string(r.Maintainer.Code), r.Maintainer.Name,
		r.Grid, listOf(r.GridsAlso), r.StatedGrid, string(r.State),
		timeOrNull(r.FirstSurveyed), timeOrNull(r.ChangedOn), r.DataSource, r.Note, []byte(r.Extra), []byte(r.Geometry),
		int32(r.Kept), []byte(r.Extra), listOf(r.Blank),
	}, nil
}

// listOf is a list that is empty where it is nil: nil would be null.
func listOf(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// Save records state and counts.
func (g *staging) Save(ctx context.Context, b census.Batch) error {
	_, err := g.conn.Exec(ctx, sqlBatchSave, saved(b)...)
	return interpret("save batch", err)
}

// Namesakes first gathers the planner's statistics: the table has none yet.
func (g *staging) Namesakes(ctx context.Context, unstaged []census.NamedLine) iter.Seq2[census.Namesake, error] {
	codes, lines := make([]string, len(unstaged)), make([]int64, len(unstaged))
	for i, u := range unstaged {
		codes[i], lines[i] = u.Code, u.Line
	}
	return func(yield func(census.Namesake, error) bool) {
		if _, err := g.conn.Exec(ctx, staged(g.id, `analyze import_stage`)); err != nil {
			yield(census.Namesake{}, interpret("analyze staged rows", err))
			return
		}
		stream(ctx, g.conn, yield, "find namesakes", pgx.RowToStructByPos[census.Namesake], staged(g.id, sqlStageNamesakes), codes, lines)
	}
}

// CrossedPolygons asks PostGIS, which judges by the rules of OGC 06-103r4.
func (g *staging) CrossedPolygons(ctx context.Context) iter.Seq2[census.CrossedPolygon, error] {
	return func(yield func(census.CrossedPolygon, error) bool) {
		stream(ctx, g.conn, yield, "find crossed polygons", pgx.RowToStructByPos[census.CrossedPolygon], staged(g.id, sqlStageCrossed))
	}
}

// Remove takes rows out.
func (g *staging) Remove(ctx context.Context, lines []int64) error {
	_, err := g.conn.Exec(ctx, staged(g.id, sqlStageRemove), lines)
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
	if b.State != census.Staged {
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
with staged as (
    select s.row, s.edition, s.code, coalesce('#' || a.component_id, s.code) as named
    from import_stage s left join component_code a on a.edition = s.edition and a.code = s.code
), member as (
    select named, row, code, true as staged from staged
    union all
    select coalesce('#' || a.component_id, u.code), u.row, u.code, false
    from unnest($1::text[], $2::bigint[]) as u (code, row)
    left join component_code a on a.edition = (select edition from staged limit 1) and a.code = u.code
), several as (
    select named from member group by named having count(*) > 1
)
select m.named, m.row, m.code, m.staged, coalesce(md5((
    s.code, s.name, s.dept1_code, s.dept1_name, s.dept2_code, s.dept2_name, s.dept3_code, s.dept3_name, s.grid, s.grids_also,
    s.stated_grid, s.state, s.first_surveyed, s.changed_on, s.data_source, s.note, s.extra, s.geom)::text), '')
from several join member m using (named)
left join import_stage s on s.row = m.row and m.staged
order by m.named, m.row`

	sqlStageCrossed = `
select row, code, st_isvalidreason(geom) from import_stage
where st_dimension(geom) = 2 and not st_isvalid(geom) order by row`

	sqlStageRemove = `delete from import_stage where row = any($1)`
)
