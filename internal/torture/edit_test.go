package torture_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"citygrid/registry"
)

// The town stays between these numbers of cells.
const fewestCells, mostCells = 20, 60

const (
	mostRules = 40
	manyEdits = 200 // of the test of edits
)

// edit changes a town by one act of a surveyor or a clerk. It returns false where chance chose something that cannot be.
type edit struct {
	name string
	do   func(*town, *rand.Rand) bool
}

// edits are all that happens to a town, the commoner ones more than once.
func edits() []edit {
	return []edit{
		{"a corner moves", moveCorner}, {"a corner moves", moveCorner}, {"a corner moves", moveCorner},
		{"a lot changes hands", moveLot}, {"a lot changes hands", moveLot}, {"a lot changes hands", moveLot},
		{"a cell is split", split}, {"two cells are merged", merge},
		{"a community moves to another street", moveCommunity}, {"a community moves to another street", moveCommunity},
		{"something gets another name", renameOne},
		{"two posts are swapped", swapStaff}, {"a post is filled or left", replaceStaff},
		{"a rule is made, changed or dropped", changeRule}, {"a rule is made, changed or dropped", changeRule},
		{"a cell joins or leaves a managed area", changeManaged},
	}
}

// edited is the town after one edit that chance chooses and that leaves every area an outline.
func (w *town) edited(rng *rand.Rand) (after *town, name string) {
	all := edits()
	for {
		e := all[rng.IntN(len(all))]
		after := w.clone()
		if !e.do(after, rng) {
			continue
		}
		if _, ok := after.areas(); ok {
			return after, e.name
		}
	}
}

// one takes one of a sorted list, so that equal seeds take the same.
func one[T any](rng *rand.Rand, list []T) T { return list[rng.IntN(len(list))] }

func anyLot(rng *rand.Rand) lot { return lot{rng.IntN(columns), rng.IntN(rows)} }

// moveCorner moves a vertex of every area that has it. In the midst of a cell there is none to be moved.
func moveCorner(w *town, rng *rand.Rand) bool {
	x, y := rng.IntN(columns+1), rng.IntN(rows+1)
	at := &w.corner[x][y]
	*at = (*at + 1 + rng.IntN(stands-1)) % stands
	around := map[string]bool{}
	for _, l := range []lot{{x, y}, {x - 1, y}, {x, y - 1}, {x - 1, y - 1}} {
		around[w.cell[l]] = true // "" beyond the town
	}
	return len(around) > 1
}

// moveLot gives a lot to the cell beside it, of whatever district.
func moveLot(w *town, rng *rand.Rand) bool {
	l := anyLot(rng)
	from, to := w.cell[l], w.cell[one(rng, l.neighbours())]
	if from == to || len(w.lots(from)) == 1 {
		return false
	}
	w.cell[l] = to
	return true
}

// split gives a part of a cell a code of its own.
func split(w *town, rng *rand.Rand) bool {
	code := w.cell[anyLot(rng)]
	lots := w.lots(code)
	if len(lots) < 2 || len(w.cells()) >= mostCells {
		return false
	}
	fresh := w.free(rng, code[:communityDigits])
	size := 1 + rng.IntN(len(lots)-1)
	for _, l := range slices.SortedFunc(maps.Keys(lots), func(a, b lot) int { return rows*(a.column-b.column) + a.row - b.row })[:size] {
		w.cell[l] = fresh
	}
	w.rename(fresh)
	if rng.IntN(2) == 0 {
		w.staff[post{registry.Inspector, fresh}] = w.person()
	}
	return true
}

// merge gives all lots of a cell to the one beside it, in the same community.
func merge(w *town, rng *rand.Rand) bool {
	l := anyLot(rng)
	from, to := w.cell[l], w.cell[one(rng, l.neighbours())]
	if from == to || from[:communityDigits] != to[:communityDigits] || len(w.cells()) <= fewestCells {
		return false
	}
	for l := range w.lots(from) {
		w.cell[l] = to
	}
	w.forget(from)
	return true
}

// moveCommunity gives a community and its cells the codes of another street, perhaps of the other district.
func moveCommunity(w *town, rng *rand.Rand) bool {
	community, street := w.cell[anyLot(rng)][:communityDigits], w.cell[anyLot(rng)][:streetDigits]
	others := slices.DeleteFunc(w.codes(), func(code string) bool {
		return len(code) != communityDigits || code[:streetDigits] != community[:streetDigits]
	})
	if community[:streetDigits] == street || len(others) < 2 {
		return false
	}
	fresh := w.free(rng, street)
	for _, code := range w.codes() {
		if strings.HasPrefix(code, community) {
			w.recode(code, fresh+code[communityDigits:])
		}
	}
	return true
}

// free is a code of three digits more than no area has: perhaps one that an area had before.
func (w *town) free(rng *rand.Rand, above string) string {
	taken := w.codes()
	for {
		if code := fmt.Sprintf("%s%03d", above, 1+rng.IntN(99)); !slices.Contains(taken, code) {
			return code
		}
	}
}

// recode gives an area another code in everything that names it.
func (w *town) recode(from, to string) {
	for l, cell := range w.cell {
		if cell == from {
			w.cell[l] = to
		}
	}
	w.names[to] = w.names[from]
	for _, role := range []registry.StaffRole{registry.Inspector, registry.Officer} {
		if who, held := w.staff[post{role, from}]; held {
			w.staff[post{role, to}] = who
		}
	}
	for i := range w.rules {
		if w.rules[i].Area == from {
			w.rules[i].Area = to
		}
	}
	for _, cells := range w.managed {
		if cells[from] {
			cells[to] = true
		}
	}
	w.forget(from)
}

