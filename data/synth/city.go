package synth

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// city is the finished drawing with its codes.
type city struct {
	*plan
	*outline
	cells     []cell // by code
	districts []zone
	streetsOf []zone // by code
	wards     []zone // communities, by code
}

// cell is one grid cell (单元网格).
type cell struct {
	code      string
	name      string
	face      int
	community int // index in plan.communities
	core      bool
	vertices  []int
	ring      []place
	box       box
}

// zone is a community, street or district.
type zone struct {
	code, name, nameEN string
	border             []polygon
}

// number gives codes: communities in the order of the plan within their street,
// cells within a community in rows, west to east and then north to south
// (CJ/T 213-2005, GB/T 30428.1).
func number(p *plan, o *outline) *city {
	c := &city{plan: p, outline: o}
	codes := make([]string, len(p.communities))
	perStreet := make([]int, len(p.streets))
	for i, m := range p.communities {
		perStreet[m.street]++
		s := p.streets[m.street]
		codes[i] = fmt.Sprintf("%s%s%03d", s.district, s.code, perStreet[m.street])
		for k, f := range p.readingOrder(m.cells, o) {
			ring := o.ringOf(f)
			places := make([]place, len(ring))
			for j, v := range ring {
				places[j] = o.places[v]
			}
			c.cells = append(c.cells, cell{
				code: fmt.Sprintf("%s%03d", codes[i], k+1), name: fmt.Sprintf("%s%03d网格", strings.TrimSuffix(m.name, "社区"), k+1),
				face: f, community: i, core: p.faces[f].core, vertices: ring, ring: places, box: boxOf(places),
			})
		}
	}
	slices.SortFunc(c.cells, func(a, b cell) int { return strings.Compare(a.code, b.code) })
	for i, m := range p.communities {
		c.wards = append(c.wards, c.zone(codes[i], m.name, m.nameEN))
	}
	for _, s := range p.streets {
		c.streetsOf = append(c.streetsOf, c.zone(s.district+s.code, s.name, s.nameEN))
	}
	for _, d := range yichangDistricts() {
		c.districts = append(c.districts, c.zone(d.code, d.name, d.nameEN))
	}
	slices.SortFunc(c.wards, func(a, b zone) int { return strings.Compare(a.code, b.code) })
	return c
}

// zone dissolves the cells whose codes begin with the zone's.
func (c *city) zone(code, name, nameEN string) zone {
	var rings [][]int
	for _, cl := range c.cells {
		if strings.HasPrefix(cl.code, code) {
			rings = append(rings, cl.vertices)
		}
	}
	return zone{code, name, nameEN, dissolve(rings, c.outline.places)}
}

// readingOrder sorts faces into rows as text is read. The number of rows is the
// square root of the number of faces.
func (p *plan) readingOrder(faces []int, o *outline) []int {
	middle := func(f int) vec {
		var sum vec
		ring := p.faces[f].ring
		for _, c := range ring {
			sum = sum.add(o.metres[c])
		}
		return sum.scale(1 / float64(len(ring)))
	}
	out := slices.Clone(faces)
	slices.SortStableFunc(out, func(a, b int) int { return compare(middle(b).y, middle(a).y) })
	rows := max(1, int(math.Round(math.Sqrt(float64(len(out))))))
	for r := range rows {
		row := out[r*len(out)/rows : (r+1)*len(out)/rows]
		slices.SortStableFunc(row, func(a, b int) int { return compare(middle(a).x, middle(b).x) })
	}
	return out
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// managed is the outline of the managed area.
func (c *city) managed() []polygon {
	var rings [][]int
	for _, cl := range c.cells {
		if cl.core {
			rings = append(rings, cl.vertices)
		}
	}
	return dissolve(rings, c.outline.places)
}

// cellAt is the cell that holds p: of those that touch it, the one with the
// lowest code; -1 outside the city. border tells that p lies on its edge.
func (c *city) cellAt(p place) (index int, border bool) {
	for i := range c.cells {
		if c.cells[i].box.holds(p) {
			if side := sideOf(c.cells[i].ring, p); side >= 0 {
				return i, side == 0
			}
		}
	}
	return -1, false
}
