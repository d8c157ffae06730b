package profile_test

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"citygrid/data"
	"citygrid/data/synth"
	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
)

// The counts are those that the city reported of its census; cells are what a managed area of this size has.
func TestSyntheticYichangIsTheCityOfTheReport(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	drawn, err := synth.Yichang(t.Context(), dir, synth.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	s := newStore(t)
	report := s.apply(os.DirFS(dir))
	if report.Revision != 1 || len(report.Warnings) != 0 {
		t.Errorf("revision %d, warnings %v", report.Revision, report.Warnings)
	}
	var created int64
	for _, f := range report.Files {
		created += f.Created
	}
	counts := s.rows(`
select 'components ' || count(*) from component
union all select 'named once ' || count(distinct code) from component
union all select 'in a cell ' || count(*) from component c join area a on a.code = c.grid and a.level = 'grid'
union all select 'cell agrees with the survey ' || count(*) from component where grid = stated_grid
union all select 'communities ' || count(*) from area where level = 'community'
union all select 'districts ' || count(*) from area where level = 'district'`)
	slices.Sort(counts)
	if want := []string{
		"cell agrees with the survey 11393", "communities 127", "components 11393", "districts 5", "in a cell 11393", "named once 11393",
	}; !slices.Equal(counts, want) || created != 11393 || drawn.Components != 11393 {
		t.Errorf("counts %q, created %d, drawn %d", counts, created, drawn.Components)
	}
	if n := number(t, s.rows(`select count(*)::text from area where level = 'grid'`)[0]); n < 1100 || n > 1199 {
		t.Errorf("%v cells", n)
	}
	s.wantYichangCatalogue()
	s.wantTiling()

	again := s.apply(os.DirFS(dir))
	if again.Revision != 0 || len(again.Changes) != 0 {
		t.Errorf("again: revision %d, %+v", again.Revision, again.Changes)
	}
	for _, f := range again.Files {
		if f.Created+f.Updated != 0 || f.Counts == (census.Counts{}) {
			t.Errorf("again: %+v", f)
		}
	}
}

func (s *store) wantYichangCatalogue() {
	s.t.Helper()
	profile, err := data.Yichang()
	if err != nil {
		s.t.Fatal(err)
	}
	items := map[catalog.SubclassCode]int64{}
	for _, e := range profile.Entries {
		if e.Kind == catalog.KindComponent {
			items[e.Subclass] = int64(e.Items)
		}
	}
	editions, err := s.Editions(s.t.Context())
	active := slices.IndexFunc(editions, func(e registry.CatalogueSummary) bool { return e.Active })
	if err != nil || active < 0 {
		s.t.Fatalf("%+v, %v", editions, err)
	}
	want := registry.CatalogueSummary{
		Edition: catalog.Edition2007, Active: true, ComponentClasses: 5, ComponentSubclasses: 33, EventClasses: 5, EventSubclasses: 45,
		FilingStandards: editions[active].FilingStandards,
	}
	if editions[active] != want {
		s.t.Errorf("%+v, want %+v", editions[active], want)
	}
	for kind, n := range map[catalog.Kind]int{catalog.KindComponent: 33, catalog.KindEvent: 45} {
		uses, err := s.SubclassesInUse(s.t.Context(), kind)
		if err != nil || len(uses) != n {
			s.t.Errorf("%d subclasses of %s, %v", len(uses), kind, err)
		}
		for _, u := range uses {
			if u.FilingStandards == 0 {
				s.t.Errorf("%s %s has no filing standard", kind, u.Code)
			}
		}
	}
	counts, err := s.ComponentCounts(s.t.Context(), registry.Scope{All: true})
	if want := (registry.ComponentCounts{profile.Edition: items}); err != nil || !reflect.DeepEqual(counts, want) {
		s.t.Errorf("components %v, %v; want %v", counts, err, want)
	}
}

// wantTiling measures without our own check: every area valid, every parent equal to the sum of its children, no two of a level
// overlapping anywhere in the city, and the districts without a hole.
func (s *store) wantTiling() {
	s.t.Helper()
	for what, sql := range map[string]string{
		"not valid": `select code from area where not st_isvalid(geom)`,
		"gap in or overhang over the parent": `
select p.code || ' ' || st_area(st_symdifference(p.geom, c.geom)::geography)
from area p join (select parent, st_union(geom) as geom from area where parent is not null group by parent) c on c.parent = p.code
where st_area(st_symdifference(p.geom, c.geom)::geography) > 0`,
		"sizes of children and parent differ": `
select p.code from area p join (
    select parent, sum(st_area(geom::geography)) as size from area where parent is not null group by parent) c on c.parent = p.code
where abs(c.size / st_area(p.geom::geography) - 1) > 1e-9`,
		"overlap": `
select a.code || ' ' || b.code from area a join area b on a.level = b.level and a.code < b.code and a.geom && b.geom
where a.level <> 'managed' and st_area(st_intersection(a.geom, b.geom)::geography) > 0`,
		"hole of the city": `
select st_numinteriorrings(geom)::text from (select (st_dump(st_union(geom))).geom from area where level = 'district') d where st_numinteriorrings(geom) > 0`,
		"childless":         `select code from area p where level in ('district', 'street', 'community') and not exists (select from area c where c.parent = p.code)`,
		"size said wrongly": `select code from area where abs(square_metres / st_area(geom::geography) - 1) > 1e-5`,
		"component without its cell": `
select code from component p where st_dimension(geom) = 0
    and grid <> (select min(a.code) from area a where a.level = 'grid' and st_covers(a.geom, p.geom))`,
	} {
		if found := s.rows(sql); len(found) > 0 {
			s.t.Errorf("%s: %d, such as %s", what, len(found), strings.Join(found[:min(5, len(found))], ", "))
		}
	}
}
