package postgis_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"citygrid/registry"
	"citygrid/registry/census"
	"citygrid/registry/postgis"
)

// pastLockTimeout is longer than a statement waits for a row.
const pastLockTimeout = 10500 * time.Millisecond

var promoting = registry.Act{Actor: "crew", Reason: "promote", At: surveyedAt}

// codeOf is the code of a failure.
func codeOf(err error) string {
	if e := asError(err); e != nil {
		return e.Code
	}
	return ""
}

// outcome is how an import in the background ended.
type outcome struct {
	census.Report
	err error
}

// start imports a file in the background.
func (s *survey) start(body string) <-chan outcome {
	done := make(chan outcome, 1)
	go func() {
		r, err := s.run(s.t.Context(), "b.csv", strings.NewReader(body))
		done <- outcome{r, err}
	}()
	return done
}

// until waits for a count to be above zero.
func (s *survey) until(sql string, args ...any) {
	s.t.Helper()
	for deadline := time.Now().Add(time.Minute); s.count(sql, args...) == 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatalf("never above zero: %s", sql)
		}
	}
}

func TestRunningPromotionLetsOthersStageAndTheirPromotionsWaitForIt(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	first := s.stage(lamps(2, "完好"))
	running, finish, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	end := sync.OnceFunc(func() { close(finish) })
	defer end()
	go func() {
		_, err := s.store.Change(t.Context(), promoting, func(c *postgis.Change) error {
			_, err := c.PromoteBatch(t.Context(), first)
			close(running)
			<-finish
			return err
		})
		done <- err
	}()
	<-running
	begun := time.Now()
	if r := s.take("refused.csv", lamps(2, "新")); r.Batch.State != census.Rejected {
		t.Errorf("got %+v", r.Batch)
	}
	second := s.start(lamps(3, "破损"))
	s.until(`select count(*) from import_batch where state = 'staged' and id <> $1`, first.ID.String())
	if waited := time.Since(begun); waited > 8*time.Second {
		t.Errorf("staging took %v beside a promotion", waited)
	}
	select {
	case o := <-second:
		t.Fatalf("the second promotion did not wait: %+v", o)
	case <-time.After(pastLockTimeout):
	}
	end()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if o := <-second; o.err != nil || o.Batch.Counts != (census.Counts{Created: 1, Updated: 2}) {
		t.Errorf("the second: %v, %+v", o.err, o.Batch)
	}
}

