package api_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"citygrid/registry/census"
	"citygrid/registry/intake"
)

func TestAPreviewOfAProcessThatIsGoneIsMadeAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.send("name=a.csv", lamps(1, 5)+"4205020118500099,路灯,,崭新,2011-12-31,111.285,30.705,钢\n").ID
	before := o.settled(id)
	o.restart()
	after := o.settled(id)
	if before.State != "staged" || after.State != "staged" || after.Rows != before.Rows || after.Issues.Errors != 1 {
		t.Errorf("%+v\n%+v", before, after)
	}
	// PostgreSQL may hold the lock of the process that is gone a moment longer: then its preview is found to be dead only now.
	commit := o.call("POST", "/imports/"+id+"/commit?accept=good", nil, o.key)
	for range 100 {
		if commit.Status != http.StatusConflict {
			break
		}
		o.settled(id)
		commit = o.call("POST", "/imports/"+id+"/commit?accept=good", nil, o.key)
	}
	if i := commit.imported(http.StatusOK); i.State != "promoted" || i.Changes.Created != 5 {
		t.Errorf("%+v", i)
	}
}

func TestWhatAShutdownInterruptsTheNextProcessFinishes(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *intake.Config) { c.Running = 1 })
	var ids []string
	for n := range 4 {
		ids = append(ids, o.send("name=a.csv&accept=all", lamps(1+2000*n, 2000)).ID)
	}
	began := time.Now()
	o.restart()
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("it took %v to stop", took)
	}
	for _, id := range ids {
		if i := o.settled(id); i.State != "promoted" || i.Changes.Created+i.Changes.Unchanged != 2000 {
			t.Errorf("%+v", i)
		}
	}
	// Of one that was promoted in the last moment the next process finds out by itself.
	for range 500 {
		if len(o.files()) == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("files are left: %q", o.files())
}

func TestEventsEndWhenTheServerStops(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *intake.Config) { c.Running = 1 })
	for n := range 3 {
		o.send("name=a.csv&accept=all", lamps(1+2000*n, 2000))
	}
	last := o.send("name=a.csv&accept=all", lamps(6001, 2000)).ID
	ended := make(chan reply, 1)
	go func() { ended <- o.call("GET", "/imports/"+last+"/events", nil, o.key) }()
	time.Sleep(20 * time.Millisecond)
	o.stop()
	select {
	case got := <-ended:
		if got.Status != http.StatusOK || !strings.Contains(got.Body, "event: ") {
			t.Errorf("%d %s", got.Status, got.Body)
		}
	case <-time.After(5 * time.Second):
		buffer := make([]byte, 1<<20)
		t.Fatalf("the stream goes on:\n%s", buffer[:runtime.Stack(buffer, true)])
	}
}

func TestAPreviewThatNobodyWantsExpires(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.send("name=a.csv", lamps(1, 5)).ID
	o.settled(id)
	o.restart(func(c *intake.Config) {
		c.Clock = func() time.Time { return clock().Add(25 * time.Hour) }
	})
	for range 500 {
		if i := o.settled(id); i.State == "rejected" {
			if i.Failure.Code == "expired" && len(o.files()) == 0 {
				return
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("it is kept: %+v, %q", o.settled(id), o.files())
}

// The desk looks once an hour: that the file is done in seconds is because it heard of the interruption.
func TestWhatALostDatabaseInterruptsIsTriedAgainInSeconds(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *intake.Config) { c.Retry = time.Hour })
	db, err := pgx.Connect(t.Context(), o.database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(context.Background())
	if _, err := db.Exec(t.Context(), `begin; lock table import_issue in share mode`); err != nil { // the import waits where it ends its staging
		t.Fatal(err)
	}
	id := o.send("name=a.csv&accept=all", lamps(1, 20)).ID
	for ended := 0; ended == 0; time.Sleep(time.Millisecond) {
		if err := db.QueryRow(t.Context(), `select count(pg_terminate_backend(pid)) from pg_locks where relation = 'import_issue'::regclass and not granted`).Scan(&ended); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Exec(t.Context(), `rollback`); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	i := o.settled(id)
	if took := time.Since(began); i.State != "promoted" || i.Changes.Created != 20 || took > 30*time.Second {
		t.Errorf("after %v %+v", took, i)
	}
	if said := o.log.String(); strings.Contains(said, "ERROR") {
		t.Errorf("said:\n%s", said)
	}
}

// A process that dies leaves the lock of the file that it receives.
func TestAFileThatADeadProcessReceivedIsRemovedAndThatOfALivingOneIsNot(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.settled(o.send("name=a.csv&accept=all", lamps(1, 2)).ID) // makes the folder
	living := filepath.Join(o.dir, census.NewBatchID().String()+".part")
	f, err := os.CreateTemp(filepath.Dir(o.dir), "")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := errors.Join(syscall.Flock(int(f.Fd()), syscall.LOCK_EX), os.Rename(f.Name(), living)); err != nil {
		t.Fatal(err)
	}
	dead := filepath.Join(o.dir, census.NewBatchID().String()+".part")
	if err := os.WriteFile(dead, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	for began := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		left := o.files()
		if !slices.Contains(left, filepath.Base(living)) {
			t.Fatalf("the file of a living process is gone: %q", left)
		}
		if len(left) == 1 {
			return
		}
		if time.Since(began) > 10*time.Second {
			t.Fatalf("%q are left", left)
		}
	}
}

// Between the record of a file and its name lies an instant in which a process can die, or not hear that it was recorded.
func TestAFileThatWasRecordedBeforeItsProcessDiedIsTakenUp(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	body := lamps(1, 7)
	id := census.NewBatchID()
	if err := os.MkdirAll(o.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(body))
	if _, added, err := o.store.AddUpload(t.Context(), intake.Upload{
		ID: id, Name: "a.csv", Digest: hex.EncodeToString(sum[:]), Bytes: int64(len(body)), Accept: intake.AcceptAll, KeyID: "k", Actor: "crew 7",
		Answers: map[string]string{"*": "refuse"}, ReceivedAt: clock(), Kept: true,
	}); err != nil || !added {
		t.Fatal(added, err)
	}
	if err := os.WriteFile(filepath.Join(o.dir, id.String()+".part"), []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	if i := o.settled(id.String()); i.State != "promoted" || i.Changes.Created != 7 || len(o.files()) != 0 {
		t.Errorf("%+v, %q", i, o.files())
	}
}

// What is recorded as decided has a file for as long as a report is made from it.
func TestAFileThatWasDecidedBeforeItsProcessDiedIsRemoved(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	clean := o.settled(o.send("name=a.csv&accept=all", lamps(1, 3)).ID)
	reported := o.settled(o.send("name=b.csv&accept=all", lamps(4, 3)+"4205020118500099,路灯,,崭新,2011-12-31,111.285,30.705,钢\n").ID)
	if err := os.WriteFile(filepath.Join(o.dir, clean.ID), []byte("left"), 0o600); err != nil {
		t.Fatal(err)
	}
	for began := time.Now(); len(o.files()) > 1; time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > 10*time.Second {
			t.Fatalf("%q are left", o.files())
		}
	}
	if left := o.files(); !slices.Equal(left, []string{reported.ID}) {
		t.Errorf("%q, not %s", left, reported.ID)
	}
}
