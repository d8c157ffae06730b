package postgis_test

import (
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"citygrid/registry"
	"citygrid/registry/census"
)

// visible is a digest of every component as readers see it, without which change wrote it.
func (s *survey) visible() string {
	s.t.Helper()
	return s.list(`select count(*), md5(coalesce(string_agg(md5((to_jsonb(c) - 'change_id')::text || c.geom::bytea::text), '' order by id), '')) from component c`)[0]
}

var undoneAt = surveyedAt.Add(48 * time.Hour)

func (s *survey) undo(id census.BatchID) census.Undone {
	s.t.Helper()
	u, err := s.store.UndoBatch(s.t.Context(), registry.Act{Actor: "desk", Reason: "wrong file", At: undoneAt}, id)
	if err != nil {
		s.t.Fatal(err)
	}
	return u
}

func TestUndoBringsBackWhatWasThereBefore(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.take("first.csv", delivered())
	before := s.visible()
	second := s.take("second.csv", secondDelivery())
	if s.visible() == before {
		t.Fatal("the second delivery changed nothing")
	}
	u := s.undo(second.Batch.ID)
	want := census.Undone{Batch: second.Batch, Revision: second.Revision + 1, Restored: 8, Withdrawn: 2}
	want.Batch.State, want.Batch.Reason = census.StateUndone, "wrong file"
	if !reflect.DeepEqual(u, want) {
		t.Errorf("got  %+v\nwant %+v", u, want)
	}
	if after := s.visible(); after != before {
		t.Errorf("after the undo %s, before the batch %s", after, before)
	}
	if _, err := s.store.Component(t.Context(), registry.Scope{All: true}, lamp(21)); registry.KindOf(err) != registry.NotFound {
		t.Errorf("a created component is still found: %v", err)
	}
	history := s.list(`select v.id, count(*) from component_version v group by v.id having count(*) > 2 or bool_or(superseded_by = change_id)`)
	if len(history) != 0 {
		t.Errorf("history: %q", history)
	}
	log := s.list(`select c.actor, c.reason, c.at = $1 from import_batch b join change c on c.id = b.undone_by`, undoneAt)
	if want := []string{"desk undo of batch " + second.Batch.ID.String() + ": wrong file true"}; !reflect.DeepEqual(log, want) {
		t.Errorf("the log says %q", log)
	}

	// Once only.
	_, err := s.store.UndoBatch(t.Context(), registry.Act{Actor: "desk", Reason: "again", At: undoneAt}, second.Batch.ID)
	if registry.KindOf(err) != registry.Conflict || !strings.Contains(err.Error(), "desk has undone the batch at 2012-01-03T08:00:00Z already (wrong file)") {
		t.Errorf("undone twice: %v", err)
	}
	if n := s.count(`select count(*) from change where reason like '%again'`); n != 0 || s.visible() != before {
		t.Errorf("the second undo left something")
	}
}

func TestUndoLeavesWhatWasChangedSinceAndNamesWho(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.take("first.csv", delivered())
	before := s.list(`select code, md5((to_jsonb(c) - 'change_id')::text) from component c order by code`)
	second := s.take("second.csv", secondDelivery())
	s.config.Actor, s.config.Clock = "crew 2", func() time.Time { return surveyedAt.Add(time.Hour) }
	edit := s.take("edit.csv", surveyHeader+row(lamp(2), "丢失", "471-", "111.28002,30.7051,58.5", "钢")+
		row(lamp(22), "破损", "471-", "111.285,30.7061,58.5", "钢"))
	edited := s.list(`select code, md5((to_jsonb(c) - 'change_id')::text) from component c where batch_id = $1 order by code`, [16]byte(edit.Batch.ID))

	u := s.undo(second.Batch.ID)
	at := surveyedAt.Add(time.Hour)
	left := []census.Left{
		{Code: lamp(2), Actor: "crew 2", At: at, Reason: "census edit.csv", Batch: edit.Batch.ID.String()},
		{Code: lamp(22), Actor: "crew 2", At: at, Reason: "census edit.csv", Batch: edit.Batch.ID.String()},
	}
	for i := range u.Left {
		u.Left[i].At = u.Left[i].At.UTC()
	}
	if u.Restored != 7 || u.Withdrawn != 1 || u.LeftCount != 2 || !reflect.DeepEqual(u.Left, left) {
		t.Errorf("got %+v", u)
	}
	want := append(before[:1:1], edited[0])
	want = append(append(want, before[2:]...), edited[1])
	if after := s.list(`select code, md5((to_jsonb(c) - 'change_id')::text) from component c order by code`); !reflect.DeepEqual(after, want) {
		t.Errorf("got  %q\nwant %q", after, want)
	}

	// The edit can be taken back too: it goes back to what the undone batch had said.
	if u := s.undo(edit.Batch.ID); u.Restored != 2 || u.LeftCount != 0 {
		t.Errorf("undo of the edit: %+v", u)
	}
	if c := s.component(lamp(2)); c.State != registry.Damaged {
		t.Errorf("%+v", c)
	}
}

