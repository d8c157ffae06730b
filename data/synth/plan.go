package synth

import (
	"math"
	"math/rand/v2"
)

// plan is the city before it has codes: the cut-up board and what lies on it.
type plan struct {
	*mesh
	rng         *rand.Rand
	streets     []subdistrict
	communities []community
	pieces      []piece
	mains       []mainStreet // by the order of their first cut
	brook       int          // the face of 黄柏河
}

// subdistrict is a street in the administrative sense (街道).
type subdistrict struct {
	district string // division code
	code     string // three digits
	name     string
	nameEN   string
	more     int // communities to invent besides the known ones
}

// community is one community (社区).
type community struct {
	street int // index in plan.streets
	name   string
	nameEN string
	cells  []int // faces
}

// piece is a face that will become cells of one community.
type piece struct {
	face, community int
	core            bool // inside the managed area
}

// mainStreet is a line of cuts with a name.
type mainStreet struct {
	cut  int
	name string
}

const (
	blockSize    = 22_800 // m², the mean grid cell of the managed area
	outerBlock   = 27_000 // m², of its communities' parts outside
	crossingSnap = 26     // m on the board
)

// newPlan cuts the board from the river down to communities, then to cells.
func newPlan(rng *rand.Rand) *plan {
	p := &plan{rng: rng, streets: yichangStreets()}
	p.mesh = newMesh(yichangBoard(), vec{-7500, -4500}, vec{15500, 6000})
	p.knownCommunities()
	dongshan, yiling := p.main("东山大道"), p.main("夷陵大道")
	xiling2, shengli4 := p.main("西陵二路"), p.main("胜利四路")
	bank := p.newCut()
	beyond, near := p.acrossAway(0, 0, bank)
	p.riverAndFarSide(beyond)
	near, country := p.acrossAway(near, 5200, bank)
	p.drop(country)
	hills, rest := p.across(near, vec{-4650, 0}, vec{1, 0.05}, bank)
	brook, rest := p.across(rest, vec{-4560, 0}, vec{1, 0.05}, bank)
	p.faces[brook].kind = water
	p.brook = brook
	p.yiling(hills)
	rest, xiaoting := p.acrossAlong(rest, 9000, p.main("猇亭大道"))
	p.xiaoting(xiaoting)
	pearl, rest := p.acrossAlong(rest, -2600, p.main("夜明珠路"))
	pearl, country = p.acrossAway(pearl, 2700, bank)
	p.drop(country)
	p.spread(p.street("420502", "006"), pearl)
	west, south := p.acrossAlong(rest, 2440, shengli4)
	p.south(south, dongshan, yiling)
	low, high := p.acrossAway(west, 1450, dongshan)
	dam, core := p.acrossAlong(low, 0, xiling2)
	p.core(core, yiling)
	p.dam(dam, yiling)
	p.uptown(high, xiling2)
	p.fillCells()
	return p
}

// core divides the managed area among its seventeen communities. Parts of them
// that lie outside are given in dam, uptown and south.
func (p *plan) core(f, yiling int) {
	liberation, yunji, longkang := p.main("解放路"), p.main("云集路"), p.main("隆康路")
	low, high := p.acrossAway(f, 725, yiling)
	var rows [2][4]int
	for i, r := range []int{low, high} {
		rows[i][0], r = p.acrossAlong(r, 610, liberation)
		rows[i][1], r = p.acrossAlong(r, 1220, yunji)
		rows[i][2], rows[i][3] = p.acrossAlong(r, 1830, longkang)
	}
	side := p.newCut()
	a, b := p.acrossAway(rows[0][0], 360, side)
	p.give("尚书巷", a, true)
	p.give("墨池巷", b, true)
	a, b = p.acrossAway(rows[1][0], 1090, side)
	p.give("中书街", a, true)
	p.give("铁路坝", b, true)
	a, b = p.across(rows[0][1], vec{900, 230}, vec{0.05, 1}, p.newCut())
	p.give("东门外正街", a, true)
	a, b = p.across(b, vec{915, 500}, vec{1, -0.1}, p.newCut())
	p.give("环城北路", a, true)
	p.give("解放路", b, true)
	a, b = p.across(rows[1][1], vec{915, 1080}, vec{-0.08, 1}, p.newCut())
	p.give("环城东路", a, true)
	p.give("四方堰", b, true)
	a, b = p.across(rows[0][2], vec{1540, 350}, vec{1, 0.12}, p.newCut())
	p.give("小林园", a, true)
	p.give("夷陵路", b, true)
	a, b = p.across(rows[1][2], vec{1510, 1100}, vec{1, -0.1}, p.newCut())
	p.give("翁家堰", a, true)
	p.give("气象台", b, true)
	a, b = p.acrossAway(rows[0][3], 360, p.newCut())
	p.give("二马路", a, true)
	p.give("桃花岭", b, true)
	a, b = p.across(rows[1][3], vec{2120, 1090}, vec{1, 0.06}, p.newCut())
	p.give("果园路", a, true)
	p.give("新隆康路", b, true)
}

