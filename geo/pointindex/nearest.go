package pointindex

import (
	"math"

	"github.com/paulmach/orb"

	"citygrid/geo"
)

// Nearest calls visit for the points at most metres from p on the ellipsoid, nearest first, until visit returns false. Distances
// are those of the rounded positions. Points beyond the 180th meridian may be missed. Nothing is near what is no position on Earth.
func (x *Index) Nearest(p orb.Point, metres float64, visit func(id int64, metres float64) bool) {
	if _, err := geo.CheckPoint(p[0], p[1]); err != nil || !(metres >= 0) || len(x.levels) == 0 {
		return
	}
	far := newRuler(p, metres)
	top := len(x.levels) - 1
	q := make(queue, 0, 8*fan)
	q.push(far.box(x.levels[top][0]), top+1, 0)
	for len(q) > 0 {
		next := q.pop()
		if next.metres > metres {
			return
		}
		n := int(next.index)
		switch next.level {
		case 0:
			if !visit(x.ids[n], next.metres) {
				return
			}
		case 1:
			for i := n * fan; i < min((n+1)*fan, len(x.at)); i++ {
				if at := x.at[i]; far.box(box{at, at}) <= metres {
					q.push(geo.Metres(p, at.Point()), 0, i)
				}
			}
		default:
			below := x.levels[next.level-2]
			for i := n * fan; i < min((n+1)*fan, len(below)); i++ {
				if d := far.box(below[i]); d <= metres {
					q.push(d, int(next.level)-1, i)
				}
			}
		}
	}
}

// ruler measures, quickly, how far a box is from a point at least. A degree of latitude has 110,574 m or more and one of
// longitude 111,319 m times the cosine of the latitude, or more; 110,000 stands for both, and the cosine is taken where the circle
// asked about comes closest to a pole, so what the circle holds is never measured too far. A thousandth of a step, 0.01 mm, is for
// the rounding of the arithmetic.
type ruler struct {
	at          orb.Point
	east, north float64 // metres a step of a Position
}

func newRuler(p orb.Point, metres float64) ruler {
	const degree = 110_000
	highest := min(90, math.Abs(p[1])+metres/degree)
	return ruler{at: orb.Point{p[0] * unit, p[1] * unit}, east: degree / unit * math.Cos(highest*math.Pi/180), north: degree / unit}
}

// box is 0 for a box that holds the point.
func (r ruler) box(b box) float64 {
	const hair = 1e-3
	dx := max(float64(b.low.X)-r.at[0]-hair, r.at[0]-float64(b.high.X)-hair, 0) * r.east
	dy := max(float64(b.low.Y)-r.at[1]-hair, r.at[1]-float64(b.high.Y)-hair, 0) * r.north
	return math.Sqrt(dx*dx + dy*dy)
}

// queue is a binary heap of what is still to be looked at, the nearest first. A box comes before a point at the same distance,
// which it may hold.
type queue []entry

// entry is a point (level 0) or a box of x.levels[level-1].
type entry struct {
	metres float64
	level  int32
	index  int32
}

func (e entry) before(o entry) bool {
	return e.metres < o.metres || e.metres == o.metres && e.level > o.level
}

func (q *queue) push(metres float64, level, index int) {
	*q = append(*q, entry{metres, int32(level), int32(index)})
	h := *q
	for i := len(h) - 1; i > 0; {
		parent := (i - 1) / 2
		if !h[i].before(h[parent]) {
			break
		}
		h[i], h[parent] = h[parent], h[i]
		i = parent
	}
}

func (q *queue) pop() entry {
	h := *q
	first, last := h[0], len(h)-1
	h[0] = h[last]
	h = h[:last]
	*q = h
	for i := 0; ; {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < last; child++ {
			if h[child].before(h[least]) {
				least = child
			}
		}
		if least == i {
			return first
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
}
