package areaindex

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/paulmach/orb"

	"citygrid/geo"
)

// newGrid draws the items, which are in the order of their codes, on as many processors as there are. Neighbours in that
// order go to one processor at a time and are put together in it, so the grid does not depend on how the work was shared.
func newGrid(items []Item) *grid {
	g := &grid{frame: newFrame(items)}
	const share = 256 // items
	drawn := make([]drawing, (len(items)+share-1)/share)
	var taken atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(drawn)) {
		workers.Go(func() {
			p := pen{frame: g.frame}
			for n := int(taken.Add(1)) - 1; n < len(drawn); n = int(taken.Add(1)) - 1 {
				p.drawing = drawing{}
				for i := n * share; i < min((n+1)*share, len(items)); i++ {
					p.area(int32(i), items[i].Area)
				}
				drawn[n] = p.drawing
			}
		})
	}
	workers.Wait()
	g.collect(drawn)
	return g
}

// drawing is what some areas leave on the frame: traces, each with its pixel, rows of pixels that are inside whole, and
// pixels left to the tree.
type drawing struct {
	at     []uint32
	traces []trace
	spans  []span
	left   []uint32
}

// span is pixels from to before end, all of one row.
type span struct {
	from, end uint32
	area      int32
}

// collect puts the drawings on the pixels, lowest codes first.
func (g *grid) collect(drawn []drawing) {
	g.pixels = make([]pixel, g.columns*g.rows)
	for _, d := range drawn {
		for _, s := range d.spans {
			for n := s.from; n < s.end; n++ {
				if g.pixels[n] == 0 {
					g.pixels[n] = pixel(s.area + 1)
				}
			}
		}
	}
	traces, areas := make([]uint32, len(g.pixels)), make([]uint32, len(g.pixels))
	wanted := func(n uint32, t *trace) bool { return g.pixels[n] == 0 || pixel(t.area) < g.pixels[n] }
	for _, d := range drawn {
		for k, n := range d.at {
			if t := &d.traces[k]; wanted(n, t) {
				traces[n]++
				if t.ends {
					areas[n]++
				}
			}
		}
	}
	for _, d := range drawn {
		for _, n := range d.left {
			areas[n] = crowd + 1
		}
	}
	next, total := traces, uint32(0) // from here on, where the pixel's next trace goes
	for n := range traces {
		count := traces[n]
		next[n] = total
		switch {
		case areas[n] > crowd:
			continue
		case count > 0 && g.pixels[n] > 0:
			count++
		}
		total += count
	}
	g.traces = make([]trace, total)
	for _, d := range drawn {
		for k, n := range d.at {
			if t := &d.traces[k]; areas[n] <= crowd && wanted(n, t) {
				g.traces[next[n]] = *t
				next[n]++
			}
		}
	}
	g.link(areas, next)
}

// link ends each pixel's list, with the area that has the pixel whole if there is one, and points the pixel to its
// beginning.
func (g *grid) link(areas, next []uint32) {
	begin := uint32(0)
	for n := range g.pixels {
		switch {
		case areas[n] == 0:
			continue
		case areas[n] > crowd:
			g.pixels[n] = crowded
			continue
		}
		end := next[n]
		if whole := g.pixels[n]; whole > 0 {
			g.traces[end] = trace{area: int32(whole - 1), inside: true, ends: true}
			end++
		}
		g.traces[end-1].last = true
		g.pixels[n] = listed + pixel(begin)
		begin = end
	}
}

// pen draws areas one after the other.
type pen struct {
	frame
	drawing
	meetings []uint64 // pixel << 32 | number of the edge << 1 | 1 where the pixel's corner is the first east of the edge
	rings    []orb.Ring
	starts   []int // number of the first edge of each ring; the numbers of two rings are not consecutive
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
		p.list(i, at, inside, p.meetings[from:end])
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

// list adds an area's traces in one pixel.
func (p *pen) list(area int32, at uint32, inside bool, meetings []uint64) {
	number := func(n int) int { return int(uint32(meetings[n]) >> 1) }
	for from := 0; from < len(meetings); {
		end := from + 1
		for end < len(meetings) && number(end) == number(end-1)+1 {
			end++
		}
		ring, found := slices.BinarySearch(p.starts, number(from))
		if !found {
			ring--
		}
		first := number(from) - p.starts[ring]
		points := p.rings[ring][first : first+end-from+1]
		p.at = append(p.at, at)
		p.traces = append(p.traces, trace{points: points, area: area, inside: inside, ends: end == len(meetings)})
		inside, from = false, end
	}
}
