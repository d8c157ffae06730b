package postgis_test

import (
	"testing"
	"time"

	"citygrid/registry"
)

// A revision that grows without an announcement, which no change of the program does, shows when the database is asked.
func TestHeardRevisionsAreReadAgainAfterEachChangeAndAlwaysWhileNothingIsHeard(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	revision := func() int64 {
		t.Helper()
		all, err := w.HeardRevisions(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return all[registry.CollectionComponents]
	}
	first := revision()
	w.touch(registry.CollectionComponents)
	if got := revision(); got != first+1 {
		t.Errorf("%d while nobody listens, want %d", got, first+1)
	}
	e := listen(t, w.Store)
	wait(t, "the beginning", e.heard, 10*time.Second)
	if got := revision(); got != first+1 {
		t.Errorf("%d at the beginning", got)
	}
	w.touch(registry.CollectionComponents)
	if got := revision(); got != first+1 {
		t.Errorf("%d: the database was asked though nothing was heard", got)
	}
	w.water(1)
	wait(t, "a revision", e.heard, 4*time.Second)
	if got := revision(); got != first+2 {
		t.Errorf("%d after a change, want %d", got, first+2)
	}
	w.touch(registry.CollectionComponents)
	e.stop()
	if got := revision(); got != first+3 {
		t.Errorf("%d when nobody listens any more, want %d", got, first+3)
	}
}
