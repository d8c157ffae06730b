package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"citygrid/internal/dbtest"
)

var shownBatch = regexp.MustCompile(`batch ([0-9a-f-]{36}), `)

func TestADeliveryIsTriedTakenListedAndUndone(t *testing.T) {
	t.Parallel()
	url, dir := dbtest.URL(t), yichang(t)
	citygrid(t, url, "profile", "apply", dir).want(t, 0)
	text, err := os.ReadFile(filepath.Join(dir, "components", "points.csv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	gone := strings.Split(lines[1], ",")[0]
	delivered := func(name, from, to string, lines ...string) string {
		path := filepath.Join(t.TempDir(), name)
		body := strings.Join(lines, "")
		if err := os.WriteFile(path, []byte(strings.Replace(body, from, to, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	second := delivered("second.csv", ",完好,", ",破损,", append([]string{lines[0]}, lines[2:60]...)...)

	dry := citygrid(t, url, "import", "--dry-run", "--scope", "all", second)
	dry.want(t, 0, "dry run, nothing was changed; of 58 rows", "1  updated", "57  unchanged", "missing: "+gone, "missing from the declared scope",
		"column ObjState: 1 rows", `ObjState "完好" → "破损"`, "未作更改")
	citygrid(t, url, "import", "--dry-run", "--scope", "grid=x", second).want(t, exitRefused, "scope")
	bad := delivered("bad.csv", ",完好,", ",新,", lines[:4]...)
	citygrid(t, url, "import", "--accept", "none", "--answer", "*=refuse", bad).want(t, exitPartly, "2  unchanged", "1  with errors", "ObjState")
	citygrid(t, url, "batches").want(t, 0, "second.csv", "rejected", "points.csv", "promoted", "BEGUN")

	taken := citygrid(t, url, "--actor", "crew 7", "import", second)
	taken.want(t, 0, "0 created, 1 updated")
	id := shownBatch.FindStringSubmatch(taken.out.String())[1]
	edit := delivered("edit.csv", ",完好,", ",丢失,", lines[0], lines[2])
	citygrid(t, url, "--actor", "crew 8", "import", edit).want(t, 0, "1 updated")

	citygrid(t, url, "undo", id).want(t, exitUsage, "--reason")
	citygrid(t, url, "undo", "zzzz", "--reason", "r").want(t, exitRefused, "citygrid batches")
	citygrid(t, url, "undo", id[:13], "--reason", "wrong street").want(t, exitPartly,
		"0 components are as before, 0 that it had created are gone, 1 left", "crew 8", "census edit.csv", strings.Split(lines[2], ",")[0])
	citygrid(t, url, "undo", id[:13], "--reason", "again").want(t, exitRefused, "undone the batch at", "wrong street", "已由")
	citygrid(t, url, "batches", id[:13]).want(t, 0, "batch "+id+"  undone", "wrong street", "begun", "by crew 7", "1 updated")

	latest := citygrid(t, url, "batches", "--limit", "1")
	latest.want(t, 0, "edit.csv")
	if strings.Contains(latest.out.String(), "second.csv") {
		t.Errorf("more than one: %s", latest.out.String())
	}
	editID := strings.Fields(strings.Split(latest.out.String(), "\n")[1])[0]
	citygrid(t, url, "undo", editID, "--reason", "wrong too").want(t, 0, "1 components are as before")
	citygrid(t, url, "import", "--dry-run", second).want(t, 0, "58  unchanged")
}
