package postgis

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5/pgxpool"

	"citygrid/registry/census"
)

// vigil holds the advisory lock of every batch that this Store has opened and not yet promoted or rejected, all in one session: a
// batch whose lock nobody holds was left behind. Locks end with the session, so those of a killed process are free at once.
type vigil struct {
	pool *pgxpool.Pool // of one connection

	mu      sync.Mutex
	conn    *pgxpool.Conn           // nil while there is no batch
	batches map[census.BatchID]bool // true of those that are being staged now
}

// begin takes the lock of a batch.
func (v *vigil) begin(ctx context.Context, id census.BatchID) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	// The session is that of other batches too: an end of this one's context must not close it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), connectTimeout)
	defer cancel()
	if v.conn != nil && v.lock(ctx, id) == nil {
		v.batches[id] = true
		return nil
	}
	v.drop()
	var err error
	if v.conn, err = v.pool.Acquire(ctx); err != nil {
		return fmt.Errorf("lock the batch: %w", err)
	}
	v.batches[id] = true
	for held := range v.batches { // with the old session, if there was one, the server forgot the others
		if err := v.lock(ctx, held); err != nil {
			delete(v.batches, id)
			v.drop()
			return fmt.Errorf("lock the batch: %w", err)
		}
	}
	return nil
}

// rest says that a batch is staged and waits.
func (v *vigil) rest(id census.BatchID) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.batches[id] = false
}

// staging reports whether a batch is being staged by this Store, whatever became of its lock.
func (v *vigil) staging(id census.BatchID) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.batches[id]
}

// end gives the lock of a batch back; for one that it does not hold it does nothing.
func (v *vigil) end(id census.BatchID) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, held := v.batches[id]; !held {
		return
	}
	delete(v.batches, id)
	if v.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), connectTimeout)
	defer cancel()
	if _, err := v.conn.Exec(ctx, sqlBatchUnlock, batchLock(id)); err != nil {
		v.drop()
	} else if len(v.batches) == 0 {
		v.conn.Release()
		v.conn = nil
	}
}

// close gives everything back.
func (v *vigil) close() {
	v.mu.Lock()
	defer v.mu.Unlock()
	clear(v.batches)
	v.drop()
	v.pool.Close()
}

func (v *vigil) lock(ctx context.Context, id census.BatchID) error {
	_, err := v.conn.Exec(ctx, sqlBatchLock, batchLock(id))
	return err
}

// drop ends the session and with it its locks.
func (v *vigil) drop() {
	if v.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), connectTimeout)
	defer cancel()
	v.conn.Conn().Close(ctx)
	v.conn.Release()
	v.conn = nil
}

// batchLock is the key of a batch's advisory lock: 64 of its 122 random bits.
func batchLock(id census.BatchID) int64 {
	return int64(binary.LittleEndian.Uint64(id[:8]) ^ binary.LittleEndian.Uint64(id[8:]))
}

const (
	sqlBatchLock    = `select pg_advisory_lock($1)`
	sqlBatchUnlock  = `select pg_advisory_unlock($1)`
	sqlBatchTryLock = `select pg_try_advisory_xact_lock($1)`
)
