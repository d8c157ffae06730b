package profile_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

func TestCitysOwnFilingStandardReplacesThePublishedOneUntilItIsTakenBack(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	s.apply(newTown().folder())
	published, err := s.FilingStandards(t.Context(), catalog.KindComponent, "0118")
	if err != nil || len(published) == 0 {
		t.Fatalf("%v, %v", published, err)
	}
	count := len(published)
	id := published[0].ID
	w := newTown()
	w.files["filing-standards.csv"] = standardHeader + standard(id, "0118", "4紧急工作时") + standard("市规-1", "0101", "2工作日")
	report := s.apply(w.folder())
	if len(report.Changes) != 1 || !reflect.DeepEqual(report.Changes[0].Diff, registry.Diff{Added: []string{"市规-1"}, Updated: []string{id}}) {
		t.Errorf("%+v", report.Changes)
	}
	limit, err := catalog.ParseLimit("4紧急工作时")
	if err != nil {
		t.Fatal(err)
	}
	own := catalog.FilingStandard{
		ID: id, Edition: catalog.Edition2007, Kind: catalog.KindComponent, Subclass: "0118", ConditionZH: "灯不亮", ConditionEN: "dark",
		Limit: limit, ClosingZH: "灯亮", ResponsibleUnitType: "owner_unit", Source: "市规", Confidence: "seen",
	}
	got, err := s.FilingStandards(t.Context(), catalog.KindComponent, "0118")
	if err != nil || len(got) != count || !slices.Contains(got, own) || slices.Contains(got, published[0]) {
		t.Errorf("got %+v, %v\nwant %+v in place of %+v", got, err, own, published[0])
	}
	if history := s.rows(`select id || ' ' || condition_zh || ' ' || city from filing_standard_version`); !slices.Equal(history, []string{id + " " + published[0].ConditionZH + " false"}) {
		t.Errorf("history %q", history)
	}
	if again := s.apply(w.folder()); again.Revision != 0 {
		t.Errorf("again: %+v", again)
	}
	s.apply(newTown().folder())
	back, err := s.FilingStandards(t.Context(), catalog.KindComponent, "0118")
	if err != nil || !reflect.DeepEqual(back, published) {
		t.Errorf("taken back: %+v, %v\nwant %+v", back, err, published)
	}
	if history := s.rows(`select id || ' ' || city from filing_standard_version where superseded_by = 4 order by 1`); !slices.Equal(history, []string{id + " true", "市规-1 true"}) {
		t.Errorf("history %q", history)
	}
}

func TestAFolderCannotMoveTheCityToAnotherEditionUnderItsComponents(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	s.apply(newTown().folder())
	w := newTown()
	w.edit("city.json", "cjt214-2007", "gbt30428.2-2013")
	delete(w.files, "components/lamps.csv")
	w.files["catalogue.csv"] = "kind,subclass\ncomponent,0101\nevent,0101\n"
	w.files["responsibilities.csv"] = strings.ReplaceAll(w.files["responsibilities.csv"], "0118", "0101")
	got := faultsOf(s.refuse("another edition", w.folder()))
	if len(got) != 1 || !strings.Contains(got[0], "[other_edition]") {
		t.Errorf("refused for %q", got)
	}
}
