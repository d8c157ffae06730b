package synth_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"citygrid/data/synth"
)

// The digest is written down so that another processor, or another release of
// Go, that draws another city is found out. It changes with the plan.
func TestSeedOneHasTheDigestWrittenDown(t *testing.T) {
	t.Parallel()
	const want = "99a0c8911daad584a33da69fd72903c3456995da20abec42211b1929f18592e3"
	if got := yichang(t, 1).report.Digest; got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
}

func TestEqualSeedsDrawEqualCitiesAndOthersDiffer(t *testing.T) {
	t.Parallel()
	a, b, c := yichang(t, 8).report, yichang(t, 8).report, yichang(t, 9).report
	if !reflect.DeepEqual(a, b) {
		t.Errorf("two drawings of one seed differ:\n%+v\n%+v", a, b)
	}
	if a.Digest == c.Digest {
		t.Error("seeds 8 and 9 have one digest")
	}
}

func TestReportAgreesWithTheFiles(t *testing.T) {
	t.Parallel()
	d := yichang(t, 1)
	list := sha256.New()
	records := map[string]int{}
	for _, f := range d.report.Files {
		content := d.read(t, f.Path)
		sum := sha256.Sum256(content)
		if hex.EncodeToString(sum[:]) != f.SHA256 || int64(len(content)) != f.Bytes {
			t.Errorf("%s is not as reported", f.Path)
		}
		fmt.Fprintf(list, "%x  %s\n", sum, f.Path)
		records[f.Path] = f.Records
	}
	if got := hex.EncodeToString(list.Sum(nil)); got != d.report.Digest {
		t.Errorf("digest %s, reported %s", got, d.report.Digest)
	}
	onDisk := 0
	err := filepath.WalkDir(d.dir, func(_ string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			onDisk++
		}
		return err
	})
	if err != nil || onDisk != len(records) {
		t.Errorf("%d files on disk, %d reported: %v", onDisk, len(records), err)
	}
	got := d.report
	got.Files, got.Digest = nil, ""
	want := synth.Report{
		Seed: 1, Districts: records[districtsFile], Streets: records[streetsFile], Communities: records[communitiesFile],
		Cells: records[cellsFile], ManagedCells: records["areas/managed-cells.csv"], Units: records["units.csv"],
		Rules: records["responsibilities.csv"], Staff: records["staff.csv"], Components: 11_393,
		Points: records["components/points.csv"], Shapes: records["components/shapes.geojson"],
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("report %+v\nfiles  %+v", got, want)
	}
}

func TestACityFolderIsReplaced(t *testing.T) {
	t.Parallel()
	d := yichang(t, 1)
	stray := filepath.Join(d.dir, "components", "old.csv")
	if err := os.WriteFile(stray, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := synth.Scale(t.Context(), d.dir, synth.ScaleOptions{Cells: 1}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(stray); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file of the old city is still there: %v", err)
	}
	leavesOnly(t, filepath.Dir(d.dir), "city")
}

func TestAFolderOfOtherThingsIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	thesis := filepath.Join(dir, "thesis.txt")
	if err := os.WriteFile(thesis, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := synth.Yichang(t.Context(), dir, synth.Options{}); err == nil {
		t.Error("a folder without city.json was taken")
	}
	leavesOnly(t, dir, "thesis.txt")
	if _, err := synth.Yichang(t.Context(), thesis, synth.Options{}); err == nil {
		t.Error("a file was taken for a folder")
	}
}

func TestACancelledRunLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"city.json", "areas/grid-cells.geojson", "components/points.csv", "base/parks.geojson"} {
		parent := t.TempDir()
		ctx, cancel := context.WithCancel(t.Context())
		_, err := synth.Yichang(ctx, filepath.Join(parent, "city"), synth.Options{Progress: func(file string, _ int) {
			if file == at {
				cancel()
			}
		}})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled at %s: %v", at, err)
		}
		leavesOnly(t, parent)
		cancel()
	}
}

func TestACancelledReplacementKeepsTheOldCity(t *testing.T) {
	t.Parallel()
	d := yichang(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := synth.Scale(ctx, d.dir, synth.ScaleOptions{Cells: 10, Components: 200_000, Progress: func(_ string, records int) {
		if records == 100_000 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled half-way: %v", err)
	}
	leavesOnly(t, filepath.Dir(d.dir), "city")
	if n := len(d.rows(t, "components/points.csv")); n != d.report.Points {
		t.Errorf("%d points are left of %d", n, d.report.Points)
	}
	cancel()
}

func leavesOnly(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s holds %v, want %v", dir, got, want)
	}
}
