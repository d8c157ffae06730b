package locator

import (
	"time"

	"github.com/paulmach/orb"

	"citygrid/registry"
)

// held is a Snapshot at a time; see registry.Places.
type held struct {
	*Snapshot
	day   time.Time // in the city's time zone
	stale float64   // seconds
}

// Place answers for a point and says how old the answer may be.
func (h held) Place(p orb.Point, subject registry.Subject) (registry.Placement, error) {
	out, err := h.Snapshot.Place(p, subject, h.day)
	out.StaleSeconds = h.stale
	return out, err
}
