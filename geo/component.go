package geo

import (
	"fmt"
	"slices"

	"github.com/paulmach/orb"
	geom "github.com/twpayne/go-geom"
)

// Kind is a type of geometry, numbered as in WKB (OGC 06-103r4, table 7).
type Kind uint8

// The kinds that a component may have. Collections of mixed geometries are refused: nothing in the city needs one.
const (
	KindPoint Kind = 1 + iota
	KindLineString
	KindPolygon
	KindMultiPoint
	KindMultiLineString
	KindMultiPolygon
)

// String is the name of the kind in GeoJSON.
func (k Kind) String() string {
	if k < KindPoint || k > KindMultiPolygon {
		return fmt.Sprintf("geometry type %d", uint8(k))
	}
	return [...]string{"Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"}[k-KindPoint]
}

// Multi tells whether k is made of parts that have a type of their own, and which.
func (k Kind) Multi() (part Kind, ok bool) {
	if k >= KindMultiPoint && k <= KindMultiPolygon {
		return k - KindMultiPoint + KindPoint, true
	}
	return k, false
}

// NewGeometry puts a geometry together, with SRID 4326, from numbers in order and, for each part, the indexes in flat at
// which its runs end: a point, a line, or each ring of a polygon is a run. It takes flat over and checks nothing, that is
// [CheckGeometry].
func NewGeometry(k Kind, z bool, flat []float64, parts [][]int) geom.T {
	layout := geom.XY
	if z {
		layout = geom.XYZ
	}
	switch k {
	case KindPoint:
		return geom.NewPointFlat(layout, flat).SetSRID(SRID)
	case KindLineString:
		return geom.NewLineStringFlat(layout, flat).SetSRID(SRID)
	case KindPolygon:
		return geom.NewPolygonFlat(layout, flat, slices.Concat(parts...)).SetSRID(SRID)
	case KindMultiPoint:
		return geom.NewMultiPointFlat(layout, flat).SetSRID(SRID)
	case KindMultiLineString:
		return geom.NewMultiLineStringFlat(layout, flat, slices.Concat(parts...)).SetSRID(SRID)
	}
	return geom.NewMultiPolygonFlat(layout, flat, parts).SetSRID(SRID)
}

// CheckGeometry refuses, with a [*ShapeError], what a component's geometry must not be: nil, of another type than the
// six kinds, not XY or XYZ, in another SRID than 4326 (or 0, none given), empty in whole or part, outside the Earth or not
// finite (elevation too), a line of one place, a ring that NewArea would refuse, or larger than lim.
func CheckGeometry(g geom.T, lim Limits) error {
	s, err := shapeOf(g)
	if err != nil {
		return err
	}
	if srid := g.SRID(); srid != 0 && srid != SRID {
		e := wholeShape(ProblemSRID, nil)
		e.Count = srid
		return e
	}
	rings := 0
	for _, ends := range s.parts {
		rings += len(ends)
	}
	if err := checkCounts(rings, len(s.flat)/s.stride, lim.OrDefault()); err != nil {
		return err
	}
	for i := range s.parts {
		for j := range s.parts[i] {
			if err := s.checkRun(i, j); err != nil {
				return err
			}
		}
	}
	return nil
}

// ToOrb copies a checked geometry to two dimensions. A Multi geometry stays one.
func ToOrb(g geom.T) orb.Geometry {
	s, err := shapeOf(g)
	if err != nil {
		return nil
	}
	switch s.kind {
	case KindPoint:
		return s.run(0, 0)[0]
	case KindLineString:
		return orb.LineString(s.run(0, 0))
	case KindPolygon:
		return s.polygon(0)
	case KindMultiPoint:
		return orb.MultiPoint(s.all())
	case KindMultiLineString:
		lines := make(orb.MultiLineString, len(s.parts))
		for i := range lines {
			lines[i] = s.run(i, 0)
		}
		return lines
	}
	polygons := make(orb.MultiPolygon, len(s.parts))
	for i := range polygons {
		polygons[i] = s.polygon(i)
	}
	return polygons
}

// shape is a go-geom geometry of any kind seen in one way: parts, each of runs of positions (a point, a line or rings).
type shape struct {
	kind   Kind
	flat   []float64
	stride int
	parts  [][]int // for each part, where in flat its runs end
}

