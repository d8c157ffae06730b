package locator_test

import (
	"errors"
	"reflect"
	"testing"

	"citygrid/registry"
)

func TestWhatIsHeldAnswersAsBeforeAChange(t *testing.T) {
	t.Parallel()
	at := crossing(t)
	held, err := at.places.Hold()
	if err != nil {
		t.Fatal(err)
	}
	before, err := held.Place(corner(), registry.Subject{})
	if err != nil {
		t.Fatal(err)
	}
	revision := at.renameInspector(t, "new")
	if !at.refresh(t) {
		t.Fatal("nothing changed")
	}
	after, err := held.Place(corner(), registry.Subject{})
	if err != nil || !reflect.DeepEqual(after, before) || held.Revision() != before.Revision {
		t.Errorf("%+v became %+v, revision %d, %v", before, after, held.Revision(), err)
	}
	name, now := at.inspector(t)
	if name != "new" || now != revision {
		t.Errorf("the locator itself: %s, revision %d, want new, %d", name, now, revision)
	}
	if code, ok := held.Cell(corner()); !ok || code != before.Grid.Code {
		t.Errorf("cell %q, %v", code, ok)
	}
}

func TestNothingIsHeldBeforeTheFirstRefresh(t *testing.T) {
	t.Parallel()
	held, err := emptyTown(t).places.Hold()
	var known *registry.Error
	if held != nil || !errors.As(err, &known) || known.Kind != registry.Unavailable || known.Code != "not_loaded" {
		t.Errorf("got %v, %v, want not_loaded", held, err)
	}
}
