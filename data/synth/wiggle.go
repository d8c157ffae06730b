package synth

import (
	"math"
	"math/rand/v2"
	"sort"
)

// outline is the mesh with its edges drawn as wiggly lines of many vertices,
// carried into the city and rounded. A vertex is a number; neighbours share it.
type outline struct {
	board  *mesh
	metres []vec            // vertex → city
	places []place          // vertex → degrees
	lines  map[[2]int][]int // edge, lower corner first → vertices from the lower to the higher corner
}

// drawEdges bends every edge of a kept face within a lens around it. Lenses are
// thinner than half the angle to the next edge at each end and than a third of
// the distance to any edge that does not meet it, so no two lines can cross.
func drawEdges(m *mesh, rng *rand.Rand) *outline {
	o := &outline{board: m, lines: map[[2]int][]int{}}
	for _, c := range m.corners {
		o.addVertex(c)
	}
	edges := m.keptEdges()
	slope := m.slopes(edges)
	clear := m.clearances(edges)
	for i, e := range edges {
		o.lines[e.key] = o.draw(e, slope[i], clear[i], rng)
	}
	return o
}

func (o *outline) addVertex(board vec) int {
	v := o.board.warp.at(board)
	o.metres = append(o.metres, v)
	o.places = append(o.places, roundAt(v))
	return len(o.places) - 1
}

// edge is an edge of the board that bounds at least one face of land or water.
type edge struct {
	key  [2]int
	a, b vec
	size float64 // square root of the smaller neighbour's area, the measure for its vertices
	bank bool    // water on one side
	rim  bool    // the city ends here
}

// keptEdges lists edges in the order of faces, each once.
func (m *mesh) keptEdges() []edge {
	index := map[[2]int]int{}
	var edges []edge
	for _, f := range m.faces {
		if f.gone || f.kind == outsideCity {
			continue
		}
		size := math.Sqrt(m.ringArea(f.ring))
		for i, c := range f.ring {
			key := edgeKey(c, f.ring[(i+1)%len(f.ring)])
			k, ok := index[key]
			if !ok {
				k = len(edges)
				index[key] = k
				edges = append(edges, edge{key: key, a: m.corners[key[0]], b: m.corners[key[1]], size: size})
			}
			edges[k].bank = edges[k].bank || f.kind == water
			other, ok := m.half[[2]int{f.ring[(i+1)%len(f.ring)], c}]
			edges[k].rim = edges[k].rim || !ok || m.faces[other].kind == outsideCity
			if f.kind == land {
				edges[k].size = min(edges[k].size, size)
			}
		}
	}
	return edges
}

// ringArea is the area of a ring in the city, with straight edges.
func (m *mesh) ringArea(ring []int) float64 {
	var sum float64
	origin := m.warp.at(m.corners[ring[0]])
	for i, c := range ring {
		p, q := m.warp.at(m.corners[c]), m.warp.at(m.corners[ring[(i+1)%len(ring)]])
		sum += p.sub(origin).cross(q.sub(origin))
	}
	return sum / 2
}

// slopes bounds how steeply each edge may leave its own direction: 0.6 of the
// tangent of half the narrowest angle at its ends, and never more than 0.16.
func (m *mesh) slopes(edges []edge) []float64 {
	at := make([][]int, len(m.corners))
	for i, e := range edges {
		at[e.key[0]] = append(at[e.key[0]], i)
		at[e.key[1]] = append(at[e.key[1]], i)
	}
	out := make([]float64, len(edges))
	for i, e := range edges {
		out[i] = 0.16
		for _, c := range e.key {
			u := m.direction(e, c)
			for _, j := range at[c] {
				if j == i {
					continue
				}
				cos := u.dot(m.direction(edges[j], c))
				if s := float64(0.6 * math.Sqrt(max(0, (1-cos)/max(1e-9, 1+cos)))); s < out[i] {
					out[i] = s
				}
			}
		}
	}
	return out
}

func (m *mesh) direction(e edge, from int) vec {
	if from == e.key[0] {
		return e.b.sub(e.a).unit()
	}
	return e.a.sub(e.b).unit()
}

