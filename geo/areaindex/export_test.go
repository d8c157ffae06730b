package areaindex

import (
	"fmt"
	"math"
	"reflect"

	"github.com/paulmach/orb"
)

// LocateInTree is Locate without the grid.
func (x *Index) LocateInTree(p orb.Point) (i int, ok bool) { return x.locateInTree(p) }

// PixelCorners are the corners that the grid's walks end in, at most limit of them, spread evenly.
func (x *Index) PixelCorners(limit int) (out []orb.Point) {
	g := x.grid
	for n := 0; n < len(g.pixels); n += 1 + len(g.pixels)/limit {
		out = append(out, g.corner(n%g.columns, n/g.columns))
	}
	return out
}

// GridBytes is what the grid holds besides the areas.
func (x *Index) GridBytes() int { return 4 * (len(x.grid.pixels) + len(x.grid.sheets)) }

// Pixels counts the grid's pixels by how they answer.
func (x *Index) Pixels() (direct, lists, tree int) {
	for _, p := range x.grid.pixels {
		switch {
		case p < drawn:
			direct++
		case p == crowded:
			tree++
		default:
			lists++
		}
	}
	return direct, lists, tree
}

// SameGrid compares two grids, pixel by pixel and sheet by sheet.
func (x *Index) SameGrid(y *Index) bool { return reflect.DeepEqual(x.grid, y.grid) }

// FlipGridBits calls try with each bit of the grid changed alone.
func (x *Index) FlipGridBits(try func(what string)) {
	g := x.grid
	for _, v := range []*float64{&g.west, &g.south, &g.width, &g.height, &g.across, &g.along, &g.wide, &g.high} {
		for bit := range 64 {
			before := *v
			*v = math.Float64frombits(math.Float64bits(before) ^ 1<<bit)
			try(fmt.Sprintf("bit %d of the frame", bit))
			*v = before
		}
	}
	for n := range g.pixels {
		for bit := range 32 {
			g.pixels[n] ^= 1 << bit
			try(fmt.Sprintf("bit %d of pixel %d", bit, n))
			g.pixels[n] ^= 1 << bit
		}
	}
	for n := range g.sheets {
		for bit := range 32 {
			g.sheets[n] ^= 1 << bit
			try(fmt.Sprintf("bit %d of word %d of the sheets", bit, n))
			g.sheets[n] ^= 1 << bit
		}
	}
}

// Step is the step of the grid's drawings in degrees.
func (x *Index) Step() (lon, lat float64) { return 1 / x.grid.across, 1 / x.grid.along }

// LeavesToTree tells whether the grid leaves the answer for p to the tree.
func (x *Index) LeavesToTree(p orb.Point) bool {
	_, _, known := x.grid.locate(p)
	return !known
}

// AskedTwice counts the pixels that ask for more than one area.
func (x *Index) AskedTwice() (n int) {
	g := x.grid
	for _, at := range g.pixels {
		if at >= drawn && at != crowded && g.sheets[at-drawn+question-1]&shapeMore != 0 {
			n++
		}
	}
	return n
}
