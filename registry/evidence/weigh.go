package evidence

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"citygrid/geo"
	"citygrid/geo/crs"
)

// Pair is the position of a row as it stands there, and where the component that the row names is known to stand.
type Pair struct {
	X, Y  float64
	Known bool
	At    orb.Point // where it is known
}

// Finding is what speaks for a reading.
type Finding struct {
	Reading
	Rows   int // that were tried
	Inside int // of these, in the city
	Known  int // of those inside, rows whose component is known
	// East and North are how far these stand from where they are known to be, in metres, by the median; Spread is how far half of them are from that, at most.
	East, North, Spread float64
}

// Share is how many rows lie in the city, from 0 to 1.
func (f Finding) Share() float64 { return float64(f.Inside) / float64(max(1, f.Rows)) }

// Offset is how far the known rows stand from where they are known to be, in metres.
func (f Finding) Offset() float64 { return math.Hypot(f.East, f.North) }

// Shifted reports whether all known rows stand alike away from where they are known to be.
func (f Finding) Shifted() bool {
	return f.Known >= fewestKnown && f.Offset() > nearby && f.Offset() > steady*f.Spread
}

// The limits of what is believed.
const (
	fewestKnown = 20   // rows, so that their median says something
	plausible   = 0.9  // of the rows in the city: some may be wrong in any file
	telling     = 0.3  // more rows in the city than by the reading that was taken
	nearby      = 10.0 // metres: who surveys twice comes out as near as that
	steady      = 4.0  // times the spread: a shift of all rows alike, not noise
	better      = 4.0  // times nearer
)

// Weigh tries every reading on pairs, those of the city's own grids too, and the one by which they were read. It lists those by which at least a tenth of the rows lie in the city, the best
// first, and the one that was taken in any case.
func Weigh(pairs []Pair, city orb.Bound, taken Reading, grids ...crs.Grid) []Finding {
	readings := candidates(city, grids)
	if !slices.ContainsFunc(readings, func(r Reading) bool { return r.String() == taken.String() }) {
		readings = append(readings, taken)
	}
	var found []Finding
	for _, r := range readings {
		if r.String() != taken.String() && hopeless(pairs, city, r) {
			continue
		}
		f := weigh(pairs, city, r)
		if f.Share() >= 0.1 || r.String() == taken.String() {
			found = append(found, f)
		}
	}
	slices.SortStableFunc(found, func(a, b Finding) int {
		if math.Abs(a.Share()-b.Share()) > 0.02 {
			return cmp.Compare(b.Share(), a.Share())
		}
		if a.Known >= fewestKnown && b.Known >= fewestKnown {
			return cmp.Compare(a.Offset(), b.Offset())
		}
		return 0
	})
	return found
}

// fewTried is of how many rows none must lie in the city before a reading is given up. Were a tenth of all rows there, that would happen once in 10^18 files.
const fewTried = 400

// hopeless reports whether of some rows all over the file none lies in the city. Most readings are: the others are few enough to be tried on every row.
func hopeless(pairs []Pair, city orb.Bound, r Reading) bool {
	for i := 0; i < len(pairs); i += max(1, len(pairs)/fewTried) {
		if at, err := r.ToWGS84(pairs[i].X, pairs[i].Y); err == nil && city.Contains(at) {
			return false
		}
	}
	return true
}

func weigh(pairs []Pair, city orb.Bound, r Reading) Finding {
	f := Finding{Reading: r, Rows: len(pairs)}
	var east, north []float64
	for _, p := range pairs {
		at, err := r.ToWGS84(p.X, p.Y)
		if err != nil || !city.Contains(at) {
			continue
		}
		f.Inside++
		if p.Known {
			e, n := offset(p.At, at)
			east, north = append(east, e), append(north, n)
		}
	}
	if f.Known = len(east); f.Known == 0 {
		return f
	}
	f.East, f.North = median(east), median(north)
	away := make([]float64, len(east))
	for i := range east {
		away[i] = math.Hypot(east[i]-f.East, north[i]-f.North)
	}
	f.Spread = median(away)
	return f
}

// offset is how far b lies east and north of a, in metres.
func offset(a, b orb.Point) (east, north float64) {
	east = geo.Metres(a, orb.Point{b[0], a[1]})
	north = geo.Metres(a, orb.Point{a[0], b[1]})
	return math.Copysign(east, b[0]-a[0]), math.Copysign(north, b[1]-a[1])
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// Verdict is what follows from the findings for the reading that was taken.
type Verdict struct {
	Open     bool    // somebody has to say what is meant
	Proposal Reading // what is likely, where Proposed
	Proposed bool
	Shifted  bool // the rows stand where they are read, but all are shifted alike from what is known
}

// Judge says whether the reading that was taken is in doubt: because far more rows lie in the city by another one, or because the known components
// all stand shifted alike. A shift that another reading explains is proposed; one that none explains, as of the old national datums, is told.
func Judge(found []Finding, taken Reading) Verdict {
	at := slices.IndexFunc(found, func(f Finding) bool { return f.Reading.String() == taken.String() })
	if at < 0 {
		return Verdict{}
	}
	now, best := found[at], found[0]
	if now.Share() < plausible {
		if best.Share() >= plausible && best.Share() >= now.Share()+telling {
			return Verdict{Open: true, Proposal: best.Reading, Proposed: true}
		}
		return Verdict{}
	}
	if now.Known < fewestKnown || now.Offset() <= nearby || now.Offset() <= steady*now.Spread && best.Offset()*better > now.Offset() {
		return Verdict{}
	}
	v := Verdict{Open: true, Shifted: true}
	if best.Known >= fewestKnown && best.Share() >= plausible && best.Offset()*better <= now.Offset() {
		v.Proposal, v.Proposed = best.Reading, true
	}
	return v
}
