// Package nearby keeps where every live component stands in memory and in step with the store.
//
// A Finder names the components that may be near a point; what they are, and the exact distance, is the store's to say. What it
// knows is a state that never changes and belongs to one revision of the components. When that has moved, the finder asks what
// changed and swaps in the next state: the large index that it had, a small one of what changed, and the ids that no longer count
// in the large one. Now and then the two become one. Verify proves that what is in memory is what the store would give.
package nearby

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/paulmach/orb"

	"citygrid/registry"
)

// Source is where a Finder learns where components stand; postgis.Store is one.
type Source interface {
	Revisions(ctx context.Context) (registry.Revisions, error)
	// ReadStandings calls read with the mark reached and what was created or changed since another, all live components since the
	// zero mark.
	ReadStandings(ctx context.Context, since registry.StandingMark, read func(registry.StandingMark, iter.Seq2[registry.Standing, error]) error) error
}

// Finder finds candidates. It is safe for concurrent use; New makes one.
type Finder struct {
	source Source
	turn   chan struct{} // holds one token while a Refresh or a Verify runs
	woken  chan struct{} // holds one token from Wake until Follow takes it
	state  atomic.Pointer[state]

	verifications, differences atomic.Int64 // see Stats
}

const (
	askLimit  = 5 * time.Second // for the store's revision
	readLimit = 5 * time.Minute // for all components: ten million take half a minute on a busy machine
)

// New makes a Finder that knows nothing until its first Refresh.
func New(source Source) *Finder {
	return &Finder{source: source, turn: make(chan struct{}, 1), woken: make(chan struct{}, 1)}
}

// Refresh brings the finder up to the store's revision of the components; changed says whether there was anything to do. On failure
// it keeps what it knew. Calls take turns.
func (f *Finder) Refresh(ctx context.Context) (changed bool, err error) {
	leave, err := f.enter(ctx)
	if err != nil {
		return false, fmt.Errorf("refresh finder: %w", err)
	}
	defer leave()
	if changed, err = f.refresh(ctx); err != nil {
		return false, fmt.Errorf("refresh finder: %w", err)
	}
	return changed, nil
}

// Wake has Follow refresh without waiting for a tick: for whoever hears that the store has changed. It returns at once; calls
// that come before Follow gets to them count as one.
func (f *Finder) Wake() {
	select {
	case f.woken <- struct{}{}:
	default:
	}
}

// Follow refreshes at once, then at every Wake and on every tick until ctx ends. Failures are logged and tried again at the next of
// either; meanwhile the store answers alone.
func (f *Finder) Follow(ctx context.Context, ticks <-chan time.Time, log *slog.Logger) {
	for {
		changed, err := f.Refresh(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			log.Warn("finder of components not refreshed, the store answers without it", "err", err)
		case changed:
			log.Info("finder of components refreshed", "revision", f.Revision())
		}
		select {
		case <-ctx.Done():
			return
		case <-f.woken:
		case <-ticks:
		}
	}
}

// Candidates finds what may be among the limit nearest live components within metres of p; see registry.Finder.
func (f *Finder) Candidates(p orb.Point, metres float64, limit int) (registry.Candidates, bool) {
	s := f.state.Load()
	if s == nil {
		return registry.Candidates{}, false
	}
	return s.candidates(p, metres, limit)
}

// Revision is the revision of the components that is known, 0 before the first Refresh.
func (f *Finder) Revision() int64 {
	if s := f.state.Load(); s != nil {
		return s.mark.Revision
	}
	return 0
}

// Stats is how a Finder fares, for metrics; the counts are since New.
type Stats struct {
	Revision      int64 // of the components that are known, 0 before the first Refresh
	Components    int   // that are known
	Verifications int64 // comparisons with the store
	Differences   int64 // of these, those that found a difference
}

// Stats returns them as they are now.
func (f *Finder) Stats() Stats {
	out := Stats{Verifications: f.verifications.Load(), Differences: f.differences.Load()}
	if s := f.state.Load(); s != nil {
		out.Revision, out.Components = s.mark.Revision, s.base.len()-len(s.gone)+s.fresh.len()
	}
	return out
}

func (f *Finder) enter(ctx context.Context) (leave func(), err error) {
	select {
	case f.turn <- struct{}{}:
		return func() { <-f.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// refresh is called by who has the turn.
func (f *Finder) refresh(ctx context.Context) (changed bool, err error) {
	asking, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	latest, err := f.source.Revisions(asking)
	if err != nil {
		return false, err
	}
	held, revision := f.state.Load(), latest[registry.CollectionComponents]
	if held != nil && held.mark.Revision == revision {
		return false, nil
	}
	if held == nil || revision < held.mark.Revision { // a registry that was restored from a copy
		held = &state{}
	}
	next, err := f.read(ctx, held)
	if err != nil {
		return false, err
	}
	f.state.Store(next)
	return true, nil
}

// read is the state that follows from another by what the store says has changed since.
func (f *Finder) read(ctx context.Context, held *state) (next *state, err error) {
	reading, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	err = f.source.ReadStandings(reading, held.mark, func(mark registry.StandingMark, changed iter.Seq2[registry.Standing, error]) error {
		next, err = held.after(mark, changed)
		return err
	})
	return next, err
}

var _ registry.Finder = (*Finder)(nil)
