package crs

import "math"

// Control is a control point (控制点) that is known in a Grid and in its zone, in metres.
type Control struct {
	East, North         float64 // in the grid
	ZoneEast, ZoneNorth float64 // in the zone
}

// Residual is how far the parameters leave a control point from where it is known in the zone, in metres.
type Residual struct{ East, North float64 }

// Metres is its length.
func (r Residual) Metres() float64 { return math.Hypot(r.East, r.North) }

// FitGrid gives g the four parameters that lead the control points to where they are in g.Zone with the least squares of what is left (最小二乘), and says
// what is left, point by point. It needs two points some way apart, of which nothing is left whatever they are: a third shows whether they fit. Its error is a
// [*GridError], also where the points are no such grid.
func FitGrid(g Grid, points []Control) (Grid, []Residual, error) {
	const apart = 1.0 // metre
	var middle Control
	for _, p := range points {
		share := 1 / float64(len(points))
		middle.East, middle.North = middle.East+p.East*share, middle.North+p.North*share
		middle.ZoneEast, middle.ZoneNorth = middle.ZoneEast+p.ZoneEast*share, middle.ZoneNorth+p.ZoneNorth*share
	}
	var along, across, size float64
	for _, p := range points {
		e, n := p.East-middle.East, p.North-middle.North
		zoneE, zoneN := p.ZoneEast-middle.ZoneEast, p.ZoneNorth-middle.ZoneNorth
		along, across, size = along+e*zoneE+n*zoneN, across+n*zoneE-e*zoneN, size+e*e+n*n
	}
	if len(points) < 2 || !(size >= apart*apart) {
		return Grid{}, nil, &GridError{"points", "", "至少需要两个相距 1 米以上的控制点", "it takes two control points, more than a metre apart"}
	}
	g.Scale = math.Hypot(along, across) / size
	g.Rotation = math.Atan2(across, along) * 180 / math.Pi * 3600
	g.East, g.North = 0, 0
	e, n := g.ToZone(middle.East, middle.North)
	g.East, g.North = middle.ZoneEast-e, middle.ZoneNorth-n
	if !(g.Scale >= leastScale && g.Scale <= greatestScale) {
		return Grid{}, nil, &GridError{"points", "",
			"控制点之间不是平移、旋转与接近 1 的尺度；请核对东、北是否写反，点号是否对应，是否都以米为单位",
			"no shift, rotation and scale near 1 leads from the ones to the others: check which column is east, that the points are the same, and that all are metres"}
	}
	left := make([]Residual, len(points))
	for i, p := range points {
		e, n := g.ToZone(p.East, p.North)
		left[i] = Residual{e - p.ZoneEast, n - p.ZoneNorth}
	}
	return g, left, g.Check()
}
