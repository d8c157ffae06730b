package torture_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"citygrid/geo"
	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/profile"
)

// The digits of the codes of each level: a code begins with that of the area above it.
const (
	cityCode        = "420500"
	districtDigits  = 6
	streetDigits    = 9
	communityDigits = 12
)

// post is a role in an area.
type post struct {
	role registry.StaffRole
	area string
}

// town is a city in the making. An editor has one, changes a clone of it and writes that to the store.
type town struct {
	board    *board
	corner   [columns + 1][rows + 1]int // which of its places each corner takes
	cell     map[lot]string             // the code of the cell that a lot belongs to
	names    map[string]string          // of the city, all areas and all units
	units    []registry.Unit
	rules    []registry.Responsibility
	staff    map[post]registry.Person
	managed  map[string]map[string]bool // managed area → cells
	renaming int                        // counts the names given, so that none is given twice
}

// newTown is two districts of two streets of two communities of four cells of three lots.
func newTown(b *board) *town {
	w := &town{board: b, cell: map[lot]string{}, names: map[string]string{}, staff: map[post]registry.Person{}, managed: map[string]map[string]bool{}}
	for x := range columns {
		for y := range rows {
			w.cell[lot{x, y}] = fmt.Sprintf("42050%d00%d00%d00%d", x/6+2, y/4+1, x/3%2+1, y%4+1)
		}
	}
	for _, unit := range []registry.Unit{
		{Code: "U01", Kind: registry.BureauUnit, Ring: 1}, {Code: "U02", Kind: registry.BureauUnit, Ring: 1, Parent: "U01"},
		{Code: "U03", Kind: registry.BureauUnit, Ring: 1, Parent: "U01"}, {Code: "C02", Kind: registry.DistrictCentre, Ring: 2},
		{Code: "C03", Kind: registry.DistrictCentre, Ring: 2}, {Code: "W01", Kind: registry.OutsideOwner, Ring: 3},
	} {
		w.units = append(w.units, unit)
		w.rename(string(unit.Code))
	}
	rule := func(area, kind, subject string, role registry.Role, unit registry.UnitCode) {
		w.rules = append(w.rules, registry.Responsibility{Area: area, Kind: kind, Subject: subject, Role: role, Unit: unit})
	}
	rule(cityCode, "event", "0102", registry.Competent, "U01")
	rule(cityCode, "component", "*", registry.Maintainer, "U02")
	rule("420502", "*", "*", registry.Territory, "C02")
	rule("420503", "*", "*", registry.Territory, "C03")
	w.rename(cityCode)
	for _, code := range w.codes() {
		w.rename(code)
		if len(code) == communityDigits {
			w.staff[post{registry.Officer, code}] = w.person()
		}
		if len(code) > communityDigits {
			w.staff[post{registry.Inspector, code}] = w.person()
		}
	}
	for _, code := range []string{"M1", "M2"} {
		w.rename(code)
		w.managed[code] = map[string]bool{"420502001001001": true, "420503001001001": true}
	}
	return w
}

// clone shares nothing with w that changes.
func (w *town) clone() *town {
	c := *w
	c.cell, c.names, c.staff = maps.Clone(w.cell), maps.Clone(w.names), maps.Clone(w.staff)
	c.units, c.rules = slices.Clone(w.units), slices.Clone(w.rules)
	c.managed = make(map[string]map[string]bool, len(w.managed))
	for code, cells := range w.managed {
		c.managed[code] = maps.Clone(cells)
	}
	return &c
}

// rename gives an area or a unit a name that nothing ever had, which tells of which revision it is.
func (w *town) rename(code string) {
	w.renaming++
	w.names[code] = fmt.Sprintf("名%d", w.renaming)
}

// person is somebody new.
func (w *town) person() registry.Person {
	w.renaming++
	return registry.Person{Code: fmt.Sprintf("J%d", w.renaming), Name: fmt.Sprintf("人%d", w.renaming)}
}

