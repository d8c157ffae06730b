package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// line is a line of the processor's caches, 64 bytes, that names the line to look at next.
type line struct {
	next uint32
	_    [15]uint32
}

const (
	lineBytes = 64
	lookups   = 2_000_000 // in one round; of the largest sets a round still takes under a second
)

// memory measures what one access costs that must wait for the one before it: the physical limit of a look-up.
func memory(ctx context.Context, l *lab) (section, error) {
	s := section{
		title: "Memory",
		about: "One access whose address comes from the access before it, in working sets of several sizes: a look-up whose tables lie there " +
			"costs at least this much for each step that depends on the one before. The lines of 64 bytes are visited in one random cycle.",
	}
	c := comparison{unit: "ns"}
	for _, bytes := range l.size.memory {
		c.ways = append(c.ways, chase(bytes, rand.New(rand.NewPCG(l.size.seed, 2))))
	}
	o, err := c.run(ctx, l.size.rounds)
	if err != nil {
		return section{}, err
	}
	t := table{header: []string{"working set", "ns for each dependent access"}}
	for i, w := range o.ways {
		t.rows = append(t.rows, []string{w.name, o.figures[i].String()})
	}
	s.tables = append(s.tables, t)
	return s, nil
}

// chase follows one cycle through all the lines of a working set (Sattolo's shuffle makes it one cycle).
func chase(bytes int, rnd *rand.Rand) way {
	lines := make([]line, bytes/lineBytes)
	for i := range lines {
		lines[i].next = uint32(i)
	}
	for i := len(lines) - 1; i > 0; i-- {
		k := rnd.IntN(i)
		lines[i].next, lines[k].next = lines[k].next, lines[i].next
	}
	at := uint32(0)
	return way{name: workingSet(bytes), round: func(context.Context) (float64, error) {
		began := time.Now()
		for range lookups {
			at = lines[at].next
		}
		return float64(time.Since(began).Nanoseconds()) / lookups, nil
	}}
}

func workingSet(bytes int) string {
	switch {
	case bytes >= 1<<30:
		return fmt.Sprintf("%d GiB", bytes>>30)
	case bytes >= 1<<20:
		return fmt.Sprintf("%d MiB", bytes>>20)
	}
	return fmt.Sprintf("%d KiB", bytes>>10)
}
