package locator_test

import (
	"errors"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb"

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

func TestCodesOfManyPointsAreThoseOfEach(t *testing.T) {
	held, err := crossing(t).places.Hold()
	if err != nil {
		t.Fatal(err)
	}
	points := append(scattered(crossing(t).stored(t).Cells(), 500), corner(), orb.Point{0, 0}, orb.Point{math.NaN(), math.Inf(1)})
	want := []byte("[")
	for i, p := range points {
		if i > 0 {
			want = append(want, ", "...)
		}
		if code, ok := held.Cell(p); ok {
			want = strconv.AppendQuote(want, code)
		} else {
			want = append(want, "null"...)
		}
	}
	got := held.AppendCodes([]byte("["), points, ", ")
	if string(got) != string(want) || !strings.Contains(string(got), `"420502001001002"`) || !strings.HasSuffix(string(got), ", null, null") {
		t.Errorf("got %s, want %s", got, want)
	}
	if n := testing.AllocsPerRun(10, func() { got = held.AppendCodes(got[:0], points, ",") }); n != 0 {
		t.Errorf("%v allocations", n)
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
