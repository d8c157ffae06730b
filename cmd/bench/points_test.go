package main

import (
	"slices"
	"testing"

	"github.com/paulmach/orb"
)

// squares are two cells side by side, of a degree each.
func squares() []orb.MultiPolygon {
	return []orb.MultiPolygon{
		{{{{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}}}},
		{{{{1, 0}, {2, 0}, {2, 1}, {1, 1}, {1, 0}}}},
	}
}

func TestPointsAreMixedAsTheReportSays(t *testing.T) {
	t.Parallel()
	points := mixedPoints(7, 10_000, squares())
	outside, border := 0, 0
	for _, p := range points {
		switch {
		case p[0] < -1e-3 || p[0] > 2+1e-3 || p[1] < -1e-3 || p[1] > 1+1e-3:
			outside++
		case min(abs(p[0]), abs(p[0]-1), abs(p[0]-2), abs(p[1]), abs(p[1]-1)) < 3*nearBorder/metresPerDegree:
			border++
		}
	}
	if outside < 1_900 || outside > 2_100 {
		t.Errorf("%d of 10,000 points are outside", outside)
	}
	if border < 3_900 || border > 4_200 {
		t.Errorf("%d of 10,000 points are near a border", border)
	}
}

func TestEqualSeedsDrawEqualPoints(t *testing.T) {
	t.Parallel()
	one, again, other := mixedPoints(7, 1_000, squares()), mixedPoints(7, 1_000, squares()), mixedPoints(8, 1_000, squares())
	if !slices.Equal(one, again) || digest(one) != digest(again) {
		t.Error("one seed draws different points")
	}
	if digest(one) == digest(other) {
		t.Error("two seeds draw the same points")
	}
}

func TestBorderPointsAreVerticesAndMiddlesEachOnce(t *testing.T) {
	t.Parallel()
	want := []orb.Point{
		{0, 0}, {0.5, 0}, {1, 0}, {1, 0.5}, {1, 1}, {0.5, 1}, {0, 1}, {0, 0.5},
		{1.5, 0}, {2, 0}, {2, 0.5}, {2, 1}, {1.5, 1},
	}
	if got := borderPoints(squares()); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func abs(x float64) float64 { return max(x, -x) }
