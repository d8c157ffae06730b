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

// FlipGridBits calls try with each bit of the frame and the pixels, and each word of the traces, changed alone.
func (x *Index) FlipGridBits(try func(what string)) {
	g := x.grid
	for _, v := range []*float64{&g.west, &g.south, &g.width, &g.height} {
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
	for n := range g.traces {
		before := g.traces[n]
		for what, change := range map[string]func(t *trace){
			"area": func(t *trace) { t.area ^= 1 }, "inside": func(t *trace) { t.inside = !t.inside },
			"ends": func(t *trace) { t.ends = !t.ends }, "last": func(t *trace) { t.last = !t.last },
			"points": func(t *trace) { t.points = append([]orb.Point{{}}, t.points...) },
		} {
			change(&g.traces[n])
			try(fmt.Sprintf("%s of trace %d", what, n))
			g.traces[n] = before
		}
	}
}
