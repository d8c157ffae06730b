package postgis_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"citygrid/geo/crs"
	"citygrid/registry"
	"citygrid/registry/census"
)

func TestWhatACrewSaidIsKeptAndGivesWayToWhatIsSaidNow(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	ctx, later := t.Context(), surveyedAt.Add(time.Hour)
	if _, err := s.store.Crew(ctx, "三队"); registry.KindOf(err) != registry.NotFound {
		t.Errorf("%v", err)
	}
	remember := func(at time.Time, f census.File, applied ...census.Answer) {
		t.Helper()
		if err := s.store.RememberCrew(ctx, "三队", f.Saying(applied, at, "ling"), at); err != nil {
			t.Fatal(err)
		}
	}
	remember(surveyedAt, census.File{
		Answers:  map[string]string{"unit.市政处": "U03", "state.好": "完好", "unit.其他": "U04", "*": "refuse"},
		Columns:  map[string]string{"灯号": "ObjID"},
		Encoding: census.GB18030, Sheets: []string{"一", "二"}, CRS: crs.GCJ02,
	}, census.Answer{Key: "unit.市政处", Value: "U03"}, census.Answer{Key: "state.好", Value: "完好"}, census.Answer{Key: "state.remembered", Value: "完好"})
	remember(later, census.File{Answers: map[string]string{"state.好": "破损"}}, census.Answer{Key: "state.好", Value: "破损"})
	remember(later, census.File{})

	said := func(value string, at time.Time) census.Said { return census.Said{Value: value, At: at, Actor: "ling"} }
	want := census.Crew{Name: "三队", UpdatedAt: later, Said: map[string]census.Said{
		"unit.市政处": said("U03", surveyedAt), "state.好": said("破损", later), "option.column.灯号": said("ObjID", surveyedAt),
		"encoding": said("GB18030", surveyedAt), "option.sheets": said("一\n二", surveyedAt), "option.crs": said(crs.GCJ02.String(), surveyedAt),
	}}
	got, err := s.store.Crew(ctx, "三队")
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v, %v\nwant %+v", got, err, want)
	}
	if all, err := s.store.Crews(ctx); err != nil || !reflect.DeepEqual(all, []census.Crew{want}) {
		t.Errorf("%+v, %v", all, err)
	}
	f, err := got.Applied(census.File{Answers: map[string]string{"state.好": "丢失"}, Columns: map[string]string{"灯号": ""}, Sheets: []string{"三"}})
	if wantFile := (census.File{
		Answers: map[string]string{"unit.市政处": "U03", "state.好": "丢失", "encoding": "GB18030"},
		Columns: map[string]string{"灯号": ""}, Sheets: []string{"三"}, CRS: crs.GCJ02,
	}); err != nil || !reflect.DeepEqual(f, wantFile) {
		t.Errorf("got  %+v, %v\nwant %+v", f, err, wantFile)
	}

	if err := s.store.ForgetCrew(ctx, "三队", "unit.没有", later); registry.KindOf(err) != registry.NotFound {
		t.Errorf("%v", err)
	}
	for _, key := range []string{"encoding", ""} {
		if err := s.store.ForgetCrew(ctx, "三队", key, later); err != nil {
			t.Fatal(err)
		}
		got, _ := s.store.Crew(ctx, "三队")
		if _, there := got.Said["encoding"]; there || len(got.Said) != map[string]int{"encoding": 5, "": 0}[key] {
			t.Errorf("after %q: %+v", key, got)
		}
	}
	for _, name := range []string{"", " 三队", "三\n队", strings.Repeat("队", 27), "\xff"} {
		if err := census.CheckCrew(name); registry.KindOf(err) != registry.Invalid {
			t.Errorf("%q: %v", name, err)
		}
	}
}
