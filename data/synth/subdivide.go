package synth

import (
	"math/rand/v2"
	"sort"
)

// blocks divides face f into n parts of like weight, where a square metre weighs
// less the farther it lies from the centre: blocks grow outward. It returns the
// parts.
func (m *mesh) blocks(f, n int, snap float64, rng *rand.Rand) []int {
	if n <= 1 {
		return []int{f}
	}
	k := n / 2
	if n >= 5 && rng.IntN(3) == 0 {
		k += rng.IntN(3) - 1
	}
	for range 6 {
		low, high, ok := m.halve(f, float64(k)/float64(n), snap, rng)
		if ok {
			return append(m.blocks(low, k, snap, rng), m.blocks(high, n-k, snap, rng)...)
		}
	}
	return []int{f}
}

// halve cuts f so that the given part of its weight lies on the low side, across
// its longer direction, a little askew.
func (m *mesh) halve(f int, part, snap float64, rng *rand.Rand) (low, high int, ok bool) {
	lo, hi := m.bounds(f)
	mid := lo.to(hi, 0.5)
	along := m.warp.at(vec{hi.x, mid.y}).sub(m.warp.at(vec{lo.x, mid.y})).length()
	away := m.warp.at(vec{mid.x, hi.y}).sub(m.warp.at(vec{mid.x, lo.y})).length()
	along = float64(along * (0.85 + float64(0.3*rng.Float64())))
	skew := float64((rng.Float64() - 0.5) * 0.22)
	n := vec{1, skew}
	if along < away {
		n = vec{skew, 1}
	}
	n = n.unit()
	specks := m.samples(f)
	if len(specks) < 8 {
		return 0, 0, false
	}
	sort.SliceStable(specks, func(i, j int) bool { return specks[i].at.dot(n) < specks[j].at.dot(n) })
	var total float64
	for _, s := range specks {
		total += weigh(s)
	}
	want := float64(total * (part + float64((rng.Float64()-0.5)*0.06)))
	var sum float64
	p := specks[len(specks)/2].at
	for _, s := range specks {
		if sum += weigh(s); sum >= want {
			p = s.at
			break
		}
	}
	return m.cut(f, p, n, snap, m.newCut())
}

// weigh is heaviest in the old town by the river.
func weigh(s sample) float64 {
	d := s.at.sub(vec{1200, 700}).scale(1.0 / 3500)
	return s.area / (1 + d.dot(d))
}

// cells divides face f into n grid cells. A few more are cut and joined in
// pairs, which gives bent and oversized blocks among the plain ones.
func (m *mesh) cells(f, n int, snap float64, rng *rand.Rand) []int {
	extra := n / 6
	parts := m.blocks(f, n+extra, snap, rng)
	for range extra {
		order := rng.Perm(len(parts))
		if !m.joinOne(parts, order) {
			break
		}
		kept := parts[:0]
		for _, p := range parts {
			if !m.faces[p].gone {
				kept = append(kept, p)
			}
		}
		parts = kept
	}
	return parts
}

// joinOne joins the first two unjoined neighbours it meets in the given order.
func (m *mesh) joinOne(parts, order []int) bool {
	in := map[int]bool{}
	for _, p := range parts {
		in[p] = !m.faces[p].merged
	}
	for _, o := range order {
		a := parts[o]
		if !in[a] {
			continue
		}
		ring := m.faces[a].ring
		best, longest := -1, 0.0
		for i, c := range ring {
			d := ring[(i+1)%len(ring)]
			b, ok := m.half[[2]int{d, c}]
			if !ok || !in[b] || b == a {
				continue
			}
			if l := m.corners[c].sub(m.corners[d]).length(); l > longest {
				best, longest = b, l
			}
		}
		if best >= 0 && m.merge(a, best) {
			return true
		}
	}
	return false
}
