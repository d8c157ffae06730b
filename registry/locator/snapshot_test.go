package locator_test

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"citygrid/geo"
	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/locator"
)

// place asks a snapshot only where p is.
func place(t *testing.T, s *locator.Snapshot, p orb.Point) registry.Placement {
	t.Helper()
	out, err := s.Place(p, registry.Subject{}, time.Time{})
	if err != nil {
		t.Fatalf("%v: %v", p, err)
	}
	return out
}

// gridAt is the cell of p as the scripts write it.
func gridAt(t *testing.T, s *locator.Snapshot, p orb.Point) string {
	t.Helper()
	at := place(t, s, p)
	if at.Border {
		return at.Grid.Code[12:] + " border"
	}
	return at.Grid.Code[12:]
}

func TestPlaceTellsAllThatIsKnown(t *testing.T) {
	t.Parallel()
	d := byHand(t, map[string]orb.MultiPolygon{cell("001"): box(111, 30, 112, 31), cell("002"): box(112, 30, 113, 31)})
	d.Areas = append(d.Areas, registry.Area{Code: "M01", Level: registry.LevelManaged, Name: "江边"}, registry.Area{Code: "M02", Level: registry.LevelManaged, Name: "站前"})
	d.ManagedCells = map[string][]string{"M02": {cell("001")}, "M01": {cell("001"), cell("002")}}
	d.Staff = []registry.Staff{
		{Code: "J1", Name: "甲", Role: registry.Inspector, Area: cell("001")},
		{Code: "F1", Name: "乙", Role: registry.Officer, Area: "420502001001"},
	}
	d.Units = []registry.Unit{{Code: "U01", Name: "环卫处"}}
	d.Rules = []registry.Responsibility{{Area: "M02", Kind: "event", Subject: "0102", Role: registry.Owner, Unit: "U01"}}
	s := build(t, d)
	got, err := s.Place(orb.Point{112, 30.5}, registry.Subject{Kind: catalog.KindEvent, Subclass: "0102"}, time.Time{})
	want := registry.Placement{
		Point:     orb.Point{112, 30.5},
		Grid:      registry.GridRef{AreaRef: reference(cell("001")), Inspector: &registry.Person{Code: "J1", Name: "甲"}},
		Community: registry.CommunityRef{AreaRef: reference("420502001001"), Officer: &registry.Person{Code: "F1", Name: "乙"}},
		Street:    reference("420502001"), District: reference("420502"),
		Managed:    []registry.AreaRef{{Code: "M01", Name: "江边"}, {Code: "M02", Name: "站前"}},
		Border:     true,
		Neighbours: []registry.Neighbour{{AreaRef: reference(cell("002")), Metres: 0}},
		Responsible: &registry.Responsible{
			Unit: registry.UnitRef{Code: "U01", Name: "环卫处"},
			Rule: registry.Ground{By: "rule", Role: registry.Owner, Area: &registry.AreaRef{Code: "M02", Name: "站前"}, Level: registry.LevelManaged, Kind: "event", Subject: "0102"},
			Because: registry.Text{
				ZH: "市管区域 站前（M02）的规则：事件 小类 0102，权属单位", EN: "rule of the managed area 站前 (M02): event, subclass 0102, role owner"},
			PassedOver: []registry.Candidate{},
		},
		Revision: 7,
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v, %v\nwant %+v", got, err, want)
	}
}