// shapeOf also refuses numbers and ends that do not fit each other, on which go-geom's own methods panic.
func shapeOf(g geom.T) (shape, error) {
	s := shape{}
	switch g := g.(type) {
	case *geom.Point:
		s.kind, s.parts = KindPoint, [][]int{{len(g.FlatCoords())}}
	case *geom.LineString:
		s.kind, s.parts = KindLineString, [][]int{{len(g.FlatCoords())}}
	case *geom.Polygon:
		s.kind, s.parts = KindPolygon, [][]int{g.Ends()}
	case *geom.MultiPoint:
		s.kind, s.parts = KindMultiPoint, partEach(g.Ends())
	case *geom.MultiLineString:
		s.kind, s.parts = KindMultiLineString, partEach(g.Ends())
	case *geom.MultiPolygon:
		s.kind, s.parts = KindMultiPolygon, g.Endss()
	default:
		return shape{}, wholeShape(ProblemType, fmt.Errorf("%T", g))
	}
	if layout := g.Layout(); layout != geom.XY && layout != geom.XYZ {
		return shape{}, wholeShape(ProblemLayout, fmt.Errorf("%v", layout))
	}
	s.flat, s.stride = g.FlatCoords(), g.Stride()
	if len(s.flat) == 0 || len(s.parts) == 0 {
		return shape{}, wholeShape(ProblemEmpty, nil)
	}
	at := 0
	for i, ends := range s.parts {
		if len(ends) == 0 {
			return shape{}, &ShapeError{Problem: ProblemEmpty, Part: i, Ring: -1}
		}
		for _, end := range ends {
			if end < at || end > len(s.flat) || (end-at)%s.stride != 0 {
				return shape{}, wholeShape(ProblemLayout, fmt.Errorf("a run of numbers ends at %d of %d", end, len(s.flat)))
			}
			at = end
		}
	}
	if at != len(s.flat) {
		return shape{}, wholeShape(ProblemLayout, fmt.Errorf("%d numbers belong to no part", len(s.flat)-at))
	}
	return s, nil
}

func partEach(ends []int) [][]int {
	parts := make([][]int, len(ends))
	for i := range ends {
		parts[i] = ends[i : i+1]
	}
	return parts
}

// checkRun checks the positions of one run and that it is what its kind asks for.
func (s shape) checkRun(part, ring int) error {
	kind, multi := s.kind.Multi()
	fault := func(p Problem, err error) *ShapeError {
		e := &ShapeError{Problem: p, Part: -1, Ring: -1, Err: err}
		if multi {
			e.Part = part
		}
		if kind == KindPolygon {
			e.Ring = ring
		}
		return e
	}
	flat := s.numbers(part, ring)
	if len(flat) == 0 {
		return fault(ProblemEmpty, nil)
	}
	for i := 0; i < len(flat); i += s.stride {
		if _, err := CheckPoint(flat[i], flat[i+1]); err != nil {
			return fault(ProblemPosition, err)
		}
		if s.stride == 3 && flat[i+2]-flat[i+2] != 0 { // NaN for what is not finite
			return fault(ProblemPosition, &PointError{Axis: AxisZ, Value: flat[i+2]})
		}
	}
	switch run := s.run(part, ring); kind {
	case KindPoint:
		if len(run) != 1 {
			return fault(ProblemLayout, fmt.Errorf("a point of %d numbers", len(flat)))
		}
	case KindLineString:
		if len(run) < 2 {
			e := fault(ProblemShort, nil)
			e.Count, e.Limit = len(run), 2
			return e
		}
		if !slices.ContainsFunc(run, func(p orb.Point) bool { return p != run[0] }) {
			return fault(ProblemFlat, nil)
		}
	case KindPolygon:
		if e := checkRing(run); e != nil {
			at := fault(e.Problem, e.Err)
			at.Count, at.Limit = e.Count, e.Limit
			return at
		}
		if flat[s.stride-1] != flat[len(flat)-1] { // the elevation of the first and last position
			return fault(ProblemUnclosed, nil)
		}
	}
	return nil
}

// numbers is the part of flat that one run fills.
func (s shape) numbers(part, ring int) []float64 {
	start := 0
	switch {
	case ring > 0:
		start = s.parts[part][ring-1]
	case part > 0:
		before := s.parts[part-1]
		start = before[len(before)-1]
	}
	return s.flat[start:s.parts[part][ring]]
}

func (s shape) run(part, ring int) []orb.Point { return points(s.numbers(part, ring), s.stride) }

func (s shape) all() []orb.Point { return points(s.flat, s.stride) }

func points(flat []float64, stride int) []orb.Point {
	out := make([]orb.Point, 0, len(flat)/stride)
	for i := 0; i < len(flat); i += stride {
		out = append(out, orb.Point(flat[i:i+2]))
	}
	return out
}

func (s shape) polygon(part int) orb.Polygon {
	p := make(orb.Polygon, len(s.parts[part]))
	for i := range p {
		p[i] = s.run(part, i)
	}
	return p
}
