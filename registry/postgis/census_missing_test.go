package postgis_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
)

// declare imports a file that is declared to hold a scope in full; its good rows are taken.
func (s *survey) declare(scope, body string) census.Report {
	s.t.Helper()
	config := s.config
	config.Accept = census.AcceptGood
	c, err := census.New(config)
	if err != nil {
		s.t.Fatal(err)
	}
	declared, err := census.ParseScope(scope)
	if err != nil {
		s.t.Fatal(err)
	}
	r, err := c.Import(s.t.Context(), census.File{Name: "lamps.csv", Format: census.FormatCSV, Scope: declared, Body: strings.NewReader(body)})
	if err != nil || r.Batch.State != census.Promoted {
		s.t.Fatalf("%v, %+v", err, r)
	}
	return r
}

// lampsBut is the first delivery without some rows; a bad one was surveyed tomorrow.
func lampsBut(missing []int, bad ...int) string {
	lines := strings.SplitAfter(delivered(), "\n")
	for _, n := range missing {
		lines[n] = ""
	}
	for _, n := range bad {
		lines[n] = strings.Replace(lines[n], "2011-12-31", "2012-12-31", 1)
	}
	return strings.Join(lines, "")
}

func (s *survey) missing(id census.BatchID) census.Removal {
	s.t.Helper()
	r, err := s.store.MissingOf(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

func listed(r census.Removal) []string {
	var codes []string
	for _, m := range r.Listed {
		codes = append(codes, m.Code)
	}
	return codes
}

var second = registry.Act{Actor: "supervisor", Reason: "the street was rebuilt", At: surveyedAt.Add(72 * time.Hour)}

func TestTrap50ASecondPersonRemovesWhatADeclaredBatchLacks(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.take("first.csv", delivered())
	s.take("bench.csv", surveyHeader+strings.Replace(row("4205020301000001", "完好", "", "111.285,30.705,", ""), "路灯,", ",", 1))
	b := s.declare("subclass=0118,grid=420502001001", lampsBut([]int{11, 12}, 10)).Batch
	before := s.visible()

	r := s.missing(b.ID)
	if r.InScope != 12 || r.Missing != 2 || r.Changed != 0 || !reflect.DeepEqual(listed(r), []string{lamp(11), lamp(12)}) ||
		r.Batch.Scope.String() != "grid=420502001001,subclass=0118" || r.Listed[0].Subclass != catalog.SubclassCode("0118") || r.Listed[0].Grid != "420502001001001" {
		t.Errorf("a bad row makes nothing missing, and no other sub-class is: %+v", r)
	}
	first := second
	first.Actor = " Crew 1"
	if _, err := s.store.RemoveMissing(t.Context(), first, b.ID, 100); registry.KindOf(err) != registry.Forbidden {
		t.Errorf("who promoted it: %v", err)
	}
	if _, err := s.store.RemoveMissing(t.Context(), second, b.ID, 16); registry.KindOf(err) != registry.Conflict || !strings.Contains(err.Error(), "--share 17") {
		t.Errorf("a large share: %v", err)
	}
	if _, err := s.store.RemoveMissing(t.Context(), registry.Act{Actor: "supervisor", Reason: " ", At: surveyedAt}, b.ID, 20); registry.KindOf(err) != registry.Invalid {
		t.Errorf("without a reason: %v", err)
	}
	if s.visible() != before {
		t.Error("a refusal changed something")
	}

	done, err := s.store.RemoveMissing(t.Context(), second, b.ID, census.DefaultShare)
	if err != nil || done.Missing != 2 || done.Revision == 0 || done.Removed == (census.BatchID{}) {
		t.Fatalf("%v, %+v", err, done)
	}
	want := []string{lamp(11) + " 移除", lamp(12) + " 移除"}
	if got := s.list(`select code, state from component where batch_id::text = $1 order by code`, done.Removed.String()); !reflect.DeepEqual(got, want) {
		t.Errorf("removed %q", got)
	}
	if got := s.list(`select state, note from component_version where superseded_by = (select change_id from component where code = $1)`, lamp(11)); !reflect.DeepEqual(got, []string{"完好 471-", "完好 471-"}) {
		t.Errorf("history has %q", got)
	}
	batch, err := s.store.Batch(t.Context(), done.Removed)
	if err != nil || batch.State != census.Promoted || batch.Actor != "supervisor" || batch.Counts != (census.Counts{Updated: 2}) || batch.Source != "missing from lamps.csv" {
		t.Errorf("%v, %+v", err, batch)
	}
	after := s.visible()
	again, err := s.store.RemoveMissing(t.Context(), second, b.ID, census.DefaultShare)
	if err != nil || again.Missing != 0 || again.Revision != 0 || again.Removed != (census.BatchID{}) || s.visible() != after {
		t.Errorf("again: %v, %+v", err, again)
	}
	u := s.undo(done.Removed)
	if u.Restored != 2 || u.LeftCount != 0 || s.visible() != before {
		t.Errorf("undone: %+v", u)
	}
	if r := s.missing(b.ID); r.Missing != 0 || r.Changed != 2 {
		t.Errorf("what somebody brought back is not removed again: %+v", r)
	}
}

func TestTrap50WhatALaterDeliveryNamesIsNotMissingAnyMore(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.take("first.csv", delivered())
	b := s.declare("all", lampsBut([]int{9, 10, 11, 12})).Batch
	lines := strings.SplitAfter(delivered(), "\n")
	s.take("later.csv", lines[0]+lines[9])                                                           // as it was
	s.take("edit.csv", lines[0]+strings.Replace(lines[10], "完好", "破损", 1))                           // edited
	s.declare("grid=9", lines[0]+lines[1]+strings.Replace(lines[11], "2011-12-31", "2012-12-31", 1)) // a bad row
	if r := s.missing(b.ID); !reflect.DeepEqual(listed(r), []string{lamp(12)}) || r.InScope != 12 {
		t.Errorf("got %+v", r)
	}
}

func TestTrap50ABatchThatCannotSayWhatIsMissingIsRefused(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	undeclared := s.take("first.csv", delivered()).Batch
	unreadable := s.declare("all", strings.Replace(lampsBut([]int{12}), lamp(11), "4.20502E+15", 1)).Batch
	undone := s.declare("all", lampsBut([]int{12})).Batch
	s.undo(undone.ID)
	for name, c := range map[string]struct {
		id   census.BatchID
		kind registry.ErrorKind
		says string
	}{
		"no scope":        {undeclared.ID, registry.Conflict, "--scope"},
		"unreadable code": {unreadable.ID, registry.Conflict, "the codes of 1 rows"},
		"undone":          {undone.ID, registry.Conflict, "undone"},
		"no such batch":   {census.NewBatchID(), registry.NotFound, "no batch"},
	} {
		_, looked := s.store.MissingOf(t.Context(), c.id)
		_, removed := s.store.RemoveMissing(t.Context(), second, c.id, 100)
		for _, err := range []error{looked, removed} {
			if registry.KindOf(err) != c.kind || !strings.Contains(fmt.Sprint(err), c.says) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if n := s.count(`select count(*) from component where state = '移除'`); n != 0 {
		t.Errorf("%d were removed", n)
	}
}

// A dry run counts as the removal does: what a bad row names is not missing, also where the row was staged before its fault was seen.
func TestTrap50WhatABadRowNamesIsNotMissingInADryRun(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.take("first.csv", delivered())
	s.config.Accept = census.AcceptGood
	lines := strings.SplitAfter(lampsBut([]int{12}, 10), "\n")
	b := s.stage(strings.Join(lines, "") + strings.Replace(lines[11], "完好", "破损", 1)) // lamp 11 twice
	d, err := s.store.Difference(t.Context(), b.ID, census.Scope{Everything: true})
	if err != nil || len(d.Missing) != 1 || d.Missing[0].Code != lamp(12) {
		t.Errorf("%v, %+v", err, d.Missing)
	}
	if err := s.store.RejectBatch(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if n := s.count(`select count(*) from import_unstaged`); n != 0 {
		t.Errorf("%d codes are left", n)
	}
}
