package profile_test

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"citygrid/registry"
	"citygrid/registry/census"
	"citygrid/registry/locator"
	"citygrid/registry/profile"
)

func TestGapAndOverlapAreNamedWithPlaceAndSize(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	// A triangle on the border from 0,2 to 2,2 is as many square units as it is high.
	unit := s.square(0, 0, 1, 1)
	for name, c := range map[string]struct {
		to   [2]float64
		code string
		size float64
	}{
		"gap":                               {[2]float64{1, 1.5}, profile.CodeGap, unit / 2},
		"overlap":                           {[2]float64{1, 2.5}, profile.CodeOverlap, unit / 2},
		"a gap of a few square metres":      {[2]float64{1, 2 - 8/unit}, profile.CodeGap, 8},
		"an overlap of a few square metres": {[2]float64{1, 2 + 8/unit}, profile.CodeOverlap, 8},
	} {
		w := newTown()
		w.move([2]float64{1, 2}, c.to, "420502001001001")
		var found []profile.Fault
		for _, f := range s.refuse(name, w.folder()) {
			if f.Code == c.code {
				found = append(found, f)
			}
		}
		if len(found) != 1 {
			t.Errorf("%s: %v", name, found)
			continue
		}
		said := regexp.MustCompile(`of ([0-9.]+) m² at ([0-9.]+),([0-9.]+), in 420502001001$`).FindStringSubmatch(found[0].Message.EN)
		if said == nil {
			t.Errorf("%s: %q", name, found[0].Message.EN)
			continue
		}
		size, x, y := number(t, said[1]), number(t, said[2]), number(t, said[3])
		if math.Abs(size/c.size-1) > 0.01 {
			t.Errorf("%s: %v m², want %v", name, size, c.size)
		}
		inside := orb.Bound{Min: orb.Point{lon(0), min(lat(2), lat(c.to[1]))}, Max: orb.Point{lon(2), max(lat(2), lat(c.to[1]))}}
		if !inside.Pad(1e-6).Contains(orb.Point{x, y}) {
			t.Errorf("%s: at %v,%v, want within %v", name, x, y, inside)
		}
	}
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Error(err)
	}
	return v
}

// square is the size of a box of units in square metres, by PostGIS.
func (s *store) square(x0, y0, x1, y1 float64) float64 {
	s.t.Helper()
	return number(s.t, s.rows(`select st_area(st_makeenvelope($1, $2, $3, $4, 4326)::geography)::text`, lon(x0), lat(y0), lon(x1), lat(y1))[0])
}

func TestBordersWithoutSharedVerticesAreMeasuredAndASliverIsLetPass(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	w := newTown()
	w.area("420502001001001").ring = slices.DeleteFunc(w.area("420502001001001").ring, func(p [2]float64) bool { return p == [2]float64{1, 2} })
	report := s.apply(w.folder())
	if got := warnings(report); !slices.Equal(got, []string{"areas/communities.geojson not_noded 420502001001"}) {
		t.Errorf("a vertex on one side only: %q", got)
	}
	w = newTown()
	w.move([2]float64{1, 2}, [2]float64{1, 2 - 0.4/s.square(0, 0, 1, 1)}, "420502001001001") // 0.4 m²
	report = s.apply(w.folder())
	if got := warnings(report); !slices.Equal(got, []string{"areas/communities.geojson not_noded 420502001001", "areas/grid-cells.geojson gap "}) {
		t.Errorf("a gap of 0.4 m²: %q", got)
	}
}

func warnings(r profile.Report) []string {
	out := []string{}
	for _, w := range r.Warnings {
		out = append(out, fmt.Sprintf("%s %s %s", w.File, w.Code, w.Value))
	}
	slices.Sort(out)
	return out
}

func TestMovedBorderChangesTwoAreasAndWhatStandsBetween(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	s.apply(newTown().folder())
	// One component is in no file of the folder any more, one crosses the border, one is removed.
	elsewhere := newTown()
	elsewhere.files["components/lamps.csv"] = lampHeader + lamp(7, 1, 2.2) + lamp(8, 0.2, 2.9) + lamp(9, 1, 2.3)
	s.apply(elsewhere.folder())
	s.rows(`update component set state = '移除' where code like '%000009' returning code`)
	s.rows(`update component set geom = st_setsrid(st_makeline(st_point($1, $2), st_point($1, $3)), 4326), grids_also = '{420502001001001}'
where code like '%000007' returning code`, lon(1), lat(1.9), lat(2.4))

	before := s.place(1, 2.2)
	managed := s.rows(`select md5(geom::bytea) from area where code = 'M1'`)
	moved := newTown()
	moved.move([2]float64{1, 2}, [2]float64{1, 2.5}, "420502001001001", "420502001001002")
	report := s.apply(moved.folder())
	want := []profile.Changed{{What: registry.Text{ZH: "区域", EN: "areas"}, Diff: registry.Diff{Updated: []string{"420502001001001", "420502001001002"}}}}
	if !reflect.DeepEqual(report.Changes, want) || report.Revision != 3 {
		t.Errorf("changes %+v, revision %d", report.Changes, report.Revision)
	}
	if report.Replaced != 3 || report.Files[0].Counts != (census.Counts{Unchanged: 4}) {
		t.Errorf("%d placed anew, files %+v", report.Replaced, report.Files)
	}
	after := s.place(1, 2.2)
	if before.Grid.Code != "420502001001002" || after.Grid.Code != "420502001001001" || after.Revision != 3 || before.Border || after.Border {
		t.Errorf("before %+v, after %+v", before.Grid, after.Grid)
	}
	if got := s.rows(`select right(code, 1) || ' ' || right(grid, 1) || ' ' || grids_also::text from component order by code`); !slices.Equal(got, []string{
		"1 1 {}", "2 2 {}", "3 1 {}", "7 1 {}", "8 2 {}", "9 1 {}", "4 2 {}",
	}) {
		t.Errorf("cells: %q", got)
	}
	if got := s.rows(`select code from area_version where superseded_by = 3 order by code`); !slices.Equal(got, want[0].Updated) {
		t.Errorf("history of areas: %q", got)
	}
	if got := s.rows(`select right(code, 1) || ' ' || right(grid, 1) || ' ' || grids_also::text from component_version where superseded_by = 3 order by code`); !slices.Equal(got, []string{
		"3 2 {}", "7 2 {420502001001001}", "9 2 {}",
	}) {
		t.Errorf("history of components: %q", got)
	}
	if again := s.rows(`select md5(geom::bytea) from area where code = 'M1'`); !slices.Equal(again, managed) {
		t.Error("the managed area changed, of which no cell did")
	}
	if back := s.apply(newTown().folder()); back.Replaced != 3 || back.Revision != 4 {
		t.Errorf("moved back: %+v", back)
	}
}

