package evidence

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"citygrid/geo/crs"
	"citygrid/registry"
)

// Reading is one way to read the two numbers of a position. The zero Reading is degrees of WGS 84, longitude first.
type Reading struct {
	System  crs.System // 0: degrees of WGS 84
	Grid    *crs.Grid  // a city's own, in place of System; nil: none
	Unit    string     // of metres: "km", "mm" or "ft"; empty: metres
	Swapped bool       // the second number is the longitude or easting
	Packed  bool       // degrees are written DD.MMSS: 111.1725 is 111°17′25″
}

const (
	swappedSuffix = "/swapped"
	packedName    = "DD.MMSS"
)

// unitOf are metres of a unit; "" where a text names none. A foot is the international one.
func unitOf(text string) float64 {
	switch text {
	case "km":
		return 1000
	case "mm":
		return 0.001
	case "ft":
		return 0.3048
	}
	return 0
}

// String is what Parse reads: "EPSG:4546", "EPSG:4546/swapped", "EPSG:4546/km", "LOCAL:宜昌", "DD.MMSS".
func (r Reading) String() string {
	name := r.system().String()
	switch {
	case r.Packed:
		name = packedName
	case r.Grid != nil:
		name = r.Grid.String()
	}
	if r.Unit != "" {
		name += "/" + r.Unit
	}
	if r.Swapped {
		name += swappedSuffix
	}
	return name
}

// Parse reads what String writes, with the grids that are known. Invalid for any other text.
func Parse(text string, grids ...crs.Grid) (Reading, error) {
	name, swapped := strings.CutSuffix(text, swappedSuffix)
	if name == packedName {
		return Reading{System: crs.WGS84, Swapped: swapped, Packed: true}, nil
	}
	if local, found := crs.ParseLocal(name); found {
		if i := slices.IndexFunc(grids, func(g crs.Grid) bool { return g.Name == local }); i >= 0 {
			return Reading{Grid: &grids[i], Swapped: swapped}, nil
		}
	}
	unit := ""
	if before, last, cut := strings.Cut(name, "/"); cut && unitOf(last) > 0 {
		name, unit = before, last
	}
	system, err := crs.Parse(name)
	if err != nil || !system.Computed() || unit != "" && !system.IsZone() {
		return Reading{}, registry.InvalidField("position", text, "应写作 EPSG:4546、GCJ-02、DD.MMSS、已登记的 LOCAL:名称 等；单位为千米、毫米、英尺的加 /km、/mm、/ft，坐标次序相反的加 /swapped",
			"write EPSG:4546, GCJ-02, DD.MMSS, LOCAL:NAME of a grid that is stored and so on, with /km, /mm or /ft where a zone is in that unit, and /swapped where the order is the other one")
	}
	return Reading{System: system, Unit: unit, Swapped: swapped}, nil
}

// Metres reports whether the numbers are lengths and not degrees: as surveyors have it, X is north then.
func (r Reading) Metres() bool { return r.Grid != nil || r.System.IsZone() }

func (r Reading) system() crs.System {
	if r.System == 0 {
		return crs.WGS84
	}
	return r.System
}

// ToWGS84 reads two numbers. Its errors are those of [crs.System.ToWGS84], and an error for packed degrees with more than 59 minutes or seconds.
func (r Reading) ToWGS84(x, y float64) (orb.Point, error) {
	if r.Swapped {
		x, y = y, x
	}
	if r.Packed {
		var ok bool
		if x, y, ok = unpack(x, y); !ok {
			return orb.Point{}, fmt.Errorf("%v, %v is not written as %s", x, y, packedName)
		}
	}
	if r.Grid != nil {
		return r.Grid.ToWGS84(x, y)
	}
	if r.Unit != "" {
		x, y = x*unitOf(r.Unit), y*unitOf(r.Unit)
	}
	return r.system().ToWGS84(x, y)
}

// unpack reads DD.MMSS, with decimals of a second behind it.
func unpack(x, y float64) (lon, lat float64, ok bool) {
	lon, ok = unpackOne(x)
	if ok {
		lat, ok = unpackOne(y)
	}
	if !ok {
		return x, y, false
	}
	return lon, lat, true
}

func unpackOne(v float64) (float64, bool) {
	const digits = 1e12 // of a number of this size more are noise: 0.1 µm
	whole, part := math.Modf(math.Abs(v))
	minutes, rest := math.Modf(math.Round(part*digits) / digits * 100)
	if left := math.Round(rest*1e10) / 1e10; left >= 1 {
		minutes, rest = minutes+1, 0
	} else {
		rest = left
	}
	seconds := rest * 100
	return math.Copysign(whole+minutes/60+seconds/3600, v), minutes < 60 && seconds < 60
}

// candidates are the readings that are tried for a city: degrees in each system that is shifted, and the Gauss-Krüger zones of the city and those beside
// them, of 3 and of 6 degrees, with and without the number of the zone before the easting, in metres and in the city's own zone in other units; and the grids
// of its own.
func candidates(city orb.Bound, grids []crs.Grid) []Reading {
	systems := []crs.System{crs.WGS84, crs.GCJ02, crs.BD09}
	middle := city.Center()[0]
	for _, width := range []float64{0, -3, 3} {
		for _, prefix := range []bool{false, true} {
			systems = append(systems, crs.ThreeDegreeZone(middle+width, prefix), crs.SixDegreeZone(middle+2*width, prefix))
		}
	}
	var all []Reading
	for _, swapped := range []bool{false, true} {
		for _, s := range systems {
			all = append(all, Reading{System: s, Swapped: swapped})
		}
		all = append(all, Reading{System: crs.WGS84, Swapped: swapped, Packed: true})
		for i := range grids {
			all = append(all, Reading{Grid: &grids[i], Swapped: swapped})
		}
		for _, unit := range []string{"km", "mm", "ft"} {
			for _, prefix := range []bool{false, true} {
				all = append(all, Reading{System: crs.ThreeDegreeZone(middle, prefix), Unit: unit, Swapped: swapped},
					Reading{System: crs.SixDegreeZone(middle, prefix), Unit: unit, Swapped: swapped})
			}
		}
	}
	return all
}
