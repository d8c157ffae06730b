package census

import (
	"fmt"
	"reflect"
	"testing"

	geom "github.com/twpayne/go-geom"

	"citygrid/geo"
)

func rectangle(west, south, east, north float64) *geom.Polygon {
	return geom.NewPolygonFlat(geom.XY, []float64{west, south, east, south, east, north, west, north, west, south}, []int{10})
}

func TestGridIsTheCellWithTheGreatestPart(t *testing.T) {
	t.Parallel()
	const a, b, c, d = "420502001001001", "420502001001002", "420502001001003", "420503001001004"
	line := func(flat ...float64) geom.T { return geom.NewLineStringFlat(geom.XY, flat) }
	for _, tt := range []struct {
		name string
		g    geom.T
		want []string
	}{
		{"line within one cell", line(111.281, 30.701, 111.289, 30.709), []string{a}},
		{"line mostly in the second", line(111.289, 30.705, 111.295, 30.705), []string{b, a}},
		{"line in equal parts goes to the lower code", line(111.285, 30.705, 111.295, 30.705), []string{a, b}},
		{"line drawn the other way", line(111.295, 30.705, 111.285, 30.705), []string{a, b}},
		{"line along a shared edge", line(111.29, 30.702, 111.29, 30.708), []string{a, b}},
		{"line that only touches a corner cell", line(111.281, 30.709, 111.29, 30.71), []string{a}},
		{"line that leaves the grid", line(111.275, 30.705, 111.283, 30.705), []string{a}},
		{"line outside", line(111.275, 30.705, 111.279, 30.705), nil},
		{"long line through three", line(111.281, 30.705, 111.2999, 30.705, 111.2999, 30.719), []string{b, a, d}},
		{"polygon within one cell", rectangle(111.281, 30.701, 111.289, 30.709), []string{a}},
		{"polygon over four", rectangle(111.288, 30.708, 111.293, 30.714), []string{d, a, b, c}},
		{"polygon in equal parts goes to the lower code", rectangle(111.285, 30.702, 111.295, 30.704), []string{a, b}},
		{"polygon that touches its neighbour", rectangle(111.295, 30.702, 111.30, 30.71), []string{b}},
		{"polygon around all", rectangle(111.27, 30.69, 111.31, 30.73), []string{a, b, c, d}},
		{"polygon outside", rectangle(111.27, 30.69, 111.275, 30.695), nil},
		{"points, most in the third", geom.NewMultiPointFlat(geom.XY, []float64{111.285, 30.705, 111.285, 30.715, 111.286, 30.715}), []string{c, a}},
		{"two lines", geom.NewMultiLineStringFlat(geom.XY, []float64{111.281, 30.701, 111.282, 30.701, 111.291, 30.711, 111.299, 30.711}, []int{4, 8}), []string{d, a}},
		{"two polygons", geom.NewMultiPolygonFlat(geom.XY,
			append(rectangle(111.281, 30.701, 111.282, 30.702).FlatCoords(), rectangle(111.291, 30.701, 111.298, 30.702).FlatCoords()...),
			[][]int{{10}, {20}}), []string{b, a}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if err := geo.CheckGeometry(tt.g, geo.Limits{}); err != nil {
				t.Fatal(err)
			}
			if got := CellsOf(fourCells(t), tt.g); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func ExampleNew() {
	_, err := New(Config{Actor: "crew 1"})
	fmt.Println(err)
	// Output: census config: Store, Catalogue, Cells and Clock must be given
}