func TestManagedAreaFollowsItsCells(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	s.apply(newTown().folder())
	moved := newTown()
	moved.move([2]float64{4, 1}, [2]float64{4.5, 1}, "420502", "420502001", "420502001002", "420502001002001", "420503", "420503001", "420503001001", "420503001001001")
	moved.move([2]float64{5, 2}, [2]float64{5, 2.5}, "420503001001001", "420503001001002")
	report := s.apply(moved.folder())
	if c := report.Changes; len(c) != 2 || len(c[0].Updated) != 9 || !slices.Equal(c[1].Updated, []string{"M1"}) {
		t.Errorf("%+v", report.Changes)
	}
	same := s.rows(`
select (st_equals(m.geom, u.geom) and abs(m.square_metres / st_area(u.geom::geography) - 1) < 1e-9)::text
from area m, (select st_union(a.geom) as geom from managed_cell c join area a on a.code = c.cell where c.area = 'M1') u where m.code = 'M1'`)
	if !slices.Equal(same, []string{"true"}) {
		t.Errorf("equal to its cells: %v", same)
	}
	fewer := newTown()
	fewer.edit("areas/managed-cells.csv", "M1,420503001001001\n", "")
	report = s.apply(fewer.folder())
	if got := report.Changes[len(report.Changes)-1].Diff; !reflect.DeepEqual(got, registry.Diff{Removed: []string{"M1/420503001001001"}}) {
		t.Errorf("managed cells: %+v", got)
	}
	if got := s.rows(`select round(square_metres / st_area(st_makeenvelope($1, $2, $3, $4, 4326)::geography) * 1000)::text from area where code = 'M1'`,
		lon(2), lat(0), lon(4), lat(4)); !slices.Equal(got, []string{"1000"}) {
		t.Errorf("size, in thousandths of that of two cells: %v", got)
	}
}

func TestCellThatIsTakenAwayLeavesNoComponentBehindInIt(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	s.apply(newTown().folder())
	joined := newTown()
	list := joined.areas[cells]
	joined.areas[cells] = slices.Delete(list, 1, 2) // 420502001001002
	joined.area("420502001001001").ring = box(0, 0, 2, 4)
	joined.edit("staff.csv", "J1,张三,inspector,420502001001002\n", "")
	report := s.apply(joined.folder())
	if got := report.Changes[0].Diff; !reflect.DeepEqual(got, registry.Diff{Updated: []string{"420502001001001"}, Removed: []string{"420502001001002"}}) {
		t.Errorf("areas %+v", got)
	}
	if report.Replaced != 2 {
		t.Errorf("%d placed anew", report.Replaced)
	}
	if got := s.rows(`select distinct grid from component where code like '420502%'`); !slices.Equal(got, []string{"420502001001001"}) {
		t.Errorf("cells: %v", got)
	}
}

func TestDistrictThatLeavesTheCityLeavesItsComponentsWithoutACell(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	s.apply(newTown().folder())
	smaller := newTown()
	for file, list := range smaller.areas {
		smaller.areas[file] = slices.DeleteFunc(list, func(f feature) bool { return strings.HasPrefix(f.code, "420503") })
	}
	smaller.edit("areas/managed-cells.csv", "M1,420503001001001\n", "")
	smaller.edit("responsibilities.csv", "420503,*,*,territory,C03,,2030-12-31\n", "")
	smaller.files["components/lamps.csv"] = lampHeader + lamp(1, 0.5, 0.5)
	report := s.apply(smaller.folder())
	if report.Replaced != 1 {
		t.Errorf("%d placed anew", report.Replaced)
	}
	if got := s.rows(`select right(code, 1) || ' ' || coalesce(grid, 'none') from component where code like '420503%'`); !slices.Equal(got, []string{"4 none"}) {
		t.Errorf("cells: %v", got)
	}
}

// place asks a locator that has just been made.
func (s *store) place(x, y float64) registry.Placement {
	s.t.Helper()
	l := locator.New(s, func() time.Time { return appliedAt }, time.UTC)
	if _, err := l.Refresh(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	p, err := l.Place(orb.Point{lon(x), lat(y)}, registry.Subject{})
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}
