package profile_test

import (
	"slices"
	"strings"
	"testing"

	"citygrid/registry"
	"citygrid/registry/census"
)

// A border between the batch and its undo gives components new cells: that is nobody's edit, and what goes back gets the cell of today.
func TestUndoAfterABorderMovedGivesTheCellsOfToday(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	s.apply(newTown().folder())
	if _, err := importLamps(t, s.importing(), lamp(7, 1, 2.2)+lamp(9, 1, 2.3)); err != nil {
		t.Fatal(err)
	}
	r, err := importLamps(t, s.importing(), lamp(7, 1, 1)+strings.Replace(lamp(9, 1, 2.3), "完好", "破损", 1)+lamp(8, 1, 2.25))
	if err != nil || r.Batch.Counts != (census.Counts{Created: 1, Updated: 2}) {
		t.Fatalf("%+v, %v", r.Batch, err)
	}
	const all = `select right(code, 1) || ' ' || state || ' ' || right(grid, 1) || ' ' || round(st_y(geom)::numeric, 4) from component where right(code, 1) in ('7', '8', '9') order by code`
	if got := s.rows(all); !slices.Equal(got, []string{"7 完好 1 30.7010", "8 完好 2 30.7023", "9 破损 2 30.7023"}) {
		t.Fatalf("after the batch %q", got)
	}
	s.apply(movedTown().folder())
	if got := s.rows(all); !slices.Equal(got, []string{"7 完好 1 30.7010", "8 完好 1 30.7023", "9 破损 1 30.7023"}) {
		t.Fatalf("after the border %q", got)
	}
	u, err := s.UndoBatch(t.Context(), registry.Act{Actor: "desk", Reason: "wrong", At: s.config.Clock()}, r.Batch.ID)
	if err != nil || u.Restored != 2 || u.Withdrawn != 1 || u.LeftCount != 0 {
		t.Errorf("%+v, %v", u, err)
	}
	if got := s.rows(all); !slices.Equal(got, []string{"7 完好 1 30.7022", "9 完好 1 30.7023"}) {
		t.Errorf("after the undo %q", got)
	}
	if again := s.apply(movedTown().folder()); again.Revision != 0 {
		t.Errorf("the profile finds work after the undo: %+v", again)
	}
}
