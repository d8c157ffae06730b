package postgis

import (
	"context"

	"github.com/jackc/pgx/v5"

	"citygrid/registry/catalog"
	"citygrid/registry/census"
	"citygrid/registry/intake"
)

var _ intake.Store = (*Store)(nil)

// AddUpload records an upload, or finds the one that its sender made earlier under the same idempotency key.
func (s *Store) AddUpload(ctx context.Context, u intake.Upload) (recorded intake.Upload, added bool, err error) {
	tag, err := s.pool.Exec(ctx, sqlUploadAdd, [16]byte(u.ID), u.Name, u.Digest, u.Bytes, u.Accept, u.Encoding, u.KeyID, u.Actor,
		u.IdempotencyKey, u.ReceivedAt, listOf(u.Sheets), mapOf(u.Columns), u.CRS, u.Scope, mapOf(u.Answers),
		u.Profile, u.KeepBlank)
	if err != nil {
		return intake.Upload{}, false, interpret("record upload", err)
	}
	if tag.RowsAffected() == 1 {
		return u, true, nil
	}
	rows, err := s.pool.Query(ctx, sqlUploadOfKey, u.KeyID, u.IdempotencyKey)
	if err != nil {
		return intake.Upload{}, false, interpret("find earlier upload", err)
	}
	recorded, err = pgx.CollectExactlyOneRow(rows, scanUpload)
	return recorded, false, interpret("find earlier upload", err)
}

