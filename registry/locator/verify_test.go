package locator_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/registry"
	"citygrid/registry/locator"
)

// refuse is what the answers of these tests are asked about.
func refuse() registry.Subject { return registry.Subject{Kind: "event", Subclass: "0102"} }

// placed is an answer.
type placed struct {
	placement registry.Placement
	failure   string
}

// placements answers for points all over the crossing.
func (at *town) placements() (out []placed) {
	for _, p := range []orb.Point{corner(), {111.285, 30.715}, {111.2999, 30.7101}, {111.305, 30.715}, {111.2825, 30.7025}} {
		placement, err := at.places.Place(p, refuse())
		out = append(out, placed{placement, fmt.Sprint(err)})
	}
	return out
}

// The ways in which memory may come to hold something else than was put there.
func corruptions() map[string]func(*locator.Snapshot) {
	return map[string]func(*locator.Snapshot){
		"one bit of a coordinate": func(s *locator.Snapshot) {
			for i := range s.Cells().Len() {
				if s.Cells().Code(i) != cell("002") {
					continue
				}
				ring := s.Cells().Area(i).MultiPolygon()[0][0]
				for j := range ring {
					if ring[j] == corner() {
						ring[j][0] = math.Float64frombits(math.Float64bits(ring[j][0]) ^ 1<<36)
					}
				}
			}
		},
		"a name":    func(s *locator.Snapshot) { s.Spoil(cell("002"), "别的网格", nil) },
		"the rules": func(s *locator.Snapshot) { s.Spoil("", "", registry.NewRulebook(nil, nil)) },
	}
}

func TestASilentlyCorruptedSnapshotIsFoundOnceAndMended(t *testing.T) {
	t.Parallel()
	for name, corrupt := range corruptions() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := crossing(t)
			right, was := at.placements(), at.places.Held().Digest()
			corrupt(at.places.Held())
			if reflect.DeepEqual(at.placements(), right) {
				t.Fatal("the answers are not spoiled, so nothing is shown")
			}
			spoiled := at.places.Held().Digest()
			if changed := at.refresh(t); changed {
				t.Error("Refresh saw it, although the revision had not moved")
			}

			same, err := at.places.Verify(t.Context())
			var differs *registry.DifferenceError
			if same || !errors.As(err, &differs) || *differs != (registry.DifferenceError{Revision: 1, Memory: spoiled, Stored: was}) {
				t.Errorf("the first Verify: %v, %v; want the digests %016x and %016x of revision 1", same, err, spoiled, was)
			}
			if got := at.placements(); !reflect.DeepEqual(got, right) {
				t.Errorf("after it the answers are\n%+v, want\n%+v", got, right)
			}
			if same, err := at.places.Verify(t.Context()); !same || err != nil {
				t.Errorf("the second Verify: %v, %v", same, err)
			}
			s := at.places.Stats()
			if s.Differences != 1 || s.Verifications != 2 || !s.DifferedAt.Equal(at.clock.now()) || s.Refreshes != 2 {
				t.Errorf("counted: %+v", s)
			}
		})
	}
}

func TestVerifyFollowsAStoreThatHasMovedOnAndJudgesNothing(t *testing.T) {
	t.Parallel()
	at := crossing(t)
	for _, corrupt := range corruptions() {
		corrupt(at.places.Held())
	}
	moved := at.renameInspector(t, "新监督员")
	if same, err := at.places.Verify(t.Context()); !same || err != nil {
		t.Errorf("Verify: %v, %v", same, err)
	}
	if name, revision := at.inspector(t); name != "新监督员" || revision != moved {
		t.Errorf("%s of revision %d, want %d", name, revision, moved)
	}
	if s := at.places.Stats(); s.Verifications != 0 || s.Differences != 0 || s.Refreshes != 2 {
		t.Errorf("counted: %+v", s)
	}
	if same, err := at.places.Verify(t.Context()); !same || err != nil { // what was spoiled is gone with the old snapshot
		t.Errorf("the next Verify: %v, %v", same, err)
	}
}

func TestVerifyBeforeTheFirstRefreshIsOne(t *testing.T) {
	t.Parallel()
	at := crossing(t)
	at.places = locator.New(at.store, at.clock.now, shanghai())
	if same, err := at.places.Verify(t.Context()); !same || err != nil || at.places.Revision() != 1 {
		t.Errorf("%v, %v, revision %d", same, err, at.places.Revision())
	}
}

func TestVerifyOfAStoreThatIsAwayChangesNothing(t *testing.T) {
	t.Parallel()
	at := crossing(t)
	right := at.placements()
	at.store.Close()
	same, err := at.places.Verify(t.Context())
	if same || err == nil || !strings.HasPrefix(err.Error(), "verify locator: ") {
		t.Errorf("%v, %v", same, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if same, err := at.places.Verify(ended); same || !errors.Is(err, context.Canceled) {
		t.Errorf("told to end: %v, %v", same, err)
	}
	if got := at.placements(); !reflect.DeepEqual(got, right) {
		t.Errorf("answers are now %+v", got)
	}
	if s := at.places.Stats(); s.Verifications != 0 || s.Differences != 0 {
		t.Errorf("counted: %+v", s)
	}
}

func TestEveryTextOfACellChangesTheDigest(t *testing.T) {
	t.Parallel()
	at := crossing(t)
	s := at.places.Held()
	want, texts := s.Digest(), 0
	for i := range s.Cells().Len() {
		texts += s.ForEachText(i, func(was string) {
			if s.Digest() == want {
				t.Errorf("%q of cell %s changes nothing", was, s.Cells().Code(i))
			}
		})
	}
	if got := s.Digest(); got != want || texts < 20*s.Cells().Len() {
		t.Errorf("restored after %d texts: %016x, was %016x", texts, got, want)
	}
}