func TestUndoneLaterBatchesMakeRoomForTheUndoOfEarlierOnes(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	first := s.take("first.csv", delivered())
	before := s.visible()
	second := s.take("second.csv", secondDelivery())
	s.undo(second.Batch.ID)
	if s.visible() != before {
		t.Fatal("not as before")
	}
	if u := s.undo(first.Batch.ID); u.Withdrawn != 12 || u.Restored != 0 || u.LeftCount != 0 {
		t.Errorf("got %+v", u)
	}
	if n := s.count(`select count(*) from component`); n != 0 {
		t.Errorf("%d components are left", n)
	}
}

func TestAnUndoneFileComesInAgainUnderTheSameIds(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	const all = `select id, code, state, grid, st_asewkt(geom), extra::text from component order by id`
	first := s.take("lamps.csv", lamps(3, "完好"))
	was := s.list(all)
	for round := range 3 {
		u := s.undo(first.Batch.ID)
		if u.Withdrawn != 3 || s.count(`select count(*) from component`) != 0 || s.count(`select count(*) from component_code where component_id <= 3`) != 3 {
			t.Fatalf("round %d: %+v", round, u)
		}
		other := s.take("other.csv", surveyHeader+row(lamp(900+round), "完好", "", "111.285,30.7021,", "")) // takes an id meanwhile
		again := s.take("lamps.csv", lamps(3, "完好"))
		if again.Same != nil || again.Batch.Counts != (census.Counts{Created: 3}) || again.Revision == 0 {
			t.Fatalf("round %d: %+v", round, again)
		}
		if u := s.undo(other.Batch.ID); u.Withdrawn != 1 {
			t.Errorf("round %d: %+v", round, u)
		}
		if is := s.list(all); !reflect.DeepEqual(is, was) {
			t.Errorf("round %d: got %q, was %q", round, is, was)
		}
		first = again
	}
	got := s.list(`select v.state, v.tombstone from component_version v where id = 1 order by superseded_by`)
	if want := []string{"完好 false", "移除 true", "完好 false", "移除 true", "完好 false", "移除 true"}; !reflect.DeepEqual(got, want) {
		t.Errorf("history %q, want %q", got, want)
	}
	// An import that changes nothing of it still finds it the same.
	if r := s.take("lamps.csv", lamps(3, "完好")); r.Batch.Counts != (census.Counts{Unchanged: 3}) {
		t.Errorf("%+v", r.Batch.Counts)
	}
}

