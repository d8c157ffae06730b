package census

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"
	geom "github.com/twpayne/go-geom"

	"citygrid/geo"
	"citygrid/geo/areaindex"
)

// CellsOf returns the code of the cell of a checked geometry and then those of the other cells that it reaches into, in order. A
// point has the cell that Locate finds; what has a length or a size the cell that holds the greatest part of it, the lowest code
// where parts are equal. The list is empty when no cell holds any of it.
func CellsOf(cells *areaindex.Index, g geom.T) []string {
	if p, ok := g.(*geom.Point); ok {
		if i, ok := cells.Locate(orb.Point{p.X(), p.Y()}); ok {
			return []string{cells.Code(i)}
		}
		return nil
	}
	shares := sharesOf(cells, geo.ToOrb(g))
	if len(shares) == 0 {
		return nil
	}
	largest := 0
	for i, s := range shares {
		if s.size > shares[largest].size*(1+equalShares) {
			largest = i
		}
	}
	codes := []string{cells.Code(shares[largest].cell)}
	for i, s := range shares {
		if i != largest && s.size > shares[largest].size*noShare {
			codes = append(codes, cells.Code(s.cell))
		}
	}
	return codes
}

// Shares are measured with rounding errors: two that differ by less than equalShares of the larger are equal, one that is less
// than noShare of the largest is a touch of the border.
const (
	equalShares = 1e-9
	noShare     = 1e-6
)

// share is the part of a geometry that one cell holds: points, metres or square metres.
type share struct {
	cell int
	size float64
}

// sharesOf measures the part of each cell that holds any, in the order of codes, which is that of the index.
func sharesOf(cells *areaindex.Index, g orb.Geometry) []share {
	var shares []share
	for _, i := range candidates(cells, g.Bound()) {
		if size := sizeWithin(g, i, cells); size > 0 {
			shares = append(shares, share{i, size})
		}
	}
	return shares
}

// candidates are the cells that reach into the circle around b, in order.
func candidates(cells *areaindex.Index, b orb.Bound) []int {
	const margin = 1 // metre: more than the error of the two distances that are compared
	var found []int
	for _, near := range cells.Within(nil, b.Center(), geo.Metres(b.Center(), farCorner(b))+margin) {
		found = append(found, near.Index)
	}
	slices.SortFunc(found, cmp.Compare)
	return found
}

// farCorner is the corner of b that is farthest from its centre: one on the side of the equator, where degrees of longitude are
// longest.
func farCorner(b orb.Bound) orb.Point {
	if b.Center()[1] < 0 {
		return b.Max
	}
	return b.Min
}

func sizeWithin(g orb.Geometry, i int, cells *areaindex.Index) float64 {
	switch g := g.(type) {
	case orb.MultiPoint:
		n := 0.0
		for _, p := range g {
			if at, ok := cells.Locate(p); ok && at == i {
				n++
			}
		}
		return n
	case orb.LineString:
		return geo.LengthInside(g, cells.Area(i))
	case orb.MultiLineString:
		sum := 0.0
		for _, line := range g {
			sum += geo.LengthInside(line, cells.Area(i))
		}
		return sum
	case orb.Polygon:
		return geo.AreaInside(g, cells.Area(i))
	case orb.MultiPolygon:
		sum := 0.0
		for _, polygon := range g {
			sum += geo.AreaInside(polygon, cells.Area(i))
		}
		return sum
	}
	return 0
}
