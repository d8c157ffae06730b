package crs

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/geo"
)

func ExampleParse() {
	s, err := Parse("EPSG:4546") // CGCS2000, 3-degree zone, central meridian 111 E
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := s.ToWGS84(527264.948, 3397881.866) // east, north
	fmt.Printf("%.4f %.4f %v\n", p[0], p[1], err)
	// Output: 111.2846 30.7012 <nil>
}

func TestNamesOfASystemAreOneSystem(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]System{
		"EPSG:4326": WGS84, "4326": WGS84, "epsg:4326": WGS84, "CRS84": WGS84, "WGS84": WGS84, "wgs 84": WGS84, "CGCS2000": CGCS2000, "OGC:CRS84": WGS84,
		"EPSG:4490": CGCS2000, "4490": CGCS2000,
		"GCJ-02": GCJ02, "gcj02": GCJ02, "BD-09": BD09, "bd09": BD09,
		"EPSG:4491": 4491, "4546": 4546, "Epsg:4554": 4554,
		"EPSG:32649": 32649, "3857": 3857, "1024": 1024, "32767": 32767,
		"http://www.opengis.net/def/crs/EPSG/0/4490": CGCS2000, "https://www.opengis.net/def/crs/EPSG/9.9.1/4546": 4546,
		"urn:ogc:def:crs:EPSG::4490": CGCS2000, "URN:OGC:DEF:CRS:epsg:9.9.1:32649": 32649,
		"http://www.opengis.net/def/crs/OGC/1.3/CRS84": WGS84, "http://www.opengis.net/def/crs/OGC/0/CRS84": WGS84, "urn:ogc:def:crs:OGC:1.3:CRS84": WGS84,
	} {
		if got, err := Parse(text); err != nil || got != want {
			t.Errorf("%s: got %v, %v", text, got, err)
		}
	}
}

func TestNameThatIsNotKnownIsToldWhatIs(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "EPSG:", "04546", "+4546", "EPSG:EPSG:4326", "1", "2", "0", "1023", "32768", "EPSG:70082", " 4326", "WGS", "GCJ-2",
		"urn:ogc:def:crs:EPSG:4490", "urn:ogc:def:crs:EPSG::", "urn:ogc:def:crs:::4490", "urn:ogc:def:crs:OGC::CRS83", "urn:ogc:def:crs:ESRI::102569",
		"http://www.opengis.net/def/crs/EPSG/4490", "http://www.opengis.net/def/crs/EPSG/0/4490/", "http://example.org/def/crs/EPSG/0/4490"} {
		_, err := Parse(text)
		var unknown *UnknownError
		if !errors.As(err, &unknown) || *unknown != (UnknownError{Text: text}) {
			t.Errorf("%q: got %v", text, err)
			continue
		}
		for _, said := range []string{unknown.Error(), unknown.ZH()} {
			if !strings.Contains(said, "4554") || !strings.Contains(said, "GCJ-02") || !strings.Contains(said, "EPSG:32649") {
				t.Errorf("%q: %s", text, said)
			}
		}
	}
}

func TestLongNameIsNotRepeatedWhole(t *testing.T) {
	t.Parallel()
	e := UnknownError{Text: strings.Repeat("很", 5000)}
	if len(e.Error()) > 700 || len(e.ZH()) > 700 {
		t.Errorf("%d and %d bytes", len(e.Error()), len(e.ZH()))
	}
}

func TestOldNationalDatumsAreRefusedByNameAndTellTheCure(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]DatumError{
		"EPSG:2434": {2434, "Beijing 1954", "1954 北京坐标系"}, "4214": {4214, "Beijing 1954", "1954 北京坐标系"},
		"urn:ogc:def:crs:EPSG::2382": {2382, "Xian 1980", "1980 西安坐标系"}, "4610": {4610, "Xian 1980", "1980 西安坐标系"},
		"4555": {4555, "New Beijing (Beijing 1954 adjusted)", "新 1954 北京坐标系"},
	} {
		_, err := Parse(text)
		var got *DatumError
		if !errors.As(err, &got) || *got != want || !strings.Contains(got.Error(), want.Datum) || !strings.Contains(got.Error(), "survey bureau") ||
			!strings.Contains(got.ZH(), want.zh) || !strings.Contains(got.ZH(), "CGCS2000") {
			t.Errorf("%s: got %v", text, err)
		}
	}
}

