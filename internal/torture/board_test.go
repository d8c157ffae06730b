package torture_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/geo"
)

// The board is columns by rows of lots, a thousandth of a degree wide and high, from 111.28, 30.70 on. An area is a set of whole
// lots, and its border has a vertex at every corner of a lot, so areas that share a border share its vertices.
const (
	columns, rows = 12, 8
	west, south   = 111.28, 30.70
	lotDegrees    = 0.001
)

// lot is one field of the board, by its south-western corner.
type lot struct{ column, row int }

// neighbours are the lots that share an edge with l.
func (l lot) neighbours() []lot {
	var out []lot
	for _, n := range []lot{{l.column + 1, l.row}, {l.column, l.row + 1}, {l.column - 1, l.row}, {l.column, l.row - 1}} {
		if n.column >= 0 && n.column < columns && n.row >= 0 && n.row < rows {
			out = append(out, n)
		}
	}
	return out
}

// stands is in how many places a corner can stand. They are drawn once, so all vertices there will ever be are known beforehand.
const stands = 3

// board says where the corners of the lots can stand. It does not change.
type board [columns + 1][rows + 1][stands]orb.Point

// newBoard draws the places of each corner. None is further than a third of a lot from the middle of them, so no choice makes an edge
// cross another.
func newBoard(rng *rand.Rand) *board {
	b := &board{}
	astray := func() float64 { return (rng.Float64() - 0.5) * 2 / 3 }
	for x := range b {
		for y := range b[x] {
			for k := range b[x][y] {
				b[x][y][k] = orb.Point{west + lotDegrees*(float64(x)+astray()), south + lotDegrees*(float64(y)+astray())}
			}
		}
	}
	return b
}

// outline is the border of a set of lots by the corners that it passes: outer rings counter-clockwise, holes clockwise, none closed.
// ok is false for no lots at all, and where two lots of the set touch in a corner alone: which ring goes on where would be a matter of
// taste.
func outline(lots map[lot]bool) (rings [][]lot, ok bool) {
	next := map[lot]lot{}
	for l := range lots {
		for i, beside := range []lot{{l.column, l.row - 1}, {l.column + 1, l.row}, {l.column, l.row + 1}, {l.column - 1, l.row}} {
			if lots[beside] {
				continue
			}
			corners := [4]lot{l, {l.column + 1, l.row}, {l.column + 1, l.row + 1}, {l.column, l.row + 1}}
			if _, twice := next[corners[i]]; twice {
				return nil, false
			}
			next[corners[i]] = corners[(i+1)%4]
		}
	}
	for x := range columns + 1 { // in this order, so that an area is written the same each time
		for y := range rows + 1 {
			var ring []lot
			for at := (lot{x, y}); ; {
				to, there := next[at]
				if !there {
					break
				}
				delete(next, at)
				ring, at = append(ring, at), to
			}
			if ring != nil {
				rings = append(rings, ring)
			}
		}
	}
	return rings, len(rings) > 0
}

// polygons puts each hole into the outer ring that holds it.
func polygons(rings [][]lot) [][][]lot {
	var out [][][]lot
	for _, ring := range rings {
		if turns(ring) > 0 {
			out = append(out, [][]lot{ring})
		}
	}
	for _, ring := range rings {
		if turns(ring) > 0 {
			continue
		}
		best := -1
		for i := range out {
			if encloses(out[i][0], ring[0]) && (best < 0 || turns(out[i][0]) < turns(out[best][0])) {
				best = i
			}
		}
		out[best] = append(out[best], ring)
	}
	return out
}

// turns is twice the size of a ring in lots, above zero when it runs counter-clockwise.
func turns(ring []lot) (sum int) {
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		sum += a.column*b.row - b.column*a.row
	}
	return sum
}

// encloses reports whether the lot l is inside a ring: whether, going east from its middle, the ring is met an odd number of times.
func encloses(ring []lot, l lot) (inside bool) {
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		if a.column == b.column && a.column > l.column && min(a.row, b.row) == l.row {
			inside = !inside
		}
	}
	return inside
}

func TestAnOutlineTellsPartsAndHolesAndRefusesCorners(t *testing.T) {
	t.Parallel()
	of := func(picture ...string) map[lot]bool {
		lots := map[lot]bool{}
		for row, line := range picture {
			for column, c := range line {
				if c == '#' {
					lots[lot{column, row}] = true
				}
			}
		}
		return lots
	}
	for name, claim := range map[string]struct {
		lots map[lot]bool
		want []int // rings of each polygon; nil: refused
	}{
		"nothing":                       {of(), nil},
		"one lot":                       {of("#"), []int{1}},
		"two parts":                     {of("#.#"), []int{1, 1}},
		"a ring":                        {of("###", "#.#", "###"), []int{2}},
		"a part in the hole of another": {of("#####", "#...#", "#.#.#", "#...#", "#####"), []int{2, 1}},
		"a corner":                      {of("#.", ".#"), nil},
		"two holes that meet":           {of("####", "##.#", "#.##", "####"), nil},
	} {
		rings, ok := outline(claim.lots)
		var got []int
		if ok {
			for _, polygon := range polygons(rings) {
				got = append(got, len(polygon))
			}
		}
		if !slices.Equal(got, claim.want) {
			t.Errorf("%s: %v, want %v", name, got, claim.want)
		}
	}
}

func TestEveryChoiceOfPlacesMakesLotsThatAreAreas(t *testing.T) {
	t.Parallel()
	rng := draw(1)
	b := newBoard(rng)
	for range 2000 {
		ring := orb.Ring{}
		x, y := rng.IntN(columns), rng.IntN(rows)
		for _, c := range [][2]int{{x, y}, {x + 1, y}, {x + 1, y + 1}, {x, y + 1}} {
			ring = append(ring, b[c[0]][c[1]][rng.IntN(stands)])
		}
		area, err := geo.NewArea(orb.MultiPolygon{{append(ring, ring[0])}})
		if err != nil || area.Side(orb.Point{west + lotDegrees*(float64(x)+0.5), south + lotDegrees*(float64(y)+0.5)}) == geo.Outside {
			t.Fatalf("%v: %v", ring, err)
		}
	}
}
