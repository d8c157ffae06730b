package locator

import (
	"context"
	"fmt"

	"citygrid/registry"
)

// Verify reads everything anew, builds a snapshot that shares nothing with the one that answers, and compares the digests of both. Where
// they differ the new one answers from then on, and err is a *registry.DifferenceError. A store that has moved on is followed, as by Refresh, and
// nothing is judged: same is true. On any other failure same is false and err says why nothing could be compared.
//
// It takes turns with Refresh, and for its time memory holds two snapshots: for 100,000 cells some hundreds of megabytes more.
func (l *Locator) Verify(ctx context.Context) (same bool, err error) {
	if err := l.verify(ctx); err != nil {
		return false, fmt.Errorf("verify locator: %w", err)
	}
	return true, nil
}

func (l *Locator) verify(ctx context.Context) error {
	done, err := l.takeTurn(ctx)
	if err != nil {
		return err
	}
	defer done()
	asked := l.now()
	fresh, err := l.read(ctx, nil)
	if err != nil {
		return err
	}
	held := l.snapshot()
	if held == nil || held.revision != fresh.revision {
		l.swap(fresh, asked)
		return nil
	}
	memory, stored := held.Digest(), fresh.Digest()
	l.count(func(s *Stats) { s.Verifications++ })
	if memory == stored {
		l.state.Store(&state{held, asked})
		return nil
	}
	l.swap(fresh, asked)
	l.count(func(s *Stats) { s.Differences, s.DifferedAt = s.Differences+1, l.now() })
	return &registry.DifferenceError{Revision: held.revision, Memory: memory, Stored: stored}
}
