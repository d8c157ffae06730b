package postgis

import (
	"context"
	"sync/atomic"
)

// remembered is what a look at every row of a collection tells, kept while the collection's revision stands. One look is taken at a
// time; who waits for it holds no connection and goes when its time is up. Callers share the value and must not change it.
type remembered[T any] struct {
	turn chan struct{} // holds one token while somebody looks
	held atomic.Pointer[look[T]]
}

type look[T any] struct {
	revision int64
	value    T
}

func newRemembered[T any]() *remembered[T] { return &remembered[T]{turn: make(chan struct{}, 1)} }

// get returns the value at the collection's revision, with take when none is held. The revision is read before the rows: what changes
// between the two is found by the next call.
func (m *remembered[T]) get(ctx context.Context, s *Store, collection string, take func(context.Context) (T, error)) (value T, err error) {
	if value, _, ok, err := m.current(ctx, s, collection); ok || err != nil {
		return value, err
	}
	select {
	case m.turn <- struct{}{}:
		defer func() { <-m.turn }()
	case <-ctx.Done():
		return value, interpret("wait for the summary of "+collection, ctx.Err())
	}
	value, revision, ok, err := m.current(ctx, s, collection) // somebody may have looked meanwhile
	if ok || err != nil {
		return value, err
	}
	if value, err = take(ctx); err != nil {
		return value, err
	}
	m.held.Store(&look[T]{revision, value})
	return value, nil
}

// current gives what is held of a collection's revision, if anything is.
func (m *remembered[T]) current(ctx context.Context, s *Store, collection string) (value T, revision int64, ok bool, err error) {
	all, err := s.HeardRevisions(ctx)
	if err != nil {
		return value, 0, false, err
	}
	revision = all[collection]
	if held := m.held.Load(); held != nil && held.revision == revision {
		return held.value, revision, true, nil
	}
	return value, revision, false, nil
}
