package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/paulmach/orb"

	"citygrid/registry/locator"
)

// locate measures a point's way to its cell inside the process.
func locate(ctx context.Context, l *lab) (section, error) {
	s := section{
		title: "Point to cell, in process",
		about: fmt.Sprintf("%s seeded points: 40 %% anywhere, 40 %% within about %g m of a border (normally distributed), "+
			"20 %% in a frame round the city. Every way gets every point in every round, through the same loop. What one dependent access to memory costs here stands under Memory.", number(float64(l.size.points)), nearBorder),
		notes: []string{
			"The two others stop at the first cell that has the point, which is enough where cells do not overlap; they know no rule for borders.",
			"\"Index\" is what building adds to the heap beside the cells' coordinates, which CityGrid and orb share with whoever else has the cells, and `geometry.Poly` copies.",
			"Building is compared with reading as the two steps of each refresh: `Store.LocatorData` reads areas, units and rules from PostGIS, `locator.Build` " +
				"decodes the shapes and makes everything that answers. Wanted is that building takes at most ten times as long as reading.",
		},
	}
	for _, p := range []plan{l.size.town, l.size.country} {
		c, err := l.city(ctx, p)
		if err != nil {
			return section{}, err
		}
		if err := l.locateIn(ctx, c, &s); err != nil {
			return section{}, err
		}
	}
	return s, nil
}

func (l *lab) locateIn(ctx context.Context, c *city, s *section) error {
	town := c.plan == l.size.town
	cells := number(float64(c.index.Len())) + " cells"
	points := mixedPoints(l.size.seed, l.size.points, c.cells())
	alone := comparison{what: "A point, " + cells + ", 1 thread", unit: "ns a point"}
	paired := comparison{what: "Points, " + cells + ", 2 threads", unit: "million points/s", more: true}
	costs := table{title: "Cost, " + cells, header: []string{"way", "index MB", "build s", "allocations a point", "points answered otherwise"}}
	var truth []int32
	for _, m := range methods() {
		l.say("locate: %s, %s", cells, m.name)
		find, mega, seconds, err := weigh(m, c.index)
		if err != nil {
			return err
		}
		answers := make([]int32, len(points))
		for i, p := range points {
			answers[i] = find(p)
		}
		if truth == nil {
			truth = answers
		}
		perPoint := allocations(find, points)
		costs.rows = append(costs.rows, []string{m.name, number(mega), fmt.Sprintf("%.2f", seconds), number(perPoint), number(float64(differences(truth, answers)))})
		w := way{name: m.name, round: lookUp(find, points)}
		if town {
			w.wanted = m.town
		} else {
			w.wanted = m.country
		}
		alone.ways = append(alone.ways, w)
		paired.ways = append(paired.ways, way{name: m.name, round: lookUpTwice(find, points)})
		if len(alone.ways) == 1 {
			s.verdicts = append(s.verdicts, verdict{"Allocations a point, " + cells, "0", number(perPoint), perPoint == 0})
			if !town {
				s.verdicts = append(s.verdicts, verdict{"Index of " + cells, "at most 300 MB", number(mega) + " MB", mega <= 300})
			}
		}
	}
	reading, err := l.refresh(ctx, c)
	if err != nil {
		return err
	}
	found := len(points) - count(truth, none)
	for _, step := range []comparison{alone, paired, reading} {
		l.say("locate: %s", step.what)
		o, err := step.run(ctx, l.size.rounds)
		if err != nil {
			return err
		}
		s.add(o)
	}
	s.tables = append(s.tables, costs)
	s.notes = append(s.notes, fmt.Sprintf("%s: their coordinates take %s MB; %s of the points have no cell; the points' SHA-256 is %.16s….",
		cells, number(coordinates(c)), number(float64(len(points)-found)), digest(points)))
	return nil
}

// refresh compares building with reading. Of a city of common size nothing is wanted: it takes milliseconds.
func (l *lab) refresh(ctx context.Context, c *city) (comparison, error) {
	wanted := 0.0
	if c.plan == l.size.country {
		wanted = 0.1
	}
	data, err := c.store.LocatorData(ctx)
	seconds := func(do func() error) (float64, error) {
		began := time.Now()
		err := do()
		return time.Since(began).Seconds(), err
	}
	return comparison{
		what: "A refresh, " + number(float64(c.index.Len())) + " cells", unit: "s",
		ways: []way{
			{name: "building: `locator.Build`", round: func(context.Context) (float64, error) {
				return seconds(func() error { _, err := locator.Build(data); return err })
			}},
			{name: "reading: `Store.LocatorData`", wanted: wanted, round: func(ctx context.Context) (float64, error) {
				return seconds(func() error { _, err := c.store.LocatorData(ctx); return err })
			}},
		},
	}, err
}

// lookUp asks for every point and returns nanoseconds a point.
func lookUp(find finder, points []orb.Point) func(context.Context) (float64, error) {
	return func(context.Context) (float64, error) {
		began := time.Now()
		if all(find, points) == 0 {
			return 0, fmt.Errorf("not one of %d points has a cell", len(points))
		}
		return float64(time.Since(began).Nanoseconds()) / float64(len(points)), nil
	}
}

// lookUpTwice asks for every point, half of them in each of two goroutines, and returns millions of points a second.
func lookUpTwice(find finder, points []orb.Point) func(context.Context) (float64, error) {
	return func(context.Context) (float64, error) {
		began := time.Now()
		var both sync.WaitGroup
		half := len(points) / 2
		both.Go(func() { all(find, points[:half]) })
		both.Go(func() { all(find, points[half:]) })
		both.Wait()
		return float64(len(points)) / float64(time.Since(began).Microseconds()), nil
	}
}

// all counts the points that have a cell.
func all(find finder, points []orb.Point) (found int) {
	for _, p := range points {
		if find(p) != none {
			found++
		}
	}
	return found
}

func count(answers []int32, what int32) (n int) {
	for _, a := range answers {
		if a == what {
			n++
		}
	}
	return n
}

func differences(a, b []int32) (n int) {
	for i := range a {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}

// coordinates is the size of the cells' coordinates in megabytes.
func coordinates(c *city) float64 {
	n := 0
	for _, cell := range c.cells() {
		for _, polygon := range cell {
			for _, ring := range polygon {
				n += len(ring)
			}
		}
	}
	return float64(n) * 16 / 1e6
}
