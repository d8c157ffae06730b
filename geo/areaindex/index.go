// Package areaindex answers "which areas hold this point" from an immutable R-tree.
//
// In front of the tree stands a grid of pixels, which most questions for one point never leave (docs/adr/0022).
//
// The areas may overlap, leave gaps and have holes; each answer is the one that asking every area in turn would give.
// Where several areas cover a point, the one with the bytewise lowest code has it (COLLATE "C" in SQL); a point on a
// border is covered, and what is on a border is decided exactly.
package areaindex

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"

	"citygrid/geo"
)

// Item is an area with the code by which it is known.
type Item struct {
	Code string
	Area geo.Area
}

// Index holds areas in the order of their codes. Nothing changes it after [Build], so any number of goroutines may ask it
// at once. Areas are named by their place in that order, from 0 to Len()-1.
type Index struct {
	items []Item
	tree  rtree.RTreeG[int32]
	grid  *grid
}

// Build makes an index of the items, in any order. It refuses two items with one code, and an item with the zero Area.
// The items themselves are copied, their areas are shared.
func Build(items []Item) (*Index, error) {
	x := &Index{items: slices.Clone(items)}
	slices.SortFunc(x.items, func(a, b Item) int { return cmp.Compare(a.Code, b.Code) })
	for i, item := range x.items {
		if i > 0 && x.items[i-1].Code == item.Code {
			return nil, fmt.Errorf("area index: code %q occurs twice", item.Code)
		}
		if len(item.Area.MultiPolygon()) == 0 {
			return nil, fmt.Errorf("area index: the area of code %q is empty", item.Code)
		}
		bound := item.Area.Bound()
		x.tree.Insert(bound.Min, bound.Max, int32(i))
	}
	x.grid = newGrid(x.items)
	return x, nil
}

// Len is the number of areas.
func (x *Index) Len() int { return len(x.items) }

// Code is the code of area i. It panics when i is not below Len.
func (x *Index) Code(i int) string { return x.items[i].Code }

// Area is area i. It panics when i is not below Len.
func (x *Index) Area(i int) geo.Area { return x.items[i].Area }

// Locate finds the area that has p: of those that cover it the one with the lowest code. ok is false when none does,
// also for what is not a position on Earth. It allocates nothing.
func (x *Index) Locate(p orb.Point) (i int, ok bool) {
	if i, ok, known := x.grid.locate(p); known {
		return i, ok
	}
	return x.locateInTree(p)
}

func (x *Index) locateInTree(p orb.Point) (i int, ok bool) {
	best := len(x.items)
	x.tree.Search(p, p, func(_, _ [2]float64, at int32) bool {
		if int(at) < best && x.items[at].Area.Side(p) != geo.Outside {
			best = int(at)
		}
		return true
	})
	if best == len(x.items) {
		return 0, false
	}
	return best, true
}

// Covering appends to dst every area that covers p, inside or on the border, in the order of codes.
func (x *Index) Covering(dst []int, p orb.Point) []int {
	if !positioned(p) {
		return dst
	}
	start := len(dst)
	x.tree.Search(p, p, func(_, _ [2]float64, at int32) bool {
		if x.items[at].Area.Side(p) != geo.Outside {
			dst = append(dst, int(at))
		}
		return true
	})
	slices.Sort(dst[start:])
	return dst
}

// positioned is false for what would make the tree compare with NaN.
func positioned(p orb.Point) bool {
	_, err := geo.CheckPoint(p[0], p[1])
	return err == nil
}
