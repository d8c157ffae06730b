package census

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"citygrid/geo"
	"citygrid/geo/crs"
	"citygrid/registry"
)

// surveyed is a row of which x and y are in columns with the names given.
func surveyed(nameX, nameY, x, y string) *Row {
	row := lamp()
	for i, column := range row.Columns {
		switch column {
		case "Lon":
			row.Columns[i], row.Values[i] = nameX, x
		case "Lat":
			row.Columns[i], row.Values[i] = nameY, y
		}
	}
	return row
}

func TestTrap30ColumnsXAndYHaveTheAxesOfTheDeclaredSystem(t *testing.T) {
	t.Parallel()
	const east, north = "527264.948", "3397881.866" // 111.2846 30.7012 in EPSG:4546
	for _, c := range []struct {
		name         string
		system       crs.System
		nameX, nameY string // of the easting or longitude, and of the other
		x, y         string
	}{
		{"a surveyor's X is north", 4546, "Y", "X", east, north},
		{"below a merged header", 4546, "坐标/Y", "坐标/X", east, north},
		{"in words", 4546, "Y坐标", "坐标X", east, north},
		{"directions say themselves", 4546, "东坐标", "北坐标", east, north},
		{"横 is east whatever the letter", 4546, "横坐标(m)", "纵坐标(m)", east, north},
		{"POINT_X of ArcGIS is east", 4546, "POINT_X", "POINT_Y", east, north},
		{"E and N", 4546, "E", "N", east, north},
		{"the template's columns", 4546, "Lon", "Lat", east, north},
		{"with the zone's number", 4525, "Y", "X", "37527264.948", north},
		{"thousands", 4546, "Y", "X", "527,264.948", "3,397,881.866"},
		{"degrees: X is the longitude", crs.CGCS2000, "X", "Y", "111.2846", "30.7012"},
		{"degrees of Gaode", crs.GCJ02, "X", "Y", "111.2902559", "30.6987629"},
		{"degrees of Baidu", crs.BD09, "经度", "纬度", "111.2968187", "30.7044682"},
	} {
		k := testChecker(t)
		k.reading.System = c.system
		got, issues := k.check(surveyed(c.nameX, c.nameY, c.x, c.y))
		if hasError(issues) {
			t.Errorf("%s: %v", c.name, issues)
			continue
		}
		g, err := geo.DecodeEWKB(got.Geometry)
		if err != nil {
			t.Fatal(err)
		}
		if flat := g.FlatCoords(); math.Abs(flat[0]-111.2846) > 1e-4 || math.Abs(flat[1]-30.7012) > 1e-4 {
			t.Errorf("%s: %v", c.name, flat)
		}
	}
}

func TestTrap30APairThatFitsSwappedOnlyIsAnErrorOfItsRow(t *testing.T) {
	t.Parallel()
	const east, north = "527264.948", "3397881.866"
	for _, c := range []struct {
		name         string
		system       crs.System
		nameX, nameY string
		x, y         string
		want, says   string
	}{
		{"the drawing's X in a zone", 4546, "X", "Y", east, north, "swapped_axes error", "--column 'Y=Lat' --column 'X=Lon'"},
		{"one row", 4546, "东坐标", "北坐标", north, east, "swapped_axes error", "东坐标 was read as east"},
		{"with the zone's number", 4525, "X", "Y", "37527264.948", north, "swapped_axes error", "--column 'Y=Lat'"},
		{"degrees", crs.GCJ02, "X", "Y", "30.7", "111.2846", "swapped_axes error", "--column 'X=Lat' --column 'Y=Lon'"},
	} {
		k := testChecker(t)
		k.reading.System = c.system
		_, issues := k.check(surveyed(c.nameX, c.nameY, c.x, c.y))
		if got := brief(t, issues); !reflect.DeepEqual(got, []string{c.want}) || !strings.Contains(issues[0].Message.EN, c.says) {
			t.Errorf("%s: %v", c.name, issues)
		}
	}
}

func TestTraps31And32AnotherZoneThanTheDeclaredIsNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		system crs.System
		x, y   string
		want   string
		says   string
	}{
		{"trap 31: the zone's number is missing", 4525, "527264.948", "3397881.866", "outside_system error", "name EPSG:4546"},
		{"trap 31: the zone's number stands there", 4546, "37527264.948", "3397881.866", "outside_system error", "name EPSG:4525"},
		{"trap 31: degrees after all", 4546, "111.2846", "30.7012", "outside_system error", "name EPSG:4490"},
		{"trap 32: the next zone", 4547, "527264.948", "3397881.866", "outside_extent error", "285 km outside the city"},
		{"trap 34: a grid of the city's own", 4546, "45000", "30000", "outside_system error", "is not within"},
		{"trap 35: degrees elsewhere", crs.GCJ02, "116.39", "39.9", "outside_extent error", "km outside the city"},
		{"trap 38: none", 4546, "0", "0", "no_position error", ""},
		{"trap 38: none in words", 4546, "无", "", "no_position error", ""},
	} {
		k := testChecker(t)
		k.reading.System = c.system
		_, issues := k.check(surveyed("东坐标", "北坐标", c.x, c.y))
		if got := brief(t, issues); !reflect.DeepEqual(got, []string{c.want}) || !strings.Contains(issues[0].Message.EN, c.says) {
			t.Errorf("%s: %v", c.name, issues)
		}
	}
	for x, want := range map[string]string{"527264.9": "--crs EPSG:4546", "37527264.9": "--crs EPSG:4525"} {
		_, issues := testChecker(t).check(surveyed("东坐标", "北坐标", x, "3397881.8"))
		if len(issues) != 1 || !strings.Contains(issues[0].Message.EN, want) || !strings.Contains(issues[0].Message.ZH, want) {
			t.Errorf("undeclared metres: %v, want %s", issues, want)
		}
	}
}

func TestTrap33SystemsThatAreNotReadAreRefusedWithTheCure(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"EPSG:2382": "Xian 1980", "EPSG:2434": "Beijing 1954", "EPSG:32649": "convert them first", "moon": "is not known"} {
		_, _, err := ParseCRS(text)
		var known *registry.Error
		if !errors.As(err, &known) || known.Kind != registry.Invalid || len(known.Fields) != 1 || !strings.Contains(known.Fields[0].Message.EN, want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	for text, want := range map[string]crs.System{"": 0, "EPSG:4546": 4546, "gcj02": crs.GCJ02, "CGCS2000": crs.CGCS2000} {
		if got, _, err := ParseCRS(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
}
