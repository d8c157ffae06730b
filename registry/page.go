package registry

import (
	"time"

	"github.com/paulmach/orb"
)

// Selection says which features of a collection are meant. The zero value selects all that live.
type Selection struct {
	Bounds  []orb.Bound // any of these, in degrees; nil: everywhere. A box across the antimeridian is two
	Within  orb.Ring    // what touches this too, in degrees: a box of another coordinate system; nil: everywhere
	Equal   []Equal     // all of these
	During  Interval    // of components
	Removed bool        // also components in the state 移除
}

// Everything reports whether a Selection leaves nothing out that lives.
func (s Selection) Everything() bool {
	return s.Bounds == nil && s.Within == nil && len(s.Equal) == 0 && s.During == Interval{} && !s.Removed
}

// Equal selects features by the value of a scalar property, as Property.Parse writes it.
type Equal struct{ Property, Value string }

// Interval is a span of days, both included; a zero end is open. A component's days are those that its properties name: of its first survey and of its
// last change.
type Interval struct{ From, To time.Time }

// Page says which part of the selected features is wanted, in which order and in which shape.
type Page struct {
	Order  []Order  // by these, then by code; nil: by code
	After  []string // what stands behind the feature with these Keys; nil: from the first one
	Before bool     // what stands before that feature instead, the last Limit of it
	Offset int      // features to pass over
	Limit  int      // 1 to 10,000
	Count  Count

	SRID       int  // of the geometries, by the number of EPSG; 0: degrees of WGS 84, as they are kept
	NoGeometry bool // leaves them out
}

// System is a coordinate system in which features are served, by what its authority says of it.
type System struct {
	Number     int  // of EPSG; 0: degrees of WGS 84, longitude first, as they are kept
	NorthFirst bool // the order of its axes
	Degrees    bool // else metres, or what else its axes have
}

// Order is one step of an order: a scalar property. Of texts the first OrderPrefix characters count; features that lack it come before all others.
type Order struct {
	Property   string
	Descending bool
}

// OrderPrefix is how many characters of a text an order looks at: what tells where a page ends stays short.
const OrderPrefix = 64

// NoDateKey is the key of a feature that lacks a date by which it is ordered.
const NoDateKey = "-infinity"

// Count says how many of all selected features are to be counted.
type Count string

// The ways to count.
const (
	CountCheap     Count = ""          // exactly as far as that is cheap, else estimated
	CountExact     Count = "exact"     // all
	CountEstimated Count = "estimated" // as the database guesses
	CountNone      Count = "none"
)

// Keys tell where a feature stands in an order: the values by which it is ordered, and its code.
type Keys []string

// Part is what a page tells about itself.
type Part struct {
	Matched   int64 // how many the selection has on all pages; negative where nobody counted
	Estimated bool  // Matched is a guess
	More      bool  // more follow, or, for a page before, come before
	First     Keys  // of the first and of the last feature; nil where there is none
	Last      Keys
}

// Summary is what a look at all live features of a collection tells. Its zero value is that of an empty one.
type Summary struct {
	Total  int64
	Bound  orb.Bound // in degrees
	During Interval  // from the first day that a component names to the last; zero where none names any
}

// Add takes other features into account.
func (s *Summary) Add(o Summary) {
	if o.Total == 0 {
		return
	}
	if s.Total == 0 {
		*s = o
		return
	}
	s.Total, s.Bound = s.Total+o.Total, s.Bound.Union(o.Bound)
	if from := o.During.From; !from.IsZero() && (s.During.From.IsZero() || from.Before(s.During.From)) {
		s.During.From = from
	}
	if to := o.During.To; to.After(s.During.To) {
		s.During.To = to
	}
}