func TestPromotionThatMeetsALockedRowIsTriedAgain(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.take("a.csv", lamps(1, "完好"))
	tx, err := s.db.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(t.Context())
	if _, err := tx.Exec(t.Context(), `select from component for update`); err != nil {
		t.Fatal(err)
	}
	done := s.start(lamps(1, "破损"))
	s.until(`select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)
	time.Sleep(pastLockTimeout)
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if o := <-done; o.err != nil || o.Batch.Counts != (census.Counts{Updated: 1}) {
		t.Errorf("%v, %+v", o.err, o.Batch)
	}
	// Two promotions are logged, of which the one that failed left nothing.
	if n := s.count(`select count(*) from change where reason like 'census %'`); n != 2 {
		t.Errorf("%d changes", n)
	}
}

func TestBatchThatIsNoLongerAsItWasCheckedIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, code string
		spoil      func(s *survey, b census.Batch) error
	}{
		{"areas have changed", "areas_changed", func(s *survey, _ census.Batch) error {
			_, err := s.db.Exec(s.t.Context(), `update collection set revision = 7 where name = 'areas'`)
			return err
		}},
		{"a crash emptied the staging table", "batch_lost", func(s *survey, b census.Batch) error {
			_, err := s.db.Exec(s.t.Context(), `truncate import_stage_`+strings.ReplaceAll(b.ID.String(), "-", ""))
			return err
		}},
		{"its code was given to two of its components", "codes_changed", func(s *survey, _ census.Batch) error {
			s.take("b.csv", lamps(1, "完好"))
			_, err := s.db.Exec(s.t.Context(), `insert into component_code values ('cjt214-2007', '4205020118000002', 1)`)
			return err
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newSurvey(t)
			b := s.stage(lamps(2, "完好"))
			if err := c.spoil(s, b); err != nil {
				t.Fatal(err)
			}
			_, _, err := s.store.PromoteStaged(t.Context(), promoting, b)
			if registry.KindOf(err) != registry.Conflict || codeOf(err) != c.code {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestBatchPlacedByAFoldersAreasIsPromotedByNothingElse(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.config.AreasRevision = census.AreasOfChange
	_, _, err := s.store.PromoteStaged(t.Context(), promoting, s.stage(lamps(2, "完好")))
	if codeOf(err) != "areas_changed" {
		t.Errorf("got %v", err)
	}
}

func TestBatchesStayAliveWhenTheSessionOfTheirLocksIsReplaced(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	first := s.stage(lamps(1, "完好"))
	const holders = `from pg_locks l join pg_database d on d.oid = l.database where l.locktype = 'advisory' and d.datname = current_database()`
	if n := s.count(`select count(pg_terminate_backend(l.pid)) ` + holders); n != 1 {
		t.Fatalf("%d sessions held locks", n)
	}
	second := s.stage(lamps(2, "完好"))
	if n, err := s.again().RejectInterrupted(t.Context(), surveyedAt); n != 0 || err != nil {
		t.Errorf("rejected %d, %v", n, err)
	}
	for _, b := range []census.Batch{first, second} {
		if _, _, err := s.store.PromoteStaged(t.Context(), promoting, b); err != nil {
			t.Error(err)
		}
	}
	if n := s.count(`select count(*) ` + holders); n != 0 {
		t.Errorf("%d locks are left", n)
	}
}

func TestReferencesAreCheckedBeforeTheRevisionIsWaitedFor(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	tx, err := s.db.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(t.Context())
	if _, err := tx.Exec(t.Context(), `select from revision_counter for update`); err != nil {
		t.Fatal(err)
	}
	orphan := registry.Unit{Code: "U09", Name: "下属", Kind: registry.BureauUnit, Ring: 1, Parent: "U99"}
	_, err = s.store.Change(t.Context(), promoting, func(c *postgis.Change) error {
		_, err := c.PutUnits(t.Context(), []registry.Unit{orphan})
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "check references") || !strings.Contains(err.Error(), "23503") { // foreign_key_violation
		t.Errorf("got %v", err)
	}
}

// Who has lost the answer to a promotion asks at once, perhaps before the server has heard of it.
func TestHowABatchWasPromotedIsSaidWhenThePromotionEnds(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	b := s.stage(lamps(3, "完好"))
	if _, _, ok, err := s.store.Promotion(t.Context(), b.ID); ok || err != nil {
		t.Errorf("before: %v, %v", ok, err)
	}
	running, finish, given := make(chan struct{}), make(chan struct{}), make(chan int64, 1)
	go func() {
		revision, err := s.store.Change(t.Context(), promoting, func(c *postgis.Change) error {
			_, err := c.PromoteBatch(t.Context(), b)
			close(running)
			<-finish
			return err
		})
		if err != nil {
			t.Error(err)
		}
		given <- revision
	}()
	<-running
	time.AfterFunc(200*time.Millisecond, func() { close(finish) })
	counts, revision, ok, err := s.again().Promotion(t.Context(), b.ID)
	if want := <-given; counts != (census.Counts{Created: 3}) || revision != want || revision == 0 || !ok || err != nil {
		t.Errorf("%+v, revision %d, not %d; %v, %v", counts, revision, want, ok, err)
	}
}

// A killed process leaves two sessions: the one with the lock of the batch ends at once, the one that promotes when its statement is done.
func TestABatchAtWhichTheServerStillWorksForADeadProcessIsGivenUpLater(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	busy, idle := s.left(lamps(2, "完好")), s.left(lamps(3, "完好"))
	working, err := s.db.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer working.Rollback(t.Context())
	if _, err := working.Exec(t.Context(), `select from import_batch where id = $1 for update`, busy.ID.String()); err != nil {
		t.Fatal(err)
	}
	begun, next := time.Now(), s.again()
	n, err := next.RejectInterrupted(t.Context(), surveyedAt)
	if took := time.Since(begun); n != 1 || err != nil || took > 5*time.Second {
		t.Errorf("%d given up after %v, %v", n, took, err)
	}
	if s.count(`select count(*) from import_batch where state = 'rejected' and id = $1`, idle.ID.String()) != 1 {
		t.Error("the other batch is not given up")
	}
	if err := working.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, err := next.RejectInterrupted(t.Context(), surveyedAt); n != 1 || err != nil {
		t.Errorf("later: %d, %v", n, err)
	}
}

// left stages a file and forgets it, as a killed process does.
func (s *survey) left(body string) census.Batch {
	s.t.Helper()
	dead := &survey{t: s.t, store: s.again(), db: s.db, config: s.config}
	dead.config.Store = dead.store
	b, held := dead.stage(body), s.advisoryLocks()
	dead.store.Close()
	for deadline := time.Now().Add(30 * time.Second); s.advisoryLocks() == held && time.Now().Before(deadline); { // the server ends a session in its own time
		time.Sleep(10 * time.Millisecond)
	}
	return b
}
