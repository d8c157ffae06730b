package areaindex

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// newGrid draws the items, which are in the order of their codes, on as many processors as there are. Neighbours in that
// order go to one processor at a time, and so do neighbouring pixels when the drawings are put together: the grid does
// not depend on how the work was shared.
func newGrid(items []Item) *grid {
	g := &grid{frame: newFrame(items), apart: true}
	drawings := make([]drawing, shares(len(items), areaShare))
	work(len(drawings), func(next func() (int, bool)) {
		p := pen{frame: g.frame}
		for n, ok := next(); ok; n, ok = next() {
			for i := n * areaShare; i < min((n+1)*areaShare, len(items)); i++ {
				p.area(int32(i), items[i].Area)
			}
			drawings[n] = p.take()
		}
	})
	g.collect(drawings)
	return g
}

// crowd is how many areas a pixel may ask. Beyond it the boxes of the R-tree part them better.
const crowd = 24

// What one processor takes at a time.
const (
	areaShare  = 1 << 8
	pixelShare = 1 << 16
)

func shares(all, share int) int { return (all + share - 1) / share }

// work runs do on each processor; next gives each of the numbers below n to one of them.
func work(n int, do func(next func() (int, bool))) {
	var taken atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		workers.Go(func() {
			do(func() (int, bool) {
				i := int(taken.Add(1)) - 1
				return i, i < n
			})
		})
	}
	workers.Wait()
}

// collect puts the drawings on the pixels, lowest codes first.
func (g *grid) collect(drawings []drawing) {
	g.pixels = make([]pixel, g.columns*g.rows)
	for _, d := range drawings {
		for _, s := range d.spans {
			for n := s.from; n < s.end; n++ {
				if g.pixels[n] == 0 {
					g.pixels[n] = pixel(s.area + 1)
				} else {
					g.apart = false
				}
			}
		}
	}
	marks, ends := g.sort(drawings)
	for _, d := range drawings {
		for _, n := range d.left {
			g.pixels[n] = crowded
		}
	}
	sheets := make([][]uint32, shares(len(g.pixels), pixelShare))
	work(len(sheets), func(next func() (int, bool)) {
		var sheet []uint32
		for n, ok := next(); ok; n, ok = next() {
			sheet = sheet[:0]
			for at := n * pixelShare; at < min((n+1)*pixelShare, len(g.pixels)); at++ {
				begin := uint32(0)
				if at > 0 {
					begin = ends[at-1]
				}
				sheet = g.write(sheet, at, drawings, marks[begin:ends[at]])
			}
			sheets[n] = slices.Clone(sheet)
		}
	})
	g.bind(sheets)
}

// sort puts the marks in the order of pixels and in each pixel in that of codes, without those behind an area that has
// the pixel whole. The marks of a pixel end before its end.
func (g *grid) sort(drawings []drawing) (marks []mark, ends []uint32) {
	ends = make([]uint32, len(g.pixels))
	wanted := func(m *mark) bool { return g.pixels[m.at] == 0 || pixel(m.area) < g.pixels[m.at] }
	for _, d := range drawings {
		for k := range d.marks {
			if m := &d.marks[k]; wanted(m) {
				ends[m.at]++
			} else {
				g.apart = false
			}
		}
	}
	total := uint32(0)
	for at, count := range ends {
		ends[at] = total
		total += count
	}
	marks = make([]mark, total)
	for _, d := range drawings {
		for k := range d.marks {
			if m := &d.marks[k]; wanted(m) {
				marks[ends[m.at]] = *m
				ends[m.at]++
			}
		}
	}
	return marks, ends
}

// write puts the questions of a pixel behind those of others. Where there are two areas with one border, and one of them
// is inside where the other is not, one question answers for both.
func (g *grid) write(sheet []uint32, at int, drawings []drawing, marks []mark) []uint32 {
	whole := g.pixels[at]
	switch {
	case whole == crowded || len(marks) == 0:
		return sheet
	case len(marks) > crowd:
		g.pixels[at] = crowded
		return sheet
	}
	g.pixels[at] = drawn + pixel(len(sheet))
	lineOf := func(m mark) line { return drawings[m.area/areaShare].points[m.from:][:m.length>>1] }
	if len(marks) == 2 && (marks[0].length^marks[1].length)&1 == 1 && alike(lineOf(marks[0]), lineOf(marks[1])) {
		whole, marks = pixel(marks[1].area+1), marks[:1]
	}
	for k, m := range marks {
		shape := m.length>>1<<shapePoints | m.length&1*shapeInside
		if k+1 < len(marks) {
			shape |= shapeMore
		}
		sheet = append(sheet, uint32(m.area+1), uint32(whole), shape)
		sheet = append(sheet, lineOf(m)...)
	}
	return sheet
}

// bind puts the sheets behind each other and tells the pixels where theirs have gone. What has no place is left to the
// tree.
func (g *grid) bind(sheets [][]uint32) {
	g.sheets = slices.Concat(sheets...)
	moved := 0
	for n := range sheets {
		for at := n * pixelShare; at < min((n+1)*pixelShare, len(g.pixels)); at++ {
			switch p := g.pixels[at]; {
			case p < drawn || p == crowded:
			case moved+int(p-drawn) >= int(crowded-drawn):
				g.pixels[at] = crowded
			default:
				g.pixels[at] = p + pixel(moved)
			}
		}
		moved += len(sheets[n])
	}
}
