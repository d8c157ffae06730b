package imports_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"citygrid/internal/dbtest"
)

// commits holds for the call that commits a promotion: the first after its revision was given, in the same session.
func commits() func(call) bool {
	session := 0
	return func(c call) bool {
		if strings.Contains(c.sql, "pg_notify(") {
			session = c.session
		}
		return c.session == session && c.sql == "commit"
	}
}

// tries is how often something is done that has no numbers to draw from.
func tries(few, many int) []int {
	if !*all {
		many = few
	}
	return make([]int, many)
}

func TestALostAnswerToCommitIsAskedForAndNotGuessed(t *testing.T) {
	t.Parallel()
	w := newTown(t, dbtest.URL(t))
	byCommand, byServer := figures.of(t, "`citygrid import`, answer to COMMIT lost"), figures.of(t, "`POST /imports`, answer to COMMIT lost")
	each(tries(1, 20), func(int) {
		w.loseCommit(t, byCommand)
		w.loseCommitOfServer(t, byServer)
	})
}

func (w *town) loseCommit(t *testing.T, own *tally) {
	r := w.trial(t)
	defer r.end()
	p := newProxy(t, r.url)
	defer p.close()
	p.arm(&strike{hits: commits(), after: true})
	run, err := r.begin(p.url(t, r.url), "import", survey(t, "survey.csv"))
	if err != nil {
		t.Fatal(err)
	}
	<-run.ended
	ended := time.Now()
	_, struck := p.calls()
	if struck == nil {
		t.Error("no commit was seen: " + run.said())
		return
	}
	var faults []string
	if fault := run.fault(0, "2000 created, 1500 updated, 1500 unchanged"); fault != "" {
		faults = append(faults, fault)
	}
	if fault := r.run("import", survey(t, "survey.csv")).fault(0, "the same file as batch", "5000 unchanged"); fault != "" {
		faults = append(faults, fault)
	}
	figures.add(t, own, struck.String(), ended.Sub(struck.at), 0, 0, append(faults, r.faults(1)...))
}

func (w *town) loseCommitOfServer(t *testing.T, own *tally) {
	r := w.trial(t)
	defer r.end()
	p := newProxy(t, r.url)
	defer p.close()
	s, err := r.serve(p.url(t, r.url))
	if err != nil {
		t.Error(err)
		return
	}
	defer s.end()
	p.arm(&strike{hits: commits(), after: true})
	first, err := s.send(survey(t, "survey.csv"), "all", idempotencyKey)
	if err != nil || first.status != http.StatusAccepted {
		t.Errorf("%v %s", err, first.text)
		return
	}
	if err := r.decided(nil); err != nil {
		t.Error(err)
		return
	}
	ended := time.Now()
	_, struck := p.calls()
	if struck == nil {
		t.Error("no commit was seen")
		return
	}
	var faults []string
	again, err := s.send(survey(t, "survey.csv"), "all", idempotencyKey)
	if err != nil || again.status != http.StatusAccepted || again.ID != first.ID || again.State != "promoted" || again.Revision == 0 || again.Failure != nil ||
		again.Changes.Created != created || again.Changes.Updated != updated {
		faults = append(faults, "sent again: "+again.text)
	}
	r.tidied(1)
	if err := s.stop(); err != nil {
		faults = append(faults, err.Error())
	}
	figures.add(t, own, struck.String(), ended.Sub(struck.at), 0, 0, append(faults, r.faults(1)...))
}
