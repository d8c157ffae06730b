package areaindex

import "github.com/paulmach/orb"

// grid answers for a point from the one pixel that holds it. A pixel that no border touches names its area at once; any
// other lists, in the order of codes, the areas whose borders meet it with just the edges that do.
//
// Nothing is assumed of the areas. A pixel's list ends with the first area that holds the whole pixel, for no higher code
// can win there.
type grid struct {
	frame
	pixels []pixel
	traces []trace
}

// pixel is 0 where there is no area, 1+i where area i has it whole and none of a lower code touches it, crowded, or listed
// plus the place in traces where its list begins.
type pixel uint32

const (
	listed  pixel = 1 << 31
	crowded pixel = 1<<32 - 1
)

// crowd is how many areas a pixel may list. Beyond it the boxes of the R-tree part them better than a walk along the list.
const crowd = 24

// locate is [Index.Locate], or known is false when the grid leaves the answer to the R-tree.
func (g *grid) locate(p orb.Point) (i int, ok, known bool) {
	column, row, ok := g.find(p)
	if !ok {
		return 0, false, true
	}
	at := g.pixels[row*g.columns+column]
	switch {
	case at == 0:
		return 0, false, true
	case at < listed:
		return int(at - 1), true, true
	case at == crowded:
		return 0, false, false
	}
	corner := g.corner(column, row)
	inside := false
	for n := at - listed; ; n++ {
		t := &g.traces[n]
		odd, border := t.odd(p, corner)
		if border {
			return int(t.area), true, true
		}
		inside = inside != (odd != t.inside)
		if !t.ends {
			continue
		}
		if inside {
			return int(t.area), true, true
		}
		if t.last {
			return 0, false, true
		}
	}
}
