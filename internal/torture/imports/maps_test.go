package imports_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"citygrid/internal/dbtest"
)

// Files of maps are unpacked and read by a child process: a kill must leave neither.
func TestAKillWhileAShapefileIsReadLeavesNoFilesAndNoChild(t *testing.T) {
	t.Parallel()
	w := newTown(t, dbtest.URL(t))
	clean := w.trial(t)
	clean.run("import", survey(t, "survey.shp")).want(t, 0, "2000 created", "0 refused")
	after := digests(t, clean.url)
	clean.end()
	own := figures.of(t, "`citygrid import` of a Shapefile killed while it is read")
	rng := draw(40)
	var waits []int
	for range tries(1, 50) {
		waits = append(waits, rng.IntN(100))
	}
	each(waits, func(wait int) { w.killReading(t, own, after, time.Duration(wait)*time.Millisecond) })
}

func (w *town) killReading(t *testing.T, own *tally, after map[string]string, wait time.Duration) {
	r := w.trial(t)
	r.after = after
	defer r.end()
	run, err := r.begin(r.url, "import", survey(t, "survey.shp"))
	if err != nil {
		t.Error(err)
		return
	}
	temporary := filepath.Join(r.dir, "tmp")
	for begun := time.Now(); time.Since(begun) < patience; time.Sleep(time.Millisecond) { // until the set is packed, and unpacked again
		if folders, err := os.ReadDir(temporary); err == nil && len(folders) == 2 {
			break
		}
	}
	time.Sleep(wait)
	at := time.Now()
	run.kill()
	<-run.ended
	var faults []string
	half, whole := r.half()
	if half != "" {
		faults = append(faults, half)
	}
	taken, text := r.held(t), "2000 created"
	if whole {
		text = "the same file as batch"
	}
	if fault := r.run("import", survey(t, "survey.shp")).fault(0, text); fault != "" {
		faults = append(faults, fault)
	}
	recovery := time.Since(at)
	if left := children(temporary); left != "" {
		faults = append(faults, left+" still runs")
	}
	figures.add(t, own, wait.String(), recovery, taken, r.held(t), append(faults, r.faults(1)...))
}

// held is how many bytes lie in staging tables and in the temporary folder.
func (r *trial) held(t *testing.T) int64 {
	bytes, err := r.staged()
	if err != nil {
		t.Error(err)
	}
	filepath.WalkDir(filepath.Join(r.dir, "tmp"), func(_ string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if info, err := d.Info(); err == nil {
				bytes += info.Size()
			}
		}
		return nil // what goes meanwhile is not held
	})
	return bytes
}

// children are the command lines of processes that work on files below a folder.
func children(folder string) string {
	var found []string
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline") // the pattern is well formed
	for _, path := range lines {
		if line, _ := os.ReadFile(path); strings.Contains(string(line), folder) { // it may have ended
			found = append(found, strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return strings.Join(found, "; ")
}
