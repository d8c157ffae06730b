package nearby

import (
	"math"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"

	"citygrid/geo/pointindex"
	"citygrid/registry"
)

// layer is an immutable index of components: points packed, the boxes of lines and polygons, which are few, in an R-tree.
type layer struct {
	points *pointindex.Index
	shapes *rtree.RTreeG[int64]
}

// shape is the box of a line, a polygon or of several points.
type shape struct {
	id    int64
	bound orb.Bound
}

// sink is what components are poured into.
type sink interface {
	point(pointindex.Item)
	shape(shape)
}

// put pours one component.
func put(into sink, st registry.Standing) {
	if st.Point {
		into.point(pointindex.Item{ID: st.ID, At: pointindex.At(st.Bound.Min)})
	} else {
		into.shape(shape{st.ID, st.Bound})
	}
}

// pour pours what a layer holds and is wanted.
func (l layer) pour(into sink, wanted func(id int64) bool) {
	if l.points == nil { // of the zero state
		return
	}
	for item := range l.points.All() {
		if wanted(item.ID) {
			into.point(item)
		}
	}
	l.shapes.Scan(func(low, high [2]float64, id int64) bool {
		if wanted(id) {
			into.shape(shape{id, orb.Bound{Min: low, Max: high}})
		}
		return true
	})
}

// collection is what a layer is built from.
type collection struct {
	points []pointindex.Item
	shapes []shape
}

func (c *collection) point(item pointindex.Item) { c.points = append(c.points, item) }
func (c *collection) shape(sh shape)             { c.shapes = append(c.shapes, sh) }
func (c *collection) len() int                   { return len(c.points) + len(c.shapes) }

func (c *collection) build() (layer, error) {
	points, err := pointindex.Build(c.points)
	if err != nil {
		return layer{}, err
	}
	l := layer{points: points, shapes: &rtree.RTreeG[int64]{}}
	for _, sh := range c.shapes {
		l.shapes.Insert(sh.bound.Min, sh.bound.Max, sh.id)
	}
	return l, nil
}

func (l layer) len() int { return l.points.Len() + l.shapes.Len() }

// around is a box of degrees that holds everything within metres of p: a degree of latitude has more than 110,000 m, and one of
// longitude more than that times the cosine.
func around(p orb.Point, metres float64) (low, high [2]float64) {
	const degree = 110_000
	dy := metres / degree
	dx := 360.0
	if edge := math.Abs(p[1]) + dy; edge < 90 {
		dx = min(dx, dy/math.Cos(edge*math.Pi/180))
	}
	return [2]float64{p[0] - dx, p[1] - dy}, [2]float64{p[0] + dx, p[1] + dy}
}
