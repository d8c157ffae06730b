package synth

import (
	"math"
	"strconv"

	"citygrid/data"
	"citygrid/registry/catalog"
)

// spread writes the components of a lattice, cell by cell in the order of codes.
// Cell k of n holds those from k/n to (k+1)/n of all.
func (d *folder) spread(l lattice, components int, profile data.YichangProfile, lists *catalog.Catalog) error {
	plants, err := crops(profile, lists)
	if err != nil {
		return err
	}
	return d.write("components/points.csv", func(s *sheet) error {
		err := s.header("ObjID", "ObjName", "DeptCode1", "DeptCode2", "BGID", "ObjState", "ORDate", "DataSource", "Lon", "Lat", "Height")
		if err != nil {
			return err
		}
		k, district := 0, ""
		return l.each(len(levels())-1, func(code string, b block) error {
			if code[:6] != district {
				district = code[:6]
				for i := range plants {
					plants[i].next = 0
				}
			}
			n := share(components, k+1, l.cells) - share(components, k, l.cells)
			k++
			return l.sow(s, plants, code, b, n)
		})
	})
}

// share is components·k/cells without overflow below 2^63.
func share(components, k, cells int) int { return components/cells*k + components%cells*k/cells }

// sow writes n components of one cell, one in each square of a net over its inner
// part, which the bends of the border do not reach.
func (l lattice) sow(s *sheet, plants []crop, cell string, b block, n int) error {
	g := l.dice(uint64(b.r0)<<32|uint64(b.c0), 3)
	nw, ne := l.corner(b.c0, b.r0), l.corner(b.c0+1, b.r0)
	sw, se := l.corner(b.c0, b.r0+1), l.corner(b.c0+1, b.r0+1)
	net := max(1, int(math.Ceil(math.Sqrt(float64(n)))))
	total := plants[len(plants)-1].until
	for i := range n {
		roll := int(float64(g() * float64(total)))
		p := &plants[0]
		for j := 0; plants[j].until <= roll; j++ {
			p = &plants[j+1]
		}
		p.next++
		u := 0.08 + float64(0.84*(float64(i%net)+0.2+float64(0.6*g()))/float64(net))
		v := 0.08 + float64(0.84*(float64(i/net)+0.2+float64(0.6*g()))/float64(net))
		at := roundAt(nw.to(ne, u).to(sw.to(se, u), v))
		height := 4600 + int(float64(g()*1800)) // cm above the 1985 datum
		o := append(s.line[:0], cell[:6]...)
		o = append(o, p.subclass...)
		for unit := 100_000; unit > 0; unit /= 10 {
			o = append(o, byte('0'+p.next/unit%10))
		}
		o = append(append(append(o, ','), p.name...), ',')
		o = append(append(append(o, p.unit...), ','), p.owners[(p.next-1)%2]...)
		o = append(append(append(o, ','), cell...), ",完好,2011-06-01,实测,"...)
		o = append(appendDegrees(o, at.lon), ',')
		o = append(appendDegrees(o, at.lat), ',')
		o = append(strconv.AppendInt(o, int64(height/100), 10), '.', byte('0'+height/10%10), byte('0'+height%10), '\n')
		s.line = o
		if err := s.record(o); err != nil {
			return err
		}
	}
	return nil
}
