package nearby_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"

	"citygrid/geo/pointindex"
	"citygrid/registry"
	"citygrid/registry/nearby"
)

func TestAFaultOfMemoryIsReportedOnceAndMended(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.create(500, anywhere)
	w.create(20, lines)
	w.refresh()
	w.change("id % 50 = 1", "geom = st_translate(geom, 0.001, 0)")
	w.refresh()
	if got, want := w.finder.Stats(), (nearby.Stats{Revision: w.finder.Revision(), Components: 520}); got != want {
		t.Errorf("stats %+v, want %+v", got, want)
	}
	for name, fault := range map[string]func(map[int64]pointindex.Position){
		"one is forgotten": func(points map[int64]pointindex.Position) { delete(points, 77) },
		"one is invented":  func(points map[int64]pointindex.Position) { points[1<<40] = points[77] },
		"one bit of a place is another": func(points map[int64]pointindex.Position) {
			points[77] = pointindex.Position{X: points[77].X ^ 1<<5, Y: points[77].Y}
		},
		"two have changed places": func(points map[int64]pointindex.Position) { points[77], points[78] = points[78], points[77] },
	} {
		if same, err := w.finder.Verify(t.Context()); !same || err != nil {
			t.Errorf("before %s: %v, %v", name, same, err)
		}
		w.finder.Bend(fault)
		same, err := w.finder.Verify(t.Context())
		var difference *registry.DifferenceError
		if same || !errors.As(err, &difference) || difference.Revision != w.finder.Revision() || difference.Memory == difference.Stored {
			t.Errorf("%s: same %v, %v", name, same, err)
		}
		w.agree(name, 30)
	}
	if got := w.finder.Stats(); got.Verifications != 8 || got.Differences != 4 {
		t.Errorf("of 8 comparisons that found 4 differences: %+v", got)
	}
}

// busy is a store whose components change whenever all of them were read.
type busy struct {
	nearby.Source
	change func()
}

func (b busy) ReadStandings(ctx context.Context, since registry.StandingMark, read func(registry.StandingMark, iter.Seq2[registry.Standing, error]) error) error {
	if since == (registry.StandingMark{}) {
		b.change()
	}
	return b.Source.ReadStandings(ctx, since, read)
}

func TestNothingIsJudgedWhereTheStoreMovesOn(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.create(20, anywhere)
	finder := nearby.New(busy{w.store, func() { w.create(1, anywhere) }})
	if same, err := finder.Verify(t.Context()); !same || err != nil {
		t.Errorf("%v, %v", same, err)
	}
}

func TestVerifyThatCannotReadSaysSo(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.create(20, anywhere)
	w.refresh()
	w.store.Close()
	if same, err := w.finder.Verify(t.Context()); same || err == nil || !strings.HasPrefix(err.Error(), "verify finder: ") {
		t.Errorf("%v, %v", same, err)
	}
}