// dam is upstream of the managed area: 葛洲坝街道, and what four communities of
// the managed area have beyond 西陵二路.
func (p *plan) dam(f, yiling int) {
	side := p.newCut()
	low, high := p.acrossAway(f, 725, yiling)
	low, strip := p.across(low, vec{-285, 362}, vec{1, -0.455}, p.newCut())
	a, b := p.acrossAway(strip, 360, side)
	p.give("尚书巷", a, false)
	p.give("墨池巷", b, false)
	middle, upper := p.acrossAway(high, 1090, side)
	middle, a = p.acrossAlong(middle, -237, p.newCut())
	p.give("中书街", a, false)
	upper, a = p.acrossAlong(upper, -116, p.newCut())
	p.give("铁路坝", a, false)
	p.spread(p.street("420502", "005"), low, middle, upper)
}

// uptown is 西陵街道 and more of 云集街道, behind 东山大道.
func (p *plan) uptown(f, xiling2 int) {
	f, country := p.acrossAway(f, 3300, p.newCut())
	p.drop(country)
	north, f := p.acrossAlong(f, 0, xiling2)
	first, f := p.acrossAlong(f, 610, p.newCut())
	second, third := p.acrossAlong(f, 1220, p.newCut())
	a, second := p.acrossAway(second, 1710, p.newCut())
	p.give("四方堰", a, false)
	orchard, third := p.acrossAway(third, 2300, p.newCut())
	p.spread(p.street("420502", "003"), orchard)
	p.spread(p.street("420502", "001"), north, first, second, third)
}

// south is 伍家岗区, with the parts of two communities beyond 胜利四路.
func (p *plan) south(f, dongshan, yiling int) {
	f, country := p.across(f, vec{5700, 3800}, vec{0.04, 1}, p.newCut())
	p.drop(country)
	f, east := p.acrossAlong(f, 6500, p.main("伍临路"))
	a, b := p.acrossAway(east, 1450, dongshan)
	p.spread(p.street("420503", "004"), a, b)
	low, high := p.acrossAway(f, 1450, dongshan)
	p.spread(p.street("420503", "002"), high)
	town, pagoda := p.acrossAlong(low, 4400, p.main("宝塔河路"))
	a, b = p.acrossAway(pagoda, 725, yiling)
	p.spread(p.street("420503", "003"), a, b)
	low, high = p.acrossAway(town, 725, yiling)
	low, middle := p.acrossAway(low, 360, p.newCut())
	a, low = p.acrossAlong(low, 2622, p.newCut())
	p.give("二马路", a, false)
	a, high = p.acrossAlong(high, 2555, p.newCut())
	p.give("新隆康路", a, false)
	p.spread(p.street("420503", "001"), low, middle, high)
}

// riverAndFarSide is the Yangtze with the island of 西坝, and 点军区.
func (p *plan) riverAndFarSide(f int) {
	far, river := p.acrossAway(f, -1200, p.newCut())
	p.faces[river].kind = water
	_, river = p.acrossAlong(river, -2400, p.newCut())
	island, _ := p.acrossAlong(river, 700, p.newCut())
	for _, c := range []struct{ p, n vec }{
		{vec{-800, -210}, vec{0.02, 1}}, {vec{-800, -720}, vec{0.03, -1}},
		{vec{-2100, -350}, vec{-1, 0.9}}, {vec{-2200, -560}, vec{-1, -0.4}},
		{vec{450, -400}, vec{1, 0.7}}, {vec{500, -500}, vec{1, -0.8}},
	} {
		island, _ = p.across(island, c.p, c.n, p.newCut())
	}
	p.faces[island].kind = land
	p.spread(p.street("420502", "004"), island)

	a, far := p.acrossAlong(far, -2500, p.newCut())
	far, b := p.acrossAlong(far, 8200, p.newCut())
	far, c := p.across(far, vec{-2500, -2700}, vec{-1, -0.8}, p.newCut())
	far, d := p.across(far, vec{8200, -2600}, vec{1, -0.7}, p.newCut())
	e, far := p.across(far, vec{2000, -4050}, vec{0.02, 1}, p.newCut())
	for _, gone := range []int{a, b, c, d, e} {
		p.drop(gone)
	}
	south := p.main("江南大道")
	a, b = p.acrossAlong(far, 2700, p.main("五龙路"))
	a, c = p.across(a, vec{0, -2350}, vec{0, 1}, south)
	b, d = p.across(b, vec{0, -2350}, vec{0, 1}, south)
	p.spread(p.street("420504", "001"), a, c)
	p.spread(p.street("420504", "002"), b, d)
}

