package postgis

import (
	"context"
	"encoding/binary"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"citygrid/registry/census"
)

// Batches of the census. A batch has a row in import_batch, and, while it is staged, a partition of import_stage that is named
// after it. Whoever stages a batch holds an advisory lock for it, which ends with the connection: a batch that is not final and
// whose lock is free was left behind.

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

// Batch finds a batch by its id; NotFound when there is none.
func (s *Store) Batch(ctx context.Context, id census.BatchID) (census.Batch, error) {
	rows, err := s.imports.Query(ctx, sqlBatch, [16]byte(id))
	if err != nil {
		return census.Batch{}, interpret("read batch", err)
	}
	b, err := pgx.CollectOneRow(rows, scanBatch)
	return b, interpret("read batch", err)
}

// RejectBatch gives up a batch that is not final and drops its staged rows; one that is final stays as it is.
func (s *Store) RejectBatch(ctx context.Context, b census.Batch) error {
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
// rows and returns how many they were. A batch that is being staged, here or by another process, is left alone; one that is staged
// already is not, and its promotion will be refused: its file is to be sent again.
func (s *Store) RejectInterrupted(ctx context.Context, now time.Time) (int, error) {
	ids, err := collect(ctx, s.imports, "find interrupted batches", pgx.RowTo[[16]byte], sqlBatchesOpen)
	n := 0
	for _, id := range ids {
		rejected, err := s.rejectInterrupted(ctx, id, now)
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

// batchLock is the key of a batch's advisory lock: 64 of its 122 random bits.
func batchLock(id census.BatchID) int64 {
	return int64(binary.LittleEndian.Uint64(id[:8]) ^ binary.LittleEndian.Uint64(id[8:]))
}

// stageName is the name of a batch's partition.
func stageName(id census.BatchID) string { return "import_stage_" + id.String() }

// stageTable is that name as an identifier. It is made of the id's bytes and nothing else.
func stageTable(id census.BatchID) string { return pgx.Identifier{stageName(id)}.Sanitize() }

func dropStage(ctx context.Context, tx pgx.Tx, id census.BatchID) error {
	_, err := tx.Exec(ctx, `drop table if exists `+stageTable(id))
	return err
}

func scanBatch(row pgx.CollectableRow) (census.Batch, error) {
	var b census.Batch
	var finished *time.Time
	err := row.Scan((*[16]byte)(&b.ID), &b.Source, &b.Digest, &b.State, &b.Reason, &b.Actor, &b.StartedAt, &finished,
		&b.Read, &b.Good, &b.Bad, &b.Counts.Created, &b.Counts.Updated, &b.Counts.Unchanged)
	b.StartedAt, b.FinishedAt = b.StartedAt.UTC(), timeOrZero(finished).UTC()
	return b, err
}

const (
	sqlBatchColumns = `
    id, source, digest, state, reason, actor, started_at, finished_at, rows_read, rows_good, rows_bad, created, updated, unchanged`

	sqlBatch = `select` + sqlBatchColumns + ` from import_batch where id = $1`

	sqlBatchPromotedFrom = `select` + sqlBatchColumns + ` from import_batch
where digest = $1 and state = 'promoted' order by finished_at desc, change_id desc limit 1`

	sqlBatchesOpen = `select id from import_batch where state not in ('promoted', 'rejected') order by started_at`

	sqlBatchTryLock = `select pg_try_advisory_xact_lock($1)`

	sqlBatchReject = `update import_batch set state = 'rejected', reason = $2, finished_at = $3
where id = $1 and state not in ('promoted', 'rejected')`
)
