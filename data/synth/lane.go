package synth

import "slices"

// lane is one block of a street in the managed area, from crossing to crossing:
// where components stand.
type lane struct {
	name     string
	use      lanes
	half     float64 // m from the middle to the kerb
	from, to float64 // m along it that are clear of the crossings
	line     []vec
	mileage  []float64
}

// lanes says on which streets a thing stands.
type lanes uint8

const (
	mainLanes lanes = 1 << iota
	sideLanes
	promenade // the footpath of the riverside park
)

const (
	mainHalf = 11.0
	sideHalf = 4.5
)

func newLane(name string, use lanes, half, fromMargin, toMargin float64, line []vec) lane {
	l := lane{name: name, use: use, half: half, line: line, mileage: make([]float64, len(line))}
	for i := 1; i < len(line); i++ {
		l.mileage[i] = l.mileage[i-1] + line[i].sub(line[i-1]).length()
	}
	l.from, l.to = fromMargin, l.length()-toMargin
	return l
}

func (l *lane) length() float64 { return l.mileage[len(l.mileage)-1] }

// at is the place x metres along the lane.
func (l *lane) at(x float64) vec {
	x = max(0, min(x, l.length()))
	i, _ := slices.BinarySearch(l.mileage, x)
	i = max(1, i)
	return l.line[i-1].to(l.line[i], (x-l.mileage[i-1])/(l.mileage[i]-l.mileage[i-1]))
}

// beside is the place x metres along and off metres to the left.
func (l *lane) beside(x, off float64) vec {
	return l.at(x).add(l.heading(x).left().scale(off))
}

// heading is the direction at x, evened over 10 m.
func (l *lane) heading(x float64) vec { return l.at(x + 5).sub(l.at(x - 5)).unit() }

// lanesOf cuts the roads that touch the managed area into lanes, and adds 沿江大道
// and the promenade.
func (c *city) lanesOf(roads []road) []lane {
	wide := map[int]bool{}
	bank := map[int]bool{}
	for _, r := range roads {
		for _, e := range r.edges {
			wide[e[0]] = wide[e[0]] || r.main
			wide[e[1]] = wide[e[1]] || r.main
		}
	}
	var quay []float64
	for i, p := range c.corners {
		if p.y == 0 && p.x >= 0 && p.x <= 2440 {
			bank[i] = true
			quay = append(quay, p.x)
		}
	}
	margin := func(corner int) float64 {
		switch {
		case bank[corner]:
			return embankment + mainHalf + 6
		case wide[corner]:
			return mainHalf + 6
		}
		return sideHalf + 5
	}
	var out []lane
	for _, r := range roads {
		use, half := sideLanes, sideHalf
		if r.main {
			use, half = mainLanes, mainHalf
		}
		for _, e := range r.edges {
			if !c.faces[c.half[e]].core && !c.faces[c.half[[2]int{e[1], e[0]}]].core {
				continue
			}
			var line []vec
			for _, v := range append(c.from(e[0], e[1]), e[1]) {
				line = append(line, c.metres[v])
			}
			out = append(out, newLane(r.name, use, half, margin(e[0]), margin(e[1]), line))
		}
	}
	slices.Sort(quay)
	for i := 1; i < len(quay); i++ {
		if quay[i]-quay[i-1] < 60 {
			continue
		}
		out = append(out,
			newLane("沿江大道", mainLanes, mainHalf, 12, 12, c.alongBank(quay[i-1], quay[i], embankment, 8)),
			newLane("滨江公园", promenade, 0, 4, 4, c.alongBank(quay[i-1], quay[i], (promenadeFrom+promenadeTo)/2, 8)))
	}
	return out
}
