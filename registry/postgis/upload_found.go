package postgis

import (
	"context"
	"encoding/binary"
	"errors"

	"citygrid/registry/census"
)

// SaveFound keeps what was fixed in an upload, and the numbers of its bad rows, in order: the steps from one to the next, most of which are a
// byte.
func (s *Store) SaveFound(ctx context.Context, id census.BatchID, fixes []census.FixedCount, rejected []int64) error {
	if fixes == nil {
		fixes = []census.FixedCount{}
	}
	steps, last := make([]byte, 0, len(rejected)+8), int64(0)
	for _, row := range rejected {
		steps = binary.AppendUvarint(steps, uint64(row-last))
		last = row
	}
	_, err := s.pool.Exec(ctx, sqlFoundSave, [16]byte(id), fixes, steps)
	return interpret("save what was found", err)
}

// Fixes are what SaveFound kept; NotFound when there is no such upload.
func (s *Store) Fixes(ctx context.Context, id census.BatchID) (fixes []census.FixedCount, err error) {
	err = s.pool.QueryRow(ctx, sqlFixes, [16]byte(id)).Scan(&fixes)
	return fixes, interpret("read what was fixed", err)
}

// Rejected are the numbers that SaveFound kept; NotFound when there is no such upload.
func (s *Store) Rejected(ctx context.Context, id census.BatchID) ([]int64, error) {
	var steps []byte
	if err := s.pool.QueryRow(ctx, sqlRejected, [16]byte(id)).Scan(&steps); err != nil {
		return nil, interpret("read rejected rows", err)
	}
	var rows []int64
	for last := int64(0); len(steps) > 0; {
		step, n := binary.Uvarint(steps)
		if n <= 0 {
			return nil, interpret("read rejected rows", errors.New("the list is damaged"))
		}
		last += int64(step)
		rows, steps = append(rows, last), steps[n:]
	}
	return rows, nil
}

const (
	sqlFoundSave = `update import_upload set fixes = $2, rejected = $3 where id = $1`
	sqlFixes     = `select fixes from import_upload where id = $1`
	sqlRejected  = `select rejected from import_upload where id = $1`
)
