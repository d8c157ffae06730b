package synth

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"citygrid/data"
	"citygrid/registry/catalog"
)

// item is one surveyed component.
type item struct {
	subclass string
	code     string
	cell     int // index in city.cells
	where    string
	at       place   // a point
	line     []place // or a line
	ring     []place // or a polygon
	height   *float64
	state    string
	date     time.Time
	owner    string
}

// survey fills the managed area with the components of the profile.
type survey struct {
	*city
	rng   *rand.Rand
	lanes []lane
	items []item
	taken map[[3]int64]bool // subclass and square of 1.5 m
	plots []plot            // ground that polygons use
	rank  map[int]int       // cell → its turn in the survey
}

// surveyed draws all components, gives codes in the order of the survey (by cell)
// and sorts them by code.
func (c *city) surveyed(seed uint64, roads []road, profile data.YichangProfile) ([]item, error) {
	s := &survey{city: c, rng: rand.New(rand.NewPCG(seed, 2)), lanes: c.lanesOf(roads), taken: map[[3]int64]bool{}, rank: map[int]int{}}
	for i, cl := range c.cells {
		if cl.core {
			s.rank[i] = len(s.rank)
		}
	}
	want := map[string]int{}
	for _, e := range profile.Entries {
		if e.Kind == catalog.KindComponent {
			want[string(e.Subclass)] = e.Items
		}
	}
	s.drawShapes(want)
	s.drawPoints(want)
	for _, e := range profile.Entries {
		if e.Kind != catalog.KindComponent {
			continue
		}
		got := 0
		for _, it := range s.items {
			if it.subclass == string(e.Subclass) {
				got++
			}
		}
		if got != e.Items {
			return nil, fmt.Errorf("component %s: %d of %d found room", e.Subclass, got, e.Items)
		}
	}
	if err := s.enter(profile); err != nil {
		return nil, err
	}
	return s.items, nil
}

// enter gives code, date, state, elevation and owner.
func (s *survey) enter(profile data.YichangProfile) error {
	slices.SortStableFunc(s.items, func(a, b item) int {
		if a.subclass != b.subclass {
			return strings.Compare(a.subclass, b.subclass)
		}
		return a.cell - b.cell
	})
	next := map[string]int{}
	for i := range s.items {
		it := &s.items[i]
		cl := s.cells[it.cell]
		key := cl.code[:6] + it.subclass
		next[key]++
		it.code = fmt.Sprintf("%s%06d", key, next[key])
		it.date = time.Date(2011, time.March, 1+s.rank[it.cell]*7/5+s.rng.IntN(4), 0, 0, 0, 0, time.UTC)
		it.state = "完好"
		if r := s.rng.IntN(1000); r < 22 {
			it.state = "破损"
		} else if r < 28 {
			it.state = "废弃"
		}
		if s.rng.IntN(5) < 3 {
			it.height = s.elevation(it.cell)
		}
		e := profile.Entries[slices.IndexFunc(profile.Entries, func(e data.YichangEntry) bool {
			return e.Kind == catalog.KindComponent && string(e.Subclass) == it.subclass
		})]
		var err error
		if it.owner, err = ownerOf(e.ExternalOwnerZH, next[key]-1, s.communities[cl.community].street); err != nil {
			return err
		}
	}
	slices.SortFunc(s.items, func(a, b item) int { return strings.Compare(a.code, b.code) })
	return nil
}

// elevation is in metres above the 1985 datum: the quay at 46, the hill behind
// 东山大道 near 65, in centimetres.
func (s *survey) elevation(cell int) *float64 {
	ring := s.faces[s.cells[cell].face].ring
	var away float64
	for _, c := range ring {
		away += s.corners[c].y
	}
	cm := 4600 + int(float64(away/float64(len(ring))*1.2)) + s.rng.IntN(160)
	h := float64(cm) / 100
	return &h
}

// free tells whether a point of a subclass may stand at v, and takes the spot: it
// must be inside the managed area, off every border and 1.5 m or more from most of
// its like.
func (s *survey) free(subclass string, v vec) (place, int, bool) {
	p := roundAt(v)
	cell, border := s.cellAt(p)
	if cell < 0 || border || !s.cells[cell].core {
		return p, 0, false
	}
	return p, cell, s.take(subclass, p)
}

func (s *survey) take(subclass string, p place) bool {
	number := int64(0)
	for _, d := range subclass {
		number = number*10 + int64(d-'0')
	}
	// 150 units are 1.4 m of longitude and 1.7 m of latitude; the eight squares
	// around are asked too.
	x, y := p.lon/150, p.lat/150
	for dx := int64(-1); dx <= 1; dx++ {
		for dy := int64(-1); dy <= 1; dy++ {
			if s.taken[[3]int64{number, x + dx, y + dy}] {
				return false
			}
		}
	}
	s.taken[[3]int64{number, x, y}] = true
	return true
}
