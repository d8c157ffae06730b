package postgis_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
)

// asked stages and, where nothing is open, promotes a file with answers.
func (s *survey) asked(name, body string, answers ...string) census.Report {
	s.t.Helper()
	r, err := s.answered(name, body, answers...)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

func (s *survey) answered(name, body string, answers ...string) (census.Report, error) {
	s.t.Helper()
	given := map[string]string{}
	for _, text := range answers {
		key, value, err := census.ParseAnswer(text)
		if err != nil {
			s.t.Fatal(err)
		}
		given[key] = value
	}
	c, err := census.New(s.config)
	if err != nil {
		s.t.Fatal(err)
	}
	format, err := census.FormatOf(name)
	if err != nil {
		s.t.Fatal(err)
	}
	return c.Import(s.t.Context(), census.File{Name: name, Format: format, Body: strings.NewReader(body), Answers: given})
}

// keys are the questions of a report, with the rows and the proposal of each.
func keys(r census.Report) []string {
	var out []string
	for _, q := range r.Questions {
		out = append(out, strings.TrimSpace(fmt.Sprint(q.Key, " ", q.Rows, " ", q.Proposal)))
	}
	return out
}

const textRows = "4205020118000001,路灯,市路灯处,,,好的,2011-12-31,,,111.2811,30.7051,58.5,钢\n" +
	"4205020118000002,路灯,,路灯处,,好的,2011-12-31,,,111.2822,30.7052,58.5,钢\n" +
	"4205020118000003,路灯,U04,市路灯管理处,,半新,2011-12-31,,,111.2833,30.7053,58.5,钢\n"

func TestTrap45TextsThatNothingExplainsAreAskedOnceAndTheAnswersAreApplied(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	r := s.asked("lamps.csv", surveyHeader+textRows)
	want := []string{"state.好的 2 完好", "state.半新 1", "unit.市路灯处 1 U04", "unit.路灯处 1 U04"}
	if got := keys(r); !reflect.DeepEqual(got, want) || r.Batch.State != census.NeedsAnswers {
		t.Fatalf("%q, want %q: %+v", got, want, r.Batch)
	}
	s.empty()
	for _, q := range r.Questions {
		last := q.Options[len(q.Options)-1]
		if last.Value != census.AnswerRefuse || q.Text.ZH == q.Text.EN || len(q.Evidence) != 1 || q.Check("no such option") == nil || q.Check(last.Value) != nil {
			t.Errorf("%+v", q)
		}
	}
	if want := (catalog.Text{ZH: "2 行，首见于第 2 行的“ObjState”列", EN: "2 rows, first in row 2, column ObjState"}); r.Questions[0].Evidence[0] != want {
		t.Errorf("the evidence is %+v", r.Questions[0].Evidence)
	}
	open, applied, err := s.store.Questions(t.Context(), r.Batch.ID)
	if err != nil || !reflect.DeepEqual(open, r.Questions) || len(applied) != 0 {
		t.Errorf("the store has %+v, %+v, %v", open, applied, err)
	}
	if b, err := s.store.Batch(t.Context(), r.Batch.ID); err != nil || b.State != census.NeedsAnswers || b.FinishedAt.IsZero() {
		t.Errorf("the batch is %+v, %v", b, err)
	}
	if n, err := s.again().RejectInterrupted(t.Context(), surveyedAt); err != nil || n != 0 {
		t.Errorf("%d batches were taken for interrupted, %v", n, err)
	}

	r = s.asked("lamps.csv", surveyHeader+textRows, "state.好的=完好", "unit.市路灯处=U04", "unit.路灯处=U04", "state.半新=refuse", "unit.其他=U03")
	if got, want := briefs(r), []string{"4 ObjState unknown_state error", "2 DeptCode1 answered fixed", "2 ObjState answered fixed",
		"3 DeptCode1 answered fixed", "3 ObjState answered fixed"}; !sameSet(got, want) || r.Batch.State != census.Rejected {
		t.Errorf("%q, %+v", got, r.Batch)
	}
	r = s.asked("lamps.csv", surveyHeader+textRows, "state.好的=完好", "unit.市路灯处=U04", "unit.路灯处=U04", "state.半新=破损")
	if want := (census.Counts{Created: 3}); r.Batch.Counts != want {
		t.Fatalf("%+v", r)
	}
	for code, want := range map[string]registry.State{"4205020118000001": registry.Intact, "4205020118000002": registry.Intact, "4205020118000003": registry.Damaged} {
		if c := s.component(code); c.State != want || c.Supervisor.Code != "U04" {
			t.Errorf("%+v", c)
		}
	}
	answered := []census.Answer{{Key: "state.半新", Value: "破损", Rows: 1}, {Key: "state.好的", Value: "完好", Rows: 2},
		{Key: "unit.市路灯处", Value: "U04", Rows: 1}, {Key: "unit.路灯处", Value: "U04", Rows: 1}}
	if !reflect.DeepEqual(r.Answered, answered) || !slices.Contains(r.Recognised, catalog.Text{ZH: "按答复：state.好的 = 完好（2 行）", EN: "as answered: state.好的 = 完好 (2 rows)"}) {
		t.Errorf("%+v, %+v", r.Answered, r.Recognised)
	}
	if open, applied, err := s.store.Questions(t.Context(), r.Batch.ID); err != nil || len(open) != 0 || !reflect.DeepEqual(applied, answered) {
		t.Errorf("the store has %+v, %+v, %v", open, applied, err)
	}
}

func sameSet(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

func TestAnAnswerThatIsNoOptionIsInvalidAndLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	for _, answer := range []string{"state.好的=良", "unit.市路灯处=U99"} {
		r, err := s.answered("lamps.csv", surveyHeader+textRows, answer)
		if registry.KindOf(err) != registry.Invalid || !strings.Contains(fmt.Sprint(err), answer) || r.Batch.State != census.Rejected {
			t.Errorf("%s: %v, %+v", answer, err, r.Batch)
		}
	}
	s.empty()
}

// What is refused is as it is without questions: the counts of an open file are those.
func TestRefusingEverythingIsWhatAnOpenFileCounts(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	open, refused := s.asked("lamps.csv", surveyHeader+textRows), s.asked("lamps.csv", surveyHeader+textRows, "*=refuse")
	if refused.Batch.State != census.Rejected || refused.Batch.Reason != census.ReasonRows || len(refused.Questions)+len(refused.Answered) != 0 {
		t.Fatalf("%+v", refused)
	}
	if open.Batch.Bad != refused.Batch.Bad || open.Errors != refused.Errors || !reflect.DeepEqual(open.Issues, refused.Issues) {
		t.Errorf("open %+v\nrefused %+v", open, refused)
	}
	s.config.Whole = true // nobody is there to be asked
	if r := s.asked("lamps.csv", surveyHeader+textRows); r.Batch.State != census.Rejected || len(r.Questions) != 0 {
		t.Errorf("%+v", r)
	}
}

func TestWhatBelongsIntoAnotherColumnIsNoQuestion(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	// Import trap 46: the message names the column.
	r := s.asked("lamps.csv", surveyHeader+"4205020118000001,路灯,2011-12-31,,,U03,2011-12-31,,,111.2811,30.7051,58.5,钢\n")
	if r.Batch.State != census.Rejected || len(r.Questions) != 0 {
		t.Errorf("%+v", r)
	}
}

func TestAtMostAHundredTextsAreAskedTheMostFrequentFirst(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	var b strings.Builder
	b.WriteString(surveyHeader)
	n := 0
	row := func(state string) {
		n++
		fmt.Fprintf(&b, "4205020118%06d,路灯,,,,%s,2011-12-31,,,111.2%d,30.7051,58.5,钢\n", n, state, 8001+n%900)
	}
	for i := range 3000 {
		row(fmt.Sprintf("状况%d", i))
		if i%10 == 0 {
			row("常见")
		}
	}
	r := s.asked("lamps.csv", b.String())
	if len(r.Questions) != census.MaxQuestions || r.Questions[0].Key != "state.常见" || r.Questions[0].Rows != 300 || r.Batch.Bad != int64(n) {
		t.Errorf("%d questions, %+v, %+v", len(r.Questions), r.Questions[0], r.Batch)
	}
}
