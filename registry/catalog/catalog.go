package catalog

import (
	"cmp"
	"fmt"
	"slices"
)

// Catalog holds the lists of every edition, checked against each other. It does
// not change after [New] and hands out copies, so it is safe for concurrent use.
type Catalog struct {
	classes    map[list][]Class
	subclasses map[list][]Subclass
	bySubclass map[subclassKey]Subclass
	standards  map[subclassKey][]FilingStandard
	crosswalk  []Crosswalk
}

// list names one published list: the components or the events of an edition.
type list struct {
	edition Edition
	kind    Kind
}

// subclassKey is what it takes to name a sub-class.
type subclassKey struct {
	list
	code SubclassCode
}

// New builds a catalogue. It refuses codes that do not parse in their edition,
// a class, sub-class, filing-standard id or crosswalk row given twice, a
// sub-class outside its class, and a filing standard or crosswalk row that
// speaks of a sub-class which is not there. The error names the offender.
func New(classes []Class, subclasses []Subclass, standards []FilingStandard, crosswalk []Crosswalk) (*Catalog, error) {
	c := &Catalog{
		classes:    map[list][]Class{},
		subclasses: map[list][]Subclass{},
		bySubclass: map[subclassKey]Subclass{},
		standards:  map[subclassKey][]FilingStandard{},
	}
	if err := c.addClasses(classes); err != nil {
		return nil, fmt.Errorf("build catalogue: %w", err)
	}
	if err := c.addSubclasses(subclasses); err != nil {
		return nil, fmt.Errorf("build catalogue: %w", err)
	}
	if err := c.addStandards(standards); err != nil {
		return nil, fmt.Errorf("build catalogue: %w", err)
	}
	if err := c.addCrosswalk(crosswalk); err != nil {
		return nil, fmt.Errorf("build catalogue: %w", err)
	}
	return c, nil
}

// Classes returns the classes of a list, by code.
func (c *Catalog) Classes(e Edition, k Kind) []Class {
	return slices.Clone(c.classes[list{e, k}])
}

// Subclass returns a sub-class, and whether the edition has it.
func (c *Catalog) Subclass(e Edition, k Kind, code SubclassCode) (Subclass, bool) {
	s, ok := c.bySubclass[subclassKey{list{e, k}, code}]
	return s, ok
}

// Subclasses returns the sub-classes of a list, by code.
func (c *Catalog) Subclasses(e Edition, k Kind) []Subclass {
	return slices.Clone(c.subclasses[list{e, k}])
}

// FilingStandards returns the conditions for filing a case of a sub-class, in
// the order of the table; none when the table has none.
func (c *Catalog) FilingStandards(e Edition, k Kind, code SubclassCode) []FilingStandard {
	return slices.Clone(c.standards[subclassKey{list{e, k}, code}])
}

// Crosswalks returns the whole relation, in the order of the table.
func (c *Catalog) Crosswalks() []Crosswalk { return slices.Clone(c.crosswalk) }

func (c *Catalog) addClasses(classes []Class) error {
	seen := map[Class]bool{}
	for _, class := range classes {
		if err := checkList(class.Edition, class.Kind); err != nil {
			return fmt.Errorf("class %s: %w", class.Code, err)
		}
		if _, err := ParseClassCode(string(class.Code)); err != nil {
			return err
		}
		key := Class{Edition: class.Edition, Kind: class.Kind, Code: class.Code}
		if seen[key] {
			return fmt.Errorf("%s %s class %s is given twice", class.Edition, class.Kind, class.Code)
		}
		seen[key] = true
		at := list{class.Edition, class.Kind}
		c.classes[at] = append(c.classes[at], class)
	}
	for _, all := range c.classes {
		slices.SortFunc(all, func(a, b Class) int { return cmp.Compare(a.Code, b.Code) })
	}
	return nil
}

func (c *Catalog) addSubclasses(subclasses []Subclass) error {
	for _, s := range subclasses {
		at := list{s.Edition, s.Kind}
		if err := c.checkSubclass(s); err != nil {
			return fmt.Errorf("%s %s sub-class %s: %w", s.Edition, s.Kind, s.Code, err)
		}
		key := subclassKey{at, s.Code}
		if _, ok := c.bySubclass[key]; ok {
			return fmt.Errorf("%s %s sub-class %s is given twice", s.Edition, s.Kind, s.Code)
		}
		c.bySubclass[key] = s
		c.subclasses[at] = append(c.subclasses[at], s)
	}
	for _, all := range c.subclasses {
		slices.SortFunc(all, func(a, b Subclass) int { return cmp.Compare(a.Code, b.Code) })
	}
	return nil
}

func (c *Catalog) checkSubclass(s Subclass) error {
	code, err := ParseSubclassCode(s.Edition, string(s.Code))
	if err != nil {
		return err
	}
	if code.Class() != s.Class {
		return fmt.Errorf("class is %s, code says %s", s.Class, code.Class())
	}
	if !slices.ContainsFunc(c.classes[list{s.Edition, s.Kind}], func(class Class) bool { return class.Code == s.Class }) {
		return fmt.Errorf("class %s is not in the list", s.Class)
	}
	if _, err := ParseGeometry(string(s.Geometry)); err != nil {
		return err
	}
	_, err = ParseAccuracy(string(s.Accuracy))
	return err
}

func (c *Catalog) addStandards(standards []FilingStandard) error {
	seen := map[string]bool{}
	for _, s := range standards {
		if seen[s.ID] {
			return fmt.Errorf("filing standard %s is given twice", s.ID)
		}
		seen[s.ID] = true
		key := subclassKey{list{s.Edition, s.Kind}, s.Subclass}
		if _, ok := c.bySubclass[key]; !ok {
			return fmt.Errorf("filing standard %s: %s has no %s sub-class %s", s.ID, s.Edition, s.Kind, s.Subclass)
		}
		if _, err := ParseLimit(s.Limit.String()); err != nil {
			return fmt.Errorf("filing standard %s: %w", s.ID, err)
		}
		if _, err := ParseUnitType(string(s.ResponsibleUnitType)); err != nil {
			return fmt.Errorf("filing standard %s: %w", s.ID, err)
		}
		c.standards[key] = append(c.standards[key], s)
	}
	return nil
}

func (c *Catalog) addCrosswalk(rows []Crosswalk) error {
	type triple struct {
		kind    Kind
		a, b, c SubclassCode
	}
	seen := map[triple]bool{}
	for _, row := range rows {
		codes := triple{row.Kind, row.Code2007, row.Code2013, row.Code2026}
		if codes == (triple{kind: row.Kind}) {
			return fmt.Errorf("crosswalk row %q relates no code", row.Name2026ZH)
		}
		if seen[codes] {
			return fmt.Errorf("crosswalk %s %s/%s/%s is given twice", row.Kind, codes.a, codes.b, codes.c)
		}
		seen[codes] = true
		if _, err := ParseRelation(string(row.Relation)); err != nil {
			return fmt.Errorf("crosswalk %s %s/%s/%s: %w", row.Kind, codes.a, codes.b, codes.c, err)
		}
		for _, e := range Editions() {
			code := row.Code(e)
			if code == "" {
				continue
			}
			key := subclassKey{list{e, row.Kind}, code}
			if _, ok := c.bySubclass[key]; !ok {
				return fmt.Errorf("crosswalk: %s has no %s sub-class %s", e, row.Kind, code)
			}
		}
	}
	c.crosswalk = slices.Clone(rows)
	return nil
}

func checkList(e Edition, k Kind) error {
	if _, err := ParseEdition(string(e)); err != nil {
		return err
	}
	_, err := ParseKind(string(k))
	return err
}