// clearances is a third of each edge's distance to the nearest edge that does
// not meet it, up to 20 m.
func (m *mesh) clearances(edges []edge) []float64 {
	const far = 60.0
	order := make([]int, len(edges))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool {
		return min(edges[order[i]].a.x, edges[order[i]].b.x) < min(edges[order[j]].a.x, edges[order[j]].b.x)
	})
	near := make([]float64, len(edges))
	for i := range near {
		near[i] = far
	}
	for oi, i := range order {
		e := edges[i]
		right := max(e.a.x, e.b.x) + far
		for _, j := range order[oi+1:] {
			g := edges[j]
			if min(g.a.x, g.b.x) > right {
				break
			}
			if min(g.a.y, g.b.y) > max(e.a.y, e.b.y)+far || max(g.a.y, g.b.y) < min(e.a.y, e.b.y)-far {
				continue
			}
			if e.key[0] == g.key[0] || e.key[0] == g.key[1] || e.key[1] == g.key[0] || e.key[1] == g.key[1] {
				continue
			}
			d := apart(e.a, e.b, g.a, g.b)
			near[i], near[j] = min(near[i], d), min(near[j], d)
		}
	}
	for i := range near {
		near[i] /= 3
	}
	return near
}

// apart is the distance of two segments that do not cross.
func apart(a, b, c, d vec) float64 {
	return min(min(toSegment(a, c, d), toSegment(b, c, d)), min(toSegment(c, a, b), toSegment(d, a, b)))
}

func toSegment(p, a, b vec) float64 {
	ab := b.sub(a)
	t := max(0, min(1, p.sub(a).dot(ab)/ab.dot(ab)))
	return p.sub(a.to(b, t)).length()
}

// draw places the vertices of one edge.
func (o *outline) draw(e edge, slope, clear float64, rng *rand.Rand) []int {
	ab := e.b.sub(e.a)
	length := ab.length()
	step := max(4, float64(0.063*e.size))
	n := max(1, int(length/step+0.5))
	amp := min(clear, float64(0.05*length), max(2.5, float64(0.02*e.size)))
	switch {
	case e.bank:
		amp = min(clear, float64(0.05*length), 6)
	case e.rim:
		amp = min(clear, float64(0.1*length))
	}
	normal := ab.unit().left()
	swing := newSwing(n, rng)
	line := []int{e.key[0]}
	for i := 1; i < n; i++ {
		t := (float64(i) + float64((rng.Float64()-0.5)*0.5)) / float64(n)
		room := min(amp, float64(slope*float64(length*min(t, 1-t))))
		off := float64(room * swing.at(t))
		line = append(line, o.addVertex(e.a.add(ab.scale(t)).add(normal.scale(off))))
	}
	return append(line, e.key[1])
}

// swing is a smooth random line through [-1, 1] with a little roughness.
type swing struct {
	long, short []float64
}

func newSwing(n int, rng *rand.Rand) swing {
	draw := func(k int) []float64 {
		out := make([]float64, k)
		for i := range out {
			out[i] = float64(2*rng.Float64()) - 1
		}
		return out
	}
	return swing{long: draw(3 + n/12), short: draw(3 + n/2)}
}

func (s swing) at(t float64) float64 {
	return float64(0.8*ease(s.long, t)) + float64(0.2*ease(s.short, t))
}

// ease joins values spread over [0, 1] by smooth steps.
func ease(values []float64, t float64) float64 {
	x := float64(t * float64(len(values)-1))
	i := clamp(int(x), len(values)-1)
	u := x - float64(i)
	u = float64(float64(u*u) * (3 - float64(2*u)))
	return values[i] + float64(u*(values[i+1]-values[i]))
}

// ringOf is the face's border, counter-clockwise, first place not repeated.
func (o *outline) ringOf(f int) []place {
	ring := o.board.faces[f].ring
	var out []place
	for i, c := range ring {
		for _, v := range o.from(c, ring[(i+1)%len(ring)]) {
			out = append(out, o.places[v])
		}
	}
	return out
}

// from is the line of an edge from corner a to corner b without b.
func (o *outline) from(a, b int) []int {
	line := o.lines[edgeKey(a, b)]
	out := make([]int, 0, len(line))
	if a < b {
		return append(out, line[:len(line)-1]...)
	}
	for i := len(line) - 1; i > 0; i-- {
		out = append(out, line[i])
	}
	return out
}
