package postgis_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/postgis"
)

func TestAreasComeBackAsTheyWerePut(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	for _, want := range townAreas() {
		got, err := w.Area(t.Context(), everyone, want.Level, want.Code)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v\nwant %+v", got, err, want)
		}
	}
	for _, missing := range []struct {
		level registry.Level
		code  string
	}{{registry.LevelGrid, townCommunity}, {registry.LevelDistrict, townCell(0)}, {registry.LevelGrid, ""}, {"", townCell(0)}} {
		if _, err := w.Area(t.Context(), everyone, missing.level, missing.code); registry.KindOf(err) != registry.NotFound {
			t.Errorf("%s %q: %v", missing.level, missing.code, err)
		}
	}
}

func TestManagedAreaIsTheUnionOfItsCells(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	same := w.texts(`
select (st_equals(m.geom, u.geom) and abs(m.square_metres / st_area(u.geom::geography) - 1) < 1e-9)::text
from area m, (select st_union(geom) as geom from area where code in ($2, $3)) u where m.code = $1`, townManaged, townCell(0), townCell(1))
	if !slices.Equal(same, []string{"true"}) {
		t.Errorf("equal to the cells' union: %v", same)
	}
}

// RFC 7946, section 3.1.6: PostGIS makes unions that run the other way.
func TestOuterRingsOfAManagedAreaRunCounterClockwise(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	if wound := w.texts(`select st_ispolygonccw(geom)::text from area where code = $1`, townManaged); !slices.Equal(wound, []string{"true"}) {
		t.Errorf("counter-clockwise: %v", wound)
	}
}

func TestAreasCanBeWalkedPageByPageWithinBoxes(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	var areas []registry.Area
	areas = append(areas, townAreas()[:3]...)
	for i := range 400 { // 20 by 20 unit squares, seen by nobody as a city
		areas = append(areas, registry.Area{
			Code: fmt.Sprintf("%s%03d", townCommunity, i+1), Level: registry.LevelGrid, Name: "网格", Parent: townCommunity,
			Geometry: squareArea(float64(i%20), float64(i/20), 1),
		})
	}
	w.change(func(c *postgis.Change) error {
		_, err := putTownAreas(t, c, areas)
		return err
	})
	for name, q := range map[string]struct {
		bounds []orb.Bound
		want   func(x, y int) bool
	}{
		"everywhere":  {nil, func(x, y int) bool { return true }},
		"one box":     {[]orb.Bound{{Min: orb.Point{2.5, 3.5}, Max: orb.Point{4.5, 4.5}}}, func(x, y int) bool { return x >= 2 && x <= 4 && y >= 3 && y <= 4 }},
		"on a border": {[]orb.Bound{{Min: orb.Point{5, 5.5}, Max: orb.Point{5, 5.5}}}, func(x, y int) bool { return (x == 4 || x == 5) && y == 5 }},
		"two boxes": {[]orb.Bound{{Min: orb.Point{0.5, 0.5}, Max: orb.Point{0.6, 9.5}}, {Min: orb.Point{18.5, 0.5}, Max: orb.Point{25, 2.5}}},
			func(x, y int) bool { return x == 0 && y <= 9 || x >= 18 && y <= 2 }},
		"the same twice": {[]orb.Bound{{Min: orb.Point{0.5, 0.5}, Max: orb.Point{0.6, 0.6}}, {Min: orb.Point{0.5, 0.5}, Max: orb.Point{0.6, 0.6}}},
			func(x, y int) bool { return x == 0 && y == 0 }},
		"elsewhere": {[]orb.Bound{{Min: orb.Point{50, 50}, Max: orb.Point{51, 51}}}, func(x, y int) bool { return false }},
	} {
		want := []string{}
		for i := range 400 {
			if q.want(i%20, i/20) {
				want = append(want, areas[3+i].Code)
			}
		}
		for _, limit := range []int{3, 1000} {
			got := []string{}
			var after registry.Keys
			for more := true; more && len(got) <= len(areas); {
				page, err := w.Areas(t.Context(), everyone, registry.AreaQuery{Level: registry.LevelGrid, Selection: registry.Selection{Bounds: q.bounds}, Page: registry.Page{After: after, Limit: limit}})
				if err != nil || page.Matched != int64(len(want)) || len(page.Areas) > limit {
					t.Fatalf("%s: %d of %d, want %d, %v", name, len(page.Areas), page.Matched, len(want), err)
				}
				for _, a := range page.Areas {
					got = append(got, a.Code)
				}
				more, after = page.More, page.Last
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s by %d: %v, want %v", name, limit, got, want)
			}
		}
	}
}

func TestLocatorDataIsAllThatWasPut(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	d, err := w.LocatorData(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	managed, err := w.Area(t.Context(), everyone, registry.LevelManaged, townManaged)
	if err != nil {
		t.Fatal(err)
	}
	staff := townStaff()
	want := registry.LocatorData{
		Revision: 1, AreasRevision: 1, City: townCity(), Areas: append(townAreas(), managed),
		ManagedCells: map[string][]string{townManaged: {townCell(0), townCell(1)}},
		Units:        townUnits(), Rules: townRules(), Staff: []registry.Staff{staff[0], staff[1], staff[2]},
		InUse:   map[catalog.Kind][]catalog.SubclassCode{catalog.KindComponent: {"0101", "0118"}, catalog.KindEvent: {"0101"}},
		Classes: []catalog.Class{{Edition: catalog.Edition2007, Kind: catalog.KindComponent, Code: "01", NameZH: "公用设施", NameEN: "Public utilities"}},
	}
	if !reflect.DeepEqual(d, want) {
		t.Errorf("got %+v\nwant %+v", d, want)
	}
	units, err := w.Units(t.Context(), everyone)
	if err != nil || !slices.Equal(units, townUnits()) {
		t.Errorf("units %+v, %v", units, err)
	}
}

func TestLocatorDataOfAnEmptyStoreIsEmpty(t *testing.T) {
	t.Parallel()
	w := newEmptyTown(t)
	d, err := w.LocatorData(t.Context())
	if err != nil || !reflect.DeepEqual(d, registry.LocatorData{}) {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := w.City(t.Context(), everyone); registry.KindOf(err) != registry.NotFound {
		t.Errorf("city: %v", err)
	}
	if b, err := w.ComponentsSummary(t.Context(), everyone, ""); b.Total != 0 || err != nil {
		t.Errorf("components of an empty registry: %+v, %v", b, err)
	}
}

func TestCatalogueSummaryCountsTheProfileOfTheActiveEdition(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	editions, err := w.Editions(t.Context())
	if err != nil || len(editions) != len(catalog.Editions()) {
		t.Fatalf("%+v, %v", editions, err)
	}
	for _, e := range editions {
		if active := e.Edition == catalog.Edition2007; e.Active != active {
			t.Errorf("%+v", e)
		}
		if e.Active && (e.ComponentClasses != 1 || e.ComponentSubclasses != 2 || e.EventClasses != 1 || e.EventSubclasses != 1 || e.FilingStandards == 0) {
			t.Errorf("%+v", e)
		}
	}
}
