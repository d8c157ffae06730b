package locator_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/geo"
	"citygrid/registry"
	"citygrid/registry/locator"
)

// byHand is the data of revision 7 of a city with the given cells and nothing else but what is above them, in code order.
func byHand(t *testing.T, cells map[string]orb.MultiPolygon) registry.LocatorData {
	t.Helper()
	areas := map[string]registry.Area{}
	for code, shape := range cells {
		area, err := geo.NewArea(shape)
		if err != nil {
			t.Fatal(err)
		}
		add := func(level registry.Level, code, parent string) {
			areas[code] = registry.Area{Code: code, Level: level, Name: "名" + code, Parent: parent, Geometry: geo.AppendEWKB(nil, area.Geometry())}
		}
		add(registry.LevelDistrict, code[:6], "")
		add(registry.LevelStreet, code[:9], code[:6])
		add(registry.LevelCommunity, code[:12], code[:9])
		add(registry.LevelGrid, code, code[:12])
	}
	d := registry.LocatorData{Revision: 7, City: registry.City{Code: "420500", Name: "手绘市"}, ManagedCells: map[string][]string{}}
	for _, code := range slices.Sorted(maps.Keys(areas)) {
		d.Areas = append(d.Areas, areas[code])
	}
	return d
}

func build(t *testing.T, d registry.LocatorData) *locator.Snapshot {
	t.Helper()
	s, err := locator.Build(d)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// box is a square of ground with its corners at (west, south) and (east, north).
func box(west, south, east, north float64) orb.MultiPolygon {
	return orb.MultiPolygon{{{{west, south}, {east, south}, {east, north}, {west, north}, {west, south}}}}
}

// reference is the cell of code n by the name that byHand gives it.
func reference(code string) registry.AreaRef { return registry.AreaRef{Code: code, Name: "名" + code} }

// The cells of hand-made cities, by number.
func cell(n string) string { return "420502001001" + n }
