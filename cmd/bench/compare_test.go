package main

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestWaysTakeTurnsInAnOrderThatRotates(t *testing.T) {
	t.Parallel()
	var turns strings.Builder
	turn := func(name string, figures ...float64) way {
		n := 0
		return way{name: name, round: func(context.Context) (float64, error) {
			turns.WriteString(name)
			n++
			return figures[n-1], nil
		}}
	}
	c := comparison{ways: []way{turn("a", 99, 2, 4, 2), turn("b", 1, 10, 12, 16), turn("c", 1, 1, 1, 1)}}
	got, err := c.run(t.Context(), 3)
	if err != nil {
		t.Fatal(err)
	}
	if turns.String() != "abc"+"bca"+"cab"+"abc" {
		t.Errorf("turns: %s", &turns)
	}
	if want := []spread{{2, 2, 4}, {12, 10, 16}, {1, 1, 1}}; !reflect.DeepEqual(got.figures, want) {
		t.Errorf("figures %v, want %v", got.figures, want)
	}
	if want := []spread{{1, 1, 1}, {5, 3, 8}, {0.5, 0.25, 0.5}}; !reflect.DeepEqual(got.times, want) {
		t.Errorf("times %v, want %v", got.times, want)
	}
}

func TestMoreIsBetterTurnsTheRatioRound(t *testing.T) {
	t.Parallel()
	constant := func(x float64) way {
		return way{round: func(context.Context) (float64, error) { return x, nil }}
	}
	got, err := comparison{more: true, ways: []way{constant(10), constant(5), constant(20)}}.run(t.Context(), 1)
	if want := []spread{{1, 1, 1}, {2, 2, 2}, {0.5, 0.5, 0.5}}; err != nil || !reflect.DeepEqual(got.times, want) {
		t.Errorf("times %v (%v), want %v", got.times, err, want)
	}
}

func TestFailedRoundAndEndedContextEndTheComparison(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	c := comparison{ways: []way{{round: func(context.Context) (float64, error) { return 0, broken }}}}
	if _, err := c.run(t.Context(), 3); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := c.run(ctx, 3); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestMedianOfAnEvenNumberOfRoundsLiesBetweenTwo(t *testing.T) {
	t.Parallel()
	if got, want := newSpread([]float64{4, 1, 3, 2}), (spread{2.5, 1, 4}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}
