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
func number(p *plan, o *outline) (*city, error) {
	c := &city{plan: p, outline: o}
	codes := make([]string, len(p.communities))
	perStreet := make([]int, len(p.streets))
	for i, m := range p.communities {
		perStreet[m.street]++
		s := p.streets[m.street]
		codes[i] = fmt.Sprintf("%s%s%03d", s.district, s.code, perStreet[m.street])
		for k, f := range p.readingOrder(m.cells, o) {
			places := o.ringOf(f)
			c.cells = append(c.cells, cell{
				code: fmt.Sprintf("%s%03d", codes[i], k+1), name: fmt.Sprintf("%s%03d网格", strings.TrimSuffix(m.name, "社区"), k+1),
				face: f, community: i, core: p.faces[f].core, ring: places, box: boxOf(places),
			})
		}
	}
	slices.SortFunc(c.cells, func(a, b cell) int { return strings.Compare(a.code, b.code) })
	for i, m := range p.communities {
		c.wards = append(c.wards, zone{code: codes[i], name: m.name, nameEN: m.nameEN})
	}
	for _, s := range p.streets {
		c.streetsOf = append(c.streetsOf, zone{code: s.district + s.code, name: s.name, nameEN: s.nameEN})
	}
	for _, d := range yichangDistricts() {
		c.districts = append(c.districts, zone{code: d.code, name: d.name, nameEN: d.nameEN})
	}
	slices.SortFunc(c.wards, func(a, b zone) int { return strings.Compare(a.code, b.code) })
	for _, zones := range [][]zone{c.wards, c.streetsOf, c.districts} {
		for i := range zones {
			if err := c.surround(&zones[i]); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

// surround joins the cells whose codes begin with the zone's.
func (c *city) surround(z *zone) error {
	var rings [][]place
	for _, cl := range c.cells {
		if strings.HasPrefix(cl.code, z.code) {
			rings = append(rings, cl.ring)
		}
	}
	var err error
	if z.border, err = join(rings); err != nil {
		return fmt.Errorf("area %s: %w", z.code, err)
	}
	return nil
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
