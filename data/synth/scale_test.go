package synth_test

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"citygrid/data/synth"
	"citygrid/geo"
	"citygrid/registry/catalog"
	"github.com/paulmach/orb"
)

func scaled(t *testing.T, opt synth.ScaleOptions) drawn {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "city")
	report, err := synth.Scale(t.Context(), dir, opt)
	if err != nil {
		t.Fatal(err)
	}
	return drawn{dir, report}
}

func TestACityOfAnySizeTiles(t *testing.T) {
	t.Parallel()
	for _, cells := range []int{1, 2, 3, 5, 16, 17, 31, 272, 1000, 4423} {
		d := scaled(t, synth.ScaleOptions{Cells: cells, Seed: uint64(cells)})
		levels := [][]area{d.areas(t, districtsFile), d.areas(t, streetsFile), d.areas(t, communitiesFile), d.areas(t, cellsFile)}
		if len(levels[3]) != cells {
			t.Errorf("%d cells drawn, want %d", len(levels[3]), cells)
		}
		checkBorders(t, levels[3])
		for i, parents := range levels[:3] {
			children := map[string][]geo.Area{}
			for _, c := range levels[i+1] {
				key := c.code[:len(c.code)-3]
				children[key] = append(children[key], c.cover)
			}
			if len(children) != len(parents) {
				t.Errorf("%d cells: %d parents have children at level %d, want %d", cells, len(children), i, len(parents))
			}
			for _, p := range parents {
				if !geo.SameCover(children[p.code], p.cover) {
					t.Errorf("%d cells: %s is not its %d children", cells, p.code, len(children[p.code]))
				}
			}
		}
	}
}

func TestScaledComponentsStandInsideTheirCells(t *testing.T) {
	t.Parallel()
	const components = 7001
	d := scaled(t, synth.ScaleOptions{Cells: 300, Components: components, Seed: 6})
	covers := map[string]geo.Area{}
	for _, c := range d.areas(t, cellsFile) {
		covers[c.code] = c.cover
	}
	next, perCell := map[string]int{}, map[string]int{}
	rows := d.rows(t, "components/points.csv")
	for _, r := range rows {
		id := r["ObjID"]
		if _, err := catalog.ParseComponentCode(catalog.Edition2007, id); err != nil {
			t.Fatal(err)
		}
		next[id[:10]]++
		if want := fmt.Sprintf("%s%06d", id[:10], next[id[:10]]); id != want || !strings.HasPrefix(r["BGID"], id[:6]) {
			t.Errorf("%s follows in cell %s where %s should", id, r["BGID"], want)
		}
		lon, _ := strconv.ParseFloat(r["Lon"], 64)
		lat, _ := strconv.ParseFloat(r["Lat"], 64)
		if side := covers[r["BGID"]].Side(orb.Point{lon, lat}); side != geo.Inside {
			t.Errorf("%s is %s its cell %s", id, side, r["BGID"])
		}
		perCell[r["BGID"]]++
	}
	if len(rows) != components || len(next) != 27 {
		t.Errorf("%d components of %d subclasses, want %d of 27", len(rows), len(next), components)
	}
	for code := range covers {
		if n := perCell[code]; n != components/300 && n != components/300+1 {
			t.Errorf("cell %s holds %d", code, n)
		}
	}
}

func TestScaledManagedAreaIsTheFirstStreet(t *testing.T) {
	t.Parallel()
	d := scaled(t, synth.ScaleOptions{Cells: 700, Seed: 2})
	managed := d.managed(t)
	for _, c := range d.areas(t, cellsFile) {
		if want := strings.HasPrefix(c.code, "990001001"); managed[c.code] != want {
			t.Errorf("cell %s managed: %v", c.code, managed[c.code])
		}
	}
	if d.report.ManagedCells != 256 || len(managed) != 256 {
		t.Errorf("%d managed cells reported, %d listed, want 256", d.report.ManagedCells, len(managed))
	}
}

func TestSizesBeyondTheCodesAreRefused(t *testing.T) {
	t.Parallel()
	for _, opt := range []synth.ScaleOptions{{Cells: 0}, {Cells: -1}, {Cells: 1, Components: -1}, {Cells: 500_000}, {Cells: 1, Components: 8_000_000}} {
		parent := t.TempDir()
		if _, err := synth.Scale(t.Context(), filepath.Join(parent, "city"), opt); err == nil {
			t.Errorf("%+v was drawn", opt)
		}
		leavesOnly(t, parent)
	}
}
