package main

import (
	"context"
	"runtime"
	"slices"
)

// comparison is one question and the ways to answer it, CityGrid's first.
type comparison struct {
	what string // "a point, 1,141 cells, 1 thread"
	unit string // of what a round returns
	more bool   // more is better
	cold bool   // each round makes what it works on: there is nothing to warm up
	ways []way
}

// way is one method. A round returns its figure in the unit of the comparison.
type way struct {
	name  string
	round func(context.Context) (float64, error)
	// wanted is how many times as good as this way CityGrid must be; 0: nothing is wanted.
	wanted float64
}

// outcome is what a comparison found.
type outcome struct {
	comparison
	figures []spread // of each way
	times   []spread // how many times as good as each way CityGrid is
}

// spread is the median of the rounds and how far they went.
type spread struct{ median, low, high float64 }

// run does one round of each way to warm up, where that means something, and then the rounds that count. In each round
// every way has its turn, in an order that rotates, after a garbage collection that is nobody's. The ratio is taken round by
// round, so that what slows a whole round down leaves it alone.
func (c comparison) run(ctx context.Context, rounds int) (outcome, error) {
	figures := make([][]float64, len(c.ways))
	first := 0
	if rounds > 1 && !c.cold {
		first = -1
	}
	for r := first; r < rounds; r++ {
		for k := range c.ways {
			i := (r - first + k) % len(c.ways)
			if err := ctx.Err(); err != nil {
				return outcome{}, err
			}
			runtime.GC()
			figure, err := c.ways[i].round(ctx)
			if err != nil {
				return outcome{}, err
			}
			if r >= 0 {
				figures[i] = append(figures[i], figure)
			}
		}
	}
	o := outcome{comparison: c}
	for i := range c.ways {
		times := make([]float64, rounds)
		for r := range times {
			times[r] = figures[i][r] / figures[0][r]
			if c.more {
				times[r] = 1 / times[r]
			}
		}
		o.figures, o.times = append(o.figures, newSpread(figures[i])), append(o.times, newSpread(times))
	}
	return o, nil
}

func newSpread(values []float64) spread {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return spread{(sorted[(n-1)/2] + sorted[n/2]) / 2, sorted[0], sorted[n-1]}
}
