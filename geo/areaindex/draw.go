package areaindex

import (
	"slices"

	"github.com/paulmach/orb"

	"citygrid/geo"
)

// drawing is what some areas leave on the frame: marks in the order of the areas, each with its points, rows of pixels
// that are inside whole, and pixels left to the tree.
type drawing struct {
	marks  []mark
	points []uint32
	spans  []span
	left   []uint32
}

// mark is the line of an area in a pixel.
type mark struct {
	at     uint32 // the pixel
	area   int32
	from   uint32 // its first point in the drawing
	length uint32 // << 1 | 1 where the south-east corner of the line is inside
}

// span is pixels from to before end, all of one row.
type span struct {
	from, end uint32
	area      int32
}

// pen draws areas one after the other.
type pen struct {
	frame
	drawing
	meetings []uint64 // pixel << 32 | number of the edge << 1 | 1 where the pixel's corner is the first east of the edge
	rings    []orb.Ring
	starts   []int // number of the first edge of each ring; the numbers of two rings are not consecutive
	chalk    chalk
}

// take hands over what has been drawn.
func (p *pen) take() drawing {
	d := drawing{slices.Clone(p.marks), slices.Clone(p.points), slices.Clone(p.spans), slices.Clone(p.left)}
	p.marks, p.points, p.spans, p.left = p.marks[:0], p.points[:0], p.spans[:0], p.left[:0]
	return d
}

func (p *pen) area(i int32, a geo.Area) {
	if !withinBound(a) {
		p.leave(a.Bound())
		return
	}
	p.meetings, p.rings, p.starts = p.meetings[:0], p.rings[:0], p.starts[:0]
	number := 0
	for _, polygon := range a.MultiPolygon() {
		for _, ring := range polygon {
			p.rings, p.starts = append(p.rings, ring), append(p.starts, number)
			for k := 1; k < len(ring); k++ {
				p.edge(ring[k-1], ring[k], number)
				number++
			}
			number++
		}
	}
	slices.Sort(p.meetings)
	inside := false // the corner of the pixel before
	before := uint32(0)
	for from := 0; from < len(p.meetings); {
		at := uint32(p.meetings[from] >> 32)
		if inside && before+1 < at {
			p.spans = append(p.spans, span{before + 1, at, i})
		}
		end := from
		for ; end < len(p.meetings) && uint32(p.meetings[end]>>32) == at; end++ {
			inside = inside != (p.meetings[end]&1 == 1)
		}
		p.mark(i, at, inside, p.meetings[from:end])
		before, from = at, end
	}
}

// withinBound is false for an invalid area with a hole that reaches beyond its parts: [geo.Area.Side] cuts such a hole off
// at the box of the parts, in the middle of its edges.
func withinBound(a geo.Area) bool {
	for _, polygon := range a.MultiPolygon() {
		for _, hole := range polygon[1:] {
			if b := hole.Bound(); !a.Bound().Contains(b.Min) || !a.Bound().Contains(b.Max) {
				return false
			}
		}
	}
	return true
}

// leave leaves every pixel of a box to the tree.
func (p *pen) leave(b orb.Bound) {
	dx, dy := margin*p.width, margin*p.height
	for row := p.row(b.Min[1] - dy); row <= p.row(b.Max[1]+dy); row++ {
		for column := p.column(b.Min[0] - dx); column <= p.column(b.Max[0]+dx); column++ {
			p.left = append(p.left, uint32(row*p.columns+column))
		}
	}
}

// edge notes every pixel that the edge meets, and some that it narrowly misses. In a row whose southern side it crosses it
// also notes the first corner east of the crossing, from which on the row's corners have changed sides.
func (p *pen) edge(a, b orb.Point, number int) {
	low, high := a, b
	if low[1] > high[1] {
		low, high = high, low
	}
	dx, dy := margin*p.width, margin*p.height
	first, last := p.row(low[1]-dy), p.row(high[1]+dy)
	for row := first; row <= last; row++ {
		x0, x1 := low[0], high[0]
		if south := p.level(row) - dy; south > low[1] {
			x0 = p.along(low, high, south)
		}
		if north := p.level(row+1) + dy; north < high[1] {
			x1 = p.along(low, high, north)
		}
		west, east := p.column(min(x0, x1)-dx), p.column(max(x0, x1)+dx)
		level := p.level(row)
		crosses := low[1] <= level && level < high[1]
		for column := west; column <= east; column++ {
			meeting := uint64(row*p.columns+column)<<32 | uint64(number)<<1
			if crosses && cornerEast(a, b, p.corner(column, row)) {
				meeting |= 1
				crosses = false
			}
			p.meetings = append(p.meetings, meeting)
		}
	}
}

// along is the longitude of an edge at a latitude, within its ends, with an error far below the margin.
func (p *pen) along(low, high orb.Point, latitude float64) float64 {
	t := min(1, max(0, (latitude-low[1])/(high[1]-low[1])))
	return low[0] + t*(high[0]-low[0])
}

// mark draws the border of an area in one pixel. What cannot be drawn is left to the tree.
func (p *pen) mark(area int32, at uint32, inside bool, meetings []uint64) {
	column, row := int(at)%p.columns, int(at)/p.columns
	p.chalk = chalk{line: p.chalk.line[:0]}
	before := -2
	for _, meeting := range meetings {
		number := int(uint32(meeting) >> 1)
		ring, found := slices.BinarySearch(p.starts, number)
		if !found {
			ring--
		}
		a, b := p.rings[ring][number-p.starts[ring]], p.rings[ring][number-p.starts[ring]+1]
		p.chalk.edge(p.paper(a, column, row), p.paper(b, column, row), number == before+1)
		before = number
	}
	p.chalk.lift()
	odd, near := p.chalk.line.odd(steps, 0)
	if near || p.chalk.lost {
		p.left = append(p.left, at)
		return
	}
	length := uint32(len(p.chalk.line)) << 1
	if inside != odd {
		length |= 1
	}
	p.marks = append(p.marks, mark{at: at, area: area, from: uint32(len(p.points)), length: length})
	p.points = append(p.points, p.chalk.line...)
}

// cornerEast tells whether the corner is east of an edge whose ends lie north and south of it. An edge through the corner
// has it on its east.
func cornerEast(a, b, corner orb.Point) bool {
	aEast, bEast := a[0] > corner[0], b[0] > corner[0]
	if aEast == bEast {
		return !aEast
	}
	turn := geo.Orient(a, b, corner)
	return (turn > 0 || turn == 0 && a[1] > b[1]) != (b[1] > corner[1])
}
