package postgis_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"citygrid/registry/census"
)

// oneFeature is a collection of one shape of a sub-class, as GeoJSON.
func oneFeature(code, geometry string) string {
	return fmt.Sprintf(`{"type":"FeatureCollection","features":[{"type":"Feature","geometry":%s,
"properties":{"ObjID":"420502%s","ObjState":"完好","ORDate":"2011-12-31"}}]}`, geometry, code)
}

func TestTrap38WithoutAPositionTheOtherColumnsAreCheckedAllTheSame(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	for name, c := range map[string]struct {
		file, body string
		want       []string
	}{
		"null":       {"a.geojson", strings.Replace(oneFeature("0118000001", "null"), "2011-12-31", "2012-12-31", 1), []string{"1 ORDate future_date error", "1 no_position error"}},
		"no parts":   {"a.geojson", oneFeature("0118000001", `{"type":"MultiPoint","coordinates":[]}`), []string{"1 no_position error"}},
		"0, 0":       {"a.geojson", oneFeature("0118000001", `{"type":"Point","coordinates":[0,0]}`), []string{"1 no_position error"}},
		"NaN":        {"a.csv", surveyHeader + row(lamp(1), "完好", "", "NaN,NaN,", ""), []string{"2 no_position error"}},
		"empty":      {"a.csv", surveyHeader + row("1", "完好", "", ",,", ""), []string{"2 ObjID bad_code error", "2 no_position error"}},
		"0, 0 cells": {"a.csv", surveyHeader + row(lamp(1), "完好", "", "0.000,0,", ""), []string{"2 no_position error"}},
	} {
		if got := briefs(s.take(c.file, c.body)); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	s.empty()
}

func TestTrap40AHeightBeyondTheGroundIsRefusedInAShapeAsInAColumn(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	for name, c := range map[string]struct {
		file, body string
		want       []string
	}{
		"column":        {"a.csv", surveyHeader + row(lamp(1), "完好", "", "111.285,30.705,9000.5", ""), []string{"2 Height bad_number error"}},
		"point":         {"a.geojson", oneFeature("0118000001", `{"type":"Point","coordinates":[111.285,30.705,9000.5]}`), []string{"1 geometry bad_number error"}},
		"no value":      {"a.geojson", oneFeature("0118000001", `{"type":"Point","coordinates":[111.285,30.705,-9999]}`), []string{"1 geometry bad_number error"}},
		"one of a line": {"a.geojson", oneFeature("0211000001", `{"type":"LineString","coordinates":[[111.285,30.705,58],[111.286,30.705,1e308],[111.287,30.705,58]]}`), []string{"1 geometry bad_number error"}},
		"one part":      {"a.geojson", oneFeature("0118000001", `{"type":"MultiPoint","coordinates":[[111.285,30.705,-500.1]]}`), []string{"1 geometry single_part fixed", "1 geometry bad_number error"}},
		"a feature a line": {"a.geojsonl", `{"type":"Feature","geometry":{"type":"Point","coordinates":[111.285,30.705,1e6]},"properties":{"ObjID":"4205020118000001","ObjState":"完好","ORDate":"2011-12-31"}}` + "\n",
			[]string{"1 geometry bad_number error"}},
	} {
		r := s.take(c.file, c.body)
		if got := briefs(r); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		} else if is := r.Issues[len(r.Issues)-1]; !strings.Contains(is.Message.EN, "in metres, from -500 to 9000") || !strings.Contains(is.Message.ZH, "-500 至 9000") {
			t.Errorf("%s: %+v", name, is)
		}
	}
	s.empty()
	r := s.take("ends.geojson", oneFeature("0211000001", `{"type":"LineString","coordinates":[[111.285,30.705,-500],[111.286,30.705,9000]]}`))
	if r.Batch.Counts.Created != 1 || len(r.Issues) != 0 {
		t.Errorf("%+v %q", r.Batch, briefs(r))
	}
}

