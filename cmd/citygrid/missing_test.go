package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"citygrid/internal/dbtest"
)

func TestTrap50MissingComponentsAreRemovedByASecondPersonAlone(t *testing.T) {
	t.Parallel()
	url, dir := dbtest.URL(t), yichang(t)
	citygrid(t, url, "profile", "apply", dir).want(t, 0)
	text, err := os.ReadFile(filepath.Join(dir, "components", "points.csv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	gone := strings.Split(lines[1], ",")[0]
	file := lines[0]
	for _, line := range lines[2:] { // all of its sub-class but itself
		if strings.HasPrefix(line[min(6, len(line)):], gone[6:10]) {
			file += line
		}
	}
	path := filepath.Join(t.TempDir(), "second.csv")
	if err := os.WriteFile(path, []byte(file), 0o644); err != nil {
		t.Fatal(err)
	}
	taken := citygrid(t, url, "--actor", "crew 7", "import", "--scope", "subclass="+gone[6:10], path)
	taken.want(t, 0, "1 of ", "are in no row, and stay", "citygrid remove-missing")
	id := shownBatch.FindStringSubmatch(taken.out.String())[1]
	citygrid(t, url, "batches", id).want(t, 0, "declared to hold subclass="+gone[6:10]+" in full")

	citygrid(t, url, "remove-missing", id).want(t, 0, "nothing was changed", gone, "somebody else than crew 7", "须由另一人")
	citygrid(t, url, "--actor", "crew 7", "remove-missing", id, "--yes", "--reason", "gone").want(t, exitRefused, "somebody else", "另一人")
	citygrid(t, url, "remove-missing", id, "--yes").want(t, exitRefused, "reason")
	citygrid(t, url, "remove-missing", id, "--share", "0").want(t, exitUsage, "--share")
	done := citygrid(t, url, "--actor", "office", "remove-missing", id, "--yes", "--reason", "the street was rebuilt")
	done.want(t, 0, "1 components are removed", "移除", gone)
	citygrid(t, url, "--actor", "office", "remove-missing", id, "--yes", "--reason", "again").want(t, 0, "0 of them in no row")
	removal := strings.Fields(strings.SplitN(done.out.String(), "citygrid undo ", 2)[1])[0]
	citygrid(t, url, "undo", removal, "--reason", "it stands").want(t, 0, "1 components are as before")

	all := citygrid(t, url, "--actor", "crew 7", "import", "--scope", "all", path)
	all.want(t, 0, "are in no row")
	id = shownBatch.FindStringSubmatch(all.out.String())[1]
	citygrid(t, url, "--actor", "office", "remove-missing", id, "--yes", "--reason", "r").want(t, exitRefused, "was the delivery complete?", "--share 9")
}
