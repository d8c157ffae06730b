package synth

import "slices"

// plot is ground in use: a circle around a polygon.
type plot struct {
	middle vec
	radius float64
}

// building says how polygons of one subclass look: rectangles beside a street.
type building struct {
	subclass             string
	wide, wideMore       float64 // m along the street: least, and how much more at most
	deep, deepMore       float64 // m away from it
	setback, setbackMore float64 // m behind the kerb
}

// drawShapes places the polygons and lines of the profile.
func (s *survey) drawShapes(want map[string]int) {
	for _, b := range []building{
		{"0201", 24, 26, 14, 14, 6, 18},
		{"0301", 8, 5, 5, 3, 4, 8},
		{"0304", 9, 6, 6, 4, 5, 10},
	} {
		s.build(b, want[b.subclass])
	}
	s.bridge(want["0205"])
	s.green(want["0405"])
	s.fence(want["0211"])
}

func (s *survey) build(b building, n int) {
	for tries := 0; n > 0 && tries < 20_000; tries++ {
		l := &s.lanes[s.rng.IntN(len(s.lanes))]
		if l.use == promenade || l.to-l.from < b.wide+b.wideMore {
			continue
		}
		x := l.from + float64(s.rng.Float64()*(l.to-l.from))
		wide, deep := b.wide+float64(s.rng.Float64()*b.wideMore), b.deep+float64(s.rng.Float64()*b.deepMore)
		off := l.half + b.setback + float64(s.rng.Float64()*b.setbackMore) + deep/2
		if s.rng.IntN(2) == 0 {
			off = -off
		}
		u := l.heading(x)
		ring := rectangle(l.beside(x, off), u, wide, deep)
		if cell, ok := s.plotted(ring, l.beside(x, off), wide/2+deep/2); ok {
			s.items = append(s.items, item{subclass: b.subclass, ring: ring, cell: cell, where: l.name})
			n--
		}
	}
}

func rectangle(middle, u vec, wide, deep float64) []place {
	a, b := u.scale(wide/2), u.left().scale(deep/2)
	return rounded([]vec{middle.sub(a).sub(b), middle.add(a).sub(b), middle.add(a).add(b), middle.sub(a).add(b)})
}

// plotted takes the ground of a polygon when it lies inside one managed cell and
// no other polygon is near.
func (s *survey) plotted(ring []place, middle vec, radius float64) (cell int, ok bool) {
	for _, p := range s.plots {
		if p.middle.sub(middle).length() < p.radius+radius+3 {
			return 0, false
		}
	}
	cell, border := s.cellAt(ring[0])
	if cell < 0 || border || !s.cells[cell].core {
		return 0, false
	}
	if crosses(ring, s.cells[cell].ring) {
		return 0, false
	}
	s.plots = append(s.plots, plot{middle, radius})
	return cell, true
}

// crosses tells whether two rings touch.
func crosses(a, b []place) bool {
	for i, p := range a {
		for j, q := range b {
			if touch(p, a[(i+1)%len(a)], q, b[(j+1)%len(b)]) {
				return true
			}
		}
	}
	return false
}

// bridge puts footbridges across the main streets within the managed area. A
// street is a border of cells, so a bridge lies in two; it is moved 3 m off the
// middle to have most of itself in one.
func (s *survey) bridge(n int) {
	for tries := 0; n > 0 && tries < 20_000; tries++ {
		l := &s.lanes[s.rng.IntN(len(s.lanes))]
		if l.use != mainLanes || l.to-l.from < 40 {
			continue
		}
		x := l.from + float64((l.to-l.from)*(0.3+float64(0.4*s.rng.Float64())))
		middle := l.beside(x, 3)
		if slices.ContainsFunc(s.plots, func(p plot) bool { return p.middle.sub(middle).length() < p.radius+150 && p.radius == 16.5 }) {
			continue
		}
		ring := rectangle(middle, l.heading(x).left(), 2*mainHalf+11, 4.5)
		var inside []place
		for i := range 12 {
			inside = append(inside, roundAt(ring[0].metres().to(ring[1].metres(), (float64(i)+0.5)/12)))
		}
		cell, ok := s.mostly(append(inside, ring...))
		if !ok || s.near(middle, 18) {
			continue
		}
		s.plots = append(s.plots, plot{middle, 16.5})
		s.items = append(s.items, item{subclass: "0205", ring: ring, cell: cell, where: l.name})
		n--
	}
}

func (s *survey) near(middle vec, radius float64) bool {
	return slices.ContainsFunc(s.plots, func(p plot) bool { return p.middle.sub(middle).length() < p.radius+radius })
}

