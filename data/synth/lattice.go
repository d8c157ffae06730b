package synth

import (
	"math"
	"math/rand/v2"
)

// lattice is a city of any size that is never held: every corner and edge is
// computed from its own number when asked for. Columns count from the west, rows
// from the north. The last row may be short.
type lattice struct {
	seed    uint64
	cells   int
	columns int
	rows    int // the last one may be short
}

const (
	latticeCell = 100.0 // m
	latticeStep = 16    // vertices an edge
	sideCells   = 4     // cells along a community, communities along a street, streets along a district
)

func newLattice(cells int, seed uint64) lattice {
	columns := int(math.Ceil(math.Sqrt(float64(cells))))
	return lattice{seed: seed, cells: cells, columns: columns, rows: (cells + columns - 1) / columns}
}

// block is a rectangle of cells: columns c0 to c1 and rows r0 to r1, ends excluded.
type block struct{ c0, r0, c1, r1 int }

// whole is the block of the city.
func (l lattice) whole() block { return block{0, 0, l.columns, l.rows} }

// within yields the blocks of the given side in b that hold a cell, in reading
// order.
func (l lattice) within(b block, side int) func(func(block) bool) {
	return func(yield func(block) bool) {
		for r := b.r0; r < b.r1; r += side {
			for c := b.c0; c < b.c1; c += side {
				if r*l.columns+c >= l.cells {
					break
				}
				if !yield(block{c, r, min(c+side, b.c1), min(r+side, b.r1)}) {
					return
				}
			}
		}
	}
}

// corner is the place of a lattice point, up to 12 m off its square position.
func (l lattice) corner(c, r int) vec {
	g := l.dice(uint64(r)<<32|uint64(c), 0)
	return vec{
		float64((float64(c)-float64(l.columns)/2)*latticeCell) + float64(24*(g()-0.5)),
		float64((float64(l.rows)/2-float64(r))*latticeCell) + float64(24*(g()-0.5)),
	}
}

// dice gives numbers in [0, 1) that depend on the key alone.
func (l lattice) dice(key, kind uint64) func() float64 {
	src := rand.NewPCG(l.seed, key<<2|kind)
	return func() float64 { return float64(src.Uint64()>>11) / (1 << 53) }
}

// edge appends the line from one lattice point to a neighbouring one, without its
// end. It bends within 3 m and a tenth of the distance to either end; corners keep
// right angles within 30 degrees and lines 70 m apart, so no two lines meet.
func (l lattice) edge(out []place, c0, r0, c1, r1 int) []place {
	c, r, kind := min(c0, c1), min(r0, r1), uint64(1)
	if c0 == c1 {
		kind = 2
	}
	a, b := l.corner(c, r), l.corner(max(c0, c1), max(r0, r1))
	ab := b.sub(a)
	normal := ab.unit().left()
	g := l.dice(uint64(r)<<32|uint64(c), kind)
	var swings [5]float64
	for i := range swings {
		swings[i] = float64(2*g()) - 1
	}
	at := func(i int) place {
		t := float64(i) / latticeStep
		room := min(3, float64(10*min(t, 1-t)))
		return roundAt(a.add(ab.scale(t)).add(normal.scale(float64(room * ease(swings[:], t)))))
	}
	if c1 > c0 || r1 > r0 {
		for i := range latticeStep {
			out = append(out, at(i))
		}
		return out
	}
	for i := latticeStep; i > 0; i-- {
		out = append(out, at(i))
	}
	return out
}

// ring is the border of the block's cells, counter-clockwise from the north-west.
func (l lattice) ring(b block) []place {
	full := min(b.r1, l.cells/l.columns) // rows that are whole
	last := b.c1                         // where the row after them ends
	if full < b.r1 {
		last = min(b.c1, l.cells-full*l.columns)
	}
	bottom := b.r1
	if last <= b.c0 {
		last, bottom = b.c1, full
	}
	if full <= b.r0 {
		full = bottom
		b.c1 = last
	}
	if last == b.c1 {
		full = bottom
	}
	var out []place
	for r := b.r0; r < bottom; r++ {
		out = l.edge(out, b.c0, r, b.c0, r+1)
	}
	for c := b.c0; c < last; c++ {
		out = l.edge(out, c, bottom, c+1, bottom)
	}
	for r := bottom; r > full; r-- {
		out = l.edge(out, last, r, last, r-1)
	}
	for c := last; c < b.c1; c++ {
		out = l.edge(out, c, full, c+1, full)
	}
	for r := full; r > b.r0; r-- {
		out = l.edge(out, b.c1, r, b.c1, r-1)
	}
	for c := b.c1; c > b.c0; c-- {
		out = l.edge(out, c, b.r0, c-1, b.r0)
	}
	return out
}
