package locator_test

import (
	"io/fs"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"citygrid/data"
	"citygrid/internal/dbtest"
	"citygrid/registry"
	"citygrid/registry/locator"
	"citygrid/registry/postgis"
	"citygrid/registry/profile"
)

// town is a city in a database of its own and a locator that knows it.
type town struct {
	store  *postgis.Store
	db     *pgxpool.Pool // for what the store does not ask
	clock  *clock
	places *locator.Locator
}

// newTown applies a city folder and refreshes the locator once.
func newTown(t testing.TB, folder fs.FS) *town {
	t.Helper()
	at := emptyTown(t)
	lists, err := data.Catalog()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := profile.Apply(t.Context(), profile.Config{
		Store: postgis.ProfileStore{Store: at.store}, Lists: lists, Clock: at.clock.now, Actor: "test",
	}, folder); err != nil {
		t.Fatal(err)
	}
	if changed, err := at.places.Refresh(t.Context()); err != nil || !changed {
		t.Fatalf("first Refresh: changed %v, %v", changed, err)
	}
	return at
}

// crossing is the city of testdata/crossing: eight cells around a point where four meet.
//
//	30.72 ┌───────┬───────┬───────┬───────┐      first row   420502001001001  …002 | 420503001001001  …002
//	      │  001  │  002  │  001  │  002  │      second row  420502001002001  …002 | 420503001001003, in it …004
//	30.71 ├───────┴───┬───┼───────┴───────┤
//	      │  001      │002│  003  ◇004    │      the edge from 111.28 to 111.295 along 30.71 has no vertex at 111.29
//	30.70 └───────────┴───┴───────────────┘
//	   111.28      .295 111.30         111.32
func crossing(t testing.TB) *town {
	t.Helper()
	return newTown(t, os.DirFS("testdata/crossing"))
}

// emptyTown is a registry to which nothing was ever applied.
func emptyTown(t testing.TB) *town {
	t.Helper()
	at := &town{db: dbtest.Pool(t), clock: newClock(noon("2026-11-23"))}
	var err error
	if at.store, err = postgis.Open(t.Context(), postgis.Config{URL: at.db.Config().ConnString()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(at.store.Close)
	at.places = locator.New(at.store, at.clock.now, shanghai())
	return at
}

// change makes one revision.
func (at *town) change(t *testing.T, fn func(*postgis.Change) error) int64 {
	t.Helper()
	revision, err := at.store.Change(t.Context(), registry.Act{Actor: "test", Reason: "test", At: at.clock.now()}, fn)
	if err != nil {
		t.Fatal(err)
	}
	return revision
}

// clock stands still until it is set.
type clock struct{ at atomic.Pointer[time.Time] }

func newClock(at time.Time) *clock {
	c := &clock{}
	c.at.Store(&at)
	return c
}

func (c *clock) now() time.Time          { return *c.at.Load() }
func (c *clock) set(at time.Time)        { c.at.Store(&at) }
func (c *clock) advance(d time.Duration) { c.set(c.now().Add(d)) }

// shanghai is the zone of every city in China since 1991.
func shanghai() *time.Location { return time.FixedZone("Asia/Shanghai", 8*60*60) }

// noon is the middle of a day in the city, 04:00 UTC.
func noon(day string) time.Time {
	at, err := time.ParseInLocation(time.DateOnly, day, shanghai())
	if err != nil {
		panic(err)
	}
	return at.Add(12 * time.Hour)
}
