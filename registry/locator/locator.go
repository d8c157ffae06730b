// Package locator keeps areas, units and responsibilities in memory and in step with the store.
//
// Answers come from a Snapshot, which never changes and belongs to one revision; the Locator swaps in a new one when the
// store's revision has moved. While the database is away the last Snapshot goes on answering and says how old it is. Verify proves
// now and then that what is in memory is what the store would give.
package locator

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/paulmach/orb"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

// Source is where a Locator learns of changes; registry.Store is one.
type Source interface {
	Revisions(ctx context.Context) (registry.Revisions, error)
	LocatorData(ctx context.Context) (registry.LocatorData, error)
}

// Locator answers for any coordinate. It is safe for concurrent use; New makes one.
type Locator struct {
	source Source
	now    func() time.Time
	zone   *time.Location
	turn   chan struct{} // holds one token while a Refresh or a Verify runs
	woken  chan struct{} // holds one token from Wake until Follow takes it
	state  atomic.Pointer[state]

	mu     sync.Mutex
	counts Stats // but for what follows from state
}

// state pairs a snapshot with the time when it was last known to agree with the store.
type state struct {
	*Snapshot
	confirmed time.Time
}

// New makes a Locator that knows nothing until its first Refresh. Rules are judged by the day in zone, the city's time zone.
func New(source Source, now func() time.Time, zone *time.Location) *Locator {
	return &Locator{source: source, now: now, zone: zone, turn: make(chan struct{}, 1), woken: make(chan struct{}, 1)}
}

// Refresh brings the snapshot up to the store's revision; changed says whether there was anything to do. On failure the old
// snapshot stays. Calls take turns, so that a slow one cannot put back what a later one replaced; a store that falls silent in the
// middle costs a turn RefreshEvery when it was asked for its revision, a minute when its data was on the way.
func (l *Locator) Refresh(ctx context.Context) (changed bool, err error) {
	if changed, err = l.refresh(ctx); err != nil {
		l.count(func(s *Stats) { s.Failures++ })
		return false, fmt.Errorf("refresh locator: %w", err)
	}
	return changed, nil
}

func (l *Locator) refresh(ctx context.Context) (changed bool, err error) {
	done, err := l.takeTurn(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	asked := l.now()
	asking, cancel := context.WithTimeout(ctx, RefreshEvery)
	defer cancel()
	latest, err := l.source.Revisions(asking)
	if err != nil {
		return false, err
	}
	held := l.snapshot()
	if held != nil && held.revision == latest.Latest(registry.LocatorCollections()...) {
		l.state.Store(&state{held, asked})
		return false, nil
	}
	fresh, err := l.read(ctx, held)
	if err != nil {
		return false, err
	}
	l.swap(fresh, asked)
	return true, nil
}

// takeTurn waits until nobody else replaces the snapshot; done lets the next.
func (l *Locator) takeTurn(ctx context.Context) (done func(), err error) {
	select {
	case l.turn <- struct{}{}:
		return func() { <-l.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// read makes the snapshot of the store as it is now, with the cells of an earlier one where they are the same. Nil: with none.
func (l *Locator) read(ctx context.Context, earlier *Snapshot) (*Snapshot, error) {
	ctx, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	data, err := l.source.LocatorData(ctx)
	if err != nil {
		return nil, err
	}
	return build(data, earlier)
}

// swap has a snapshot answer that was read from asked on. Only who has the turn may call it.
func (l *Locator) swap(fresh *Snapshot, asked time.Time) {
	l.state.Store(&state{fresh, asked})
	took := l.now().Sub(asked)
	l.count(func(s *Stats) {
		s.Refreshes++
		s.Refresh = took
	})
}

// snapshot is the one that answers now, nil before the first.
func (l *Locator) snapshot() *Snapshot {
	if s := l.state.Load(); s != nil {
		return s.Snapshot
	}
	return nil
}

// Wake has Follow refresh without waiting for a tick: for whoever hears that the store has changed. It returns at once; calls
// that come before Follow gets to them count as one.
func (l *Locator) Wake() {
	select {
	case l.woken <- struct{}{}:
	default:
	}
}

// Follow refreshes at every Wake and on every tick until ctx ends; the ticks find what nobody was woken for. Failures are logged
// and tried again at the next of either.
func (l *Locator) Follow(ctx context.Context, ticks <-chan time.Time, log *slog.Logger) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.woken:
		case <-ticks:
		}
		changed, err := l.Refresh(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			log.Warn("locator not refreshed, the last snapshot goes on answering", "err", err)
		case changed:
			log.Info("locator refreshed", "revision", l.Revision())
		}
	}
}

// Revision is the revision of the snapshot that answers now, 0 before the first.
func (l *Locator) Revision() int64 {
	if s := l.snapshot(); s != nil {
		return s.revision
	}
	return 0
}

// StaleSeconds is how old the snapshot may be, as its answers say it: seconds since it last agreed with the store, 0 while the
// store is asked regularly, and before the first snapshot.
func (l *Locator) StaleSeconds() float64 {
	if s := l.state.Load(); s != nil {
		return stale(l.now().Sub(s.confirmed))
	}
	return 0
}

// Place answers for a point; see registry.Placer.
func (l *Locator) Place(p orb.Point, subject registry.Subject) (registry.Placement, error) {
	h, err := l.hold()
	if err != nil {
		return registry.Placement{}, err
	}
	return h.Place(p, subject)
}

// Hold gives the snapshot that answers now, at this time of day; see registry.Placer.
func (l *Locator) Hold() (registry.Places, error) {
	h, err := l.hold()
	if err != nil {
		return nil, err
	}
	return h, nil
}

func (l *Locator) hold() (held, error) {
	s := l.state.Load()
	if s == nil {
		return held{}, notLoaded()
	}
	now := l.now()
	return held{s.Snapshot, now.In(l.zone), stale(now.Sub(s.confirmed))}, nil
}

// Uses reports whether the city's profile has a subclass; see registry.Placer.
func (l *Locator) Uses(kind catalog.Kind, code catalog.SubclassCode) (bool, error) {
	s := l.state.Load()
	if s == nil {
		return false, notLoaded()
	}
	return s.Uses(kind, code), nil
}

// Served is the city and the classes of components in use; see registry.Placer.
func (l *Locator) Served() (registry.City, []catalog.Class, error) {
	s := l.state.Load()
	if s == nil {
		return registry.City{}, nil, notLoaded()
	}
	return s.city, s.classes, nil
}

// stale is 0 while the store is asked regularly, so that a healthy answer does not vary with the phase of the tick.
func stale(since time.Duration) float64 {
	if since < 2*RefreshEvery {
		return 0
	}
	return since.Round(time.Second).Seconds()
}

// RefreshEvery is how often Follow should be told to look at the store's revision.
const RefreshEvery = 5 * time.Second

// readLimit bounds the reading of everything: 100,000 cells on a busy machine take some seconds.
const readLimit = time.Minute

func notLoaded() error {
	return registry.NewError(registry.Unavailable, "not_loaded", "网格数据尚未载入，请稍后重试", "the areas are not loaded yet: try again shortly")
}
