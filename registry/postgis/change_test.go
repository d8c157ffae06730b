package postgis_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/postgis"
	"citygrid/registry/profile"
)

func asError(err error) *registry.Error {
	var known *registry.Error
	if errors.As(err, &known) {
		return known
	}
	return nil
}

// everything is all rows of all tables as one text, with the place of each row on disk: it differs when anything was written.
func (w *town) everything() string {
	w.t.Helper()
	var all []string
	for _, table := range w.texts(`select tablename::text from pg_tables where schemaname = 'public' order by 1`) {
		all = append(all, table+"\n"+strings.Join(w.texts(`select concat_ws(' ', t.ctid, t.xmin, md5(t::text)) from `+table+` t order by 1`), "\n"))
	}
	return strings.Join(all, "\n")
}

func TestChangeWithoutEffectIsLoggedAndMakesNoRevision(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	before, err := w.Revisions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	units := w.texts(`select concat_ws(' ', ctid, xmin, code) from unit order by code`)
	revision := w.change(func(c *postgis.Change) error {
		diff, err := c.PutUnits(t.Context(), townUnits())
		if !diff.Empty() {
			t.Errorf("the same units again: %+v", diff)
		}
		return err
	})
	after, err := w.Revisions(t.Context())
	if err != nil || revision != 0 || !reflect.DeepEqual(before, after) {
		t.Errorf("revision %d, revisions %v, were %v, %v", revision, after, before, err)
	}
	if again := w.texts(`select concat_ws(' ', ctid, xmin, code) from unit order by code`); !slices.Equal(again, units) {
		t.Errorf("rows were written: %v, were %v", again, units)
	}
	if log := w.texts(`select concat_ws(' ', actor, reason, coalesce(revision, 0)) from change order by id`); !slices.Equal(log, []string{"test town 1", "test town 0"}) {
		t.Errorf("log: %q", log)
	}
}

func TestChangeMarksOnlyTheCollectionsThatItTouched(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.place(thing{code: lampCode(1), wkt: "POINT(111.285 30.705)"})
	before, err := w.Revisions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	component, err := w.Component(t.Context(), everyone, lampCode(1))
	if err != nil {
		t.Fatal(err)
	}
	want := int64(1)
	for collection, fn := range map[string]func(*postgis.Change) error{
		registry.CollectionUnits: func(c *postgis.Change) error {
			_, err := c.PutUnits(t.Context(), append(townUnits(), registry.Unit{Code: "U04", Name: "新", Kind: registry.OutsideOwner, Ring: 3}))
			return err
		},
		registry.CollectionStaff: func(c *postgis.Change) error { _, err := c.PutStaff(t.Context(), nil); return err },
		registry.CollectionResponsibilities: func(c *postgis.Change) error {
			_, err := c.PutResponsibilities(t.Context(), townRules()[:1])
			return err
		},
		registry.CollectionAreas: func(c *postgis.Change) error { _, err := c.PutManagedCells(t.Context(), nil); return err },
		registry.CollectionCity:  func(c *postgis.Change) error { _, err := c.PutBaseLayers(t.Context(), nil); return err },
		registry.CollectionCatalogue: func(c *postgis.Change) error {
			_, err := c.PutFilingStandards(t.Context(), nil)
			return err
		},
		registry.CollectionComponents: func(c *postgis.Change) error {
			n, err := c.SetGrids(t.Context(), []profile.ComponentGrid{{ID: component.ID, Grid: townCell(3)}})
			if n != 1 {
				t.Errorf("SetGrids changed %d", n)
			}
			return err
		},
	} {
		want++
		if revision := w.change(fn); revision != want {
			t.Errorf("%s: revision %d, want %d", collection, revision, want)
		}
		before[collection] = want
		if after, err := w.Revisions(t.Context()); err != nil || !reflect.DeepEqual(after, before) {
			t.Errorf("%s: revisions %v, want %v, %v", collection, after, before, err)
		}
	}
}

