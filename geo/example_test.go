package geo_test

import (
	"fmt"

	"github.com/paulmach/orb"
	geom "github.com/twpayne/go-geom"

	"citygrid/geo"
)

func ExampleCheckPoint() {
	_, err := geo.CheckPoint(30.70, 111.28)
	fmt.Println(err)
	// Output: lat 111.28 is not within [-90, 90]; latitude and longitude look swapped: write longitude first
}

func ExampleNewArea() {
	cell, err := geo.NewArea(orb.MultiPolygon{{{{111.28, 30.70}, {111.284, 30.70}, {111.284, 30.704}, {111.28, 30.704}, {111.28, 30.70}}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(cell.Side(orb.Point{111.282, 30.702}), cell.Side(orb.Point{111.284, 30.701}))
	fmt.Printf("%.0f m², %.1f m\n", cell.SquareMetres(), cell.Metres(orb.Point{111.2841, 30.702}))
	// Output:
	// inside border
	// 169933 m², 9.6 m
}

func ExampleDissolve() {
	a, _ := geo.NewArea(orb.MultiPolygon{{{{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}}}})
	b, _ := geo.NewArea(orb.MultiPolygon{{{{1, 0}, {2, 0}, {2, 1}, {1, 1}, {1, 0}}}})
	whole, err := geo.Dissolve([]geo.Area{a, b})
	fmt.Println(whole.MultiPolygon(), err, geo.SameCover([]geo.Area{a, b}, whole))
	// Output: [[[[0 0] [1 0] [2 0] [2 1] [1 1] [0 1] [0 0]]]] <nil> true
}

func ExampleCheckGeometry() {
	fmt.Println(geo.CheckGeometry(geom.NewPolygonFlat(geom.XY, []float64{0, 0, 1, 0, 1, 1, 0, 1}, []int{8}), geo.Limits{}))
	// Output: geometry: ring 1: the ring is not closed: its last position must equal its first
}
