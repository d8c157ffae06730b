package profile_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
	"citygrid/registry/locator"
	"citygrid/registry/profile"
)

// importing is a Census that compares with what the registry holds now.
func (s *store) importing() *census.Census {
	s.t.Helper()
	held, err := s.LocatorData(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	snapshot, err := locator.Build(held)
	if err != nil {
		s.t.Fatal(err)
	}
	c, err := census.New(census.Config{
		Store: s.Store, Catalogue: s.config.Lists, Edition: held.City.Edition, Subclasses: held.InUse[catalog.KindComponent], Units: held.Units,
		Extent: held.City.Extent, Cells: snapshot.Cells(), AreasRevision: held.AreasRevision, Clock: s.config.Clock, Actor: "crew",
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

func importLamps(t *testing.T, c *census.Census, rows string) (census.Report, error) {
	return c.Import(t.Context(), census.File{Name: "crew.csv", Format: census.FormatCSV, Body: strings.NewReader(lampHeader + rows)})
}

// wantSentAgain looks that an import failed because areas had changed.
func wantSentAgain(t *testing.T, err error) {
	t.Helper()
	var known *registry.Error
	if !errors.As(err, &known) || known.Kind != registry.Conflict || known.Code != "areas_changed" {
		t.Errorf("got %v", err)
	}
}

// movedTown is the town with the border between the two cells of one community a quarter further north at its middle.
func movedTown() *town {
	w := newTown()
	w.move([2]float64{1, 2}, [2]float64{1, 2.5}, "420502001001001", "420502001001002")
	return w
}

func TestImportCheckedBeforeABorderMovedIsToBeSentAgain(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	s.apply(newTown().folder())
	old := s.importing()
	s.apply(movedTown().folder())
	_, err := importLamps(t, old, lamp(7, 1, 2.2))
	wantSentAgain(t, err)
	if r, err := importLamps(t, s.importing(), lamp(7, 1, 2.2)); err != nil || r.Batch.Counts != (census.Counts{Created: 1}) {
		t.Errorf("sent again: %v, %+v", err, r.Batch)
	}
	if got := s.rows(`select grid from component where code like '%000007'`); !slices.Equal(got, []string{"420502001001001"}) {
		t.Errorf("cell %q", got)
	}
}

// The import writes the rows that the apply places anew, and a row that the apply does not see.
func TestImportDuringAnApplyWaitsForItAndCannotBringBackAnOldCell(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	s.apply(newTown().folder())
	old := s.importing()
	ended := make(chan error, 1)
	s.config.Progress = func(p profile.Progress) {
		if p.Step != profile.StepApply {
			return
		}
		go func() {
			_, err := importLamps(t, old, strings.Replace(lamp(3, 1.5, 2.1), "完好", "破损", 1)+lamp(7, 1, 2.2))
			ended <- err
		}()
		const waiting = `select pid::text from pg_stat_activity where datname = current_database() and wait_event = 'advisory'`
		for deadline := time.Now().Add(time.Minute); len(s.rows(waiting)) == 0; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("the import did not wait")
			}
		}
	}
	if report := s.apply(movedTown().folder()); report.Replaced != 1 {
		t.Errorf("%+v", report)
	}
	wantSentAgain(t, <-ended)
	if got := s.rows(`select right(code, 1) || ' ' || right(grid, 1) || ' ' || state from component order by code`); !slices.Equal(got, []string{
		"1 1 完好", "2 2 完好", "3 1 完好", "4 2 完好",
	}) {
		t.Errorf("components %q", got)
	}
	if left := s.stagingTables(); len(left) != 0 {
		t.Errorf("staging tables left: %v", left)
	}
}