func TestTrap39AShapeThatIsNotTheSubclassesIsTakenWithAWarning(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	for _, c := range []struct{ code, geometry, want string }{
		{"0118000001", `{"type":"LineString","coordinates":[[111.281,30.701],[111.282,30.701]]}`, "the sub-class is usually a point, this is a line"},
		{"0118000002", `{"type":"Polygon","coordinates":[[[111.283,30.701],[111.284,30.701],[111.284,30.702],[111.283,30.701]]]}`, "the sub-class is usually a point, this is a polygon"},
		{"0211000003", `{"type":"Point","coordinates":[111.285,30.701]}`, "the sub-class is usually a line, this is a point"},
		{"0211000004", `{"type":"MultiLineString","coordinates":[[[111.281,30.703],[111.282,30.703]],[[111.283,30.703],[111.284,30.703]]]}`, ""},
	} {
		r := s.take("a.geojson", oneFeature(c.code, c.geometry))
		var said []string
		for _, i := range r.Issues {
			said = append(said, i.Message.EN)
		}
		if strings.Join(said, "; ") != c.want || r.Batch.Counts.Created != 1 {
			t.Errorf("%s: %q, %+v", c.code, said, r.Batch.Counts)
		}
	}
	want := []string{"LINESTRING", "POLYGON", "POINT", "MULTILINESTRING"}
	if got := s.list(`select geometrytype(geom) from component order by id`); !reflect.DeepEqual(got, want) {
		t.Errorf("stored as %v", got)
	}
}

func TestTrap40ShapesOfOnePartAreThatPartAndHeightsAreKept(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	for _, c := range []struct{ code, several, one, want string }{
		{"0118000001", `{"type":"MultiPoint","coordinates":[[111.281,30.701,58.5]]}`, `{"type":"Point","coordinates":[111.281,30.701,58.5]}`, "POINT Z (111.281 30.701 58.5)"},
		{"0211000001", `{"type":"MultiLineString","coordinates":[[[111.281,30.702,58.5],[111.282,30.702,59]]]}`,
			`{"type":"LineString","coordinates":[[111.281,30.702,58.5],[111.282,30.702,59]]}`, "LINESTRING Z (111.281 30.702 58.5,111.282 30.702 59)"},
		{"0301000001", `{"type":"MultiPolygon","coordinates":[[[[111.281,30.703],[111.282,30.703],[111.282,30.704],[111.281,30.703]]]]}`,
			`{"type":"Polygon","coordinates":[[[111.281,30.703],[111.282,30.703],[111.282,30.704],[111.281,30.703]]]}`, "POLYGON((111.281 30.703,111.282 30.703,111.282 30.704,111.281 30.703))"},
	} {
		r := s.take("a.geojson", oneFeature(c.code, c.several))
		if got := briefs(r); !reflect.DeepEqual(got, []string{"1 geometry single_part fixed"}) || !strings.HasPrefix(r.Issues[0].Value, "Multi"+r.Issues[0].Instead) {
			t.Errorf("%s: %v", c.code, r.Issues)
		}
		if got := s.list(`select st_astext(geom) from component where code = '420502' || $1`, c.code); !reflect.DeepEqual(got, []string{c.want}) {
			t.Errorf("stored as %q, want %q", got, c.want)
		}
		if r := s.take("b.geojson", oneFeature(c.code, c.one)); r.Batch.Counts != (census.Counts{Unchanged: 1}) || len(r.Issues) != 0 {
			t.Errorf("%s as one: %+v, %v", c.code, r.Batch.Counts, r.Issues)
		}
	}
	// A fourth number is a measure to some programs and a time to others: RFC 7946 advises against it.
	if got := briefs(s.take("m.geojson", oneFeature("0118000002", `{"type":"Point","coordinates":[111.281,30.701,58.5,7]}`))); !reflect.DeepEqual(got, []string{"1 bad_feature error"}) {
		t.Errorf("four numbers: %q", got)
	}
}