// lots are those of the areas whose code begins with this one.
func (w *town) lots(code string) map[lot]bool {
	out := map[lot]bool{}
	for l, cell := range w.cell {
		if cell[:len(code)] == code {
			out[l] = true
		}
	}
	return out
}

// codes are those of all districts, streets, communities and cells, in order, so that an area comes after the one above it.
func (w *town) codes() []string {
	seen := map[string]bool{}
	for _, cell := range w.cell {
		for _, digits := range []int{districtDigits, streetDigits, communityDigits, len(cell)} {
			seen[cell[:digits]] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// cells are the codes of all cells, in order.
func (w *town) cells() []string {
	return slices.DeleteFunc(w.codes(), func(code string) bool { return len(code) <= communityDigits })
}

// shape is the ground of an area; ok is false where outline says so.
func (w *town) shape(code string) (mp orb.MultiPolygon, ok bool) {
	rings, ok := outline(w.lots(code))
	for _, polygon := range polygons(rings) {
		var part orb.Polygon
		for _, corners := range polygon {
			var ring orb.Ring
			for _, c := range append(corners, corners[0]) {
				ring = append(ring, w.board[c.column][c.row][w.corner[c.column][c.row]])
			}
			part = append(part, ring)
		}
		mp = append(mp, part)
	}
	return mp, ok
}

// level is the level of an area by the length of its code, and the code of the area above it.
func level(code string) (of registry.Level, parent string) {
	switch len(code) {
	case districtDigits:
		return registry.LevelDistrict, ""
	case streetDigits:
		return registry.LevelStreet, code[:districtDigits]
	case communityDigits:
		return registry.LevelCommunity, code[:streetDigits]
	}
	return registry.LevelGrid, code[:communityDigits]
}

// areas are all but the managed ones, as the store takes them; ok is false where one of them has no outline.
func (w *town) areas() (areas []registry.Area, ok bool) {
	for _, code := range w.codes() {
		parts, ok := w.shape(code)
		if !ok {
			return nil, false
		}
		shape, err := geo.NewArea(parts)
		if err != nil {
			panic(err) // the board allows no such shape
		}
		of, parent := level(code)
		areas = append(areas, registry.Area{
			Code: code, Level: of, Name: w.names[code], Parent: parent,
			SquareMetres: shape.SquareMetres(), Geometry: geo.AppendEWKB(nil, shape.Geometry()),
		})
	}
	return areas, true
}

func (w *town) city() registry.City {
	return registry.City{
		Code: cityCode, Name: w.names[cityCode], NameEN: "Town", Edition: catalog.Edition2007, Synthetic: true, Notice: "示例", NoticeEN: "An example",
		Extent: [4]float64{west - 0.01, south - 0.01, west + 0.03, south + 0.03}, Centre: [2]float64{west, south},
	}
}

func (w *town) namedUnits() []registry.Unit {
	out := slices.Clone(w.units)
	for i := range out {
		out[i].Name = w.names[string(out[i].Code)]
	}
	return out
}

func (w *town) people() []registry.Staff {
	var out []registry.Staff
	for at, who := range w.staff {
		out = append(out, registry.Staff{Code: who.Code, Name: who.Name, Role: at.role, Area: at.area})
	}
	slices.SortFunc(out, func(a, b registry.Staff) int { return cmp.Compare(string(a.Role)+a.Area, string(b.Role)+b.Area) })
	return out
}

func (w *town) managedAreas() []profile.Managed {
	var out []profile.Managed
	for _, code := range slices.Sorted(maps.Keys(w.managed)) {
		out = append(out, profile.Managed{Code: code, Name: w.names[code], Cells: slices.Sorted(maps.Keys(w.managed[code]))})
	}
	return out
}

// inUse are the subclasses that the town uses; the readers ask about each, see subjects.
func inUse() map[catalog.Kind][]catalog.SubclassCode {
	return map[catalog.Kind][]catalog.SubclassCode{catalog.KindComponent: {"0118"}, catalog.KindEvent: {"0102"}}
}

// date is a day of a rule's validity.
func date(year int) time.Time { return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC) }
