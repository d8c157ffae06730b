package locator

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"citygrid/geo"
	"citygrid/geo/areaindex"
	"citygrid/registry"
	"citygrid/registry/catalog"
)

// NeighbourMetres is how near another cell must be to be named beside the answer.
const NeighbourMetres = 5.0

// Snapshot is everything needed to answer for a point, of one revision. It is immutable.
type Snapshot struct {
	revision int64
	areas    int64 // the revision of the areas, of which the index is made
	cells    *areaindex.Index
	places   []place  // of each cell, in the index's order
	quoted   []string // the codes of the same cells as JSON strings
	rules    *registry.Rulebook
	inUse    map[catalog.Kind]map[catalog.SubclassCode]bool
	city     registry.City
	classes  []catalog.Class // of components in use, in code order
}

// place is what is known of a cell before anybody asks.
type place struct {
	grid      registry.GridRef
	community registry.CommunityRef
	street    registry.AreaRef
	district  registry.AreaRef
	managed   []registry.AreaRef
	within    []registry.Within // the same and the city, narrowest first, as the Rulebook wants them
}

// Build makes the Snapshot of a revision. Every cell must have a community, a street and a district above it.
func Build(d registry.LocatorData) (*Snapshot, error) { return build(d, nil) }

// build shares the index of an earlier snapshot where that holds the same areas: it is what takes longest, and most changes are of
// people, units and rules.
func build(d registry.LocatorData, earlier *Snapshot) (*Snapshot, error) {
	byCode := make(map[string]*registry.Area, len(d.Areas))
	cells := 0
	for i := range d.Areas {
		a := &d.Areas[i]
		byCode[a.Code] = a
		if a.Level == registry.LevelGrid {
			cells++
		}
	}
	index := earlier.cellsOf(d, byCode, cells)
	if index == nil {
		var err error
		if index, err = indexCells(d.Areas, cells); err != nil {
			return nil, fmt.Errorf("build snapshot: %w", err)
		}
	}
	s := &Snapshot{
		revision: d.Revision, areas: d.AreasRevision, cells: index, places: make([]place, index.Len()), quoted: make([]string, index.Len()),
		rules: registry.NewRulebook(d.Units, d.Rules), inUse: make(map[catalog.Kind]map[catalog.SubclassCode]bool, len(d.InUse)),
		city: d.City, classes: d.Classes,
	}
	for kind, codes := range d.InUse {
		s.inUse[kind] = make(map[catalog.SubclassCode]bool, len(codes))
		for _, code := range codes {
			s.inUse[kind][code] = true
		}
	}
	managed, people := managedByCell(d, byCode), staffByArea(d.Staff)
	for i := range s.places {
		var err error
		if s.places[i], err = newPlace(index.Code(i), byCode, managed, people, d.City); err != nil {
			return nil, fmt.Errorf("build snapshot: %w", err)
		}
		quoted, err := json.Marshal(index.Code(i))
		if err != nil {
			return nil, fmt.Errorf("build snapshot: cell %s: %w", index.Code(i), err)
		}
		s.quoted[i] = string(quoted)
	}
	return s, nil
}

// Revision is the revision that the snapshot shows.
func (s *Snapshot) Revision() int64 { return s.revision }

// Cells is the index of the grid cells.
func (s *Snapshot) Cells() *areaindex.Index { return s.cells }

// Place answers for a point on a day: where it is and, with a subject, who answers. It fails with an OutsideError where no
// cell covers p.
func (s *Snapshot) Place(p orb.Point, subject registry.Subject, day time.Time) (registry.Placement, error) {
	cell, ok := s.cells.Locate(p)
	if !ok {
		return registry.Placement{}, s.outside(p)
	}
	at := &s.places[cell]
	out := registry.Placement{
		Point: p, Grid: at.grid, Community: at.community, Street: at.street, District: at.district, Managed: at.managed,
		Neighbours: []registry.Neighbour{}, Revision: s.revision,
		Responsible: s.rules.Answer(at.within, subject, day),
	}
	for _, near := range s.cells.Within(nil, p, NeighbourMetres) {
		if near.Index == cell {
			continue
		}
		out.Border = out.Border || near.Metres == 0
		out.Neighbours = append(out.Neighbours, registry.Neighbour{AreaRef: s.places[near.Index].grid.AreaRef, Metres: near.Metres})
	}
	return out, nil
}

// Uses reports whether the city's profile has a subclass.
func (s *Snapshot) Uses(kind catalog.Kind, code catalog.SubclassCode) bool {
	return s.inUse[kind][code]
}

// Cell is the code of the cell of p; ok is false where none covers it.
func (s *Snapshot) Cell(p orb.Point) (code string, ok bool) {
	cell, ok := s.cells.Locate(p)
	if !ok {
		return "", false
	}
	return s.cells.Code(cell), true
}