func TestWhatIsComputedHereIsToldFromWhatPROJConverts(t *testing.T) {
	t.Parallel()
	computed := 0
	for n := range 1 << 16 {
		s := System(n)
		_, err := s.ToWGS84(111.285, 30.705)
		var unknown *UnknownError
		if errors.As(err, &unknown) == s.Computed() {
			t.Errorf("%v: computed %v, %v", s, s.Computed(), err)
		}
		if s.Computed() {
			computed++
		}
	}
	if computed != 4+64 {
		t.Errorf("%d systems are computed", computed)
	}
	for s, want := range map[System]int{GCJ02: 0, BD09: 0, WGS84: 4326, 32649: 32649} {
		if s.Number() != want {
			t.Errorf("%v is number %d of EPSG", s, s.Number())
		}
	}
}

func TestNumbersThatPROJCouldNotPlaceAreNamedWithTheOrderToWrite(t *testing.T) {
	t.Parallel()
	e := NowhereError{32649, 527254.5, 3.3e8}
	if got, want := e.Error(), "x 527254.5, y 330000000 is no position in EPSG:32649: write x (east or longitude) first, "+
		"then y (north or latitude), in the unit of that system"; got != want {
		t.Errorf("got %s", got)
	}
	if got, want := e.ZH(), "x 527254.5、y 330000000 不是 EPSG:32649 中的位置：请先写 x（东坐标或经度），后写 y（北坐标或纬度），用该坐标系的单位"; got != want {
		t.Errorf("got %s", got)
	}
}

func TestSystemThatIsNotComputedConvertsNothing(t *testing.T) {
	t.Parallel()
	for _, s := range []System{0, 3, 3857, 4555} {
		_, err := s.ToWGS84(111, 30)
		var unknown *UnknownError
		if !errors.As(err, &unknown) {
			t.Errorf("%d: got %v", s, err)
		}
	}
}

func TestDegreesOfCGCS2000AreTakenAsTheyAre(t *testing.T) {
	t.Parallel()
	for _, s := range []System{WGS84, CGCS2000} {
		if got, err := s.ToWGS84(111.2846, 30.7012); err != nil || got != (orb.Point{111.2846, 30.7012}) {
			t.Errorf("%v: got %v, %v", s, got, err)
		}
	}
}

func TestNumbersThatAreNoPositionAreToldWhatTheyLookLike(t *testing.T) {
	t.Parallel()
	nan, inf := math.NaN(), math.Inf(1)
	east := func(s System, v float64) RangeError {
		z, _ := s.zone()
		return RangeError{System: s, Axis: geo.AxisLon, Value: v, Min: z.easting() - 350_000, Max: z.easting() + 350_000}
	}
	north := func(s System, v float64) RangeError {
		return RangeError{System: s, Axis: geo.AxisLat, Value: v, Max: 6_700_000}
	}
	with := func(e RangeError, swapped bool, instead System) RangeError {
		e.Swapped, e.Instead = swapped, instead
		return e
	}
	for _, c := range []struct {
		system System
		x, y   float64
		want   RangeError
		says   string
	}{
		{4546, 3397646, 527245, with(east(4546, 3397646), true, 0), "swapped: write east first"},
		{4525, 3397646, 37527245, with(east(4525, 3397646), true, 0), "swapped"},
		{4525, 527245, 3397646, with(east(4525, 527245), false, 4546), "write 37 before the easting, or name EPSG:4546"},
		{4497, 527245, 3397646, with(east(4497, 527245), false, 4508), "write 19 before the easting, or name EPSG:4508"},
		{4546, 37527245, 3397646, with(east(4546, 37527245), false, 4525), "zone prefix 37: name EPSG:4525"},
		{4546, 38527245, 3397646, with(east(4546, 38527245), false, 4526), "zone prefix 38: name EPSG:4526"},
		{4525, 19527245, 3397646, with(east(4525, 19527245), false, 4497), "zone prefix 19: name EPSG:4497"},
		{4546, 3397646, 37527245, with(east(4546, 3397646), true, 4525), "swapped: write east first, then north; the easting begins"},
		{4525, 3397646, 527245, with(east(4525, 3397646), true, 4546), "swapped: write east first, then north; the zone prefix is missing"},
		{4546, 111.28, 30.7, with(east(4546, 111.28), false, CGCS2000), "look like degrees: name EPSG:4490"},
		{4546, 30.7, 111.28, with(east(4546, 30.7), true, CGCS2000), "swapped"},
		{4546, 500000, -1, north(4546, -1), "y (north) -1 is not within [0, 6700000] of EPSG:4546"},
		{4546, 500000, 6700001, north(4546, 6700001), "6700001"},
		{4546, 1e300, -1e300, east(4546, 1e300), "1e+300"},
		{4546, nan, 3397646, east(4546, nan), "NaN"},
		{4546, 500000, nan, north(4546, nan), "NaN"},
		{4546, inf, inf, east(4546, inf), "+Inf"},
		{4546, -inf, 1, east(4546, -inf), "-Inf"},
		{GCJ02, 0, 0, RangeError{System: GCJ02, Axis: geo.AxisLon, Min: 72.004, Max: 137.8347}, "x (east) 0 is not within [72.004, 137.8347] of GCJ-02"},
		{BD09, 111, 60, RangeError{System: BD09, Axis: geo.AxisLat, Value: 60, Min: 0.8293, Max: 55.8271}, "y (north) 60"},
		{GCJ02, 40, 80, RangeError{System: GCJ02, Axis: geo.AxisLon, Value: 40, Min: 72.004, Max: 137.8347, Swapped: true}, "swapped"},
	} {
		_, err := c.system.ToWGS84(c.x, c.y)
		var got *RangeError
		if !errors.As(err, &got) {
			t.Errorf("%v %v %v: got %v", c.system, c.x, c.y, err)
			continue
		}
		if fmt.Sprint(*got) != fmt.Sprint(c.want) || !strings.Contains(got.Error(), c.says) || len(got.ZH()) == 0 { // as text, for NaN
			t.Errorf("%v %v %v: got %+v: %v, want %+v: %s", c.system, c.x, c.y, *got, got, c.want, c.says)
		}
	}
}

