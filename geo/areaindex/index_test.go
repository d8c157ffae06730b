package areaindex_test

import (
	"testing"

	"github.com/paulmach/orb"

	"citygrid/geo"
	"citygrid/geo/areaindex"
)

func TestPointOnSharedEdgeGoesToLowerCode(t *testing.T) {
	t.Parallel()
	square := func(west, east float64) geo.Area {
		a, err := geo.NewArea(orb.MultiPolygon{{{{west, 0}, {east, 0}, {east, 1}, {west, 1}, {west, 0}}}})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	x, err := areaindex.Build([]areaindex.Item{{"b", square(0, 1)}, {"a", square(1, 2)}})
	if err != nil {
		t.Fatal(err)
	}
	if i, ok := x.Locate(orb.Point{1, 0.5}); !ok || x.Code(i) != "a" {
		t.Errorf("Locate = %d %v, want a", i, ok)
	}
}