// Lists are empty rather than null where there is nothing to name.
func TestPlaceWithoutStaffManagedAreasAndNeighbours(t *testing.T) {
	t.Parallel()
	s := build(t, byHand(t, map[string]orb.MultiPolygon{cell("001"): box(111, 30, 112, 31)}))
	got := place(t, s, orb.Point{111.5, 30.5})
	want := registry.Placement{
		Point: orb.Point{111.5, 30.5}, Grid: registry.GridRef{AreaRef: reference(cell("001"))},
		Community: registry.CommunityRef{AreaRef: reference("420502001001")}, Street: reference("420502001"), District: reference("420502"),
		Managed: []registry.AreaRef{}, Neighbours: []registry.Neighbour{}, Revision: 7,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
}

func TestPointGoesToTheLowestCoveringCode(t *testing.T) {
	t.Parallel()
	// Codes against the usual order, so that no answer follows from where a cell lies or when it was given.
	four := build(t, byHand(t, map[string]orb.MultiPolygon{
		cell("003"): box(0, 1, 1, 2), cell("002"): box(1, 1, 2, 2), cell("004"): box(0, 0, 1, 1), cell("001"): box(1, 0, 2, 1),
	}))
	tee := build(t, byHand(t, map[string]orb.MultiPolygon{ // 003 has no vertex where 001 and 002 meet it
		cell("003"): box(0, 1, 2, 2), cell("002"): box(0, 0, 1, 1), cell("001"): box(1, 0, 2, 1),
	}))
	over := build(t, byHand(t, map[string]orb.MultiPolygon{cell("002"): box(0, 0, 2, 2), cell("001"): box(1, 1, 3, 3)}))
	ring := box(0, 0, 3, 3)
	ring[0] = append(ring[0], box(1, 1, 2, 2)[0][0])
	island := build(t, byHand(t, map[string]orb.MultiPolygon{cell("001"): ring, cell("002"): box(1, 1, 2, 2)}))
	parts := build(t, byHand(t, map[string]orb.MultiPolygon{
		cell("001"): append(box(0, 0, 1, 1), box(2, 0, 3, 1)...), cell("002"): box(1, 0, 2, 1),
	}))
	for _, claim := range []struct {
		name string
		in   *locator.Snapshot
		at   orb.Point
		want string
	}{
		{"four corners", four, orb.Point{1, 1}, "001 border"},
		{"upper edge of four", four, orb.Point{1, 1.5}, "002 border"},
		{"left edge of four", four, orb.Point{0.5, 1}, "003 border"},
		{"lower edge of four", four, orb.Point{1, 0.5}, "001 border"},
		{"right edge of four", four, orb.Point{1.5, 1}, "001 border"},
		{"corner of the city", four, orb.Point{0, 0}, "004"},
		{"rim of the city", four, orb.Point{0, 1.5}, "003"},
		{"rim where two cells end", four, orb.Point{1, 2}, "002 border"},
		{"inside", four, orb.Point{0.5, 0.5}, "004"},
		{"T-junction", tee, orb.Point{1, 1}, "001 border"},
		{"bar of the T", tee, orb.Point{0.5, 1}, "002 border"},
		{"stem of the T", tee, orb.Point{1, 0.5}, "001 border"},
		{"overlap", over, orb.Point{1.5, 1.5}, "001 border"},
		{"beside the overlap", over, orb.Point{0.5, 0.5}, "002"},
		{"edge inside the other cell", over, orb.Point{2, 1.5}, "001 border"},
		{"shore of the island", island, orb.Point{1, 1.5}, "001 border"},
		{"corner of the island", island, orb.Point{2, 2}, "001 border"},
		{"the island", island, orb.Point{1.5, 1.5}, "002"},
		{"first part", parts, orb.Point{0.5, 0.5}, "001"},
		{"between the parts", parts, orb.Point{1.5, 0.5}, "002"},
		{"second part", parts, orb.Point{2, 0.5}, "001 border"},
	} {
		t.Run(claim.name, func(t *testing.T) {
			t.Parallel()
			if got := gridAt(t, claim.in, claim.at); got != claim.want {
				t.Errorf("%v is in %s, want %s", claim.at, got, claim.want)
			}
		})
	}
}

// A slanted edge passes beside nearly every point that is meant to lie on it: 15 digits are not enough to write it down. Such a
// point is in one cell, and not on the border, however near the other is.
func TestBorderMeansThatTwoCellsCover(t *testing.T) {
	t.Parallel()
	corners := [4]orb.Point{{111.2812347, 30.7001239}, {111.2899871, 30.7013457}, {111.2887651, 30.7098765}, {111.2801283, 30.7101231}}
	triangle := func(a, b, c orb.Point) orb.MultiPolygon { return orb.MultiPolygon{{{a, b, c, a}}} }
	s := build(t, byHand(t, map[string]orb.MultiPolygon{
		cell("001"): triangle(corners[0], corners[1], corners[2]), cell("002"): triangle(corners[0], corners[2], corners[3]),
	}))
	const steps = 1000
	on := 0
	for i := range steps + 1 {
		f := float64(i) / steps
		p := orb.Point{corners[0][0] + f*(corners[2][0]-corners[0][0]), corners[0][1] + f*(corners[2][1]-corners[0][1])}
		side := geo.Orient(corners[0], corners[2], p)
		want := map[int]string{-1: "001", 0: "001 border", 1: "002"}[side]
		if got := gridAt(t, s, p); got != want {
			t.Errorf("%v, on side %d of the edge, is in %s, want %s", p, side, got, want)
		}
		if side == 0 {
			on++
		}
		if near := place(t, s, p).Neighbours; len(near) != 1 || near[0].Metres > 0.01 {
			t.Errorf("%v has the neighbours %v", p, near)
		}
	}
	if on < 2 || on == steps+1 {
		t.Errorf("%d points are on the edge: this test proves nothing", on)
	}
}

func TestNeighboursAreTheOtherCellsWithin5Metres(t *testing.T) {
	t.Parallel()
	const lat, step = 30.7, 0.0001 // a step is 11.09 m northward, 9.58 m eastward
	s := build(t, byHand(t, map[string]orb.MultiPolygon{
		cell("001"): box(111, lat, 111+step, lat+step), cell("002"): box(111+step, lat, 111+2*step, lat+step),
		cell("003"): box(111, lat+step, 111+step, lat+2*step), cell("004"): box(111+step, lat+step, 111+2*step, lat+2*step),
		cell("009"): box(111+4*step, lat, 111+5*step, lat+step), // beyond a gap
	}))
	for _, claim := range []struct {
		east, north float64 // steps from the south-western corner
		want        map[string]float64
	}{
		{0.2, 0.2, nil},
		{0.5, 0.5, map[string]float64{"002": 4.790}},
		{0.45, 0.45, nil}, // 5.27 m and 6.10 m
		{0.9, 0.5, map[string]float64{"002": 0.958}},
		{0.9, 0.9, map[string]float64{"002": 0.958, "003": 1.109, "004": 1.465}},
		{0.9, 0.3, map[string]float64{"002": 0.958}},
		{1, 1, map[string]float64{"002": 0, "003": 0, "004": 0}},
		{1.9, 0.2, nil},
		{4.5, 0.5, nil},
		{2, 0.5, nil}, // 001 is 9.58 m away, 009 19.1 m
	} {
		p := orb.Point{111 + claim.east*step, lat + claim.north*step}
		got := place(t, s, p)
		near := map[string]float64{}
		last := 0.0
		for _, n := range got.Neighbours {
			near[strings.TrimPrefix(n.Code, cell(""))] = math.Round(n.Metres*1000) / 1000
			if n.Metres < last || n.AreaRef != reference(n.Code) {
				t.Errorf("%v: %+v is not in the order of distance or has another name", p, got.Neighbours)
			}
			last = n.Metres
		}
		if len(claim.want)+len(near) > 0 && !reflect.DeepEqual(near, claim.want) {
			t.Errorf("%v: neighbours %v, want %v", p, near, claim.want)
		}
	}
}

func TestOutsideTellsTheNearestCellAndItsDistance(t *testing.T) {
	t.Parallel()
	s := build(t, byHand(t, map[string]orb.MultiPolygon{cell("002"): box(111, 30, 112, 31), cell("001"): box(113, 30, 114, 31)}))
	for _, claim := range []struct {
		at      orb.Point
		nearest string
		metres  float64
	}{
		{orb.Point{112.4, 30.5}, "002", 38_390}, // 38.39 km a 0.4 degree at this latitude
		{orb.Point{112.6, 30.5}, "001", 38_390},
		{orb.Point{112.5, 30.5}, "001", 47_985}, // as near: the lower code
		{orb.Point{111.5, 31.0001}, "002", 11.09},
		{orb.Point{120, -45}, "001", 8_340_000},
	} {
		_, err := s.Place(claim.at, registry.Subject{Kind: catalog.KindEvent}, time.Time{})
		var outside *registry.OutsideError
		if !errors.As(err, &outside) || outside.Point != claim.at || outside.Nearest != reference(cell(claim.nearest)) {
			t.Errorf("%v: %v, want outside, nearest %s", claim.at, err, claim.nearest)
			continue
		}
		if math.Abs(outside.Metres/claim.metres-1) > 0.01 {
			t.Errorf("%v: %.2f m from %s, want about %.2f", claim.at, outside.Metres, claim.nearest, claim.metres)
		}
	}
}

func TestCityWithoutCellsIsOutside(t *testing.T) {
	t.Parallel()
	s := build(t, registry.LocatorData{})
	_, err := s.Place(orb.Point{111, 30}, registry.Subject{}, time.Time{})
	want := &registry.OutsideError{Point: orb.Point{111, 30}}
	if !reflect.DeepEqual(err, error(want)) {
		t.Errorf("got %v, want %v", err, want)
	}
}

// codesOf are the codes of the cells of points, "" where none covers one.
func codesOf(places interface {
	Cell(orb.Point) (code string, ok bool)
}, points []orb.Point) []string {
	codes := make([]string, len(points))
	for i, p := range points {
		codes[i], _ = places.Cell(p)
	}
	return codes
}

func TestCellIsNamedByItsCodeAndNoneByNothing(t *testing.T) {
	t.Parallel()
	s := build(t, byHand(t, map[string]orb.MultiPolygon{cell("001"): box(111, 30, 112, 31), cell("002"): box(112, 30, 113, 31)}))
	got := codesOf(s, []orb.Point{
		{112.5, 30.5}, {112, 30.5}, {110, 30}, {math.NaN(), 30}, {111, math.Inf(1)}, {111, 91}, {111, 30},
	})
	if want := []string{cell("002"), cell("001"), "", "", "", "", cell("001")}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestBuildRefusesWhatCannotAnswer(t *testing.T) {
	t.Parallel()
	const community = "420502001001"
	for _, claim := range []struct {
		name  string
		spoil func(d *registry.LocatorData, at map[string]*registry.Area)
		want  string
	}{
		{"cell without a community", func(_ *registry.LocatorData, at map[string]*registry.Area) { at[cell("001")].Parent = "" },
			`build snapshot: grid 420502001001001 has no area above it ("")`},
		{"community without a street", func(_ *registry.LocatorData, at map[string]*registry.Area) { at[community].Parent = "420599001" },
			`build snapshot: community 420502001001 has no area above it ("420599001")`},
		{"street without a district", func(d *registry.LocatorData, _ map[string]*registry.Area) { d.Areas = d.Areas[1:] },
			`build snapshot: street 420502001 has no area above it ("420502")`},
		{"cell that is a line", func(_ *registry.LocatorData, at map[string]*registry.Area) {
			at[cell("001")].Geometry = geo.AppendEWKB(nil, geo.NewGeometry(geo.KindLineString, false, []float64{111, 30, 112, 31}, [][]int{{4}}))
		}, "build snapshot: cell 420502001001001: the geometry is a *geom.LineString, not a multipolygon"},
		{"one code twice", func(d *registry.LocatorData, _ map[string]*registry.Area) {
			d.Areas = append(d.Areas, d.Areas[len(d.Areas)-1])
		},
			`build snapshot: area index: code "420502001001001" occurs twice`},
	} {
		t.Run(claim.name, func(t *testing.T) {
			t.Parallel()
			d := byHand(t, map[string]orb.MultiPolygon{cell("001"): box(111, 30, 112, 31)})
			at := map[string]*registry.Area{}
			for i := range d.Areas {
				at[d.Areas[i].Code] = &d.Areas[i]
			}
			claim.spoil(&d, at)
			s, err := locator.Build(d)
			if s != nil || err == nil || err.Error() != claim.want {
				t.Errorf("got %v, want %s", err, claim.want)
			}
		})
	}
	d := byHand(t, map[string]orb.MultiPolygon{cell("001"): box(111, 30, 112, 31)})
	d.Areas[len(d.Areas)-1].Geometry = d.Areas[0].Geometry[:20]
	if s, err := locator.Build(d); s != nil || err == nil || !strings.HasPrefix(err.Error(), "build snapshot: cell 420502001001001: ") {
		t.Errorf("a cell cut short: %v", err)
	}
}
