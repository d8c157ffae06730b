package postgis_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// shapesAt writes a collection of features, each "code kind positions".
func shapesAt(rows ...string) string {
	var features []string
	for _, row := range rows {
		f := strings.Fields(row)
		depth := map[string][2]string{"LineString": {"[", "]"}, "Polygon": {"[[", "]]"}, "MultiLineString": {"[[", "]]"}}[f[1]]
		features = append(features, fmt.Sprintf(`{"type":"Feature","geometry":{"type":%q,"coordinates":%s%s%s},"properties":{"ObjID":"420502%s","ObjState":"完好","ORDate":"2011-12-31"}}`,
			f[1], depth[0], strings.Join(f[2:], ","), depth[1], f[0]))
	}
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",\n") + `]}`
}

func square(x, y, side float64) string {
	return fmt.Sprintf("[%[1]f,%[2]f] [%[3]f,%[2]f] [%[3]f,%[4]f] [%[1]f,%[4]f] [%[1]f,%[2]f]", x, y, x+side, y+side)
}

// 0301 is surveyed to 1 m, 0211 to 0.5 m.
func TestTrap28LinesAndPolygonsAlmostInOnePlaceAreNamed(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	r := s.take("a.geojson", shapesAt(
		"0301000001 Polygon "+square(111.285, 30.705, 0.0002),
		"0301000002 Polygon "+square(111.286, 30.705, 0.0002),
		"0211000001 LineString [111.281,30.701] [111.282,30.701]",
	))
	if r.Batch.Counts.Created != 3 || len(nearNames(r)) != 0 {
		t.Fatalf("%+v %q", r.Batch, nearNames(r))
	}
	r = s.take("b.geojson", shapesAt(
		"0301000001 Polygon "+square(111.285, 30.705, 0.0002),                   // itself
		"0301000011 Polygon "+square(111.286003, 30.705003, 0.0002),             // surveyed twice
		"0301000012 Polygon "+square(111.28505, 30.70505, 0.0001),               // within the first, of the same centre
		"0301000013 Polygon "+square(111.2852, 30.705, 0.0002),                  // beside it
		"0301000014 LineString [111.286,30.705] [111.2862,30.7052]",             // no polygon
		"0211000011 MultiLineString [111.281002,30.701001] [111.282,30.701002]", // surveyed twice
		"0211000012 LineString [111.282,30.701] [111.283,30.701]",               // goes on from it
		"0211000013 LineString [111.2815,30.7005] [111.2815,30.7015]",           // crosses it
		"0211000014 LineString [111.281,30.70101] [111.282,30.70101]",           // runs beside it
		"0211000015 LineString [111.283,30.701] [111.282,30.701]",               // row 7 the other way round
	))
	got, want := nearNames(r), []string{
		"2 4205020301000011 warning: as large as 4205020301000002, in the registry, and 0.44 m from its centre, of the same sub-class, which is surveyed to 1 m",
		"6 4205020211000011 warning: as large as 4205020211000001, in the registry, and 0.19 m from its centre, of the same sub-class, which is surveyed to 0.5 m",
		"10 4205020211000015 warning: as large as 4205020211000012, row 7, and 0.00 m from its centre, of the same sub-class, which is surveyed to 0.5 m",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, i := range r.Issues {
		if i.Code == "near_duplicate" && !strings.Contains(i.Message.ZH, "外框中心相距") {
			t.Errorf("in Chinese: %s", i.Message.ZH)
		}
	}
}

// What is refused for its shape is compared with nothing.
func TestTrap28PolygonsThatAreRefusedAreNotCompared(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.config.Accept = "good"
	r := s.take("a.geojson", shapesAt(
		"0301000001 Polygon "+square(111.285, 30.705, 0.0002),
		"0301000002 Polygon [111.285,30.705] [111.2852,30.7052] [111.2852,30.705] [111.285,30.7052] [111.285,30.705]",
	))
	if got := briefs(r); !reflect.DeepEqual(got, []string{"2 bad_geometry error"}) || r.Batch.Counts.Created != 1 {
		t.Errorf("%q, %+v", got, r.Batch)
	}
}
