package locator_test

import (
	"fmt"
	"time"

	"github.com/paulmach/orb"

	"citygrid/geo"
	"citygrid/registry"
	"citygrid/registry/locator"
)

// Two cells share the meridian 111.29; a point on it goes to the lower code.
func ExampleBuild() {
	var data registry.LocatorData
	data.Revision = 1
	for _, a := range []registry.Area{
		{Code: "420502", Level: registry.LevelDistrict},
		{Code: "420502001", Level: registry.LevelStreet, Parent: "420502"},
		{Code: "420502001001", Level: registry.LevelCommunity, Parent: "420502001"},
		{Code: "420502001001001", Level: registry.LevelGrid, Parent: "420502001001", Geometry: square(111.29, 111.30)},
		{Code: "420502001001002", Level: registry.LevelGrid, Parent: "420502001001", Geometry: square(111.28, 111.29)},
	} {
		data.Areas = append(data.Areas, a)
	}
	snapshot, err := locator.Build(data)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, lon := range []float64{111.285, 111.29, 111.31} {
		at, err := snapshot.Place(orb.Point{lon, 30.705}, registry.Subject{}, time.Time{})
		fmt.Println(at.Grid.Code, at.Border, err)
	}
	// Output:
	// 420502001001002 false <nil>
	// 420502001001001 true <nil>
	//  false outside_all_cells: no grid cell covers the point; the nearest is 420502001001001, 958.0 m away
}

// square is the ground between two meridians and the parallels 30.70 and 30.71, as the store keeps it.
func square(west, east float64) geo.EWKB {
	ring := []float64{west, 30.70, east, 30.70, east, 30.71, west, 30.71, west, 30.70}
	return geo.AppendEWKB(nil, geo.NewGeometry(geo.KindMultiPolygon, false, ring, [][]int{{len(ring)}}))
}
