package nearby_test

import (
	"context"
	"fmt"
	"iter"

	"github.com/paulmach/orb"

	"citygrid/registry"
	"citygrid/registry/nearby"
)

// lamps is a source of two lamps, 19 m apart. In earnest it is the store.
type lamps struct{}

func (lamps) Revisions(context.Context) (registry.Revisions, error) {
	return registry.Revisions{registry.CollectionComponents: 7}, nil
}

func (lamps) ReadStandings(_ context.Context, _ registry.StandingMark, read func(registry.StandingMark, iter.Seq2[registry.Standing, error]) error) error {
	return read(registry.StandingMark{Revision: 7, LastID: 2}, func(yield func(registry.Standing, error) bool) {
		for id, p := range map[int64]orb.Point{1: {111.2846, 30.7012}, 2: {111.2848, 30.7012}} {
			if !yield(registry.Standing{ID: id, Point: true, Bound: p.Bound()}, nil) {
				return
			}
		}
	})
}

func ExampleNew() {
	finder := nearby.New(lamps{})
	if _, err := finder.Refresh(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	for _, metres := range []float64{10, 30} {
		c, _ := finder.Candidates(orb.Point{111.2849, 30.7012}, metres, 1000)
		fmt.Println(c.Points, c.Revision)
	}
	// Output:
	// [2] 7
	// [2 1] 7
}