func TestWhatWasWithdrawnIsCreatedInTheDifference(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.undo(s.take("lamps.csv", lamps(3, "完好")).Batch.ID)
	d, err := s.store.Difference(t.Context(), s.stage(lamps(4, "完好")).ID, census.Scope{Everything: true})
	if err != nil || d.Total(census.ChangeCreated) != 4 || d.Total(census.ChangeMissing) != 0 {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestOnlyAPromotedBatchIsUndoneAndOnlyWithAReason(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	act := registry.Act{Actor: "desk", Reason: "wrong", At: undoneAt}
	staged, refused := s.stage(lamps(2, "完好")), s.take("bad.csv", lamps(2, "新")).Batch
	for name, c := range map[string]struct {
		id   census.BatchID
		act  registry.Act
		kind registry.ErrorKind
	}{
		"staged": {staged.ID, act, registry.Conflict}, "refused": {refused.ID, act, registry.Conflict},
		"none": {census.NewBatchID(), act, registry.NotFound}, "no reason": {staged.ID, registry.Act{Actor: "desk", Reason: " "}, registry.Invalid},
	} {
		if _, err := s.store.UndoBatch(t.Context(), c.act, c.id); registry.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	if b, err := s.store.Batch(t.Context(), staged.ID); err != nil || b.State != census.Staged {
		t.Errorf("%+v, %v", b, err)
	}
	// A batch that changed nothing is undone without a revision.
	s.take("a.csv", lamps(2, "完好"))
	if u := s.undo(s.take("b.csv", lamps(2, "完好")).Batch.ID); u.Revision != 0 || u.Restored+u.Withdrawn+u.LeftCount != 0 || u.Batch.State != census.StateUndone {
		t.Errorf("%+v", u)
	}
}

func TestUndoAndPromotionAtTheSameTimeTakeTurns(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.take("first.csv", delivered())
	before := s.visible()
	second := s.take("second.csv", secondDelivery())
	other := s.again()
	staged := s.stage(surveyHeader + row(lamp(2), "丢失", "471-", "111.28002,30.7051,58.5", "钢"))
	done := make(chan error)
	go func() {
		_, _, err := s.store.PromoteStaged(t.Context(), registry.Act{Actor: "crew 2", Reason: "edit", At: undoneAt}, staged)
		done <- err
	}()
	u, err := other.UndoBatch(t.Context(), registry.Act{Actor: "desk", Reason: "wrong", At: undoneAt}, second.Batch.ID)
	if promoted := <-done; err != nil || promoted != nil {
		t.Fatalf("%v, %v", err, promoted)
	}
	if c := s.component(lamp(2)); c.State != registry.Missing || u.Restored+u.LeftCount != 8 || u.LeftCount > 1 {
		t.Errorf("%+v, %+v", c, u)
	}
	s.undo(staged.ID)
	if u.LeftCount == 0 && s.visible() != before {
		t.Error("not as before")
	}
}

func TestFollowersOfTheComponentsLearnOfUndoAndReturn(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	first := s.take("lamps.csv", lamps(3, "完好"))
	mark, all := s.standings(registry.StandingMark{})
	if len(all) != 3 {
		t.Fatalf("%q", all)
	}
	s.undo(first.Batch.ID)
	after, list := s.standings(mark)
	if want := []string{"1 gone", "2 gone", "3 gone"}; !reflect.DeepEqual(list, want) || after.Revision != mark.Revision+1 {
		t.Errorf("after the undo %q, %+v", list, after)
	}
	s.take("lamps.csv", lamps(2, "完好"))
	if _, list := s.standings(after); !reflect.DeepEqual(list, []string{"1 stands", "2 stands"}) {
		t.Errorf("after the return %q", list)
	}
	if _, list := s.standings(mark); !reflect.DeepEqual(list, []string{"1 stands", "2 stands", "3 gone"}) {
		t.Errorf("both at once %q", list)
	}
}

func (s *survey) standings(since registry.StandingMark) (mark registry.StandingMark, list []string) {
	s.t.Helper()
	err := s.store.ReadStandings(s.t.Context(), since, func(m registry.StandingMark, all iter.Seq2[registry.Standing, error]) error {
		mark = m
		for st, err := range all {
			if err != nil {
				return err
			}
			list = append(list, fmt.Sprint(st.ID, map[bool]string{true: " gone", false: " stands"}[st.Gone]))
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	slices.Sort(list)
	return mark, list
}

func TestABatchIsFoundByTheBeginningOfItsIdAndSaysWhoUndidIt(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	b := s.take("lamps.csv", lamps(1, "完好")).Batch
	for _, beginning := range []string{b.ID.String(), b.ID.String()[:8], strings.ToUpper(b.ID.String()[:13])} {
		if got, err := s.store.FindBatch(t.Context(), beginning); err != nil || got.ID != b.ID {
			t.Errorf("%s: %+v, %v", beginning, got, err)
		}
	}
	if act, err := s.store.BatchUndo(t.Context(), b.ID); err != nil || act != (registry.Act{}) {
		t.Errorf("not undone: %+v, %v", act, err)
	}
	s.undo(b.ID)
	if act, err := s.store.BatchUndo(t.Context(), b.ID); err != nil || act != (registry.Act{Actor: "desk", Reason: "wrong file", At: undoneAt}) {
		t.Errorf("%+v, %v", act, err)
	}
	if _, err := s.db.Exec(t.Context(), `insert into import_batch (id, source, digest, state, actor, started_at)
select ('abcd0000-0000-4000-8000-00000000000' || n)::uuid, 'twin.csv', '', 'rejected', 'crew', now() from generate_series(1, 2) n`); err != nil {
		t.Fatal(err)
	}
	for beginning, kind := range map[string]registry.ErrorKind{
		"abcd0000": registry.Conflict, "abcd1": registry.NotFound, "abc": registry.Invalid, "%": registry.Invalid, "": registry.Invalid, "lamp": registry.Invalid,
	} {
		if _, err := s.store.FindBatch(t.Context(), beginning); registry.KindOf(err) != kind {
			t.Errorf("%q: %v", beginning, err)
		}
	}
}