// listOf is a list that is empty where it is nil: nil would be null.
func listOf(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// mapOf is a map that is empty where it is nil: nil would be null.
func mapOf(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

// SaveAnswers keeps answers, and removes the batch that needs them: what dies now is begun again with them.
func (s *Store) SaveAnswers(ctx context.Context, id census.BatchID, answers map[string]string) error {
	_, err := s.pool.Exec(ctx, sqlAnswersSave, [16]byte(id), mapOf(answers))
	return interpret("save answers", err)
}

// Upload is the upload with an id. NotFound when there is none.
func (s *Store) Upload(ctx context.Context, id census.BatchID) (intake.Upload, error) {
	rows, err := s.pool.Query(ctx, sqlUploadOf, [16]byte(id))
	if err != nil {
		return intake.Upload{}, interpret("read upload", err)
	}
	u, err := pgx.CollectExactlyOneRow(rows, scanUpload)
	return u, interpret("read upload", err)
}

// Uploads are the latest, at most limit, the last received first.
func (s *Store) Uploads(ctx context.Context, limit int) ([]intake.Upload, error) {
	return collect(ctx, s.pool, "list uploads", scanUpload, sqlUploads, limit)
}

// KeptUploads are all whose file is kept, the first received first.
func (s *Store) KeptUploads(ctx context.Context) ([]intake.Upload, error) {
	return collect(ctx, s.pool, "list kept uploads", scanUpload, sqlUploadsKept)
}

// SaveUpload records what changes after AddUpload.
func (s *Store) SaveUpload(ctx context.Context, u intake.Upload) error {
	recognised := u.Recognised
	if recognised == nil {
		recognised = []catalog.Text{}
	}
	positions := u.Positions
	if positions == nil {
		positions = []census.TriedReading{}
	}
	_, err := s.pool.Exec(ctx, sqlUploadSave, [16]byte(u.ID), u.Kept, u.Revision, (*[16]byte)(u.Same), recognised, u.Errors, u.Warnings, u.Fixed,
		u.FailureCode, u.Failure.ZH, u.Failure.EN, positions)
	return interpret("save upload", err)
}

// ForgetInterrupted removes a batch that was rejected as interrupted, or that needs answers: nothing of it was visible, and its file is about to be
// read again.
func (s *Store) ForgetInterrupted(ctx context.Context, id census.BatchID) error {
	_, err := s.pool.Exec(ctx, sqlBatchForget, [16]byte(id), census.ReasonInterrupted)
	return interpret("forget batch", err)
}

// IssueCounts is how many issues of a code and a severity are kept of a batch.
func (s *Store) IssueCounts(ctx context.Context, id census.BatchID) ([]intake.IssueCount, error) {
	return collect(ctx, s.pool, "count issues", pgx.RowToStructByPos[intake.IssueCount], sqlIssueCounts, [16]byte(id))
}

// IssuePage are issues of a batch in the order of BatchIssues, of one severity or of all, at most limit of those after the first ones.
func (s *Store) IssuePage(ctx context.Context, id census.BatchID, only census.Severity, after int64, limit int) ([]census.Issue, error) {
	return collect(ctx, s.pool, "read issues", scanIssue, sqlIssuePage, [16]byte(id), after, limit, only)
}

func scanUpload(row pgx.CollectableRow) (intake.Upload, error) {
	var u intake.Upload
	var same *[16]byte
	err := row.Scan((*[16]byte)(&u.ID), &u.Name, &u.Digest, &u.Bytes, &u.Accept, &u.Encoding, &u.KeyID, &u.Actor, &u.IdempotencyKey,
		&u.ReceivedAt, &u.Kept, &u.Revision, &same, &u.Recognised, &u.Errors, &u.Warnings, &u.Fixed, &u.FailureCode,
		&u.Failure.ZH, &u.Failure.EN, &u.Sheets, &u.Columns, &u.CRS, &u.Scope, &u.Answers,
		&u.Profile, &u.KeepBlank, &u.Positions)
	u.Same, u.ReceivedAt = (*census.BatchID)(same), u.ReceivedAt.UTC()
	return u, err
}

const (
	sqlUploadColumns = `
    id, name, digest, bytes, accept, encoding, key_id, actor, coalesce(idempotency_key, ''), received_at, kept, revision, same_as, recognised,
    errors, warnings, fixed, failure_code, failure_zh, failure_en, sheets, columns, crs, scope, answers,
    profile, keep_blank, positions`

	sqlUploadAdd = `
insert into import_upload (id, name, digest, bytes, accept, encoding, key_id, actor, idempotency_key, received_at, sheets, columns, crs, scope,
    answers, profile, keep_blank)
values ($1, $2, $3, $4, $5, $6, $7, $8, nullif($9, ''), $10, $11, $12, $13, $14, $15, $16, $17) on conflict (key_id, idempotency_key) do nothing`

	sqlUploadOf    = `select` + sqlUploadColumns + ` from import_upload where id = $1`
	sqlUploadOfKey = `select` + sqlUploadColumns + ` from import_upload where key_id = $1 and idempotency_key = $2`
	sqlUploads     = `select` + sqlUploadColumns + ` from import_upload order by received_at desc, id limit $1`
	sqlUploadsKept = `select` + sqlUploadColumns + ` from import_upload where kept order by received_at, id`

	sqlUploadSave = `
update import_upload set kept = $2, revision = $3, same_as = $4, recognised = $5, errors = $6, warnings = $7, fixed = $8,
    failure_code = $9, failure_zh = $10, failure_en = $11, positions = $12
where id = $1`

	sqlBatchForget = `delete from import_batch where id = $1 and (state = 'rejected' and reason = $2 or state = 'needs_answers')`

	sqlAnswersSave = `
with forgotten as (delete from import_batch where id = $1 and state = 'needs_answers')
update import_upload set answers = $2 where id = $1`

	sqlIssueCounts = `
select code, severity, count(*) from import_issue where batch_id = $1 group by code, severity order by count(*) desc, code, severity`

	// What is equal in all of this is equal altogether: any order of it is the same.
	sqlIssuePage = `select sheet, row, col, code, severity, value, instead, message_zh, message_en from import_issue
where batch_id = $1 and ($4 = '' or severity = $4) order by sheet, row, col, code, severity, value, message_en, instead offset $2 limit $3`
)
