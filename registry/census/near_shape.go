package census

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"citygrid/geo"
	"citygrid/geo/pointindex"
	"citygrid/registry/catalog"
)

// Lines and polygons are compared by the boxes around them: two of a sub-class may be one that was surveyed twice when the centres of their boxes
// are as near as two points may be, and the boxes differ by no more than that at each side. What is beside each other, or one within another, is
// told apart by that; two lines of one size that cross in their middle are not.

// shapes is where the lines and polygons of the file stand, with the size of each box in metres.
type shapes struct {
	places map[shapeKind][]place
	sizes  map[int64][2]float32 // by place.who
	bound  orb.Bound
}

// shapeKind is what is compared: lines with lines, polygons with polygons.
type shapeKind struct {
	subclass  catalog.SubclassCode
	dimension int // 1 or 2
}

func newShapes() *shapes {
	return &shapes{places: map[shapeKind][]place{}, sizes: map[int64][2]float32{}}
}

// add takes a row of a sub-class that has a tolerance.
func (s *shapes) add(code catalog.SubclassCode, line int64, shape geo.EWKB) {
	g, err := geo.DecodeEWKB(shape)
	if err != nil {
		return
	}
	dimension := map[catalog.Geometry]int{catalog.GeometryLine: 1, catalog.GeometryPolygon: 2}[geometryOf(g)]
	if dimension == 0 {
		return // several points
	}
	box := geo.ToOrb(g).Bound()
	if s.bound == (orb.Bound{}) {
		s.bound = box
	}
	s.bound = s.bound.Union(box)
	kind := shapeKind{code, dimension}
	if _, known := s.places[kind]; !known {
		kind.subclass = catalog.SubclassCode(strings.Clone(string(code))) // the row's would hold on to its record
	}
	s.put(kind, line, box)
}

func (s *shapes) put(kind shapeKind, who int64, box orb.Bound) {
	s.places[kind] = append(s.places[kind], place{pointindex.At(box.Center()), who})
	s.sizes[who] = [2]float32{
		float32(geo.Metres(box.Min, orb.Point{box.Max[0], box.Min[1]})), float32(geo.Metres(box.Min, orb.Point{box.Min[0], box.Max[1]})),
	}
}

// alike reports whether two boxes differ by at most metres at each of their sides.
func (s *shapes) alike(p, q place, metres float64) bool {
	a, b := s.sizes[p.who], s.sizes[q.who]
	return math.Abs(float64(a[0]-b[0])) <= 2*metres && math.Abs(float64(a[1]-b[1])) <= 2*metres
}

// subclasses are those of which the file has a line or polygon, in order.
func (s *shapes) subclasses() []catalog.SubclassCode {
	var codes []catalog.SubclassCode
	for kind := range s.places {
		codes = append(codes, kind.subclass)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// nearShapes finds the lines and polygons that are almost in one place, as checkNear does points.
func (r *run) nearShapes(ctx context.Context, keep func(closeness)) error {
	s := r.near.shapes
	codes := s.subclasses()
	if len(codes) == 0 {
		return nil
	}
	leaveOut(s.places, r.doubles)
	for stored, err := range r.staging.StandingShapes(ctx, r.config.Edition, codes, r.near.around(s.bound)) {
		if err != nil {
			return err
		}
		kind := shapeKind{codes[stored.Subclass], stored.Dimension}
		if _, ok := s.places[kind]; ok {
			s.put(kind, -stored.ID, stored.Box)
		}
	}
	for _, code := range codes {
		t := r.near.tolerances[code]
		for dimension := 1; dimension <= 2; dimension++ {
			sweep(s.places[shapeKind{code, dimension}], t, func(p, q place) bool { return s.alike(p, q, t) },
				func(n neighbour) { keep(closeness{neighbour: n, tolerance: t, shape: true}) },
				func(places []place) { keep(crowdOf(places, t)) })
		}
	}
	return nil
}

func (c closeness) shapeText(code string, where catalog.Text) catalog.Text {
	return catalog.Text{
		ZH: fmt.Sprintf("与 %s（%s）属同一小类，外框中心相距 %.2f 米，大小也一致，在该小类的定位误差 %g 米以内", code, where.ZH, c.metres, c.tolerance),
		EN: fmt.Sprintf("as large as %s, %s, and %.2f m from its centre, of the same sub-class, which is surveyed to %g m", code, where.EN, c.metres, c.tolerance),
	}
}
