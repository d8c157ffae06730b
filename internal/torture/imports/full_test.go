package imports_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// smallDisk is how many bytes a server has for everything: it takes about half of it by itself.
const smallDisk = 256 << 20

// diskOf mounts a small disk for a test, as root may.
func diskOf(t *testing.T) string {
	t.Helper()
	dir := folder(t)
	if err := syscall.Mount("citygrid-torture", dir, "tmpfs", syscall.MS_NOSUID|syscall.MS_NODEV, fmt.Sprintf("size=%d,mode=755", smallDisk)); err != nil {
		t.Fatalf("a full disk needs a disk of its own, which root may mount (mount -t tmpfs): %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// free is how many bytes of a disk are free.
func free(t *testing.T, dir string) int64 {
	t.Helper()
	var disk syscall.Statfs_t
	if err := syscall.Statfs(dir, &disk); err != nil {
		t.Fatal(err)
	}
	return int64(disk.Bavail) * disk.Bsize
}

// fill leaves so many bytes of a disk free; the file is the ballast.
func fill(t *testing.T, dir string, leave int64) (ballast string) {
	t.Helper()
	ballast = filepath.Join(dir, "ballast")
	f, err := os.Create(ballast)
	if err != nil {
		t.Fatal(err)
	}
	if size := free(t, dir) - leave; size > 0 {
		err = syscall.Fallocate(int(f.Fd()), 0, 0, size)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	return ballast
}

// large is a survey file that says so much of each component that staging it takes some 30 MB.
func large(t *testing.T) string {
	t.Helper()
	text := make([]byte, 3000)
	var table bytes.Buffer
	table.WriteString("ObjID,ObjState,ORDate,Lon,Lat,Description\n")
	rng := draw(30)
	for n := range 7000 {
		for i := range text {
			text[i] = byte(rng.Uint32())
		}
		fmt.Fprintf(&table, "42050201010%05d,完好,2026-03-01,%.7f,%.7f,%s\n", 40_000+n, 111.28+float64(n%300)*1e-4, 30.69+float64(n/300)*1e-4, base64.StdEncoding.EncodeToString(text))
	}
	path := filepath.Join(t.TempDir(), "survey.csv")
	if err := os.WriteFile(path, table.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// newFullable is a town on a small disk.
func newFullable(t *testing.T) (w *town, disk string) {
	t.Helper()
	disk = diskOf(t)
	pg := newPostgres(t, disk)
	w = newTown(t, pg.url)
	if err := connected(pg.url, func(ctx context.Context, conn *pgx.Conn) error {
		// Segments of the log that are there already are written again: it is data that runs out of room.
		statements := []string{`alter system set max_wal_size = '64MB'`, `alter system set min_wal_size = '64MB'`, `select pg_reload_conf()`}
		for range 6 {
			statements = append(statements, `select pg_switch_wal()`, `checkpoint`)
		}
		for _, statement := range statements {
			if _, err := conn.Exec(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return w, disk
}

const roomy = 16 << 20 // bytes that are enough for a survey, and not for a large one

func TestAFullDiskIsSaidAndGivesBackWhatWasTaken(t *testing.T) {
	t.Parallel()
	w, disk := newFullable(t)
	file := large(t)
	own := figures.of(t, "disk full under `citygrid import`")
	for range tries(1, 5) {
		w.fillUnderCommand(t, own, disk, file)
	}
	own = figures.of(t, "disk full under `POST /imports`")
	for range tries(1, 5) {
		w.fillUnderServer(t, own, disk, file)
	}
	own = figures.of(t, "disk full under the folder of uploads")
	for range tries(1, 5) {
		w.fillUploads(t, own, disk, file)
	}
}

// given says what is wrong with how much of a disk is free again.
func given(t *testing.T, disk string, before int64) (left int64, faults []string) {
	after := free(t, disk)
	if after*100 < before*95 {
		faults = append(faults, fmt.Sprintf("of %d bytes that were free %d are", before, after))
	}
	return max(0, before-after), faults
}

func (w *town) fillUnderCommand(t *testing.T, own *tally, disk, file string) {
	r := w.trial(t)
	defer r.end()
	ballast := fill(t, disk, roomy)
	defer os.Remove(ballast)
	before, at := free(t, disk), time.Now()
	var faults []string
	if fault := r.run("import", file).fault(70, "storage_full", "数据库存储空间已满"); fault != "" {
		faults = append(faults, fault)
	}
	left, wrong := given(t, disk, before)
	if fault := r.run("import", survey(t, "survey.csv")).fault(0, "2000 created"); fault != "" { // for which there is room
		faults = append(faults, fault)
	}
	figures.add(t, own, "COPY", time.Since(at), before, left, slices.Concat(faults, wrong, r.faults(1)))
}

func (w *town) fillUnderServer(t *testing.T, own *tally, disk, file string) {
	r := w.trial(t)
	defer r.end()
	s, err := r.serve(r.url)
	if err != nil {
		t.Fatal(err)
	}
	defer s.end()
	var faults []string
	expect := func(what string, a answer, err error, status int, ok bool) {
		t.Helper()
		if err != nil || a.status != status || !ok {
			faults = append(faults, fmt.Sprintf("%s: %v %s", what, err, a.text))
		}
	}
	reads := func(when string) {
		t.Helper()
		for _, path := range []string{"/collections/components/items?limit=10", "/locate?lon=111.2846&lat=30.7012", "/imports"} {
			a, err := s.ask("GET", path, "", nil)
			expect(when+" "+path, a, err, http.StatusOK, true)
		}
	}
	ballast := fill(t, disk, roomy)
	defer os.Remove(ballast)
	before, at := free(t, disk), time.Now()
	sent, err := s.send(file, "all", idempotencyKey)
	expect("sent", sent, err, http.StatusAccepted, true)
	id := sent.ID
	sent, err = s.settled(id, func(a answer) bool { return a.Failure != nil })
	expect("full", sent, err, http.StatusOK, sent.Failure != nil && sent.Failure.Code == "storage_full")
	reads("when it was full")
	left, wrong := given(t, disk, before)
	faults = append(faults, wrong...)
	sent, err = s.ask("DELETE", "/imports/"+id, "", nil)
	expect("discarded", sent, err, http.StatusOK, sent.State == "rejected")

	// A preview is committed when there is no room at all.
	sent, err = s.send(survey(t, "survey.csv"), "none", "")
	expect("preview", sent, err, http.StatusAccepted, true)
	id = sent.ID
	sent, err = s.settled(id, nil)
	expect("preview", sent, err, http.StatusOK, sent.State == "staged")
	os.Remove(ballast)
	fill(t, disk, 0)
	sent, err = s.ask("POST", "/imports/"+id+"/commit?accept=all", "", nil)
	expect("committed", sent, err, http.StatusServiceUnavailable, sent.Code == "storage_full")
	reads("while it is full")
	if sent, err = s.send(survey(t, "first.csv"), "all", ""); err != nil || sent.status != http.StatusAccepted && (sent.status != http.StatusServiceUnavailable || sent.Code != "storage_full") {
		expect("sent to a full disk", sent, err, http.StatusServiceUnavailable, false)
	} else if sent.ID != "" {
		discarded, err := s.ask("DELETE", "/imports/"+sent.ID, "", nil)
		expect("discarded", discarded, err, http.StatusOK, true)
	}
	if half, whole := r.half(); half != "" || whole {
		faults = append(faults, "after a commit on a full disk: visible "+half)
	}
	os.Remove(ballast)
	sent, err = s.ask("POST", "/imports/"+id+"/commit?accept=all", "", nil)
	expect("committed again", sent, err, http.StatusOK, sent.State == "promoted" && sent.Changes.Created == created)
	recovery := time.Since(at)
	if err := s.stop(); err != nil {
		faults = append(faults, err.Error())
	}
	figures.add(t, own, "COPY and commit", recovery, before, left, append(faults, r.faults(1)...))
}

// fillUploads has the server keep its files on the small disk.
func (w *town) fillUploads(t *testing.T, own *tally, disk, file string) {
	r := w.trial(t)
	defer r.end()
	data := filepath.Join(disk, "data")
	if err := errors.Join(os.Mkdir(data, 0o755), os.Symlink(data, filepath.Join(r.dir, "data"))); err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(data)
	s, err := r.serve(r.url)
	if err != nil {
		t.Fatal(err)
	}
	defer s.end()
	var faults []string
	ballast := fill(t, disk, roomy)
	defer os.Remove(ballast)
	before, at := free(t, disk), time.Now()
	sent, err := s.send(file, "all", idempotencyKey)
	if err != nil || sent.status != http.StatusServiceUnavailable || sent.Code != "storage_full" {
		faults = append(faults, fmt.Sprintf("sent: %v %s", err, sent.text))
	}
	left, wrong := given(t, disk, before)
	sent, err = s.send(survey(t, "survey.csv"), "all", idempotencyKey)
	if err == nil && sent.status == http.StatusAccepted {
		sent, err = s.settled(sent.ID, nil)
	}
	if err != nil || sent.State != "promoted" {
		faults = append(faults, fmt.Sprintf("a file for which there is room: %v %s", err, sent.text))
	}
	recovery := time.Since(at)
	if err := s.stop(); err != nil {
		faults = append(faults, err.Error())
	}
	figures.add(t, own, "upload", recovery, before, left, slices.Concat(faults, wrong, r.faults(1)))
}
