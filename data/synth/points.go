package synth

import "slices"

// stand says where the points of one subclass stand on the streets.
type stand struct {
	subclass string
	on       lanes
	step     float64 // m between neighbours; made smaller until all have room
	half     float64 // lateral place: this part of the half width ...
	out      float64 // ... and so many metres more
	both     bool    // on both sides at each step; else by turns
	corner   bool    // at the crossings instead of along the block
	loose    float64 // m of disorder
}

// stands is how a street is furnished, from the middle outward.
func stands() []stand {
	return []stand{
		{subclass: "0102", on: mainLanes | sideLanes, step: 42, half: 0.12, loose: 1},
		{subclass: "0103", on: mainLanes | sideLanes, step: 46, half: 0.45, loose: 1},
		{subclass: "0101", on: mainLanes | sideLanes, step: 60, half: 0.7, loose: 3},
		{subclass: "0111", on: mainLanes | sideLanes, step: 150, half: 0.6, out: 0.4, loose: 8},
		{subclass: "0114", on: mainLanes | sideLanes, step: 200, half: 0.5, out: 2, loose: 30},
		{subclass: "0104", on: mainLanes | sideLanes, step: 38, half: 1, out: -0.3, both: true, loose: 1},
		{subclass: "0118", on: mainLanes | sideLanes, step: 34, half: 1, out: 0.8, both: true, loose: 0.6},
		{subclass: "0106", on: mainLanes | sideLanes, step: 110, half: 1, out: 1.7, loose: 2},
		{subclass: "0402", on: mainLanes, step: 9, half: 1, out: 1.3, both: true, loose: 0.5},
		{subclass: "0113", on: mainLanes | sideLanes, step: 240, half: 1, out: 0.7, loose: 8},
		{subclass: "0305", on: mainLanes | sideLanes, step: 70, half: 1, out: 1.5, both: true, loose: 4},
		{subclass: "0107", on: mainLanes | sideLanes, half: 1, out: 2.3, corner: true, loose: 5},
		{subclass: "0105", on: mainLanes | sideLanes, half: 1, out: 1.9, corner: true, loose: 4},
		{subclass: "0115", on: mainLanes | sideLanes, half: 1, out: 2.9, corner: true, loose: 3},
		{subclass: "0116", on: sideLanes, half: 1, out: 3.3, corner: true, loose: 6},
		{subclass: "0117", on: sideLanes, step: 45, half: 1, out: 0.6, loose: 1},
		{subclass: "0120", on: promenade, step: 12, out: 7.5, both: true, loose: 0.4},
		{subclass: "0203", on: mainLanes, step: 300, half: 1, out: 1.9, both: true, loose: 25},
		{subclass: "0209", on: mainLanes | sideLanes, half: 1, out: 0.6, corner: true, loose: 2},
		{subclass: "0213", on: mainLanes | sideLanes, half: 1, out: 1.1, corner: true, loose: 1},
		{subclass: "0307", on: mainLanes, step: 80, half: 1, out: 4.6, both: true, loose: 12},
		{subclass: "0401", on: sideLanes, step: 900, half: 1, out: 14, loose: 40},
		{subclass: "0404", on: promenade | mainLanes, step: 70, half: 1, out: 2.6, both: true, loose: 3},
		{subclass: "0407", on: promenade, step: 20, out: 2.2, both: true, loose: 2},
		{subclass: "0501", on: sideLanes, step: 300, half: 1, out: 3.4, loose: 20},
	}
}

// drawPoints places every point subclass of the profile.
func (s *survey) drawPoints(want map[string]int) {
	s.crossingCovers(min(want["0102"], 14))
	for _, st := range stands() {
		s.place(st, want[st.subclass]-s.count(st.subclass))
	}
	s.besideTrees(want["0403"])
	s.towardsToilets(want["0303"])
}

func (s *survey) count(subclass string) int {
	n := 0
	for _, it := range s.items {
		if it.subclass == subclass {
			n++
		}
	}
	return n
}

// place walks the streets with ever shorter steps until n have room, and leaves
// out what is too many at random: rows have gaps, as rows do.
func (s *survey) place(st stand, n int) {
	var found []item
	for round := 0; round < 12 && len(found) < n; round++ {
		found = append(found, s.walk(st, round)...)
		st.step = float64(st.step * 0.8)
	}
	for _, k := range s.thinned(len(found), n) {
		s.items = append(s.items, found[k])
	}
}