func TestOfTwoChangesTheOneThatCommitsLaterHasTheHigherRevision(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	begun, commit, done := make(chan bool), make(chan bool), make(chan int64)
	go func() {
		revision, err := w.Change(context.WithoutCancel(t.Context()), townAct, func(c *postgis.Change) error {
			_, err := c.PutStaff(t.Context(), nil)
			begun <- true
			<-commit
			return err
		})
		if err != nil {
			t.Error(err)
		}
		done <- revision
	}()
	<-begun
	second := w.change(func(c *postgis.Change) error { _, err := c.PutResponsibilities(t.Context(), nil); return err })
	commit <- true
	first := <-done
	if second != 2 || first != 3 {
		t.Errorf("the change that committed first has revision %d, the other %d; want 2 and 3", second, first)
	}
	if log := w.texts(`select id || ' ' || revision from change order by id`); !slices.Equal(log, []string{"1 1", "2 3", "3 2"}) {
		t.Errorf("log: %q", log)
	}
}

func TestRevisionsBecomeVisibleWithoutGaps(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	writers, ctx := errgroup.WithContext(t.Context())
	for i := range 4 {
		writers.Go(func() error {
			for n := range 15 {
				_, err := w.Change(ctx, townAct, func(c *postgis.Change) error {
					name := fmt.Sprintf("layer %d %d", i, n)
					_, err := c.PutBaseLayers(ctx, map[string][]byte{"layer": []byte(name)})
					return err
				})
				if err != nil && registry.KindOf(err) != registry.Conflict {
					return err
				}
			}
			return nil
		})
	}
	finished := make(chan error)
	go func() { finished <- writers.Wait() }()
	for looks := 0; ; looks++ {
		select {
		case err := <-finished:
			if err != nil || looks == 0 {
				t.Errorf("after %d looks: %v", looks, err)
			}
			return
		default:
		}
		if got := w.texts(`select max(revision) || ' of ' || count(revision) from change`); strings.Split(got[0], " of ")[0] != strings.Split(got[0], " of ")[1] {
			t.Fatalf("highest revision and number of them: %s", got[0])
		}
	}
}

func TestFailingChangeLeavesNothing(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	before := w.everything()
	refused := errors.New("thought better of it")
	revision, err := w.Change(t.Context(), townAct, func(c *postgis.Change) error {
		if _, err := c.PutUnits(t.Context(), nil); err != nil {
			t.Error(err)
		}
		if _, err := putTownAreas(t, c, townAreas()[:5]); err != nil {
			t.Error(err)
		}
		return refused
	})
	if !errors.Is(err, refused) || revision != 0 {
		t.Errorf("revision %d, %v", revision, err)
	}
	// References are checked when the change commits: a rule for a unit that is gone.
	revision, err = w.Change(t.Context(), townAct, func(c *postgis.Change) error {
		_, err := c.PutUnits(t.Context(), nil)
		return err
	})
	if err == nil || revision != 0 {
		t.Errorf("a rule without its unit: revision %d, %v", revision, err)
	}
	func() {
		defer func() { _ = recover() }()
		_, _ = w.Change(t.Context(), townAct, func(c *postgis.Change) error {
			_, _ = c.PutStaff(t.Context(), nil)
			panic("in the middle")
		})
	}()
	if after := w.everything(); after != before {
		t.Error("something of a failed change remains")
	}
	if w.change(func(c *postgis.Change) error { _, err := c.PutStaff(t.Context(), nil); return err }) != 2 {
		t.Error("a failed change used up a revision")
	}
}

