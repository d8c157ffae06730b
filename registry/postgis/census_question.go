package postgis

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"citygrid/registry/census"
)

// Ask records what is open about the file, and what was answered.
func (g *staging) Ask(ctx context.Context, open []census.Question, applied []census.Answer) error {
	_, err := g.conn.Exec(ctx, sqlBatchAsk, [16]byte(g.id), append([]census.Question{}, open...), append([]census.Answer{}, applied...))
	return interpret("save questions", err)
}

// Questions are the open questions about the file of a batch, and the answers that were applied when it was read. NotFound when there is no such
// batch.
func (s *Store) Questions(ctx context.Context, id census.BatchID) (open []census.Question, applied []census.Answer, err error) {
	err = s.pool.QueryRow(ctx, sqlBatchQuestions, [16]byte(id)).Scan(&open, &applied)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil, noBatch(id)
	}
	return open, applied, interpret("read questions", err)
}

const (
	sqlBatchAsk       = `update import_batch set questions = $2, answered = $3 where id = $1`
	sqlBatchQuestions = `select questions, answered from import_batch where id = $1`
)