// thinned chooses n of m numbers, in order.
func (s *survey) thinned(m, n int) []int {
	kept := s.rng.Perm(m)[:min(m, n)]
	slices.Sort(kept)
	return kept
}

func (s *survey) walk(st stand, round int) []item {
	var out []item
	put := func(l *lane, x, off float64) {
		x += float64((s.rng.Float64() - 0.5) * 2 * st.loose)
		if st.corner {
			x = max(x, l.from/2)
		} else {
			x = max(l.from, min(x, l.to))
		}
		off += float64((s.rng.Float64() - 0.5) * min(st.loose, 1) * 0.3)
		if p, cell, ok := s.free(st.subclass, l.beside(x, off)); ok {
			out = append(out, item{subclass: st.subclass, at: p, cell: cell, where: l.name})
		}
	}
	phase, turn := 0.0, 1.0
	for i := range s.lanes {
		l := &s.lanes[i]
		if l.use&st.on == 0 || l.to <= l.from {
			continue
		}
		off := float64(l.half*st.half) + st.out
		if st.corner {
			spread := float64(float64(round) * 2.5)
			for _, side := range []float64{1, -1} {
				put(l, l.from+float64(s.rng.Float64()*3)+spread, float64(side*off))
				put(l, l.to-float64(s.rng.Float64()*3)-spread, float64(-side*off))
			}
			continue
		}
		x := l.from + float64(phase*st.step)
		for ; x < l.to; x += st.step {
			put(l, x, float64(turn*off))
			if st.both {
				put(l, x, float64(-turn*off))
			}
			turn = -turn
		}
		phase = min(1, (x-l.to)/st.step)
	}
	return out
}

// crossingCovers puts covers exactly where three cells or more meet, the sharpest
// case of the rule for points on a border.
func (s *survey) crossingCovers(n int) {
	at := map[int]int{}
	var order []int
	for _, cl := range s.cells {
		for _, c := range s.faces[cl.face].ring {
			if !cl.core {
				at[c] -= 100
			}
			if at[c]++; at[c] == 3 {
				order = append(order, c)
			}
		}
	}
	s.rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	for _, c := range order {
		p := s.outline.places[c]
		if at[c] >= 3 && n > 0 && s.take("0102", p) {
			cell, _ := s.cellAt(p)
			s.items = append(s.items, item{subclass: "0102", at: p, cell: cell, where: "路口"})
			n--
		}
	}
}

// besideTrees guards some of the street trees, 0.3 m from the trunk's mark.
func (s *survey) besideTrees(n int) {
	var trees []item
	for _, it := range s.items {
		if it.subclass == "0402" {
			trees = append(trees, it)
		}
	}
	s.rng.Shuffle(len(trees), func(i, j int) { trees[i], trees[j] = trees[j], trees[i] })
	for _, t := range trees {
		if n == 0 {
			return
		}
		if p, cell, ok := s.free("0403", t.at.metres().add(vec{0.3, 0})); ok {
			s.items = append(s.items, item{subclass: "0403", at: p, cell: cell, where: t.where})
			n--
		}
	}
}

// towardsToilets puts signs on the pavement within 120 m of a public toilet.
func (s *survey) towardsToilets(n int) {
	var toilets []vec
	for _, it := range s.items {
		if it.subclass == "0301" {
			toilets = append(toilets, it.ring[0].metres())
		}
	}
	for tries := 0; n > 0 && tries < 40_000; tries++ {
		l := &s.lanes[s.rng.IntN(len(s.lanes))]
		if l.use == promenade || l.to <= l.from {
			continue
		}
		v := l.beside(l.from+float64(s.rng.Float64()*(l.to-l.from)), l.half+1)
		near := slices.ContainsFunc(toilets, func(t vec) bool { return t.sub(v).length() < 120 })
		if !near {
			continue
		}
		if p, cell, ok := s.free("0303", v); ok {
			s.items = append(s.items, item{subclass: "0303", at: p, cell: cell, where: l.name})
			n--
		}
	}
}
