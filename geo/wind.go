package geo

import (
	geom "github.com/twpayne/go-geom"
)

// Wind turns the rings of polygons in place: outer rings run counter-clockwise and holes clockwise (RFC 7946, section 3.1.6). Which way they run means
// nothing on the ground, and formats differ: without it a polygon that comes back from a Shapefile would be another one.
func Wind(g geom.T) {
	switch p := g.(type) {
	case *geom.Polygon:
		windPolygon(p.FlatCoords(), p.Stride(), 0, p.Ends())
	case *geom.MultiPolygon:
		from := 0
		for _, ends := range p.Endss() {
			from = windPolygon(p.FlatCoords(), p.Stride(), from, ends)
		}
	}
}

func windPolygon(flat []float64, stride, from int, ends []int) int {
	for i, end := range ends {
		ring := flat[from:end]
		if outer := i == 0; outer == (windingSign(points(ring, stride)) < 0) {
			for a, b := 0, len(ring)-stride; a < b; a, b = a+stride, b-stride {
				for k := range stride {
					ring[a+k], ring[b+k] = ring[b+k], ring[a+k]
				}
			}
		}
		from = end
	}
	return from
}
