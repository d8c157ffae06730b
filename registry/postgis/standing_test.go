package postgis_test

import (
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/postgis"
	"citygrid/registry/profile"
)

// standings reads what changed since a mark, by code.
func (w *town) standings(since registry.StandingMark) (registry.StandingMark, map[string]registry.Standing) {
	w.t.Helper()
	var reached registry.StandingMark
	out := map[string]registry.Standing{}
	err := w.ReadStandings(w.t.Context(), since, func(mark registry.StandingMark, changed iter.Seq2[registry.Standing, error]) error {
		reached = mark
		for st, err := range changed {
			if err != nil {
				return err
			}
			code := w.texts(`select code from component where id = $1`, st.ID)[0]
			if _, twice := out[code]; twice {
				w.t.Errorf("%s comes twice", code)
			}
			st.ID = 0
			out[code] = st
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return reached, out
}

// setGrids makes one revision that writes each component anew, in the cell given.
func (w *town) setGrids(grid string, codes ...string) {
	w.t.Helper()
	var grids []profile.ComponentGrid
	for _, id := range w.ids(codes...) {
		grids = append(grids, profile.ComponentGrid{ID: id, Grid: grid})
	}
	w.change(func(c *postgis.Change) error {
		_, err := c.SetGrids(w.t.Context(), grids)
		return err
	})
}

func (w *town) ids(codes ...string) []int64 {
	w.t.Helper()
	var out []int64
	for _, code := range codes {
		var id int64
		if err := w.db.QueryRow(w.t.Context(), `select id from component where code = $1`, code).Scan(&id); err != nil {
			w.t.Fatal(err)
		}
		out = append(out, id)
	}
	return out
}

func at(west, south, east, north float64) orb.Bound {
	return orb.Bound{Min: orb.Point{west, south}, Max: orb.Point{east, north}}
}

func TestStandingsSinceNothingAreAllLiveComponents(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	if mark, all := w.standings(registry.StandingMark{}); mark != (registry.StandingMark{}) || len(all) != 0 {
		t.Errorf("of none: %+v up to %+v", all, mark)
	}
	w.place(
		thing{code: lampCode(1), wkt: "POINT(111.2812345 30.7012345)"},
		thing{code: lampCode(2), wkt: "POINT Z (111.282 30.702 71.5)"},
		thing{code: lampCode(3), state: registry.Removed, wkt: "POINT(111.283 30.703)"},
		thing{code: lampCode(4), wkt: "LINESTRING(111.284 30.704, 111.283 30.705, 111.285 30.703)"},
		thing{code: lampCode(5), wkt: "POLYGON Z ((111.285 30.705 1, 111.286 30.705 1, 111.286 30.706 1, 111.285 30.705 1))"},
		thing{code: lampCode(6), wkt: "MULTIPOINT(111.286 30.706, 111.287 30.707)"},
	)
	mark, all := w.standings(registry.StandingMark{})
	want := map[string]registry.Standing{
		lampCode(1): {Point: true, Bound: at(111.2812345, 30.7012345, 111.2812345, 30.7012345)},
		lampCode(2): {Point: true, Bound: at(111.282, 30.702, 111.282, 30.702)},
		lampCode(4): {Bound: at(111.283, 30.703, 111.285, 30.705)},
		lampCode(5): {Bound: at(111.285, 30.705, 111.286, 30.706)},
		lampCode(6): {Bound: at(111.286, 30.706, 111.287, 30.707)},
	}
	if !reflect.DeepEqual(all, want) || mark != (registry.StandingMark{Revision: 1, LastID: w.ids(lampCode(6))[0]}) {
		t.Errorf("%+v up to %+v", all, mark)
	}
}

func TestStandingsSinceAMarkAreWhatWasCreatedOrChangedOnce(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	for n := 1; n <= 5; n++ {
		w.place(thing{code: lampCode(n), wkt: "POINT(111.281 30.701)"})
	}
	w.setGrids(townCell(0), lampCode(1), lampCode(2))
	mark, _ := w.standings(registry.StandingMark{})
	if later, none := w.standings(mark); later != mark || len(none) != 0 {
		t.Errorf("nothing changed: %+v up to %+v", none, later)
	}
	w.setGrids(townCell(1), lampCode(2), lampCode(3))
	w.setGrids(townCell(2), lampCode(3), lampCode(4))
	w.exec(`update component set state = '移除' where code = $1`, lampCode(4))
	w.place(thing{code: lampCode(6), wkt: "POINT(111.286 30.706)"}, thing{code: lampCode(7), state: registry.Removed, wkt: "POINT(111.287 30.707)"})
	w.setGrids(townCell(3), lampCode(6))
	there := registry.Standing{Point: true, Bound: at(111.281, 30.701, 111.281, 30.701)}
	removed := there
	removed.Gone = true
	want := map[string]registry.Standing{
		lampCode(2): there, lampCode(3): there, lampCode(4): removed,
		lampCode(6): {Point: true, Bound: at(111.286, 30.706, 111.286, 30.706)},
		lampCode(7): {Point: true, Gone: true, Bound: at(111.287, 30.707, 111.287, 30.707)},
	}
	later, changed := w.standings(mark)
	if !reflect.DeepEqual(changed, want) || later.Revision <= mark.Revision || later.LastID != w.ids(lampCode(7))[0] {
		t.Errorf("%+v up to %+v", changed, later)
	}
}

func TestStandingsOfAFewChangesAreFoundByIndex(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.place(thing{code: lampCode(1), wkt: "POINT(111.281 30.701)"})
	w.exec(`insert into component (code, edition, subclass, name, state, geom, batch_id, change_id)
select code || n, edition, subclass, name, state, geom, batch_id, change_id from component, generate_series(1, 20000) n`)
	w.exec(`insert into change (actor, reason, at) select 'test', 'test', now() from generate_series(1, 500)`)
	w.exec(`insert into component_version select c.*, 1 + c.id % 500 from component c`)
	w.exec(`analyze`)
	plan := strings.Join(w.texts(`explain `+strings.NewReplacer("$1", "19990", "$2", "'{1,2}'").Replace(sqlConstants(t)["sqlStandingSince"])), "\n")
	if !strings.Contains(plan, "component_version_superseded_by") || strings.Contains(plan, "Seq Scan") {
		t.Error(plan)
	}
}

func TestAReaderOfStandingsThatFailsIsToldSo(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.place(thing{code: lampCode(1), wkt: "POINT(111.281 30.701)"}, thing{code: lampCode(2), wkt: "POINT(111.281 30.701)"})
	tired := errors.New("tired")
	err := w.ReadStandings(t.Context(), registry.StandingMark{}, func(_ registry.StandingMark, all iter.Seq2[registry.Standing, error]) error {
		for range all {
			return tired
		}
		return nil
	})
	if !errors.Is(err, tired) {
		t.Errorf("%v", err)
	}
	w.exec(`update component set geom = 'SRID=4326;POINT EMPTY'`)
	w.exec(`update component set geom = 'SRID=4326;GEOMETRYCOLLECTION(POINT(1 2))' where code = $1`, lampCode(2))
	seen := 0
	err = w.ReadStandings(t.Context(), registry.StandingMark{}, func(_ registry.StandingMark, all iter.Seq2[registry.Standing, error]) error {
		for _, err := range all {
			seen++
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil || registry.KindOf(err) != registry.Internal {
		t.Errorf("a collection, which nobody stores: %v after %d", err, seen)
	}
}

// What the candidates and Go's distances give is what PostGIS gives.
func TestComponentsAmongCandidatesAreThoseThatPostGISFindsNear(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	rnd := rand.New(rand.NewPCG(7, 7))
	for n := range 300 {
		x, y := 111.28+0.02*rnd.Float64(), 30.70+0.02*rnd.Float64()
		s := thing{code: lampCode(n + 1), units: [3]string{"U01", "U02", ""}, wkt: fmt.Sprintf("POINT Z (%.7f %.7f 71.5)", x, y)}
		switch rnd.IntN(6) {
		case 0:
			s.wkt = fmt.Sprintf("LINESTRING(%.7f %.7f, %.7f %.7f)", x, y, x+0.004, y-0.003)
		case 1:
			s.wkt = fmt.Sprintf("MULTIPOINT(%.7f %.7f, %.7f %.7f)", x, y, x+0.002, y)
		case 2:
			s.state = registry.Removed
		}
		w.place(s)
	}
	w.exec(`update component set grid = $1, grids_also = array[$2, $3], extra = '{"a": "\"甲"}', first_surveyed = '2012-05-01', changed_on = '1969-12-31',
		note = '注', dept3_name = '丙' where id % 3 = 0`, townCell(0), townCell(1), townCell(2))
	p := orb.Point{111.29, 30.71}
	want, err := w.ComponentsNear(t.Context(), everyone, p, 5000, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var c registry.Candidates
	for _, id := range w.ids(w.texts(`select code from component where st_geometrytype(geom) = 'ST_Point' order by code`)...) {
		c.Points = append(c.Points, id, id)
	}
	c.Points = append(c.Points, 1<<40)
	c.Shapes = w.ids(w.texts(`select code from component where st_geometrytype(geom) <> 'ST_Point'`)...)
	got, revision, err := w.ComponentsAmong(t.Context(), everyone, p, c)
	if err != nil || revision != 300 {
		t.Fatalf("revision %d, %v", revision, err)
	}
	for i := range got {
		if d := got[i].Metres; i < len(got) {
			j := slices.IndexFunc(want, func(n registry.Near) bool { return n.ID == got[i].ID })
			if j < 0 || d-want[j].Metres > 1e-7 || want[j].Metres-d > 1e-7 {
				t.Fatalf("%s is %v m away", got[i].Code, d)
			}
			got[i].Metres = want[j].Metres
		}
	}
	slices.SortFunc(got, func(a, b registry.Near) int {
		return slices.Compare([]float64{a.Metres, float64(a.ID)}, []float64{b.Metres, float64(b.ID)})
	})
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%d among the candidates, PostGIS finds %d", len(got), len(want))
	}
}

func TestCandidatesOutsideTheScopeAreNotShown(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.place(
		thing{code: lampCode(1), units: [3]string{"U01", "", ""}, wkt: "POINT(111.281 30.701)"},
		thing{code: lampCode(2), units: [3]string{"U02", "U03", ""}, wkt: "POINT(111.281 30.701)"},
		thing{code: lampCode(3), units: [3]string{"U02", "U03", "U01"}, wkt: "POINT(111.281 30.701)"},
	)
	c := registry.Candidates{Points: w.ids(lampCode(1), lampCode(2)), Shapes: w.ids(lampCode(3))}
	for _, claim := range []struct {
		scope registry.Scope
		codes []string
	}{
		{registry.Scope{Units: []registry.UnitCode{"U01"}}, []string{lampCode(1), lampCode(3)}},
		{registry.Scope{Units: []registry.UnitCode{"U09"}}, []string{}},
		{everyone, []string{lampCode(1), lampCode(2), lampCode(3)}},
	} {
		near, revision, err := w.ComponentsAmong(t.Context(), claim.scope, orb.Point{111.281, 30.701}, c)
		got := nearCodes(near)
		slices.Sort(got)
		if err != nil || revision != 1 || !slices.Equal(got, claim.codes) {
			t.Errorf("%+v: %v of revision %d, want %v, %v", claim.scope, got, revision, claim.codes, err)
		}
	}
}

func TestARevisionIsToldWhereNoCandidateIsThere(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.place(thing{code: lampCode(1), wkt: "POINT(111.281 30.701)"})
	for _, c := range []registry.Candidates{{}, {Points: []int64{1 << 40}}} {
		near, revision, err := w.ComponentsAmong(t.Context(), everyone, orb.Point{}, c)
		if len(near) != 0 || revision != 1 || err != nil {
			t.Errorf("%v of revision %d, %v", near, revision, err)
		}
	}
}

func TestACodeThatCannotBeReadIsAnErrorAndNotAnAnswer(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.place(thing{code: lampCode(1), wkt: "POINT(111.281 30.701)"})
	w.exec(`update component set code = 'x'`)
	_, _, err := w.ComponentsAmong(t.Context(), everyone, orb.Point{}, registry.Candidates{Points: w.ids("x")})
	var bad *catalog.CodeError
	if !errors.As(err, &bad) || registry.KindOf(err) != registry.Internal {
		t.Errorf("%v", err)
	}
}