func TestHistoryHoldsEachSupersededImageInColumns(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.place(thing{code: lampCode(1), wkt: "POINT Z (111.285 30.705 60)"}, thing{code: lampCode(2), wkt: "POINT(111.286 30.706)"})
	tables := w.texts(`select replace(tablename, '_version', '')::text from pg_tables where tablename like '%\_version' and tablename <> 'goose_db_version' order by 1`)
	if want := []string{"area", "component", "filing_standard", "managed_cell", "responsibility", "staff", "unit"}; !slices.Equal(tables, want) {
		t.Fatalf("tables with a history: %v", tables)
	}
	before := map[string][]string{}
	for _, table := range tables {
		before[table] = w.texts(`select to_jsonb(t)::text from ` + table + ` t`)
	}
	moved := townAreas()
	moved[6].Name, moved[5].Geometry = "改名", squareArea(111.28, 30.71, 0.009)
	units := townUnits()
	units[1].Name = "改名"
	staff := townStaff()
	staff[0].Name = "王五"
	component, err := w.Component(t.Context(), everyone, lampCode(1))
	if err != nil {
		t.Fatal(err)
	}
	w.change(func(c *postgis.Change) error {
		for _, put := range []func() (registry.Diff, error){
			func() (registry.Diff, error) { return putTownAreas(t, c, moved) },
			func() (registry.Diff, error) {
				return c.PutManagedCells(t.Context(), []profile.Managed{{Code: townManaged, Cells: []string{townCell(0)}}})
			},
			func() (registry.Diff, error) { return c.PutUnits(t.Context(), units[:2]) },
			func() (registry.Diff, error) { return c.PutResponsibilities(t.Context(), townRules()[1:]) },
			func() (registry.Diff, error) { return c.PutStaff(t.Context(), staff[:2]) },
			func() (registry.Diff, error) { return c.PutFilingStandards(t.Context(), nil) },
			func() (registry.Diff, error) {
				_, err := c.SetGrids(t.Context(), []profile.ComponentGrid{{ID: component.ID, Grid: townCell(0), Also: []string{townCell(1)}}})
				return registry.Diff{}, err
			},
		} {
			if _, err := put(); err != nil {
				return err
			}
		}
		return nil
	})
	for _, table := range tables {
		now := w.texts(`select to_jsonb(t)::text from ` + table + ` t`)
		want := slices.DeleteFunc(slices.Clone(before[table]), func(row string) bool { return slices.Contains(now, row) })
		got := w.texts(`select (to_jsonb(v) - 'superseded_by' - 'tombstone')::text from ` + table + `_version v where superseded_by = 2`)
		slices.Sort(want)
		slices.Sort(got)
		if len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("%s: history %v\nwant %v", table, got, want)
		}
		if n := w.texts(`select count(*)::text from ` + table + `_version`); n[0] != strconv.Itoa(len(want)) {
			t.Errorf("%s: %s rows of history", table, n[0])
		}
	}
}

func TestEachRevisionIsAnnouncedWhenItIsVisible(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	listener, err := pgx.Connect(t.Context(), w.db.Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close(context.WithoutCancel(t.Context()))
	if _, err := listener.Exec(t.Context(), `listen `+postgis.NotifyChannel); err != nil {
		t.Fatal(err)
	}
	w.change(func(c *postgis.Change) error { return nil }) // says nothing
	for want := int64(2); want < 5; want++ {
		w.change(func(c *postgis.Change) error {
			_, err := c.PutBaseLayers(t.Context(), map[string][]byte{"water": {byte(want)}})
			return err
		})
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		said, err := listener.WaitForNotification(ctx)
		cancel()
		if err != nil || said.Payload != strconv.FormatInt(want, 10) {
			t.Fatalf("%+v, %v, want %d", said, err, want)
		}
		if revisions, err := w.Revisions(t.Context()); err != nil || revisions[registry.CollectionCity] != want {
			t.Errorf("when %d was announced: %v, %v", want, revisions, err)
		}
	}
}

func TestFilingStandardsComeBackAsTheyWerePut(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	got, err := w.FilingStandards(t.Context(), catalog.KindComponent, "0118")
	if err != nil || len(got) == 0 {
		t.Fatalf("%v, %v", got, err)
	}
	all, err := w.FilingStandards(t.Context(), "", "")
	if err != nil || !reflect.DeepEqual(all, got) {
		t.Errorf("all: %v, %v", all, err)
	}
	none, err := w.FilingStandards(t.Context(), catalog.KindEvent, "0118")
	if err != nil || len(none) != 0 {
		t.Errorf("of events: %v, %v", none, err)
	}
}
