package synth

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"citygrid/data"
	"citygrid/registry/catalog"
)

// ScaleOptions says how large a city [Scale] draws.
type ScaleOptions struct {
	// Cells is the number of grid cells, from 1 to about 390,000: there are codes
	// for 99 districts of 4,096 cells each.
	Cells int
	// Components is the number of components, all points, spread evenly over the
	// cells. One district, 4,096 cells or all there are, has room for 7,000,000.
	Components int
	// Seed chooses among cities of the same size.
	Seed uint64
	// Progress is as in [Options].
	Progress func(file string, records int)
}

// Scale draws a city of any size into dir, in constant memory: square cells of a
// hectare with wiggly borders of 64 vertices, 16 to a community, 16 communities
// to a street, 16 streets to a district (fewer at the rims). The first street is
// the managed area. Its divisions, 990001 and up, belong to no province. What is said of
// dir, ctx and the digest at [Yichang] holds here too.
func Scale(ctx context.Context, dir string, opt ScaleOptions) (Report, error) {
	l, err := opt.lattice()
	if err == nil {
		var report Report
		report, err = draw(ctx, dir, opt.Progress, func(d *folder) (Report, error) { return drawLattice(d, l, opt.Components) })
		if err == nil {
			return report, nil
		}
	}
	return Report{}, fmt.Errorf("draw a city of %d cells: %w", opt.Cells, err)
}

// districtRoom leaves 999,999 codes of six digits for the commonest subclass, which
// has 13 % of all points.
const districtRoom = 7_000_000

func (o ScaleOptions) lattice() (lattice, error) {
	if o.Cells < 1 || o.Components < 0 {
		return lattice{}, fmt.Errorf("at least one cell and no fewer than 0 components are needed, not %d and %d", o.Cells, o.Components)
	}
	const side = sideCells * sideCells * sideCells
	if n := share(o.Components, min(o.Cells, side*side), o.Cells); n > districtRoom {
		return lattice{}, fmt.Errorf("%d components fall to one district and there are codes for %d: spread them over more cells", n, districtRoom)
	}
	l := newLattice(o.Cells, o.Seed)
	if n := (l.columns + side - 1) / side * ((l.rows + side - 1) / side); n > 99 {
		return lattice{}, fmt.Errorf("%d districts would be needed and there are codes for 99", n)
	}
	return l, nil
}

// level is one rank of areas of the lattice.
type level struct {
	path, zh, en string
	side         int
	digits       string // of the part that the level adds to the code
}

func levels() []level {
	return []level{
		{"areas/districts.geojson", "区", "District", sideCells * sideCells * sideCells, "%s%02d"},
		{"areas/streets.geojson", "街道", "Subdistrict", sideCells * sideCells, "%s%03d"},
		{"areas/communities.geojson", "社区", "Community", sideCells, "%s%03d"},
		{"areas/grid-cells.geojson", "网格", "Cell", 1, "%s%03d"},
	}
}

