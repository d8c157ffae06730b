package synth

import "math"

// mesh is the drawing board cut into faces that share their corners: a corner
// put on an edge is put into the rings of both neighbours, so nothing can gap or
// overlap. Cuts are chords of convex faces, which leave convex faces.
type mesh struct {
	warp    *warp
	corners []vec
	faces   []face
	half    map[[2]int]int // directed edge → the face on its left
	cutOf   map[[2]int]int // edge, lower corner first → the cut that drew it
	cuts    int
}

// face is one part of the board. Its ring runs counter-clockwise.
type face struct {
	ring   []int
	merged bool // made of two faces; may not be convex, and is cut no more
	gone   bool
	kind   ground
	area   int // index of the community it belongs to, or -1
	core   bool
}

// ground says what a face is in the city.
type ground uint8

const (
	outsideCity ground = iota
	land
	water
)

func newMesh(w *warp, lo, hi vec) *mesh {
	m := &mesh{warp: w, half: map[[2]int]int{}, cutOf: map[[2]int]int{}}
	m.corners = []vec{lo, {hi.x, lo.y}, hi, {lo.x, hi.y}}
	m.faces = []face{{ring: []int{0, 1, 2, 3}, area: -1}}
	m.claim(0)
	edge := m.newCut()
	for i := range 4 {
		m.cutOf[edgeKey(i, (i+1)%4)] = edge
	}
	return m
}

func edgeKey(a, b int) [2]int { return [2]int{min(a, b), max(a, b)} }

// newCut numbers a line; edges of one line become one street.
func (m *mesh) newCut() int {
	m.cuts++
	return m.cuts - 1
}

// claim enters the edges of a face.
func (m *mesh) claim(f int) {
	ring := m.faces[f].ring
	for i, a := range ring {
		m.half[[2]int{a, ring[(i+1)%len(ring)]}] = f
	}
}

// cut divides face f along the line through p with normal n. The first result
// lies against n, the second along it. A corner nearer than snap to the crossing
// is used in its place, so that streets meet at crossroads and not 3 m apart.
// It fails when one side would be empty.
func (m *mesh) cut(f int, p, n vec, snap float64, line int) (low, high int, ok bool) {
	if m.faces[f].merged {
		return 0, 0, false
	}
	for _, s := range []float64{snap, 0.01} {
		if low, high, ok = m.chord(f, p, n, s, line); ok {
			return low, high, true
		}
	}
	return 0, 0, false
}

func (m *mesh) chord(f int, p, n vec, snap float64, line int) (low, high int, ok bool) {
	ring := m.faces[f].ring
	over := func(c int) float64 { return m.corners[c].sub(p).dot(n) }
	var a, b crossing
	found := 0
	for i, c := range ring {
		d := ring[(i+1)%len(ring)]
		u, v := over(c), over(d)
		if (u < 0) == (v < 0) {
			continue
		}
		x := crossing{from: c, to: d, t: u / (u - v)}
		length := m.corners[d].sub(m.corners[c]).length()
		switch {
		case float64(x.t*length) < snap:
			x.at, x.known = c, true
		case float64((1-x.t)*length) < snap:
			x.at, x.known = d, true
		}
		if u < 0 {
			a = x
		} else {
			b = x
		}
		found++
	}
	if found != 2 || a.known && b.known && a.at == b.at {
		return 0, 0, false
	}
	// Try on a copy: a face is cut only when both sides are worth having.
	trial := ring
	for _, x := range []*crossing{&a, &b} {
		if !x.known {
			x.at = len(m.corners)
			m.corners = append(m.corners, m.corners[x.from].to(m.corners[x.to], x.t))
			trial = insertAfter(trial, x.from, x.at)
		}
	}
	right, left := arc(trial, a.at, b.at), arc(trial, b.at, a.at)
	if m.thin(right) || m.thin(left) {
		m.corners = m.corners[:len(m.corners)-unknown(a)-unknown(b)]
		return 0, 0, false
	}
	m.insert(a)
	m.insert(b)
	low, high = f, len(m.faces)
	m.faces = append(m.faces, m.faces[f])
	m.faces[low].ring, m.faces[high].ring = left, right
	m.claim(low)
	m.claim(high)
	m.cutOf[edgeKey(a.at, b.at)] = line
	return low, high, true
}

// crossing is where a line meets the edge of a face.
type crossing struct {
	from, to int
	t        float64
	at       int  // the corner there
	known    bool // the corner existed before
}

func unknown(x crossing) int {
	if x.known {
		return 0
	}
	return 1
}