// yiling is 夷陵区, beyond the brook.
func (p *plan) yiling(f int) {
	f, country := p.across(f, vec{-6000, 4900}, vec{-0.2, 1}, p.newCut())
	p.drop(country)
	country, f = p.across(f, vec{-7250, 2500}, vec{1, -0.08}, p.newCut())
	p.drop(country)
	a, f := p.across(f, vec{-6000, 1650}, vec{0.05, 1}, p.main("平湖大道"))
	b, c := p.across(f, vec{-6000, 3250}, vec{-0.06, 1}, p.newCut())
	bell := p.main("钟鼓路")
	a, d := p.across(a, vec{-6000, 0}, vec{1, -0.02}, bell)
	b, e := p.across(b, vec{-6000, 0}, vec{1, -0.02}, bell)
	p.spread(p.street("420506", "001"), a, d)
	p.spread(p.street("420506", "002"), b, e)
	p.spread(p.street("420506", "003"), c)
}

// xiaoting is 猇亭区, downstream.
func (p *plan) xiaoting(f int) {
	f, a := p.across(f, vec{11000, 3300}, vec{0.1, 1}, p.newCut())
	f, b := p.across(f, vec{14800, 1500}, vec{1, 0.25}, p.newCut())
	p.drop(a)
	p.drop(b)
	a, b = p.across(f, vec{11900, 1500}, vec{1, 0.05}, p.main("长亭路"))
	ridge := p.main("金岭路")
	a, c := p.acrossAway(a, 1700, ridge)
	b, d := p.acrossAway(b, 1700, ridge)
	p.spread(p.street("420505", "001"), a, c)
	p.spread(p.street("420505", "002"), b, d)
}

// across cuts a face that the plan knows to be wide enough: a failure is a
// mistake in the plan, which no input can cause.
func (p *plan) across(f int, at, n vec, line int) (low, high int) {
	low, high, ok := p.cut(f, at, n.unit(), crossingSnap, line)
	if !ok {
		panic("synth: the plan cuts past a face")
	}
	return low, high
}

func (p *plan) acrossAlong(f int, along float64, line int) (low, high int) {
	return p.across(f, vec{along, 0}, vec{1, 0}, line)
}

func (p *plan) acrossAway(f int, away float64, line int) (low, high int) {
	return p.across(f, vec{0, away}, vec{0, 1}, line)
}

// main starts a named street.
func (p *plan) main(name string) int {
	cut := p.newCut()
	p.mains = append(p.mains, mainStreet{cut, name})
	return cut
}

func (p *plan) drop(f int) { p.faces[f].kind = outsideCity }

func (p *plan) street(district, code string) int {
	for i, s := range p.streets {
		if s.district == district && s.code == code {
			return i
		}
	}
	panic("synth: the plan has no street " + district + code)
}

// give makes a face part of a known community.
func (p *plan) give(name string, f int, core bool) {
	for i, c := range p.communities {
		if c.name == name+"社区" {
			p.pieces = append(p.pieces, piece{f, i, core})
			return
		}
	}
	panic("synth: the plan has no community " + name)
}

// spread invents the street's further communities on the given faces, as many on
// each as its share of the area asks.
func (p *plan) spread(street int, faces ...int) {
	left := p.streets[street].more
	var total float64
	sizes := make([]float64, len(faces))
	for i, f := range faces {
		sizes[i] = p.squareMetres(f)
		total += sizes[i]
	}
	for i, f := range faces {
		n := left
		if i < len(faces)-1 {
			n = max(1, min(left-(len(faces)-1-i), int(math.Round(float64(left)*sizes[i]/total))))
		}
		left -= n
		total -= sizes[i]
		for _, part := range p.blocks(f, n, crossingSnap, p.rng) {
			p.communities = append(p.communities, community{street: street})
			p.pieces = append(p.pieces, piece{face: part, community: len(p.communities) - 1})
		}
	}
}

// fillCells cuts every piece into grid cells: the known communities by area, the
// others so that the city has between 1,100 and 1,199.
func (p *plan) fillCells() {
	counts := make([]int, len(p.pieces))
	var open []int
	total := 0
	for i, pc := range p.pieces {
		switch {
		case pc.core:
			counts[i] = max(5, int(math.Round(p.squareMetres(pc.face)/blockSize)))
		case p.communities[pc.community].name != "":
			counts[i] = max(1, int(math.Round(p.squareMetres(pc.face)/outerBlock)))
		default:
			open = append(open, i)
		}
		total += counts[i]
	}
	rest := 1130 + p.rng.IntN(40) - total
	for k, o := range p.rng.Perm(len(open)) {
		counts[open[o]] = rest / len(open)
		if k < rest%len(open) {
			counts[open[o]]++
		}
	}
	for k := range open {
		if k+1 < len(open) && p.rng.IntN(2) == 0 && counts[open[k]] > 6 {
			counts[open[k]]--
			counts[open[k+1]]++
		}
	}
	for i, pc := range p.pieces {
		snap := math.Sqrt(p.squareMetres(pc.face)/float64(counts[i])) / 6
		for _, f := range p.cells(pc.face, counts[i], snap, p.rng) {
			p.faces[f].kind = land
			p.faces[f].area = pc.community
			p.faces[f].core = pc.core
			p.communities[pc.community].cells = append(p.communities[pc.community].cells, f)
		}
	}
}
