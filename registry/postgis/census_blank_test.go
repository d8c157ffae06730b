package postgis_test

import (
	"reflect"
	"strings"
	"testing"

	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
)

// asAbove is a table in which only the first rows of a run say state and day.
const asAbove = "ObjID,ObjState,ORDate,Lon,Lat\n" +
	"4205020118000001,完好,2011-12-30,111.281,30.705\n" +
	"4205020118000002,,,111.282,30.705\n" +
	"4205020118000003,同上,2011-12-31,111.283,30.705\n" +
	"4205020118000004,破损,〃,111.284,30.705\n"

func TestTrap16EmptyCellsBelowFilledOnesAreAskedOnceForEachColumn(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	for _, f := range []struct{ name, body, sheet, zh string }{{"a.csv", asAbove, "", ""}, {"a.xlsx", workbookOf(t, asAbove, asAbove[:strings.Index(asAbove, "\n")+1]), " (一)", " (一)"}} {
		r := s.asked(f.name, f.body)
		if got := keys(r); !reflect.DeepEqual(got, []string{"blank.ObjState 2", "blank.ORDate 2"}) || r.Batch.State != census.NeedsAnswers || r.Batch.Bad != 3 {
			t.Fatalf("%s: %q %+v", f.name, got, r)
		}
		if got, want := r.Questions[0].Evidence, []catalog.Text{
			{ZH: "2 行，首见于第 3 行" + f.zh + "，其上为“完好”", EN: "2 rows, first in row 3" + f.sheet + ", below 完好"},
		}; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: the evidence is %+v", f.name, got)
		}
		if _, err := s.answered(f.name, f.body, "blank.ObjState=完好"); registry.KindOf(err) != registry.Invalid {
			t.Errorf("%v", err)
		}
		s.empty()
	}
	if r := s.asked("a.csv", asAbove, "blank.ObjState=above", "blank.ORDate=refuse"); r.Batch.State != census.Rejected || r.Batch.Bad != 2 {
		t.Errorf("%+v", r)
	}
	r := s.asked("a.csv", asAbove, "blank.ObjState=above", "blank.ORDate=above")
	if want := []string{"3 ObjState answered fixed", "3 ORDate answered fixed", "4 ObjState answered fixed", "5 ORDate answered fixed"}; !reflect.DeepEqual(briefs(r), want) ||
		r.Batch.Counts.Created != 4 {
		t.Errorf("%q, %+v", briefs(r), r)
	}
	got := s.list(`select code, state, to_char(first_surveyed, 'YYYY-MM-DD') from component order by code`)
	want := []string{"4205020118000001 完好 2011-12-30", "4205020118000002 完好 2011-12-30", "4205020118000003 完好 2011-12-31", "4205020118000004 破损 2011-12-31"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if r := s.asked("a.xlsx", workbookOf(t, asAbove), "blank.ObjState=above", "blank.ORDate=above"); r.Batch.Counts.Unchanged != 4 {
		t.Errorf("%+v", r)
	}
}

// What nothing stands above, what stands below something wrong, and what says "none" in words is no question; nor is a row that is refused anyway.
func TestTrap16WhatHasNothingAboveIsMissing(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	const header = "ObjID,ObjState,ORDate,Lon,Lat\n"
	const good = "4205020118000001,完好,2011-12-30,111.281,30.705\n"
	for name, body := range map[string]string{
		"the first row":              header + "4205020118000001,,2011-12-30,111.281,30.705\n",
		"below a wrong date":         header + strings.Replace(good, "2011-12-30", "1.1", 1) + "4205020118000002,完好,,111.282,30.705\n",
		"a word for nothing":         header + good + "4205020118000002,无,2011-12-30,111.282,30.705\n",
		"a row that is wrong anyway": header + good + "4205020118000002,,2011-12-30,121.282,30.705\n",
	} {
		if r := s.asked("a.csv", body); r.Batch.State != census.Rejected || len(r.Questions) != 0 {
			t.Errorf("%s: %+v", name, r)
		}
		if r := s.asked("a.csv", body, "blank.ObjState=above", "blank.ORDate=above"); r.Batch.State != census.Rejected {
			t.Errorf("%s: %+v", name, r)
		}
	}
	other := header + "4205020118000002,,2011-12-30,111.282,30.705\n"
	if r := s.asked("a.xlsx", workbookOf(t, header+good, other)); r.Batch.State != census.Rejected {
		t.Errorf("on another sheet: %+v", r)
	}
}

func TestTrap26AGUIDIsNeverAKey(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.config.Accept = census.AcceptGood
	const header = "ObjID,ObjState,ORDate,Lon,Lat\n"
	file := header + "{6F9619FF-8B86-D011-B42D-00C04FC964FF},完好,2011-12-30,111.281,30.705\n6f9619ff8b86d011b42d00c04fc964ff,完好,2011-12-30,111.282,30.705\n" +
		"4205020118000001,完好,2011-12-30,111.283,30.705\n"
	r := s.asked("a.csv", file)
	if got, want := briefs(r), []string{"2 ObjID guid error", "3 ObjID guid error", "0 ObjID guid warning"}; !reflect.DeepEqual(got, want) || r.Batch.Counts.Created != 1 {
		t.Errorf("%q, %+v", got, r)
	}
	if m := r.Issues[0].Message; !strings.Contains(m.EN, "--column 'NAME=ObjID'") || !strings.Contains(m.ZH, "16 位标识码") {
		t.Errorf("%+v", m)
	}
	// A column of GUIDs is not proposed for the code, and answered it stays refused.
	const poles = "GlobalID,灯号,ObjState,ORDate,Lon,Lat\n6f9619ff-8b86-d011-b42d-00c04fc964ff,4205020118000002,完好,2011-12-30,111.282,30.705\n"
	if got := keys(s.asked("b.csv", poles)); !reflect.DeepEqual(got, []string{"column.ObjID 0 灯号"}) {
		t.Errorf("%q", got)
	}
	if r := s.asked("b.csv", poles, "column.ObjID=GlobalID"); r.Batch.State != census.Rejected {
		t.Errorf("%+v", r)
	}
}
