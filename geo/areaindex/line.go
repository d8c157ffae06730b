package areaindex

import (
	"math"

	"github.com/paulmach/orb"
)

// line is the border of one area in one pixel, drawn on the pixel's lattice: points, x in the low and y in the high 16
// bits, counted in steps east and north of the pixel's south-west corner. From each point an edge runs to the next,
// except over a gap.
//
// Whether the area holds a point is told by counting the edges that a ray from it due east crosses, against the side of
// the pixel's south-east corner. Of the border beyond the pixel only this matters to the count, that a ray and the walk
// along the pixel's eastern side see the same: where the border leaves to the east it is drawn due north to the end of
// the paper.
type line []uint32

const (
	gap = 0x8000_8000 // off the paper

	// The paper reaches one pixel beyond the pixel on each side. Edges are cut off at its ends.
	paperLow, paperHigh = -steps, 2*steps - 1

	// doubt is how near, in steps along x or y, a point may be to a drawn edge and still be decided. A point and the ends
	// of an edge are each carried to the step south-west of them, which moves them by less than 1 against each other;
	// rounding in the frame and at the cuts takes less than 0.1.
	doubt = 2
)

// odd tells whether a ray from x, y of the pixel due east crosses an odd number of edges, and whether one of them, or the
// straight line that it is on, is so near that this is in doubt.
func (l line) odd(x, y int64) (odd, near bool) {
	if len(l) == 0 {
		return false, false
	}
	ax, ay := from(l[0], x, y)
	var crossed, close int64 // told by the signs
	for i := 1; i < len(l); i++ {
		if l[i] == gap {
			i++
			ax, ay = from(l[i], x, y)
			continue
		}
		bx, by := from(l[i], x, y)
		turn := ax*by - ay*bx // positive where the point is left of the edge
		crossed ^= (ay ^ by) & (turn ^ by)
		close |= magnitude(turn) - doubt*(magnitude(ax-bx)+magnitude(ay-by)) - 1
		ax, ay = bx, by
	}
	return crossed < 0, close < 0
}

// from is how far x, y lies east and north of a point of a line.
func from(point uint32, x, y int64) (east, north int64) {
	return x - int64(int16(point)), y - int64(int32(point)>>16)
}

func magnitude(v int64) int64 {
	sign := v >> 63
	return v ^ sign - sign
}

// chalk draws a line run by run. Coordinates are in steps from the pixel's corner, and not yet whole.
type chalk struct {
	line  line
	begun int  // where the run begins
	open  bool // the run can go on: its last edge was not cut off
	lost  bool // a run is too short to be seen
}

// edge draws the edge from a to b. It goes on with the run if follows tells that the edge before ends in a.
func (c *chalk) edge(a, b orb.Point, follows bool) {
	start, end := cut(a, b)
	if !follows || !c.open || start != a {
		c.lift()
		c.begin(start)
	}
	if p := whole(end); p != c.line[len(c.line)-1] {
		c.line = append(c.line, p)
	}
	c.open = end == b
}

func (c *chalk) begin(start orb.Point) {
	if len(c.line) > 0 {
		c.line = append(c.line, gap)
	}
	c.begun = len(c.line)
	p := whole(start)
	if n, leaves := north(p); leaves {
		c.line = append(c.line, n)
	}
	c.line = append(c.line, p)
}

// lift ends the run. One that is a single point, and so without an edge that a point could be near to, is lost.
func (c *chalk) lift() {
	if len(c.line) == 0 {
		return
	}
	if n, leaves := north(c.line[len(c.line)-1]); leaves {
		c.line = append(c.line, n)
	}
	c.lost = c.lost || len(c.line)-c.begun < 2
}

// whole is the step south-west of p.
func whole(p orb.Point) uint32 {
	return uint32(uint16(int16(math.Floor(p[0])))) | uint32(uint16(int16(math.Floor(p[1]))))<<16
}

// north is the end of the paper due north of a run's end, if the run leaves the pixel to the east.
func north(point uint32) (uint32, bool) {
	x, y := int16(point), int32(point)>>16
	return uint32(uint16(x)) | paperHigh<<16, x >= steps && y >= 0 && y < steps
}

// cut is the part of an edge that is on the paper. The same edge from b to a is cut at the same places.
func cut(a, b orb.Point) (start, end orb.Point) {
	if onPaper(a) && onPaper(b) {
		return a, b
	}
	if a[0] > b[0] || a[0] == b[0] && a[1] > b[1] {
		end, start = cut(b, a)
		return start, end
	}
	from, to := 0.0, 1.0
	for axis := range a {
		if length := b[axis] - a[axis]; length != 0 {
			low, high := (paperLow-a[axis])/length, (paperHigh-a[axis])/length
			from, to = max(from, min(low, high)), min(to, max(low, high))
		}
	}
	start, end = a, b
	if from > 0 {
		start = orb.Point{a[0] + from*(b[0]-a[0]), a[1] + from*(b[1]-a[1])}
	}
	if to < 1 {
		end = orb.Point{a[0] + to*(b[0]-a[0]), a[1] + to*(b[1]-a[1])}
	}
	return start, end
}

func onPaper(p orb.Point) bool {
	return p[0] >= paperLow && p[0] <= paperHigh && p[1] >= paperLow && p[1] <= paperHigh
}

// alike tells whether a can stand for b: they are the same but for the direction, the order and the repetition of edges,
// such that a ray crosses an odd number of edges of both or of neither, and a has every edge of b, so that what is in
// doubt beside b is so beside a. It gives up on long lines.
func alike(a, b line) bool {
	const long = 64
	if len(a)+len(b) > long {
		return false
	}
	for p, q := range a.edges {
		if (a.count(p, q)+b.count(p, q))%2 != 0 {
			return false
		}
	}
	for p, q := range b.edges {
		if in := a.count(p, q); in == 0 || (in+b.count(p, q))%2 != 0 {
			return false
		}
	}
	return true
}

func (l line) edges(yield func(p, q uint32) bool) {
	for i := 1; i < len(l); i++ {
		if l[i-1] != gap && l[i] != gap && !yield(l[i-1], l[i]) {
			return
		}
	}
}

func (l line) count(p, q uint32) (n int) {
	for i := 1; i < len(l); i++ {
		if l[i-1] == p && l[i] == q || l[i-1] == q && l[i] == p {
			n++
		}
	}
	return n
}
