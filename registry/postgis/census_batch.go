package postgis

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"citygrid/registry/census"
)

// Batches of the census. A batch has a row in import_batch and, until it is final, a staging table of its own. The Store that
// stages it holds an advisory lock for it until then: a batch that is not final and whose lock is free was left behind.

var _ census.Store = (*Store)(nil)

// PromotedFrom finds the last promoted batch that came from a file with this digest.
func (s *Store) PromotedFrom(ctx context.Context, digest string) (census.Batch, bool, error) {
	rows, err := s.imports.Query(ctx, sqlBatchPromotedFrom, digest)
	if err != nil {
		return census.Batch{}, false, interpret("find an earlier batch", err)
	}
	b, err := pgx.CollectOneRow(rows, scanBatch)
	if errors.Is(err, pgx.ErrNoRows) {
		return census.Batch{}, false, nil
	}
	return b, err == nil, interpret("find an earlier batch", err)
}

// RejectBatch gives up a batch that is not final and drops its staged rows; one that is final stays as it is. When it fails the
// batch counts as left behind.
func (s *Store) RejectBatch(ctx context.Context, b census.Batch) error {
	defer s.open.end(b.ID)
	err := pgx.BeginFunc(ctx, s.imports, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, sqlBatchReject, [16]byte(b.ID), b.Reason, b.FinishedAt)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		return dropStage(ctx, tx, b.ID)
	})
	return interpret("reject batch", err)
}

// RejectInterrupted gives up, with the reason interrupted, the batches that a process left behind when it ended, drops their staged
// rows and returns how many they were. A batch that a living process stages, or has staged, is left alone; so is one at which the server still
// works for a process that has died, which is for the next call.
func (s *Store) RejectInterrupted(ctx context.Context, now time.Time) (int, error) {
	ids, err := collect(ctx, s.imports, "find interrupted batches", pgx.RowTo[[16]byte], sqlBatchesOpen)
	n := 0
	for _, id := range ids {
		if s.open.staging(id) {
			continue
		}
		rejected, err := s.rejectInterrupted(ctx, id, now)
		if stillBusy(err) {
			continue
		}
		if err != nil {
			return n, interpret("reject an interrupted batch", err)
		}
		if rejected {
			n++
		}
	}
	return n, err
}

func (s *Store) rejectInterrupted(ctx context.Context, id census.BatchID, now time.Time) (rejected bool, err error) {
	err = pgx.BeginFunc(ctx, s.imports, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, sqlChangeLockTimeout, rejectPatience); err != nil {
			return err
		}
		var free bool
		if err := tx.QueryRow(ctx, sqlBatchTryLock, batchLock(id)).Scan(&free); err != nil || !free {
			return err
		}
		tag, err := tx.Exec(ctx, sqlBatchReject, [16]byte(id), census.ReasonInterrupted, now)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		rejected = true
		return dropStage(ctx, tx, id)
	})
	return rejected && err == nil, err
}

// rejectPatience is how many milliseconds a batch is waited for that was left behind. The server ends the session that held its lock at once, and another in
// the middle of a statement when that is done.
const rejectPatience = "500"

// stillBusy reports whether a statement has waited long enough for a lock.
func stillBusy(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "55P03" // lock_not_available
}

// stageTable is the name of a batch's staging table: import_stage_ and the 32 hexadecimal digits of its id, nothing else.
func stageTable(id census.BatchID) string { return fmt.Sprintf("import_stage_%x", id[:]) }

// staged turns a statement on import_stage and import_match, the empty patterns of a batch's tables, into one on those of a batch.
func staged(id census.BatchID, sql string) string {
	return strings.NewReplacer("import_stage", stageTable(id), "import_match", fmt.Sprintf("import_match_%x", id[:])).Replace(sql)
}

func dropStage(ctx context.Context, tx pgx.Tx, id census.BatchID) error {
	if _, err := tx.Exec(ctx, staged(id, `drop table if exists import_stage, import_match`)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, sqlBatchForgetUnstaged, [16]byte(id))
	return err
}

func scanBatch(row pgx.CollectableRow) (census.Batch, error) {
	var b census.Batch
	var finished *time.Time
	var scope string
	err := row.Scan((*[16]byte)(&b.ID), &b.Source, &b.Digest, &b.State, &b.Reason, &b.Actor, &b.AreasRevision, &b.StartedAt,
		&finished, &b.Read, &b.Good, &b.Bad, &b.Counts.Created, &b.Counts.Updated, &b.Counts.Unchanged, &b.Sheets, &scope, &b.Unnamed)
	if err == nil {
		b.Scope, err = census.ParseScope(scope)
	}
	if len(b.Sheets) == 0 {
		b.Sheets = nil
	}
	b.StartedAt, b.FinishedAt = b.StartedAt.UTC(), timeOrZero(finished).UTC()
	return b, err
}

const (
	sqlBatchColumns = `
    id, source, digest, state, reason, actor, coalesce(areas_revision, -1), started_at, finished_at, rows_read, rows_good, rows_bad, created, updated, unchanged, sheets,
    scope, rows_unnamed`

	sqlBatchPromotedFrom = `select` + sqlBatchColumns + ` from import_batch
where digest = $1 and state = 'promoted' order by finished_at desc, change_id desc limit 1`

	sqlBatchesOpen = `select id from import_batch where state not in ('needs_answers', 'promoted', 'rejected', 'undone') order by started_at`

	sqlBatchForgetUnstaged = `delete from import_unstaged where batch_id = $1`

	sqlBatchReject = `update import_batch set state = 'rejected', reason = $2, finished_at = $3
where id = $1 and state not in ('promoted', 'rejected', 'undone')`
)
