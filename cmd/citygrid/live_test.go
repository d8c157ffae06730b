package main

import (
	"fmt"
	"reflect"
	"syscall"
	"testing"
	"time"

	"citygrid/api"
	"citygrid/internal/dbtest"
	"citygrid/registry"
	"citygrid/registry/locator"
	"citygrid/registry/postgis"
)

// smallCity is a migrated database with a city of eight cells, and its store.
func smallCity(t *testing.T) (url string, store *postgis.Store) {
	t.Helper()
	url = dbtest.URL(t)
	citygrid(t, url, "profile", "apply", "../../registry/locator/testdata/crossing").want(t, 0, "applied as revision 1")
	store, err := postgis.Open(t.Context(), postgis.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	return url, store
}

// TestAServerAnswersForAChangeAsSoonAsItIsAnnounced makes each change when the one before is seen: by looking alone, five of them
// would take five times the time between two looks.
func TestAServerAnswersForAChangeAsSoonAsItIsAnnounced(t *testing.T) {
	t.Parallel()
	url, store := smallCity(t)
	p := citygrid(t, url, "serve", "--listen", "127.0.0.1:0")
	base := p.start(t)
	begun := time.Now()
	for n := range 5 {
		revision, err := store.Change(t.Context(), registry.Act{Actor: "test", Reason: "test", At: begun}, func(c *postgis.Change) error {
			_, err := c.PutStaff(t.Context(), []registry.Staff{{Code: "J09", Name: fmt.Sprint(n), Role: registry.Inspector, Area: "420502001001002"}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf("revision %d, stale_seconds 0", revision)
		for seen := ""; seen != want; time.Sleep(5 * time.Millisecond) {
			var ready struct{ Checks []api.Health }
			get(t, base+"/readyz", &ready)
			seen = ready.Checks[1].Detail
		}
	}
	if took := time.Since(begun); took > 2*locator.RefreshEvery {
		t.Errorf("five changes in a row were seen after %v", took)
	}
	p.stop(t, syscall.SIGTERM)
}

func TestHealthSaysWhatTheLocatorShowsAndHowOldItIs(t *testing.T) {
	t.Parallel()
	_, store := smallCity(t)
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	places := locator.New(store, func() time.Time { return now }, time.UTC)
	check := func(when string, want ...api.Health) {
		t.Helper()
		if got := health(t.Context(), store, places); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", when, got, want)
		}
	}
	check("before the first load", api.Health{Name: "database", OK: true}, api.Health{Name: "locator", Detail: "no city was loaded yet"})
	if _, err := places.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	check("loaded", api.Health{Name: "database", OK: true}, api.Health{Name: "locator", OK: true, Detail: "revision 1, stale_seconds 0"})
	store.Close()
	now = now.Add(35 * time.Second)
	check("35 s after the database went", api.Health{Name: "database", Detail: "the database does not answer"},
		api.Health{Name: "locator", OK: true, Detail: "revision 1, stale_seconds 35"})
}
