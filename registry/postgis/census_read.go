package postgis

import (
	"context"
	"errors"
	"iter"

	"github.com/jackc/pgx/v5"

	"citygrid/registry"
	"citygrid/registry/census"
)

// Batch is the batch with an id. NotFound when there is none.
func (s *Store) Batch(ctx context.Context, id census.BatchID) (census.Batch, error) {
	rows, err := s.pool.Query(ctx, sqlBatchOf, [16]byte(id))
	if err != nil {
		return census.Batch{}, interpret("read batch", err)
	}
	b, err := pgx.CollectOneRow(rows, scanBatch)
	if errors.Is(err, pgx.ErrNoRows) {
		return b, noBatch(id)
	}
	return b, interpret("read batch", err)
}

func noBatch(id census.BatchID) error {
	return registry.NewError(registry.NotFound, "no_batch", "没有这个批次："+id.String(), "there is no batch "+id.String())
}

// Batches are the latest, at most limit, the last begun first.
func (s *Store) Batches(ctx context.Context, limit int) ([]census.Batch, error) {
	return collect(ctx, s.pool, "list batches", scanBatch, sqlBatches, limit)
}

// BatchIssues yields what was found in a batch's file: that of the file first, then sheet by sheet and row by row.
func (s *Store) BatchIssues(ctx context.Context, id census.BatchID) iter.Seq2[census.Issue, error] {
	return func(yield func(census.Issue, error) bool) {
		stream(ctx, s.imports, yield, "read issues", scanIssue, sqlBatchIssues, [16]byte(id))
	}
}

func scanIssue(row pgx.CollectableRow) (census.Issue, error) {
	var i census.Issue
	err := row.Scan(&i.Sheet, &i.Row, &i.Column, &i.Code, &i.Severity, &i.Value, &i.Instead, &i.Message.ZH, &i.Message.EN)
	return i, err
}

const (
	sqlBatchOf = `select` + sqlBatchColumns + ` from import_batch where id = $1`

	sqlBatches = `select` + sqlBatchColumns + ` from import_batch order by number desc limit $1`

	sqlBatchIssues = `select sheet, row, col, code, severity, value, instead, message_zh, message_en from import_issue
where batch_id = $1 order by sheet, row, col, code`
)
