package crs

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"citygrid/geo"
)

// System is a coordinate system. Those of EPSG have their number there as value. The zero value is none.
type System uint16

// The systems that are no zones. Zones come from [Parse].
const (
	GCJ02    System = 1    // the shifted degrees of Gaode and Tencent maps; no EPSG number
	BD09     System = 2    // the degrees of Baidu maps: GCJ-02, shifted again; no EPSG number
	WGS84    System = 4326 // degrees, longitude first, as in CRS84
	CGCS2000 System = 4490 // degrees on the national datum (2000国家大地坐标系)
)

// Numbers that EPSG gives to coordinate systems. PostGIS has numbers of its own above them.
const (
	leastNumber    = 1024
	greatestNumber = 32767
)

// Parse reads the name of a system: "EPSG:4546" or "4546", "CRS84", "OGC:CRS84" or "WGS84", "CGCS2000", "GCJ-02" or "GCJ02", "BD-09" or "BD09", in upper
// or lower case, and what OGC makes of the first two: "http://www.opengis.net/def/crs/EPSG/0/4546" and "urn:ogc:def:crs:EPSG::4546", in
// any version. It takes every number that EPSG may give; whether there is such a system is not known here, unless it is Computed.
// Systems on the old national datums are a [*DatumError], every other text is an [*UnknownError].
func Parse(text string) (System, error) {
	name := short(strings.ToUpper(text))
	switch name {
	case "CRS84", "OGC:CRS84", "WGS84", "WGS 84":
		return WGS84, nil
	case "CGCS2000":
		return CGCS2000, nil
	case "GCJ-02", "GCJ02":
		return GCJ02, nil
	case "BD-09", "BD09":
		return BD09, nil
	}
	digits := strings.TrimPrefix(name, "EPSG:")
	number, err := strconv.ParseUint(digits, 10, 16)
	if err != nil || digits[0] == '0' || number < leastNumber || number > greatestNumber {
		return 0, &UnknownError{Text: text}
	}
	s := System(number)
	if datum := s.oldDatum(); datum != nil {
		return 0, &DatumError{System: s, Datum: datum.name, zh: datum.zh}
	}
	return s, nil
}

// short is "EPSG:4546" for the URI or URN of OGC, in upper case, that says so; every other text is given back.
func short(name string) string {
	for prefix, separator := range map[string]string{
		"HTTP://WWW.OPENGIS.NET/DEF/CRS/": "/", "HTTPS://WWW.OPENGIS.NET/DEF/CRS/": "/", "URN:OGC:DEF:CRS:": ":",
	} {
		rest, found := strings.CutPrefix(name, prefix)
		if parts := strings.Split(rest, separator); found && len(parts) == 3 { // authority, version, code
			return parts[0] + ":" + parts[2]
		}
	}
	return name
}

// Computed reports whether ToWGS84 converts positions of s by itself. The others need PROJ.
func (s System) Computed() bool {
	_, isZone := s.zone()
	return isZone || s == WGS84 || s == CGCS2000 || s == GCJ02 || s == BD09
}

// IsZone reports whether s is a Gauss-Krüger zone: positions are metres, and EPSG names its axes X, north, and Y, east.
func (s System) IsZone() bool {
	_, isZone := s.zone()
	return isZone
}

// ThreeDegreeZone is the 3-degree zone of CGCS2000 whose central meridian is nearest to a longitude, with or without its number before the easting. A
// longitude outside of China gets the first or last zone.
func ThreeDegreeZone(lon float64, prefix bool) System {
	first := threePlain
	if prefix {
		first = three
	}
	return System(first + min(max(int(math.Round((lon-firstMeridian)/3)), 0), past-threePlain-1))
}

// SixDegreeZone is the same of the 6-degree zones.
func SixDegreeZone(lon float64, prefix bool) System {
	first := sixPlain
	if prefix {
		first = six
	}
	return System(first + min(max(int(math.Round((lon-firstMeridian)/6)), 0), three-sixPlain-1))
}

// Number is what EPSG calls s, 0 where it does not know it.
func (s System) Number() int {
	if s < leastNumber {
		return 0
	}
	return int(s)
}

// String is the name that Parse reads: "EPSG:4546", "GCJ-02".
func (s System) String() string {
	switch s {
	case GCJ02:
		return "GCJ-02"
	case BD09:
		return "BD-09"
	}
	return "EPSG:" + strconv.Itoa(int(s))
}

// ToWGS84 converts x, the longitude in degrees or the easting in metres, and y, the latitude or the northing. Zones are exact to
// less than 0.1 mm, GCJ-02 and BD-09 invert the public formulas to the same. What cannot be a position is refused, NaN and infinity
// included: with a [*geo.PointError] where it is no longitude or latitude at all, with a [*RangeError] where it lies beyond the
// part of the world that the system is for. A System that is not Computed is an [*UnknownError].
func (s System) ToWGS84(x, y float64) (orb.Point, error) {
	switch s {
	case WGS84, CGCS2000:
		return geo.CheckPoint(x, y)
	case GCJ02, BD09:
		p, err := geo.CheckPoint(x, y)
		switch {
		case err != nil:
			return orb.Point{}, err
		case !shiftedArea.Contains(p):
			return orb.Point{}, s.outsideShiftedArea(p)
		case s == BD09:
			p = unshift(p, toBD09)
		}
		return unshift(p, toGCJ02), nil
	}
	z, isZone := s.zone()
	switch {
	case !isZone:
		return orb.Point{}, &UnknownError{Text: s.String()}
	case !z.holds(x, y):
		return orb.Point{}, s.outsideZone(z, x, y)
	}
	return z.inverse(x, y), nil
}

// UnknownError says that a text names no system that can be converted. Its text is English; [UnknownError.ZH] is Chinese.
type UnknownError struct {
	Text string
}

// Error lists what a city uses. Of the text it shows the beginning.
func (e *UnknownError) Error() string {
	return fmt.Sprintf("coordinate system %.40q is not known: write EPSG:4326 (WGS 84, CRS84), EPSG:4490 (CGCS2000), "+
		"EPSG:4491 to 4501 or 4502 to 4512 (its 6-degree zones with or without zone prefix), "+
		"EPSG:4513 to 4533 or 4534 to 4554 (its 3-degree zones with or without), GCJ-02, BD-09, or another system of EPSG that PostGIS has, "+
		"such as EPSG:32649 (UTM zone 49)", e.Text)
}

// ZH is the text of Error in Chinese.
func (e *UnknownError) ZH() string {
	return fmt.Sprintf("不认识坐标系 %.40q：请写 EPSG:4326（WGS 84、CRS84）、EPSG:4490（CGCS2000）、"+
		"EPSG:4491 至 4501 或 4502 至 4512（六度带，前者带号、后者不带号）、"+
		"EPSG:4513 至 4533 或 4534 至 4554（三度带，前者带号、后者不带号）、GCJ-02、BD-09，或 PostGIS 支持的其他 EPSG 编号，"+
		"例如 EPSG:32649（UTM 49 带）", e.Text)
}
