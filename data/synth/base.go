package synth

import (
	"slices"
	"strings"
)

// road is one named stretch of street between its ends.
type road struct {
	name  string
	main  bool
	cut   int
	edges [][2]int // corners, in order from one end to the other
}

const (
	embankment     = 40.0 // m from the bank to the middle of 沿江大道
	embankmentFrom = -2550.0
	embankmentTo   = 8950.0
	promenadeFrom  = 8.0 // m from the bank to the riverside park
	promenadeTo    = 26.0
)

// roads strings the cell borders of each cut together. Only borders with land on
// both sides are streets.
func (c *city) roads() []road {
	byCut := make([][][2]int, c.cuts)
	seen := map[[2]int]bool{}
	for i, f := range c.faces {
		if f.gone || f.kind != land {
			continue
		}
		for k, a := range f.ring {
			b := f.ring[(k+1)%len(f.ring)]
			key := edgeKey(a, b)
			other, ok := c.half[[2]int{b, a}]
			if seen[key] || !ok || other == i || c.faces[other].kind != land {
				continue
			}
			seen[key] = true
			byCut[c.cutOf[key]] = append(byCut[c.cutOf[key]], key)
		}
	}
	var out []road
	perCommunity := make([]int, len(c.communities))
	for cut, edges := range byCut {
		for _, path := range paths(edges) {
			r := road{cut: cut, edges: path}
			if m := slices.IndexFunc(c.mains, func(m mainStreet) bool { return m.cut == cut }); m >= 0 {
				r.main, r.name = true, c.mains[m].name
			} else {
				r.name = c.sideName(path, perCommunity)
			}
			out = append(out, r)
		}
	}
	return out
}

// paths joins edges that meet end to end. Edges of one cut lie on one line, so no
// corner has three.
func paths(edges [][2]int) [][][2]int {
	at := map[int][]int{}
	for i, e := range edges {
		at[e[0]] = append(at[e[0]], i)
		at[e[1]] = append(at[e[1]], i)
	}
	used := make([]bool, len(edges))
	var out [][][2]int
	for i, e := range edges {
		for _, start := range e {
			if used[i] || len(at[start]) != 1 {
				continue
			}
			var path [][2]int
			for corner, j := start, i; j >= 0; {
				used[j] = true
				next := edges[j][0] + edges[j][1] - corner
				path = append(path, [2]int{corner, next})
				corner = next
				j = slices.IndexFunc(at[corner], func(k int) bool { return !used[k] })
				if j >= 0 {
					j = at[corner][j]
				}
			}
			out = append(out, path)
		}
	}
	return out
}

// sideName names a side street after the community at its first edge: 路 when it
// has two blocks or more, 巷 when one.
func (c *city) sideName(path [][2]int, perCommunity []int) string {
	area := c.faces[c.half[path[0]]].area
	perCommunity[area]++
	kind := "巷"
	if len(path) > 1 {
		kind = "路"
	}
	return strings.TrimSuffix(c.communities[area].name, "社区") + chineseNumber(perCommunity[area]) + kind
}

// chineseNumber writes 1 to 99.
func chineseNumber(n int) string {
	digits := []rune("零一二三四五六七八九")
	switch {
	case n < 10:
		return string(digits[n])
	case n < 20:
		return strings.TrimSuffix("十"+string(digits[n%10]), "零")
	}
	return strings.TrimSuffix(string(digits[n/10])+"十"+string(digits[n%10]), "零")
}

// course is the vertices of a road.
func (c *city) course(r road) []int {
	var out []int
	for _, e := range r.edges {
		out = append(out, c.from(e[0], e[1])...)
	}
	return append(out, r.edges[len(r.edges)-1][1])
}

// alongBank is a line at a fixed distance from the river bank.
func (c *city) alongBank(from, to, away, step float64) []vec {
	var out []vec
	n := int((to - from) / step)
	for i := range n + 1 {
		out = append(out, c.mesh.warp.at(vec{from + float64((to-from)*float64(i)/float64(n)), away}))
	}
	return out
}

