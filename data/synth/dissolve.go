package synth

// dissolve is the common border of faces that share vertices: the edges that
// only one of them has, joined to rings. Parents are made of the very vertices
// of their children, so they cover exactly the same ground.
func dissolve(rings [][]int, places []place) []polygon {
	half := map[[2]int]bool{}
	for _, ring := range rings {
		for i, a := range ring {
			half[[2]int{a, ring[(i+1)%len(ring)]}] = true
		}
	}
	next := map[int][]int{}
	var starts [][2]int
	for _, ring := range rings {
		for i, a := range ring {
			b := ring[(i+1)%len(ring)]
			if !half[[2]int{b, a}] {
				next[a] = append(next[a], b)
				starts = append(starts, [2]int{a, b})
			}
		}
	}
	var outer, holes [][]place
	done := map[[2]int]bool{}
	for _, s := range starts {
		if done[s] {
			continue
		}
		ring := follow(s, next, done, places)
		if doubleArea(ring) > 0 {
			outer = append(outer, ring)
		} else {
			holes = append(holes, ring)
		}
	}
	return assemble(outer, holes)
}

// follow walks a border, always turning left where borders meet at a vertex, so
// that each ring is simple.
func follow(s [2]int, next map[int][]int, done map[[2]int]bool, places []place) []place {
	var ring []place
	for e := s; !done[e]; {
		done[e] = true
		ring = append(ring, places[e[0]])
		best := next[e[1]][0]
		for _, c := range next[e[1]][1:] {
			if lefter(places[e[0]], places[e[1]], places[c], places[best]) {
				best = c
			}
		}
		e = [2]int{e[1], best}
	}
	return ring
}

// lefter tells whether going from a over b to c turns more to the left than to d.
func lefter(a, b, c, d place) bool {
	tc, td := turn(a, b, c), turn(a, b, d)
	if (tc > 0) != (td > 0) {
		return tc > 0
	}
	return turn(b, d, c) > 0
}

// doubleArea is twice the signed area in square units of 1e-7 degree.
func doubleArea(ring []place) int64 {
	var sum int64
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		o := ring[0]
		sum += (a.lon-o.lon)*(b.lat-o.lat) - (b.lon-o.lon)*(a.lat-o.lat)
	}
	return sum
}

// assemble puts each hole into the smallest outer ring around it.
func assemble(outer, holes [][]place) []polygon {
	out := make([]polygon, len(outer))
	for i, ring := range outer {
		out[i] = polygon{ring}
	}
	for _, h := range holes {
		best := -1
		for i, ring := range outer {
			if around(ring, h) && (best < 0 || doubleArea(ring) < doubleArea(outer[best])) {
				best = i
			}
		}
		if best < 0 {
			panic("synth: a hole lies in no ring")
		}
		out[best] = append(out[best], h)
	}
	return out
}

// around tells whether a ring encloses a hole, by the first of the hole's places
// that is not on the ring.
func around(ring, hole []place) bool {
	for _, p := range hole {
		if side := sideOf(ring, p); side != 0 {
			return side > 0
		}
	}
	return false
}