// mostly is the cell that holds most of the places; all must be in managed cells.
func (s *survey) mostly(places []place) (cell int, ok bool) {
	count := map[int]int{}
	for _, p := range places {
		c, _ := s.cellAt(p)
		if c < 0 || !s.cells[c].core {
			return 0, false
		}
		count[c]++
		if count[c] > count[cell] || count[cell] == 0 {
			cell = c
		}
	}
	return cell, count[cell]*20 >= len(places)*11
}

// round12 are the directions of a clock.
func round12() [12]vec {
	const c, s = 0.8660254037844386, 0.5
	return [12]vec{{1, 0}, {c, s}, {s, c}, {0, 1}, {-s, c}, {-c, s}, {-1, 0}, {-c, -s}, {-s, -c}, {0, -1}, {s, -c}, {c, -s}}
}

// green lays out lawns: some in the riverside park, most inside the blocks.
func (s *survey) green(n int) {
	var managed []int
	for i, cl := range s.cells {
		if cl.core {
			managed = append(managed, i)
		}
	}
	for tries := 0; n > 0 && tries < 40_000; tries++ {
		radius := 5 + float64(17*s.rng.Float64())
		var middle vec
		where := "滨江公园"
		if l := &s.lanes[s.rng.IntN(len(s.lanes))]; l.use == promenade && tries%3 == 0 {
			radius = 5 + float64(2*s.rng.Float64())
			middle = l.at(float64(s.rng.Float64() * l.length()))
		} else {
			b := s.cells[managed[s.rng.IntN(len(managed))]].box
			lo, hi := b.min.metres(), b.max.metres()
			middle = vec{lo.x + float64(s.rng.Float64()*(hi.x-lo.x)), lo.y + float64(s.rng.Float64()*(hi.y-lo.y))}
			where = ""
			if s.onStreet(middle, radius) {
				continue
			}
		}
		var ring []place
		for _, d := range round12() {
			ring = append(ring, roundAt(middle.add(d.scale(float64(radius*(0.65+float64(0.35*s.rng.Float64())))))))
		}
		if cell, ok := s.plotted(ring, middle, radius); ok {
			s.items = append(s.items, item{subclass: "0405", ring: ring, cell: cell, where: where})
			n--
		}
	}
}

// onStreet tells whether a circle reaches into a carriageway.
func (s *survey) onStreet(middle vec, radius float64) bool {
	for i := range s.lanes {
		l := &s.lanes[i]
		for j := 1; j < len(l.line); j++ {
			if toSegment(middle, l.line[j-1], l.line[j]) < radius+l.half+2 {
				return true
			}
		}
	}
	return false
}

// fence puts guardrails along the kerbs of main streets, straight from post to
// post 14 m apart. A few run on over a crossing of side streets into the next
// block, so they lie in two cells.
func (s *survey) fence(n int) {
	var found []item
	for i := range s.lanes {
		l := s.lanes[i]
		if l.use != mainLanes {
			continue
		}
		if i+1 < len(s.lanes) && s.lanes[i+1].name == l.name && s.rng.IntN(4) == 0 && s.lanes[i+1].line[0] == l.line[len(l.line)-1] {
			l = newLane(l.name, l.use, l.half, l.from, s.lanes[i+1].length()-s.lanes[i+1].to, append(l.line[:len(l.line):len(l.line)], s.lanes[i+1].line[1:]...))
		}
		for _, side := range []float64{1, -1} {
			for x := l.from + float64(20*s.rng.Float64()); x < l.to-20; {
				length := min(25+float64(70*s.rng.Float64()), l.to-x)
				if it, ok := s.rail(&l, x, length, float64(side*(l.half-0.6))); ok {
					found = append(found, it)
				}
				x += length + 12
			}
		}
	}
	for _, k := range s.thinned(len(found), n) {
		s.items = append(s.items, found[k])
	}
}

func (s *survey) rail(l *lane, x, length, off float64) (item, bool) {
	posts := max(1, int(length/14))
	var line, inside []place
	for k := range posts + 1 {
		line = append(line, roundAt(l.beside(x+float64(length*float64(k)/float64(posts)), off)))
	}
	for k := 1; k < len(line); k++ {
		a, b := line[k-1].metres(), line[k].metres()
		for i := range 14 {
			inside = append(inside, roundAt(a.to(b, (float64(i)+0.5)/14)))
		}
		for j := 1; j < k-1; j++ {
			if touch(line[k-1], line[k], line[j-1], line[j]) {
				return item{}, false
			}
		}
	}
	cell, ok := s.mostly(append(inside, line...))
	return item{subclass: "0211", line: line, cell: cell, where: l.name}, ok
}
