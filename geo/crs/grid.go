package crs

import (
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/paulmach/orb"
)

// Grid is a coordinate system of a city's own (地方坐标系): a Gauss-Krüger zone of CGCS2000 that was moved, turned and scaled by four parameters (四参数).
// What stands e east and n north in the grid, in metres, stands in the zone at
//
//	E = East  + Scale · ( e·cos Rotation + n·sin Rotation)
//	N = North + Scale · (-e·sin Rotation + n·cos Rotation)
//
// so that the parameters lead from the grid to the zone, and a bearing in the grid plus Rotation is the bearing in the zone. The parameters of a city's grid
// are confidential in China: nothing prints them but what is asked to; String is the name alone.
type Grid struct {
	Name        string
	Zone        System  // of CGCS2000
	East, North float64 // metres; of a zone with its number before the easting, with the number
	Rotation    float64 // seconds of arc, clockwise
	Scale       float64 // metres in the zone for a metre in the grid, near 1
}

// LocalPrefix begins the name of a Grid where systems are named: "LOCAL:宜昌".
const LocalPrefix = "LOCAL:"

// The limits of a Grid. Heights and the distance from a meridian scale a grid by less than a part in a thousand.
const (
	longestGridName = 60 // bytes
	farthestShift   = 1e8
	halfCircle      = 180 * 3600 // seconds of arc
	leastScale      = 0.99
	greatestScale   = 1.01
)

// ParseLocal reads "LOCAL:" and a name; the letters may be small and the colon the one of Chinese. found is false for a text that begins otherwise.
func ParseLocal(text string) (name string, found bool) {
	for _, colon := range []string{":", "："} {
		head, rest, cut := strings.Cut(text, colon)
		if cut && strings.EqualFold(head, strings.TrimSuffix(LocalPrefix, ":")) {
			return rest, true
		}
	}
	return "", false
}

// String is the name that ParseLocal reads.
func (g Grid) String() string { return LocalPrefix + g.Name }

// GoString keeps the parameters out of what is printed to look at values.
func (g Grid) GoString() string { return g.String() }

// Check says which parameter cannot be one, as a [*GridError].
func (g Grid) Check() error {
	if err := CheckGridName(g.Name); err != nil {
		return err
	}
	size := func(v float64) bool { return math.Abs(v) <= farthestShift } // false for NaN
	switch {
	case !g.Zone.IsZone():
		return &GridError{"zone", g.Zone.String(),
			"须为 CGCS2000 的高斯-克吕格投影带，如 EPSG:4546", "name a Gauss-Krüger zone of CGCS2000, such as EPSG:4546"}
	case !size(g.East):
		return &GridError{"east", decimal(g.East), "平移须以米为单位", "a shift is in metres"}
	case !size(g.North):
		return &GridError{"north", decimal(g.North), "平移须以米为单位", "a shift is in metres"}
	case !(math.Abs(g.Rotation) <= halfCircle):
		return &GridError{"rotation", decimal(g.Rotation), "旋转角须在 ±180° 以内", "a rotation is within ±180°"}
	case !(g.Scale >= leastScale && g.Scale <= greatestScale):
		return &GridError{"scale", decimal(g.Scale),
			fmt.Sprintf("尺度为 1 附近的比值（%v 至 %v），不是 m；若给出的是 m，应填 1+m，ppm 须先除以一百万", leastScale, greatestScale),
			fmt.Sprintf("the scale is a ratio near 1 (%v to %v): of a scale given as m take 1+m, and of ppm a millionth", leastScale, greatestScale)}
	}
	return nil
}

// CheckGridName says what is wrong with the name of a Grid, as a [*GridError].
func CheckGridName(name string) error {
	unfit := func(r rune) bool { return r == '/' || r == '=' || !unicode.IsPrint(r) }
	if name == "" || len(name) > longestGridName || !utf8.ValidString(name) || strings.ContainsFunc(name, unfit) || strings.TrimSpace(name) != name {
		return &GridError{"name", name,
			fmt.Sprintf("名称不能为空，最多 %d 字节，不含 / 和 =，首尾无空格", longestGridName),
			fmt.Sprintf("a name has 1 to %d bytes, all printable, no / and no =, and no space at its ends", longestGridName)}
	}
	return nil
}

// ToZone is where a position of the grid stands in its zone, east and north in metres.
func (g Grid) ToZone(east, north float64) (float64, float64) {
	sin, cos := math.Sincos(g.Rotation / 3600 * math.Pi / 180)
	return g.East + g.Scale*(east*cos+north*sin), g.North + g.Scale*(north*cos-east*sin)
}

// ToWGS84 converts x, east, and y, north, to degrees of WGS 84, to less than 0.1 mm. What does not come to lie in the zone is a [*GridError] that does not say
// where it would.
func (g Grid) ToWGS84(x, y float64) (orb.Point, error) {
	p, err := g.Zone.ToWGS84(g.ToZone(x, y))
	if err != nil {
		return orb.Point{}, &GridError{"position", decimal(x) + ", " + decimal(y),
			fmt.Sprintf("按 %v 的四参数换算后不在其所依的投影带内；请核对坐标系与坐标次序", g),
			fmt.Sprintf("by the parameters of %v it does not come to lie in its zone: check the system, and which number is east", g)}
	}
	return p, nil
}

// GridError says what is wrong with a parameter of a Grid, or with a position in it. Its text is English; [GridError.ZH] is Chinese.
type GridError struct {
	Parameter string // "scale"
	Value     string
	zh, en    string
}

// Error says what is wrong, without the value.
func (e *GridError) Error() string { return e.en }

// ZH is the text of Error in Chinese.
func (e *GridError) ZH() string { return e.zh }
