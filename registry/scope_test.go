package registry_test

import (
	"testing"

	"citygrid/registry"
)

func TestZeroScopeSeesNothing(t *testing.T) {
	t.Parallel()
	for _, claim := range []struct {
		scope             registry.Scope
		empty, everything bool
	}{
		{registry.Scope{}, true, false},
		{registry.Scope{Units: []registry.UnitCode{}}, true, false},
		{registry.Scope{Units: []registry.UnitCode{"U01"}}, false, false},
		{registry.Scope{Public: true}, false, true},
		{registry.Scope{All: true}, false, true},
		{registry.Scope{Public: true, Units: []registry.UnitCode{"U01"}}, false, true},
	} {
		if claim.scope.Empty() != claim.empty || claim.scope.Everything() != claim.everything {
			t.Errorf("%+v: empty %v, everything %v", claim.scope, claim.scope.Empty(), claim.scope.Everything())
		}
	}
}

func TestLocatorFollowsItsCollectionsOnly(t *testing.T) {
	t.Parallel()
	r := registry.Revisions{
		registry.CollectionCity: 1, registry.CollectionAreas: 2, registry.CollectionUnits: 3, registry.CollectionResponsibilities: 4,
		registry.CollectionStaff: 5, registry.CollectionCatalogue: 6, registry.CollectionComponents: 9,
	}
	if got := r.Latest(registry.LocatorCollections()...); got != 6 {
		t.Errorf("Latest = %d, want 6: components change no answer about a point", got)
	}
	if got := r.Latest(); got != 0 {
		t.Errorf("Latest of nothing = %d, want 0", got)
	}
	for _, c := range registry.LocatorCollections() {
		r[c] = 20
		if got := r.Latest(registry.LocatorCollections()...); got != 20 {
			t.Errorf("a change of %s is not followed", c)
		}
		r[c] = 0
	}
}