// forget takes an area that is no more out of everything that names it.
func (w *town) forget(code string) {
	delete(w.names, code)
	delete(w.staff, post{registry.Inspector, code})
	delete(w.staff, post{registry.Officer, code})
	w.rules = slices.DeleteFunc(w.rules, func(r registry.Responsibility) bool { return r.Area == code })
	for managed, cells := range w.managed {
		delete(cells, code)
		if len(cells) == 0 {
			w.managed[managed] = map[string]bool{w.cells()[0]: true} // a managed area without a cell would be refused
		}
	}
}

func renameOne(w *town, rng *rand.Rand) bool {
	w.rename(one(rng, slices.Sorted(maps.Keys(w.names))))
	return true
}

// posts are those that are held, in order.
func (w *town) posts() (all []post) {
	for _, p := range w.people() {
		all = append(all, post{p.Role, p.Area})
	}
	return all
}

func swapStaff(w *town, rng *rand.Rand) bool {
	a, b := one(rng, w.posts()), one(rng, w.posts())
	if w.staff[a] == w.staff[b] {
		return false
	}
	w.staff[a], w.staff[b] = w.staff[b], w.staff[a]
	return true
}

func replaceStaff(w *town, rng *rand.Rand) bool {
	cell := w.cell[anyLot(rng)]
	at := one(rng, []post{{registry.Inspector, cell}, {registry.Officer, cell[:communityDigits]}})
	if _, held := w.staff[at]; held && rng.IntN(3) == 0 && len(w.staff) > 2 {
		delete(w.staff, at)
	} else {
		w.staff[at] = w.person()
	}
	return true
}

func changeRule(w *town, rng *rand.Rand) bool {
	switch n := rng.IntN(len(w.rules) + 4); {
	case n < len(w.rules) && rng.IntN(2) == 0:
		w.rules = slices.Delete(w.rules, n, n+1)
		return true
	case n < len(w.rules):
		was := w.rules[n].Unit
		w.rules[n].Unit = one(rng, w.units).Code
		return w.rules[n].Unit != was && w.noRuleTwice()
	}
	areas := append(w.codes(), cityCode, "M1", "M2")
	r := registry.Responsibility{
		Area: one(rng, areas), Unit: one(rng, w.units).Code,
		Role: one(rng, []registry.Role{registry.Maintainer, registry.Owner, registry.Competent, registry.Territory}),
	}
	subject := one(rng, [][2]string{{"*", "*"}, {"event", "*"}, {"event", "01"}, {"event", "0102"}, {"*", "0102"}, {"component", "0118"}, {"component", "01"}, {"*", "01"}})
	r.Kind, r.Subject = subject[0], subject[1]
	switch rng.IntN(4) { // no run of a test passes the ends of a rule
	case 0:
		r.ValidTo = date(2020)
	case 1:
		r.ValidFrom = date(2090)
	case 2:
		r.ValidFrom, r.ValidTo = date(2020), date(2090)
	}
	w.rules = append(w.rules, r)
	return len(w.rules) <= mostRules && w.noRuleTwice()
}

func (w *town) noRuleTwice() bool {
	seen := map[registry.Responsibility]bool{}
	for _, r := range w.rules {
		if seen[r] {
			return false
		}
		seen[r] = true
	}
	return true
}

func changeManaged(w *town, rng *rand.Rand) bool {
	cells, cell := w.managed[one(rng, []string{"M1", "M2"})], w.cell[anyLot(rng)]
	if cells[cell] {
		delete(cells, cell)
		return len(cells) > 0
	}
	cells[cell] = true
	return true
}

func TestEveryEditLeavesAWholeTown(t *testing.T) {
	t.Parallel()
	sayHowToRepeat(t)
	rng := draw(2)
	w := newTown(newBoard(draw(1)))
	done := map[string]int{}
	for range manyEdits {
		before := w.clone()
		after, name := w.edited(rng)
		done[name]++
		if !mapsEqual(w, before) {
			t.Fatalf("%s: the town before it has changed too", name)
		}
		w = after
		levels := map[int]int{}
		for _, code := range w.codes() {
			levels[len(code)]++
			if w.names[code] == "" {
				t.Fatalf("after %q area %s has no name", name, code)
			}
		}
		if n := len(w.cells()); n < fewestCells || n > mostCells || levels[districtDigits] != 2 || levels[streetDigits] != 4 || levels[communityDigits] < 4 {
			t.Fatalf("after %q: areas by digits %v", name, levels)
		}
		for at := range w.staff {
			if len(w.lots(at.area)) == 0 {
				t.Fatalf("after %q there is staff for %s, which is no more", name, at.area)
			}
		}
	}
	for _, e := range edits() {
		if done[e.name] == 0 {
			t.Errorf("of %d edits none was %q", manyEdits, e.name)
		}
	}
}

func mapsEqual(a, b *town) bool {
	return a.corner == b.corner && maps.Equal(a.cell, b.cell) && maps.Equal(a.names, b.names) && maps.Equal(a.staff, b.staff) &&
		slices.Equal(a.rules, b.rules) && maps.EqualFunc(a.managed, b.managed, maps.Equal[map[string]bool])
}
