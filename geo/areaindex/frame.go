package areaindex

import (
	"math"

	"github.com/paulmach/orb"
)

// frame cuts a box of degrees into pixels, numbered from the south-west, row by row, and each of them into steps. The
// zero frame has none.
type frame struct {
	west, south   float64
	width, height float64 // of a pixel, in degrees
	across, along float64 // steps a degree of longitude and of latitude
	columns, rows int
	wide, high    float64 // of the frame, in steps
}

const (
	// steps is how many steps a pixel is wide and high: three pixels of them fit 16 bits.
	steps    = 1 << stepBits
	stepBits = 14
	// perArea is how many pixels lie, on average, along the width and the height of an area's box.
	perArea = 14
	// leastPixel, in degrees, is about 1 cm on the ground. A step of it, 6e-12, is still far above the rounding of a
	// coordinate, 3e-14.
	leastPixel = 1e-7
	// margin is the part of a pixel, 16 steps, by which it is taken to be larger when edges are told to meet it. Neither
	// rounding nor the lattice can then part a point from an edge that is near to it.
	margin = 1.0 / 1024
)

// budget is how much a frame may cost: pixels, steps of filling and pairs of an edge with a pixel that it meets.
type budget struct{ pixels, steps, meetings float64 }

// measure is what decides over a frame: sums over areas of the widths, heights and sizes of their boxes, and over edges of
// their extents.
type measure struct {
	bound               orb.Bound
	width, height, size float64
	across, along       float64
	areas, edges        float64
}

// newFrame chooses pixels for the items: fine enough for most to lie inside one area, coarse enough for the cost to stay
// in proportion to the areas and their vertices, however mixed their sizes and however far apart they lie.
func newFrame(items []Item) frame {
	if len(items) == 0 {
		return frame{}
	}
	m := measureItems(items)
	allowed := budget{pixels: 4096 + 256*m.areas, steps: 1<<16 + 1024*m.areas, meetings: 1<<16 + 6*m.edges + 64*m.areas}
	f := frame{
		width:  max(leastPixel, m.width/m.areas/perArea),
		height: max(leastPixel, m.height/m.areas/perArea),
	}
	for m.exceeds(f, allowed) {
		f.width *= 1.25
		f.height *= 1.25
	}
	// Half a pixel of room on each side keeps every border off the frame's own edge.
	f.west, f.south = m.bound.Min[0]-f.width/2, m.bound.Min[1]-f.height/2
	f.columns = int(math.Ceil((m.bound.Max[0]-m.bound.Min[0])/f.width)) + 1
	f.rows = int(math.Ceil((m.bound.Max[1]-m.bound.Min[1])/f.height)) + 1
	f.across, f.along = steps/f.width, steps/f.height
	f.wide, f.high = float64(f.columns*steps), float64(f.rows*steps)
	return f
}

func measureItems(items []Item) measure {
	m := measure{bound: items[0].Area.Bound(), areas: float64(len(items))}
	for _, item := range items {
		b := item.Area.Bound()
		m.bound = m.bound.Union(b)
		w, h := b.Max[0]-b.Min[0], b.Max[1]-b.Min[1]
		m.width, m.height, m.size = m.width+w, m.height+h, m.size+w*h
		for _, polygon := range item.Area.MultiPolygon() {
			for _, ring := range polygon {
				m.edges += float64(len(ring) - 1)
				for k := 1; k < len(ring); k++ {
					m.across += math.Abs(ring[k][0] - ring[k-1][0])
					m.along += math.Abs(ring[k][1] - ring[k-1][1])
				}
			}
		}
	}
	return m
}

func (m measure) exceeds(f frame, allowed budget) bool {
	columns := 2 + (m.bound.Max[0]-m.bound.Min[0])/f.width
	rows := 2 + (m.bound.Max[1]-m.bound.Min[1])/f.height
	return columns*rows > allowed.pixels ||
		m.size/(f.width*f.height)+m.width/f.width+m.height/f.height+m.areas > allowed.steps ||
		m.across/f.width+m.along/f.height+m.edges > allowed.meetings
}

// find carries p to the step that holds it, counted from the frame's south-west corner; ok is false beyond the frame and
// for what is not a number.
func (f *frame) find(p orb.Point) (x, y uint64, ok bool) {
	east, north := (p[0]-f.west)*f.across, (p[1]-f.south)*f.along
	if !(east >= 0 && east < f.wide && north >= 0 && north < f.high) {
		return 0, 0, false
	}
	return uint64(int64(east)), uint64(int64(north)), true
}

// paper carries p to steps from the south-west corner of a pixel, by the same rounding as find.
func (f *frame) paper(p orb.Point, column, row int) orb.Point {
	return orb.Point{
		float64((p[0]-f.west)*f.across) - float64(column*steps),
		float64((p[1]-f.south)*f.along) - float64(row*steps),
	}
}

// column and row number the pixel of what lies within the frame.
func (f *frame) column(x float64) int { return int((x - f.west) / f.width) }
func (f *frame) row(y float64) int    { return int((y - f.south) / f.height) }

// corner is the south-east corner of a pixel. The conversions keep a fused multiply-add from moving it.
func (f *frame) corner(column, row int) orb.Point {
	return orb.Point{f.west + float64(float64(column+1)*f.width), f.level(row)}
}

// level is the latitude of the southern side of a row.
func (f *frame) level(row int) float64 { return f.south + float64(float64(row)*f.height) }
