package geo_test

import (
	"testing"

	"github.com/paulmach/orb"

	"citygrid/geo"
)

// box is a closed counter-clockwise ring.
func box(west, south, east, north float64) orb.Ring {
	return orb.Ring{{west, south}, {east, south}, {east, north}, {west, north}, {west, south}}
}

func mustArea(tb testing.TB, mp orb.MultiPolygon) geo.Area {
	tb.Helper()
	a, err := geo.NewArea(mp)
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

func TestSideOfSquareWithHole(t *testing.T) {
	t.Parallel()
	a := mustArea(t, orb.MultiPolygon{{box(0, 0, 10, 10), box(4, 4, 6, 6)}})
	for p, want := range map[orb.Point]geo.Side{
		{2, 2}: geo.Inside, {5, 5}: geo.Outside, {4, 5}: geo.Border, {4, 4}: geo.Border, {0, 0}: geo.Border, {10, 3}: geo.Border,
		{5, 0}: geo.Border, {5, 10}: geo.Border, {3, 4}: geo.Inside, {7, 6}: geo.Inside, {-1, 0}: geo.Outside, {11, 10}: geo.Outside,
		{0, 11}: geo.Outside, {5, 2}: geo.Inside, {8, 4}: geo.Inside,
	} {
		if got := a.Side(p); got != want {
			t.Errorf("Side(%v) = %v, want %v", p, got, want)
		}
	}
}