func rounded(line []vec) []place {
	out := make([]place, len(line))
	for i, v := range line {
		out[i] = roundAt(v)
	}
	return out
}

// base writes the map layers: streets, water and parks.
func (c *city) base(d *folder, roads []road) error {
	err := d.features("base/streets.geojson", func(s *sheet) error {
		line := func(name, class string, places []place) error {
			return s.feature([]property{{"name", name}, {"class", class}}, func(b []byte) []byte {
				b = append(b, `{"type":"LineString","coordinates":`...)
				return append(appendLine(b, places, nil), '}')
			})
		}
		if err := line("沿江大道", "main", rounded(c.alongBank(embankmentFrom, embankmentTo, embankment, 25))); err != nil {
			return err
		}
		for _, r := range roads {
			class := "side"
			if r.main {
				class = "main"
			}
			var places []place
			for _, v := range c.course(r) {
				places = append(places, c.outline.places[v])
			}
			if err := line(r.name, class, places); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	polygons := func(path string, names [][2]string, borders [][]polygon) error {
		return d.features(path, func(s *sheet) error {
			for i, n := range names {
				err := s.feature([]property{{"name", n[0]}, {"name_en", n[1]}}, func(b []byte) []byte { return appendPolygons(b, borders[i]) })
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	river, err := c.waters(false)
	if err != nil {
		return err
	}
	brook, err := c.waters(true)
	if err != nil {
		return err
	}
	if err := polygons("base/water.geojson", [][2]string{{"长江", "Yangtze"}, {"黄柏河", "Huangbai River"}}, [][]polygon{river, brook}); err != nil {
		return err
	}
	names, borders := c.parks()
	return polygons("base/parks.geojson", names, borders)
}

// waters joins the faces of the brook, or of the river.
func (c *city) waters(brook bool) ([]polygon, error) {
	var rings [][]place
	for i, f := range c.faces {
		if !f.gone && f.kind == water && (i == c.brook) == brook {
			rings = append(rings, c.ringOf(i))
		}
	}
	return join(rings)
}

// parks are the strip between the bank and 沿江大道 and a dozen whole blocks.
func (c *city) parks() ([][2]string, [][]polygon) {
	strip := rounded(c.alongBank(120, 2330, promenadeFrom, 25))
	back := rounded(c.alongBank(120, 2330, promenadeTo, 25))
	slices.Reverse(back)
	names := [][2]string{{"滨江公园", "Riverside Park"}}
	borders := [][]polygon{{turned(append(strip, back...))}}
	words := strings.Fields("儿童 Children's 桃花 Taohua 运河 Yunhe 磨基 Moji 求索 Qiusuo 柏临 Bailin 五峰 Wufeng 灵宝 Lingbao 石门 Shimen 橘乡 Juxiang 梅苑 Meiyuan 枫叶 Fengye")
	step := len(c.cells) / (len(words) / 2)
	for i := 0; i+1 < len(words); i += 2 {
		k := i / 2 * step
		for c.faces[c.cells[k].face].merged || c.quayside(k) {
			k++
		}
		names = append(names, [2]string{words[i] + "公园", words[i+1] + " Park"})
		borders = append(borders, []polygon{{shrunk(c.cells[k].ring)}})
	}
	return names, borders
}

// quayside tells whether a cell lies on the river bank, where 沿江大道 crosses it.
func (c *city) quayside(cell int) bool {
	return slices.ContainsFunc(c.faces[c.cells[cell].face].ring, func(k int) bool { return c.corners[k].y == 0 })
}

// turned makes a ring run counter-clockwise.
func turned(ring []place) [][]place {
	if doubleArea(ring) < 0 {
		slices.Reverse(ring)
	}
	return [][]place{ring}
}

// shrunk is every third vertex of a ring, drawn a fifth nearer to the middle.
func shrunk(ring []place) []place {
	var middle vec
	for _, p := range ring {
		middle = middle.add(p.metres())
	}
	middle = middle.scale(1 / float64(len(ring)))
	var out []place
	for i := 0; i < len(ring); i += 3 {
		out = append(out, roundAt(middle.to(ring[i].metres(), 0.8)))
	}
	return out
}
