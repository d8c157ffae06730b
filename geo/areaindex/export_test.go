package areaindex

import (
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
func (x *Index) GridBytes() int { return 4*len(x.grid.pixels) + 32*len(x.grid.traces) }

// Pixels counts the grid's pixels by how they answer.
func (x *Index) Pixels() (direct, lists, tree int) {
	for _, p := range x.grid.pixels {
		switch {
		case p < listed:
			direct++
		case p == crowded:
			tree++
		default:
			lists++
		}
	}
	return direct, lists, tree
}

// SameGrid compares two grids, pixel by pixel and trace by trace.
func (x *Index) SameGrid(y *Index) bool { return reflect.DeepEqual(x.grid, y.grid) }
