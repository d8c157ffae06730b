package postgis

import (
	"context"
	"errors"
	"iter"
	"strings"

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

// FindBatch is the one batch whose id begins with a text of at least four characters. NotFound when none does, Conflict when several do.
func (s *Store) FindBatch(ctx context.Context, beginning string) (census.Batch, error) {
	beginning = strings.ToLower(beginning)
	if len(beginning) < 4 || strings.Trim(beginning, "0123456789abcdef-") != "" {
		return census.Batch{}, registry.InvalidField("batch", beginning,
			"应为批次编号，或其开头至少四个字符；见 citygrid batches", "write the id of a batch, or its first four characters or more: citygrid batches lists them")
	}
	found, err := collect(ctx, s.pool, "find batch", scanBatch, sqlBatchFind, beginning)
	switch {
	case err != nil:
		return census.Batch{}, err
	case len(found) == 0:
		return census.Batch{}, registry.NewError(registry.NotFound, "no_batch", "没有这个批次："+beginning, "there is no batch "+beginning)
	case len(found) > 1:
		return census.Batch{}, registry.NewError(registry.Conflict, "several_batches",
			"有多个批次的编号以 "+beginning+" 开头，请写得更长", "several batches begin with "+beginning+": write more of the id")
	}
	return found[0], nil
}

// BatchUndo is who undid a batch, why and when; the zero Act when nobody did.
func (s *Store) BatchUndo(ctx context.Context, id census.BatchID) (registry.Act, error) {
	rows, err := s.pool.Query(ctx, sqlBatchUndo, [16]byte(id))
	if err != nil {
		return registry.Act{}, interpret("read undo", err)
	}
	act, err := pgx.CollectOneRow(rows, pgx.RowToStructByPos[registry.Act])
	if errors.Is(err, pgx.ErrNoRows) {
		return registry.Act{}, nil
	}
	act.At = act.At.UTC()
	return act, interpret("read undo", err)
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

	sqlBatchFind = `select` + sqlBatchColumns + ` from import_batch where starts_with(id::text, $1) limit 2`

	sqlBatchUndo = `select h.actor, b.reason, h.at from import_batch b join change h on h.id = b.undone_by where b.id = $1`

	sqlBatchIssues = `select sheet, row, col, code, severity, value, instead, message_zh, message_en from import_issue
where batch_id = $1 order by sheet, row, col, code`
)
