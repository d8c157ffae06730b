package areaindex

import (
	"github.com/paulmach/orb"

	"citygrid/geo"
)

// trace is a run of an area's border through a pixel: consecutive positions of one ring, at least every edge of it that
// meets the pixel before the ring leaves it. It shares them with the area.
//
// Whether the area holds a point of the pixel is told by walking from the point due east to the pixel's eastern side and
// along that to its south-east corner, whose side is known: each edge crossed changes sides. Only edges that meet the
// pixel can be crossed, and others in the list do no harm, since each crossing is decided exactly.
//
// So that no edge is touched without being crossed, the walk runs infinitely little north of the point's latitude and
// infinitely less little east of the pixel's side: an end on the point's latitude lies south of it, one on the side lies
// west. A point on an edge is found before that matters.
type trace struct {
	points []orb.Point
	area   int32
	inside bool // the corner is inside the area; set in the area's first trace of the pixel alone
	ends   bool // the area has no further trace in the pixel
	last   bool // no further area is listed
}

// odd tells whether the walk from p crosses the trace an odd number of times, or that p lies on the trace.
func (t *trace) odd(p, corner orb.Point) (odd, border bool) {
	if len(t.points) == 0 {
		return false, false
	}
	a := t.points[0]
	aAbove, aEast := a[1] > p[1], a[0] > corner[0]
	for _, b := range t.points[1:] {
		bAbove, bEast := b[1] > p[1], b[0] > corner[0]
		switch {
		case aAbove == bAbove:
			if b[1] == p[1] && onLevel(a, b, p) {
				return false, true
			}
			// The turn of the walk is north of both ends or south of both.
			if aEast != bEast && cornerAbove(a, b, corner) == aAbove {
				odd = !odd
			}
		case aEast == bEast && p[0] > a[0] && p[0] > b[0]: // the edge lies west of p
			if aEast {
				odd = !odd // p itself is rounded beyond the side of its pixel
			}
		case aEast == bEast && p[0] < a[0] && p[0] < b[0]:
			if !aEast {
				odd = !odd
			}
		default:
			turn := geo.Orient(a, b, p)
			if turn == 0 {
				return false, true
			}
			left := turn > 0
			var end bool // the walk's turn, or its end where the edge reaches across the side, is left of the edge
			if aEast == bEast {
				end = aEast == bAbove
			} else {
				end = cornerAbove(a, b, corner) == bEast
			}
			if left != end {
				odd = !odd
			}
		}
		a, aAbove, aEast = b, bAbove, bEast
	}
	return odd, false
}

// onLevel tells whether p lies on an edge that does not cross p's latitude and ends on it: on its end b (a is the end of
// the edge before) or within it when it is level itself.
func onLevel(a, b, p orb.Point) bool {
	if b[0] == p[0] {
		return true
	}
	return a[1] == p[1] && (a[0] < p[0]) != (b[0] < p[0])
}

// cornerAbove tells whether the corner is north of an edge whose ends lie east and west of it.
func cornerAbove(a, b, corner orb.Point) bool {
	aAbove, bAbove := a[1] > corner[1], b[1] > corner[1]
	if aAbove == bAbove {
		return !aAbove
	}
	return cornerLeft(a, b, corner) == (b[0] > corner[0])
}

// cornerEast tells whether the corner is east of an edge whose ends lie north and south of it.
func cornerEast(a, b, corner orb.Point) bool {
	aEast, bEast := a[0] > corner[0], b[0] > corner[0]
	if aEast == bEast {
		return !aEast
	}
	return cornerLeft(a, b, corner) != (b[1] > corner[1])
}

// cornerLeft is for edges that are not level. One through the corner has it on its east.
func cornerLeft(a, b, corner orb.Point) bool {
	turn := geo.Orient(a, b, corner)
	return turn > 0 || turn == 0 && a[1] > b[1]
}
