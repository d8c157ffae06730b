package registry

import (
	"context"
	"math"

	"github.com/paulmach/orb"

	"citygrid/geo/crs"
)

// Misplaced is a point that is no position in its coordinate system.
type Misplaced struct {
	Index int
	Err   error // a *geo.PointError, a *crs.RangeError or a *crs.NowhereError; each says the cure in two languages
}

// Positions converts points of a coordinate system, x then y, to degrees on WGS 84 in their place, and lists those that are no position
// there, in order; those stay as they are. Only a system that is not Computed needs the store: then Positions fails
// with Unavailable while the store is away, with a *crs.UnknownError for a number that it does not know, and with a
// *crs.DatumError where no transformation leads from the system's datum.
func (r *Registry) Positions(ctx context.Context, system crs.System, points []orb.Point) ([]Misplaced, error) {
	if system.Computed() {
		return compute(system, points), nil
	}
	converted, err := r.ToWGS84(ctx, system, points)
	if err != nil {
		return nil, err
	}
	var bad []Misplaced
	for i, p := range converted {
		if math.IsNaN(p[0]) {
			bad = append(bad, Misplaced{i, &crs.NowhereError{System: system, X: points[i][0], Y: points[i][1]}})
			continue
		}
		points[i] = p
	}
	return bad, nil
}

func compute(system crs.System, points []orb.Point) []Misplaced {
	var bad []Misplaced
	degrees := system == crs.WGS84 || system == crs.CGCS2000
	for i, p := range points {
		if degrees && math.Abs(p[0]) <= 180 && math.Abs(p[1]) <= 90 { // what ToWGS84 would give back as it is
			continue
		}
		position, err := system.ToWGS84(p[0], p[1])
		if err != nil {
			bad = append(bad, Misplaced{i, err})
			continue
		}
		points[i] = position
	}
	return bad
}