// AppendCodes appends the code of the cell of each point as a JSON string, or null where none covers it, with a text between them.
func (s *Snapshot) AppendCodes(dst []byte, points []orb.Point, between string) []byte {
	var found [512]int32
	first := true
	for part := range slices.Chunk(points, len(found)) {
		s.cells.LocateMany(found[:len(part)], part)
		for _, cell := range found[:len(part)] {
			if !first {
				dst = append(dst, between...)
			}
			first = false
			if cell == areaindex.None {
				dst = append(dst, "null"...)
			} else {
				dst = append(dst, s.quoted[cell]...)
			}
		}
	}
	return dst
}

func (s *Snapshot) outside(p orb.Point) error {
	err := &registry.OutsideError{Point: p}
	if near, ok := s.cells.Nearest(p); ok {
		err.Nearest, err.Metres = s.places[near.Index].grid.AreaRef, near.Metres
	}
	return err
}

// cellsOf is the snapshot's index where it is also that of later data, else nil. A registry that was restored from a copy may come
// to one number a second time with other areas; codes that differ tell it, and Verify the rest.
func (s *Snapshot) cellsOf(d registry.LocatorData, byCode map[string]*registry.Area, cells int) *areaindex.Index {
	if s == nil || s.areas != d.AreasRevision || s.revision > d.Revision || s.cells.Len() != cells {
		return nil
	}
	for i := range cells {
		if byCode[s.cells.Code(i)] == nil {
			return nil
		}
	}
	return s.cells
}

// indexCells makes the index of the grid cells among the areas, of which there are so many.
func indexCells(areas []registry.Area, cells int) (*areaindex.Index, error) {
	items := make([]areaindex.Item, 0, cells)
	for i := range areas {
		a := &areas[i]
		if a.Level != registry.LevelGrid {
			continue
		}
		shape, err := decodeArea(a.Geometry)
		if err != nil {
			return nil, fmt.Errorf("cell %s: %w", a.Code, err)
		}
		items = append(items, areaindex.Item{Code: a.Code, Area: shape})
	}
	return areaindex.Build(items)
}

func decodeArea(b geo.EWKB) (geo.Area, error) {
	g, err := geo.DecodeEWKB(b)
	if err != nil {
		return geo.Area{}, err
	}
	parts, ok := geo.ToOrb(g).(orb.MultiPolygon)
	if !ok {
		return geo.Area{}, fmt.Errorf("the geometry is a %T, not a multipolygon", g)
	}
	return geo.NewArea(parts)
}

func newPlace(code string, byCode map[string]*registry.Area, managed map[string][]registry.AreaRef, people map[post]*registry.Person, city registry.City) (place, error) {
	cell := byCode[code]
	var above [3]*registry.Area // community, street, district
	for i, child := 0, cell; i < len(above); i++ {
		parent, ok := byCode[child.Parent]
		if !ok {
			return place{}, fmt.Errorf("%s %s has no area above it (%q)", child.Level, child.Code, child.Parent)
		}
		above[i], child = parent, parent
	}
	community, street, district := above[0], above[1], above[2]
	p := place{
		grid:      registry.GridRef{AreaRef: ref(cell), Inspector: people[post{registry.Inspector, code}]},
		community: registry.CommunityRef{AreaRef: ref(community), Officer: people[post{registry.Officer, community.Code}]},
		street:    ref(street),
		district:  ref(district),
		managed:   managed[code],
	}
	if p.managed == nil {
		p.managed = []registry.AreaRef{}
	}
	p.within = append(p.within,
		registry.Within{AreaRef: p.grid.AreaRef, Level: registry.LevelGrid},
		registry.Within{AreaRef: p.community.AreaRef, Level: registry.LevelCommunity},
		registry.Within{AreaRef: p.street, Level: registry.LevelStreet})
	for _, m := range p.managed {
		p.within = append(p.within, registry.Within{AreaRef: m, Level: registry.LevelManaged})
	}
	p.within = append(p.within,
		registry.Within{AreaRef: p.district, Level: registry.LevelDistrict},
		registry.Within{AreaRef: registry.AreaRef{Code: city.Code, Name: city.Name}, Level: registry.LevelCity})
	return p, nil
}

func ref(a *registry.Area) registry.AreaRef { return registry.AreaRef{Code: a.Code, Name: a.Name} }

// managedByCell turns managed area → cells round; a cell's managed areas come in code order.
func managedByCell(d registry.LocatorData, byCode map[string]*registry.Area) map[string][]registry.AreaRef {
	out := map[string][]registry.AreaRef{}
	for i := range d.Areas { // in code order
		a := &d.Areas[i]
		if a.Level != registry.LevelManaged {
			continue
		}
		for _, cell := range d.ManagedCells[a.Code] {
			out[cell] = append(out[cell], ref(byCode[a.Code]))
		}
	}
	return out
}

// post is a staff role in an area.
type post struct {
	role registry.StaffRole
	area string
}

func staffByArea(staff []registry.Staff) map[post]*registry.Person {
	out := make(map[post]*registry.Person, len(staff))
	for _, s := range staff {
		out[post{s.Role, s.Area}] = &registry.Person{Code: s.Code, Name: s.Name}
	}
	return out
}