// insert puts a new corner into the edge it lies on, for both neighbours.
func (m *mesh) insert(x crossing) {
	if x.known {
		return
	}
	line := m.cutOf[edgeKey(x.from, x.to)]
	for _, e := range [][2]int{{x.from, x.to}, {x.to, x.from}} {
		f, ok := m.half[e]
		if !ok {
			continue
		}
		m.faces[f].ring = insertAfter(m.faces[f].ring, e[0], x.at)
		delete(m.half, e)
		m.half[[2]int{e[0], x.at}], m.half[[2]int{x.at, e[1]}] = f, f
	}
	m.cutOf[edgeKey(x.from, x.at)], m.cutOf[edgeKey(x.at, x.to)] = line, line
}

// thin tells a ring without room: fewer than three corners or under 1 m² for
// each metre around it.
func (m *mesh) thin(ring []int) bool {
	if len(ring) < 3 {
		return true
	}
	var area, around float64
	for i, c := range ring {
		p, q := m.corners[c], m.corners[ring[(i+1)%len(ring)]]
		area += p.cross(q)
		around += q.sub(p).length()
	}
	return area/2 < around
}

func insertAfter(ring []int, after, c int) []int {
	out := make([]int, 0, len(ring)+1)
	for _, r := range ring {
		out = append(out, r)
		if r == after {
			out = append(out, c)
		}
	}
	return out
}

// arc is the part of a ring from corner a to corner b, both included.
func arc(ring []int, a, b int) []int {
	start := 0
	for i, c := range ring {
		if c == a {
			start = i
		}
	}
	var out []int
	for i := range ring {
		c := ring[(start+i)%len(ring)]
		out = append(out, c)
		if c == b {
			break
		}
	}
	return out
}

// merge joins face b to its neighbour a. It refuses neighbours that meet in
// more than one stretch, because the joined ring would not be simple.
func (m *mesh) merge(a, b int) bool {
	ra, rb := m.faces[a].ring, m.faces[b].ring
	common := func(i int) bool {
		return m.half[[2]int{ra[(i+1)%len(ra)], ra[i]}] == b && m.isHalf(ra[(i+1)%len(ra)], ra[i])
	}
	stretches, end := 0, -1
	for i := range ra {
		if common(i) && !common((i+1)%len(ra)) {
			stretches++
			end = (i + 1) % len(ra)
		}
	}
	if stretches != 1 {
		return false
	}
	// Walk a from the end of the common stretch to its start, then b likewise.
	var ring []int
	i := end
	for ; !common(i); i = (i + 1) % len(ra) {
		ring = append(ring, ra[i])
	}
	start := ra[i]
	tail := arc(rb, start, ra[end])
	for k, c := range ra {
		d := ra[(k+1)%len(ra)]
		if common(k) {
			delete(m.cutOf, edgeKey(c, d))
		}
	}
	for k := range ra {
		if d := ra[(k+1)%len(ra)]; m.isHalf(d, ra[k]) && m.half[[2]int{d, ra[k]}] == b {
			delete(m.half, [2]int{ra[k], d})
			delete(m.half, [2]int{d, ra[k]})
		}
	}
	m.faces[a].ring = append(ring, tail[:len(tail)-1]...)
	m.faces[a].merged = true
	m.faces[b].gone = true
	m.claim(a)
	return true
}

func (m *mesh) isHalf(a, b int) bool {
	_, ok := m.half[[2]int{a, b}]
	return ok
}

// sample is a speck of a face with the city area it stands for.
type sample struct {
	at   vec
	area float64
}

// samples spreads specks over a convex face.
func (m *mesh) samples(f int) []sample {
	const n = 20
	lo, hi := m.bounds(f)
	step := vec{(hi.x - lo.x) / n, (hi.y - lo.y) / n}
	var out []sample
	for j := range n {
		for i := range n {
			p := vec{lo.x + float64(step.x*(float64(i)+0.5)), lo.y + float64(step.y*(float64(j)+0.5))}
			if m.covers(f, p) {
				out = append(out, sample{p, float64(float64(step.x*step.y) * m.warp.swell(p))})
			}
		}
	}
	return out
}

func (m *mesh) bounds(f int) (lo, hi vec) {
	lo, hi = vec{math.Inf(1), math.Inf(1)}, vec{math.Inf(-1), math.Inf(-1)}
	for _, c := range m.faces[f].ring {
		p := m.corners[c]
		lo = vec{min(lo.x, p.x), min(lo.y, p.y)}
		hi = vec{max(hi.x, p.x), max(hi.y, p.y)}
	}
	return lo, hi
}

func (m *mesh) covers(f int, p vec) bool {
	ring := m.faces[f].ring
	for i, c := range ring {
		a, b := m.corners[c], m.corners[ring[(i+1)%len(ring)]]
		if b.sub(a).cross(p.sub(a)) < 0 {
			return false
		}
	}
	return true
}

// squareMetres is the area of a convex face in the city, by its samples.
func (m *mesh) squareMetres(f int) float64 {
	var sum float64
	for _, s := range m.samples(f) {
		sum += s.area
	}
	return sum
}