// each visits the areas of the level at the given depth with their codes, in the
// order of the codes.
func (l lattice) each(depth int, visit func(code string, b block) error) error {
	var down func(code string, b block, at int) error
	down = func(code string, b block, at int) error {
		n := 0
		for part := range l.within(b, levels()[at].side) {
			n++
			child := fmt.Sprintf(levels()[at].digits, code, n)
			var err error
			if at == depth {
				err = visit(child, part)
			} else {
				err = down(child, part, at+1)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	return down("9900", l.whole(), 0)
}

func drawLattice(d *folder, l lattice, components int) (Report, error) {
	profile, err := data.Yichang()
	if err != nil {
		return Report{}, err
	}
	lists, err := data.Catalog()
	if err != nil {
		return Report{}, err
	}
	counts := make([]int, len(levels()))
	for depth, lv := range levels() {
		err := d.features(lv.path, func(s *sheet) error {
			return l.each(depth, func(code string, b block) error {
				counts[depth]++
				ring := l.ring(b)
				number := strconv.Itoa(counts[depth])
				props := []property{{"code", code}, {"name", "第" + number + lv.zh}, {"name_en", lv.en + " " + number}}
				return s.feature(props, func(b []byte) []byte { return appendPolygons(b, []polygon{{ring}}) })
			})
		})
		if err != nil {
			return Report{}, err
		}
	}
	report := Report{Seed: l.seed, Districts: counts[0], Streets: counts[1], Communities: counts[2], Cells: counts[3]}
	var districts []division
	err = l.each(0, func(code string, _ block) error {
		n := strconv.Itoa(len(districts) + 1)
		districts = append(districts, division{code: code, centre: "第" + n + "区城市管理处理中心", centreEN: "Processing centre of district " + n})
		return nil
	})
	if err != nil {
		return Report{}, err
	}
	units := append(unitsOf(profile, districts), unit{streetOffice(0), "街道办事处", "Subdistrict offices", "outside_owner", "3", ""})
	report.Units, report.Rules = len(units), len(profile.Entries)+len(districts)
	for _, step := range []func() error{
		func() error { return d.city(l.document()) },
		func() error { return d.managed(l, &report.ManagedCells) },
		func() error { return d.units(units) },
		func() error { return d.responsibilities(profile, districts) },
		func() error { return d.catalogue(profile.Entries) },
		func() error { return d.spread(l, components, profile, lists) },
	} {
		if err := step(); err != nil {
			return Report{}, err
		}
	}
	report.Components, report.Points = components, components
	return report, nil
}

func (l lattice) document() cityDocument {
	lo := roundAt(vec{-latticeCell * float64(l.columns) / 2, -latticeCell * float64(l.rows) / 2})
	hi := roundAt(vec{latticeCell * float64(l.columns) / 2, latticeCell * float64(l.rows) / 2})
	down := func(n int64) float64 { return math.Floor(float64(n)/1e5)/100 - 0.01 }
	up := func(n int64) float64 { return math.Ceil(float64(n)/1e5)/100 + 0.01 }
	cents := func(x float64) float64 { return math.Round(float64(x*100)) / 100 }
	return cityDocument{
		Code: "990000", Name: "规模测试城", NameEN: "Scale City", Edition: "cjt214-2007", Synthetic: true,
		Notice:   fmt.Sprintf("本数据由程序生成，用于规模测试，全部虚构（种子%d）。", l.seed),
		NoticeEN: fmt.Sprintf("Generated by a program for measuring; everything is invented (seed %d).", l.seed),
		Extent:   [4]float64{cents(down(lo.lon)), cents(down(lo.lat)), cents(up(hi.lon)), cents(up(hi.lat))},
		Centre:   [2]float64{float64(originLon) / 1e7, float64(originLat) / 1e7},
	}
}

// managed makes the first street the managed area.
func (d *folder) managed(l lattice, cells *int) error {
	if err := d.managedArea(); err != nil {
		return err
	}
	return d.write("areas/managed-cells.csv", func(s *sheet) error {
		if err := s.header("area", "cell"); err != nil {
			return err
		}
		n := 0
		first := block{0, 0, min(l.columns, sideCells*sideCells), min(l.rows, sideCells*sideCells)}
		for community := range l.within(first, sideCells) {
			n++
			k := 0
			for range l.within(community, 1) {
				k++
				*cells++
				if err := s.row(managedCode, fmt.Sprintf("990001001%03d%03d", n, k)); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// crop is one point subclass of the profile with its fixed texts.
type crop struct {
	subclass, name, unit string
	owners               [2]string // of sequences 1, 3, 5 … and 2, 4, 6 …
	until                int       // running sum of the profile's counts
	next                 int       // sequence within the district
}

func crops(profile data.YichangProfile, lists *catalog.Catalog) ([]crop, error) {
	var out []crop
	sum := 0
	for _, e := range profile.Entries {
		sub, ok := lists.Subclass(profile.Edition, e.Kind, e.Subclass)
		if !ok {
			return nil, fmt.Errorf("the list has no %s %s", e.Kind, e.Subclass)
		}
		if e.Kind != catalog.KindComponent || sub.Geometry != catalog.GeometryPoint {
			continue
		}
		sum += e.Items
		c := crop{subclass: string(e.Subclass), name: sub.NameZH, unit: e.Unit, until: sum}
		for turn := range c.owners {
			var err error
			if c.owners[turn], err = ownerOf(e.ExternalOwnerZH, turn, 0); err != nil {
				return nil, err
			}
		}
		out = append(out, c)
	}
	return out, nil
}
