package postgis_test

import (
	"fmt"
	"strings"
	"testing"

	"citygrid/registry"
	"citygrid/registry/census"
)

// same counts the staged rows of a batch that were known to be equal without being compared.
func (s *survey) same(b census.Batch) int {
	return s.count(`select count(*) from import_match_` + strings.ReplaceAll(b.ID.String(), "-", "") + ` where same`)
}

func TestEqualRowIsKnownByItsDigestUntilSomethingElseWritesTheComponent(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	file := surveyHeader + row(lamp(1), "完好", "old", "111.285,30.705,58.5", "钢") + row(lamp(2), "完好", "old", "111.286,30.705,58.5", "")
	s.take("a.csv", file)
	if n := s.same(s.stage(file)); n != 2 {
		t.Fatalf("%d of 2 rows are known", n)
	}
	// A writer that knows nothing of digests gives the row its own change, as all do.
	if _, err := s.db.Exec(t.Context(), `update component set note = 'by hand', change_id = change_id + 1 where code = $1`, lamp(1)); err != nil {
		t.Fatal(err)
	}
	b := s.stage(file)
	if n := s.same(b); n != 1 {
		t.Errorf("%d rows are known, want the second alone", n)
	}
	if counts := s.promoted(b); counts != (census.Counts{Updated: 1, Unchanged: 1}) {
		t.Errorf("%+v", counts)
	}
	other := strings.Replace(file, "old", "new", 1)
	for _, delivery := range []string{other, file, other} {
		if r := s.take("b.csv", delivery); r.Batch.Counts != (census.Counts{Updated: 1, Unchanged: 1}) {
			t.Errorf("%+v", r.Batch.Counts)
		}
	}
	if got := s.list(`select note from component order by code`); fmt.Sprint(got) != "[new old]" {
		t.Errorf("%q", got)
	}
}

// What was imported before there were digests is compared.
func TestRowsOfAnOlderVersionAreCompared(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	file := surveyHeader + row(lamp(1), "完好", "old", "111.285,30.705,58.5", "钢") + row(lamp(2), "完好", "old", "111.286,30.705,58.5", "")
	s.take("a.csv", file)
	if _, err := s.db.Exec(t.Context(), `update component_code set digest = null, change_id = null`); err != nil {
		t.Fatal(err)
	}
	if r := s.take("a.csv", strings.Replace(file, "old", "new", 1)); r.Batch.Counts != (census.Counts{Updated: 1, Unchanged: 1}) {
		t.Errorf("%+v", r.Batch.Counts)
	}
	if r := s.take("a.csv", strings.Replace(file, "old", "new", 1)); r.Batch.Counts != (census.Counts{Unchanged: 2}) {
		t.Errorf("%+v", r.Batch.Counts)
	}
}

func TestAPreviewIsComparedWithTheComponentsAsTheyAreNow(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	b := s.stage(surveyHeader + row(lamp(1), "完好", "a", "111.285,30.705,58.5", "") + row(lamp(2), "完好", "b", "111.286,30.705,58.5", ""))
	kinds := func() string {
		d, err := s.store.Difference(t.Context(), b.ID, census.Scope{})
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(d.Kinds)
	}
	if got := kinds(); got != "[{0118 created 2}]" {
		t.Errorf("before: %s", got)
	}
	s.take("b.csv", surveyHeader+row(lamp(1), "完好", "a", "111.285,30.705,58.5", "")+row(lamp(2), "完好", "c", "111.286,30.705,58.5", ""))
	if got := kinds(); got != "[{0118 unchanged 1} {0118 updated 1}]" {
		t.Errorf("after: %s", got)
	}
	if counts := s.promoted(b); counts != (census.Counts{Updated: 1, Unchanged: 1}) {
		t.Errorf("%+v", counts)
	}
}

func TestSubclassOfAComponentStaysAndOneThatIsGoneIsNotTaken(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	b := s.stage(surveyHeader + row(lamp(1), "完好", "", "111.285,30.705,58.5", ""))
	const gone = `delete from subclass where edition = 'cjt214-2007' and kind = 'component' and code = '0118'`
	if _, err := s.db.Exec(t.Context(), `delete from filing_standard where subclass = '0118'`); err != nil {
		t.Fatal(err)
	}
	tx, err := s.db.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(t.Context())
	s.promoted(b)
	if _, err := tx.Exec(t.Context(), gone); err == nil || !strings.Contains(err.Error(), "23503") {
		t.Errorf("the sub-class of a component went: %v", err)
	}
	b = s.stage(surveyHeader + strings.Replace(row("4205020211000001", "完好", "", "111.285,30.705,58.5", ""), ",路灯,", ",,", 1))
	if _, err := s.db.Exec(t.Context(), strings.Replace(gone, "0118", "0211", 1)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.store.PromoteStaged(t.Context(), promoting, b); codeOf(err) != "catalogue_changed" || registry.KindOf(err) != registry.Conflict {
		t.Errorf("got %v", err)
	}
}

func TestDatesBeforeTheYear2000AndExtremesOfTextArrive(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	note := strings.Repeat("长", 10_000)
	s.take("a.csv", "ObjID,ObjName,ObjState,ORDate,CHDate,DataSource,Note,Lon,Lat\n"+lamp(1)+",路灯,完好,1899-12-31,1999-12-31,实测,"+note+",111.285,30.705\n")
	if got := s.list(`select first_surveyed::text, changed_on::text, note = $$` + note + `$$ from component`)[0]; got != "1899-12-31 1999-12-31 true" {
		t.Errorf("%s", got)
	}
}

// promoted promotes a batch that must be taken.
func (s *survey) promoted(b census.Batch) census.Counts {
	s.t.Helper()
	counts, _, err := s.store.PromoteStaged(s.t.Context(), promoting, b)
	if err != nil {
		s.t.Fatal(err)
	}
	return counts
}
