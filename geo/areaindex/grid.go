package areaindex

import "github.com/paulmach/orb"

// grid answers for a point from the one pixel that holds it, or leaves the answer to the R-tree. A pixel that no border
// touches names its area at once. Any other has the borders that meet it drawn on a lattice of whole numbers, beside
// each other in memory, and is asked in whole numbers alone.
//
// A drawn border is not where the border is: each may be off by a step of the lattice, about 2 mm where an area is 400 m
// wide. So a point nearer to a drawn border than [doubt] is left to the tree, which decides exactly. For any other the
// drawing can be moved to where the borders truly are without a line passing over the point, hence both tell the same.
//
// Nothing is assumed of the areas: a pixel asks for each in the order of codes, up to the first that holds all of the
// pixel, for no higher code can win there.
type grid struct {
	frame
	pixels []pixel
	sheets []uint32
	apart  bool // an area that has a pixel whole is the only one there, everywhere
}

// pixel is 0 where there is no area, 1+i where area i has it whole and none of a lower code touches it, crowded, or drawn
// plus the place in sheets where its questions begin.
type pixel uint32

const (
	drawn   pixel = 1 << 31
	crowded pixel = 1<<32 - 1 // left to the tree
)

// A question on a sheet is three words and then a line (see line.go): the pixel that it stands for when the area is
// inside it, the pixel otherwise, and its shape. When more questions follow it is these that answer otherwise.
const (
	question    = 3
	shapeInside = 1 << 0 // the south-east corner of the drawing is inside
	shapeMore   = 1 << 1
	shapePoints = 2 // the bit from which on the number of points is held
)

// locate is [Index.Locate], or known is false when the grid leaves the answer to the R-tree.
func (g *grid) locate(p orb.Point) (i int, ok, known bool) {
	x, y, ok := g.find(p)
	if !ok {
		return 0, false, true
	}
	at := g.pixels[(y>>stepBits)*uint64(g.columns)+x>>stepBits]
	if at >= drawn {
		if at == crowded {
			return 0, false, false
		}
		from := uint32(at - drawn)
		if at, known = g.ask(from, g.head(from), int64(x%steps), int64(y%steps)); !known {
			return 0, false, false
		}
	}
	if at == 0 {
		return 0, false, true
	}
	return int(at - 1), true, true
}

// surrounded finds the area that has a box of degrees for itself, as far as whole pixels tell it; ok is false where they do not.
func (g *grid) surrounded(low, high orb.Point) (i int, ok bool) {
	west, south, within := g.find(low)
	east, north, reaches := g.find(high)
	if !g.apart || !within || !reaches {
		return 0, false
	}
	west, south, east, north = west>>stepBits, south>>stepBits, east>>stepBits, north>>stepBits
	const most = 16 // pixels; of more the tree tells as soon
	if (east-west+1)*(north-south+1) > most {
		return 0, false
	}
	at := g.pixels[south*uint64(g.columns)+west]
	if at == 0 || at >= drawn {
		return 0, false
	}
	for row := south; row <= north; row++ {
		for column := west; column <= east; column++ {
			if g.pixels[row*uint64(g.columns)+column] != at {
				return 0, false
			}
		}
	}
	return int(at - 1), true
}

// head is how a question begins.
type head [question]uint32

func (g *grid) head(at uint32) head { return head(g.sheets[at : at+question]) }

// ask puts the questions of a sheet to the point x, y of its pixel, the first of which begins with h. known is false in doubt.
func (g *grid) ask(from uint32, h head, x, y int64) (at pixel, known bool) {
	for {
		shape := h[2]
		from += question
		points := shape >> shapePoints
		odd, near := line(g.sheets[from:from+points]).odd(x, y)
		if near {
			return 0, false
		}
		inside := odd != (shape&shapeInside != 0)
		at := h[1]
		if inside {
			at = h[0]
		}
		if shape&shapeMore != 0 && !inside {
			from += points
			h = g.head(from)
			continue
		}
		return pixel(at), true
	}
}
