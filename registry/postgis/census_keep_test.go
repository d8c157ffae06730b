package postgis_test

import (
	"strings"
	"testing"

	"citygrid/registry"
	"citygrid/registry/census"
)

// what lists what a file may be silent about.
const what = `
select name, dept1_code, dept1_name, dept2_code, dept2_name, dept3_code, dept3_name, stated_grid, changed_on::text, data_source, note,
    extra::text, st_asewkt(geom), state
from component order by code`

const fullHeader = "ObjID,ObjName,DeptCode1,DeptName1,DeptCode2,DeptName2,DeptCode3,DeptName3,BGID,ObjState,ORDate,CHDate,DataSource,Note,Lon,Lat,Height,Material,Colour\n"

func TestTrap51WhatAFileIsSilentAboutStaysAsItIs(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	full := fullHeader + lamp(1) + ",路灯,U04,路灯处,U04,甲,U04,乙,420502001001001,完好,2011-12-31,2012-01-01,实测,备注,111.285,30.705,58.5,钢,灰\n"
	s.take("full.csv", full)
	before := s.list(what)[0]

	brief := "ObjID,ObjState,ORDate,Lon,Lat\n" + lamp(1) + ",完好,2011-12-31,111.285,30.705\n"
	if r := s.take("brief.csv", brief); r.Batch.Counts != (census.Counts{Unchanged: 1}) || s.list(what)[0] != before {
		t.Errorf("%+v\n%s\nnot\n%s", r.Batch.Counts, s.list(what)[0], before)
	}
	broken := "ObjID,ObjState,ORDate,Lon,Lat,Note,Colour,Pole\n" + lamp(1) + ",破损,2011-12-31,111.285,30.705,,,7\n"
	s.take("broken.csv", broken)
	want := `路灯 U04 路灯处 U04 甲 U04 乙 420502001001001 2012-01-01 实测  {"Pole": "7", "Material": "钢"} SRID=4326;POINT(111.285 30.705 58.5) 破损`
	if got := s.list(what)[0]; got != want {
		t.Errorf("an empty cell clears, a missing column does not:\n%s\nnot\n%s", got, want)
	}
	s.config.Whole = true
	s.take("whole.csv", brief)
	want = `路灯        <nil>   <nil> SRID=4326;POINT(111.285 30.705) 完好`
	if got := s.list(what)[0]; got != want {
		t.Errorf("of a file that is all there is to say:\n%s\nnot\n%s", got, want)
	}
}

// What is kept is what the component has when the batch is promoted, not what it had when the file was checked.
func TestTrap51AnEditBesideAPreviewIsKept(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.take("first.csv", surveyHeader+row(lamp(1), "完好", "old", "111.285,30.705,58.5", "钢"))
	b := s.stage("ObjID,ObjState,ORDate,Lon,Lat\n" + lamp(1) + ",破损,2011-12-31,111.285,30.705\n")
	s.take("edit.csv", surveyHeader+row(lamp(1), "完好", "new", "111.285,30.705,60", "木"))
	counts, _, err := s.store.PromoteStaged(t.Context(), registry.Act{Actor: "crew", Reason: "late", At: surveyedAt}, b)
	if err != nil || counts != (census.Counts{Updated: 1}) {
		t.Fatalf("%+v, %v", counts, err)
	}
	want := `破损 new {"Material": "木"} 60`
	if got := s.list(`select state, note, extra::text, st_z(geom) from component`)[0]; got != want {
		t.Errorf("%s, not %s", got, want)
	}
}

func TestTrap51EmptyCellsKeepOrClearAsTheImportIsTold(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	full := fullHeader + lamp(1) + ",路灯,U04,路灯处,U04,甲,U04,乙,420502001001001,完好,2011-12-31,2012-01-01,实测,备注,111.285,30.705,58.5,钢,灰\n"
	s.take("full.csv", full)
	before := s.list(what)[0]
	blank := fullHeader + lamp(1) + ",,,,,,,,,完好,2011-12-31,, ,,111.285,30.705,,,\n"
	stage := func(keep bool, body string) census.Report {
		t.Helper()
		c, err := census.New(s.config)
		if err != nil {
			t.Fatal(err)
		}
		r, err := c.Stage(t.Context(), census.File{Name: "blank.csv", Format: census.FormatCSV, KeepBlank: keep, Body: strings.NewReader(body)})
		if err != nil || r.Batch.State != census.Staged {
			t.Fatalf("%v, %+v", err, r)
		}
		return r
	}
	for _, c := range []struct {
		keep          bool
		body          string
		unchanged     int64
		cleared, says int
	}{
		{true, blank, 1, 0, 1}, {false, blank, 0, 12, 0}, {true, strings.Replace(blank, ",,,,,,,,,完好", ",,,,,无,,,,完好", 1), 0, 2, 1},
	} {
		r := stage(c.keep, c.body)
		d, err := s.store.Difference(t.Context(), r.Batch.ID, census.Scope{})
		if err != nil {
			t.Fatal(err)
		}
		cleared := 0
		for _, column := range d.Columns {
			cleared += int(column.Cleared)
		}
		if cleared != c.cleared || d.Total(census.ChangeUnchanged) != c.unchanged || len(r.Recognised) != 1+c.says {
			t.Errorf("keep %v: %+v, recognised %v", c.keep, d, r.Recognised)
		}
		if c.unchanged == 1 {
			if _, _, err := s.store.PromoteStaged(t.Context(), registry.Act{Actor: "crew", Reason: "kept", At: surveyedAt}, r.Batch); err != nil || s.list(what)[0] != before {
				t.Errorf("%v: %s, not %s", err, s.list(what)[0], before)
			}
		} else if err := s.store.RejectBatch(t.Context(), r.Batch); err != nil {
			t.Fatal(err)
		}
	}
}

// A name belongs to its code: it does not stay beside another.
func TestTrap51TheNameOfADepartmentStaysWithItsCodeAlone(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.take("full.csv", surveyHeader+row(lamp(1), "完好", "", "111.285,30.705,", ""))
	const position = ",完好,2011-12-31,111.285,30.705\n"
	departments := func() string { return s.list(`select dept1_code, dept1_name from component`)[0] }
	for _, c := range []struct{ columns, cells, want string }{
		{"DeptCode1", "U04", "U04 市路灯管理处"},
		{"DeptCode1", "U03", "U03 "},
		{"DeptName1", "市路灯管理处", "U04 市路灯管理处"},
		{"DeptName1", "江边某公司", "U04 江边某公司"},
	} {
		s.take("brief.csv", "ObjID,"+c.columns+",ObjState,ORDate,Lon,Lat\n"+lamp(1)+","+c.cells+position)
		if got := departments(); got != c.want {
			t.Errorf("%s %s: %s, not %s", c.columns, c.cells, got, c.want)
		}
	}
}
