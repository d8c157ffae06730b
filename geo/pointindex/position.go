package pointindex

import (
	"math"

	"github.com/paulmach/orb"
)

// Position is a place in whole 1e-7 degrees: X east of Greenwich, Y north of the equator.
type Position struct{ X, Y int32 }

// unit is how many steps of a Position make a degree. 180 degrees of them fit an int32.
const unit = 1e7

// At is the position nearest to p, longitude and latitude in degrees on Earth.
func At(p orb.Point) Position {
	return Position{int32(math.Round(p[0] * unit)), int32(math.Round(p[1] * unit))}
}

// Point is the position in degrees.
func (p Position) Point() orb.Point { return orb.Point{float64(p.X) / unit, float64(p.Y) / unit} }
