// Package pointindex answers "which points are near this one" from a packed, immutable index.
//
// Positions are kept as whole 1e-7 degrees, 8 mm at most from where they were given, so an answer is what may be near: who needs
// it exact asks for [Slack] more and measures. Points lie in the order of a Hilbert curve, so that sixteen in a row are
// neighbours; their boxes, and the boxes of sixteen boxes, are the whole tree. It takes 17.1 bytes a point.
package pointindex

import (
	"fmt"
	"iter"
	"math"
	"slices"
)

// fan is how many points or boxes make one box.
const fan = 16

// Slack is how much further from a place than in truth, in metres, a point may seem because its position is rounded.
const Slack = 0.01

// Item is a point with the number by which it is known.
type Item struct {
	ID int64
	At Position
}

// Index holds points. Nothing changes it after [Build], so any number of goroutines may ask it at once. The zero Index is empty.
type Index struct {
	ids    []int64
	at     []Position
	levels [][]box // the boxes of the points, the boxes of those, and so on to one box; nil when empty
}

// box holds everything between two positions, both included.
type box struct{ low, high Position }

// Build makes an index of the items, which it reorders. Two items may have one ID or one position. It refuses more than 2^31-1.
func Build(items []Item) (*Index, error) {
	if len(items) > math.MaxInt32 {
		return nil, fmt.Errorf("point index: %d points, at most %d can be held", len(items), math.MaxInt32)
	}
	x := &Index{}
	if len(items) == 0 {
		return x, nil
	}
	order := alongCurve(items)
	x.ids, x.at = make([]int64, len(items)), make([]Position, len(items))
	for i, from := range order {
		x.ids[i], x.at[i] = items[uint32(from)].ID, items[uint32(from)].At
	}
	boxes := make([]box, 0, (len(items)+fan-1)/fan)
	for run := range slices.Chunk(x.at, fan) {
		boxes = append(boxes, boxOf(run))
	}
	x.levels = append(x.levels, boxes)
	for len(boxes) > 1 {
		above := make([]box, 0, (len(boxes)+fan-1)/fan)
		for run := range slices.Chunk(boxes, fan) {
			above = append(above, boxAround(run))
		}
		boxes = above
		x.levels = append(x.levels, boxes)
	}
	return x, nil
}

// Len is the number of points.
func (x *Index) Len() int { return len(x.ids) }

// Sound reports whether every box still holds exactly what is below it, as Build left it: else a search may miss points.
func (x *Index) Sound() bool {
	if len(x.levels) == 0 {
		return len(x.at) == 0
	}
	n := 0
	for run := range slices.Chunk(x.at, fan) {
		if n == len(x.levels[0]) || x.levels[0][n] != boxOf(run) {
			return false
		}
		n++
	}
	for level := 1; level < len(x.levels); level++ {
		n = 0
		for run := range slices.Chunk(x.levels[level-1], fan) {
			if n == len(x.levels[level]) || x.levels[level][n] != boxAround(run) {
				return false
			}
			n++
		}
	}
	return len(x.levels[len(x.levels)-1]) == 1
}

// All is every item, in the order of the curve.
func (x *Index) All() iter.Seq[Item] {
	return func(yield func(Item) bool) {
		for i, id := range x.ids {
			if !yield(Item{id, x.at[i]}) {
				return
			}
		}
	}
}

// boxOf is the smallest box of some positions, at least one.
func boxOf(run []Position) box {
	b := box{run[0], run[0]}
	for _, p := range run[1:] {
		b = b.with(box{p, p})
	}
	return b
}

func boxAround(run []box) box {
	b := run[0]
	for _, o := range run[1:] {
		b = b.with(o)
	}
	return b
}

func (b box) with(o box) box {
	return box{
		Position{min(b.low.X, o.low.X), min(b.low.Y, o.low.Y)},
		Position{max(b.high.X, o.high.X), max(b.high.Y, o.high.Y)},
	}
}
