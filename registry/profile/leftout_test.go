package profile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"citygrid/registry/profile"
)

// More warnings than a report holds must not hide that the file was refused.
func TestErrorAfterMoreWarningsThanAreListedRefusesTheFolder(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	w := newTown()
	var lamps strings.Builder
	lamps.WriteString(lampHeader)
	for n := range 100_001 {
		lamps.WriteString(strings.Replace(lamp(n+1, 0.5, 0.5), "路灯", "灯", 1))
	}
	w.files["components/lamps.csv"] = lamps.String() + strings.Replace(lamp(200_000, 0.5, 0.5), "完好", "新", 1)
	faults := s.refuse("one row", w.folder())
	if got, want := faultsOf(faults), []string{"components/lamps.csv:100003 ObjState 新 [unknown_state]"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if n := s.rows(`select count(*)::text from city`); n[0] != "0" {
		t.Errorf("%s cities", n[0])
	}
	left := slices.IndexFunc(faults, func(f profile.Fault) bool { return f.Code == profile.CodeLeftOut })
	if left < 0 || faults[left].Message.EN != fmt.Sprintf("%d more issues are not listed", 3) { // one is that they stand in one place
		t.Errorf("what is left out is not said: %v", faults[max(left, 0)])
	}
}