func TestTrap41RingsAreRefusedOrTakenForWhatTheyEnclose(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	ring := func(positions ...string) string {
		return oneFeature("0301000001", `{"type":"Polygon","coordinates":[[[`+strings.Join(positions, "],[")+`]]]}`)
	}
	const a, b, c, d = "111.281,30.701", "111.282,30.701", "111.282,30.702", "111.281,30.702"
	for name, body := range map[string]string{
		"not closed": ring(a, b, c, d), "three positions": ring(a, b, a), "crosses itself": ring(a, c, b, d, a),
		"encloses nothing": ring(a, b, c, b, a), "a spike": ring(a, b, c, "111.283,30.703", c, d, a),
		"a hole beside it": oneFeature("0301000001", `{"type":"Polygon","coordinates":[[[`+a+`],[`+b+`],[`+c+`],[`+d+`],[`+a+`]],[[111.285,30.705],[111.286,30.705],[111.286,30.706],[111.285,30.705]]]}`),
	} {
		if got := briefs(s.take("a.geojson", body)); !reflect.DeepEqual(got, []string{"1 bad_geometry error"}) {
			t.Errorf("%s: %q", name, got)
		}
	}
	s.empty()
	for name, body := range map[string]string{"clockwise": ring(a, d, c, b, a), "a position twice": ring(a, b, b, c, d, a), "as it should be": ring(a, b, c, d, a)} {
		if r := s.take("a.geojson", body); r.Errors != 0 || r.Batch.State != census.Promoted {
			t.Errorf("%s: %v", name, r.Issues)
		}
		if n := s.count(`select round(st_area(geom::geography)) from component`); n != 10621 {
			t.Errorf("%s: %d square metres", name, n)
		}
	}
	// The same border from another position on is the same place, and run the other way it is the same to the byte.
	for body, kind := range map[string]census.ChangeKind{ring(b, c, d, a, b): census.ChangeFormatOnly, ring(a, d, c, b, a): census.ChangeUnchanged} {
		s.take("right.geojson", ring(a, b, c, d, a))
		b := s.stageAs("a.geojson", body)
		if d, err := s.store.Difference(t.Context(), b.ID, census.Scope{}); err != nil || d.Total(kind) != 1 {
			t.Errorf("%s: %v, %+v", kind, err, d)
		}
		if err := s.store.RejectBatch(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
}

// stageAs stages a file of any name that must be taken.
func (s *survey) stageAs(name, body string) census.Batch {
	s.t.Helper()
	c, err := census.New(s.config)
	if err != nil {
		s.t.Fatal(err)
	}
	format, err := census.FormatOf(name)
	if err != nil {
		s.t.Fatal(err)
	}
	r, err := c.Stage(s.t.Context(), census.File{Name: name, Format: format, Body: strings.NewReader(body)})
	if err != nil || r.Batch.State != census.Staged {
		s.t.Fatalf("%v, %+v", err, r)
	}
	return r.Batch
}

func TestTrap42WhatIsOutsideIsRefusedAndAnotherCellThanStatedIsTold(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.config.Accept = census.AcceptGood
	r := s.take("a.csv", "ObjID,ObjState,ORDate,BGID,Lon,Lat\n"+
		lamp(1)+",完好,2011-12-31,420502001001001,111.295,30.705\n"+ // in the cell east of it
		lamp(2)+",完好,2011-12-31,,111.5,30.705\n"+
		lamp(3)+",完好,2011-12-31,,111.305,30.705\n"+ // in the city, and no cell was drawn there
		lamp(4)+",完好,2011-12-31,420502001001001,111.285,30.705\n")
	want := []string{"2 BGID grid_differs warning", "3 outside_extent error", "4 outside_all_cells error"}
	if got := briefs(r); !reflect.DeepEqual(got, want) || !strings.Contains(r.Issues[0].Message.EN, "420502001001002, which is taken") {
		t.Errorf("%q: %v", got, r.Issues)
	}
	if got := s.list(`select grid, stated_grid from component order by code`); !reflect.DeepEqual(got, []string{"420502001001002 420502001001001", "420502001001001 420502001001001"}) {
		t.Errorf("stored %q", got)
	}
}
