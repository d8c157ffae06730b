package query

import (
	"math"
	"strings"

	"github.com/paulmach/orb"
)

// The numbers that a bbox may hold before it is brought onto the Earth: map clients ask for extents that reach past the
// antimeridian and past the poles.
const (
	bboxLon = 540.0
	bboxLat = 180.0
)

// ParseBBox reads "west,south,east,north" or "west,south,low,east,north,high" in degrees and gives one box, or two where it
// crosses the antimeridian (west greater than east, or beyond 180). Latitudes beyond a pole are cut at it. Heights are checked
// and select nothing: the city's areas have none. It refuses what is not 4 or 6 finite numbers, south above north, low above
// high and a box that lies wholly beyond a pole, which is one with its axes swapped.
func ParseBBox(text string) ([]orb.Bound, error) {
	n, err := boxNumbers(text)
	if err != nil {
		return nil, err
	}
	return boxOf(text, n)
}

// boxNumbers reads the four numbers of a box in the plane, in the order in which they stand, from 4 or 6.
func boxNumbers(text string) (box [4]float64, err error) {
	parts := strings.SplitN(text, ",", 7)
	if len(parts) != 4 && len(parts) != 6 {
		return box, noBox(text, "应有 4 或 6 个数，用逗号分隔：西,南,东,北", "needs 4 or 6 numbers with commas between: west,south,east,north")
	}
	var n [6]float64
	for i, part := range parts {
		v, ok := parseNumber(part)
		if !ok {
			return box, noBox(text, "“"+shorten(part)+"”不是有限的十进制数：请写数字，例如 111.28,30.70,111.29,30.71",
				`"`+shorten(part)+`" is not a finite decimal number: write numbers, such as 111.28,30.70,111.29,30.71`)
		}
		n[i] = v
	}
	if len(parts) == 4 {
		return [4]float64(n[:4]), nil
	}
	if n[2] > n[5] {
		return box, noBox(text, "最低高程大于最高高程：请交换第 3 与第 6 个数", "the lowest height is above the highest: exchange numbers 3 and 6")
	}
	return [4]float64{n[0], n[1], n[3], n[4]}, nil
}

// boxOf is the box of west, south, east and north in degrees, or the two boxes.
func boxOf(text string, n [4]float64) ([]orb.Bound, error) {
	west, south, east, north := n[0], n[1], n[2], n[3]
	switch {
	case math.Abs(west) > bboxLon || math.Abs(east) > bboxLon || math.Abs(south) > bboxLat || math.Abs(north) > bboxLat:
		return nil, noBox(text, "应为度：经度在 [-180, 180] 内，纬度在 [-90, 90] 内", "must be in degrees: longitudes within [-180, 180], latitudes within [-90, 90]")
	case south > north:
		return nil, noBox(text, "南界大于北界：顺序是 西,南,东,北", "south is above north: the order is west,south,east,north")
	case south > 90 || north < -90:
		return nil, noBox(text, "纬度超出 [-90, 90]，经纬度可能写反：顺序是 西,南,东,北（先经度）",
			"the latitudes are beyond [-90, 90]; longitude and latitude look swapped: the order is west,south,east,north")
	}
	return split(west, max(south, -90), east, min(north, 90)), nil
}

func noBox(text, zh, en string) error { return invalid(field("bbox", text, zh, en)) }

// split brings longitudes into [-180, 180] and cuts the box at the antimeridian.
func split(west, south, east, north float64) []orb.Bound {
	box := func(w, e float64) orb.Bound { return orb.Bound{Min: orb.Point{w, south}, Max: orb.Point{e, north}} }
	switch {
	case east-west >= 360:
		return []orb.Bound{box(-180, 180)}
	case west >= -180 && east <= 180 && west <= east:
		return []orb.Bound{box(west, east)}
	}
	west, east = wrap(west), wrap(east)
	if west <= east {
		return []orb.Bound{box(west, east)}
	}
	return []orb.Bound{box(west, 180), box(-180, east)}
}

// wrap brings a longitude of up to one and a half turns into [-180, 180]; what is there already stays as it is.
func wrap(lon float64) float64 {
	switch {
	case lon > 180:
		return lon - 360
	case lon < -180:
		return lon + 360
	}
	return lon
}

// shorten keeps a quoted part of a value readable inside a sentence.
func shorten(text string) string {
	const most = 40
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