func TestFaultIsToldInChinese(t *testing.T) {
	t.Parallel()
	_, err := System(4525).ToWGS84(3397646, 527245)
	var got *RangeError
	if want := "东坐标 x 3397646 不在 EPSG:4525 的 [37150000, 37850000] 范围内；两个坐标可能写反：应先写东坐标，后写北坐标；" +
		"缺少带号：请在东坐标前加 37，或写 EPSG:4546"; !errors.As(err, &got) || got.ZH() != want {
		t.Errorf("got %v", got.ZH())
	}
}

func TestDegreesThatAreNoneAreRefusedInEverySystemOfDegrees(t *testing.T) {
	t.Parallel()
	for _, s := range []System{WGS84, CGCS2000, GCJ02, BD09} {
		_, err := s.ToWGS84(30.7, 111.28)
		var got *geo.PointError
		if want := (&geo.PointError{Axis: geo.AxisLat, Value: 111.28, Swapped: true}); !errors.As(err, &got) || !reflect.DeepEqual(got, want) {
			t.Errorf("%v: got %v", s, err)
		}
		for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			if _, err := s.ToWGS84(v, 30); err == nil {
				t.Errorf("%v takes %v", s, v)
			}
			if _, err := s.ToWGS84(111, v); err == nil {
				t.Errorf("%v takes %v", s, v)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"EPSG:4546", "4326", "crs84", "gcj02", "BD-09", "", "EPSG:", "99999999999999999999", "ſ", "EPSG:2434", "urn:ogc:def:crs:EPSG::4490",
		"http://www.opengis.net/def/crs/OGC/1.3/CRS84"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err != nil {
			var unknown *UnknownError
			var old *DatumError
			if !errors.As(err, &unknown) && !errors.As(err, &old) || len(err.Error()) > 1000 {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if again, err := Parse(s.String()); err != nil || again != s {
			t.Errorf("%q is %v, which is %v, %v", text, s, again, err)
		}
	})
}

func FuzzToWGS84(f *testing.F) {
	f.Add(uint16(4546), 527245.12, 3397646.51)
	f.Add(uint16(4525), 527245.12, 3397646.51)
	f.Add(uint16(GCJ02), 105.0, 35.0)
	f.Add(uint16(BD09), 72.004, 55.8271)
	f.Add(uint16(4502), math.NaN(), math.Inf(1))
	f.Fuzz(func(t *testing.T, code uint16, x, y float64) {
		for _, s := range []System{System(code), WGS84, GCJ02, BD09, six + System(code)%(past-six)} {
			p, err := s.ToWGS84(x, y)
			if err != nil {
				if err.Error() == "" || p != (orb.Point{}) {
					t.Errorf("%v %v %v: %v with %v", s, x, y, err, p)
				}
				continue
			}
			if _, err := geo.CheckPoint(p[0], p[1]); err != nil {
				t.Errorf("%v %v %v: %v", s, x, y, err)
			}
		}
	})
}
