package census

import (
	"fmt"

	geom "github.com/twpayne/go-geom"
)

// heightInColumn reports whether the shape of a row is a point without height, of which a column may tell it: MapInfo has no heights, and most points of a
// Shapefile are without. A shape's own height goes before a column's, and lines have as many as positions.
func (in *inspection) heightInColumn() bool {
	if in.columns.at[height] < 0 || in.row.Geometry == nil {
		return false
	}
	if p, ok := single(in.row.Geometry).(*geom.Point); !ok || p.Layout() != geom.XY || p.Empty() {
		return false
	}
	return !in.columns.clash(height)
}

// raised is a point with the height of its column, where there is one.
func (in *inspection) raised(g geom.T) geom.T {
	if !in.heightInColumn() {
		return g
	}
	text := in.word(height)
	if text == "" {
		return g
	}
	v, ok := in.elevation(text)
	if !ok {
		return g // reported
	}
	at := g.FlatCoords()
	return geom.NewPointFlat(geom.XYZ, []float64{at[0], at[1], v}).SetSRID(g.SRID())
}

// elevation reads the text of a height.
func (in *inspection) elevation(text string) (float64, bool) {
	v, ok := in.number(height, text)
	if ok && !onGround(v) {
		in.fail(height, CodeBadNumber, fmt.Sprintf("高程应以米为单位，在 %d 至 %d 之间", lowest, highest),
			fmt.Sprintf("a height is in metres, from %d to %d", lowest, highest))
		return 0, false
	}
	return v, ok
}
