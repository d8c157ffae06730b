package data

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"

	"citygrid/registry/catalog"
)

// YichangProfile is the reference city's choice from the 2007 list: which
// sub-classes it manages, how many components of each the census of 2011
// counted, and which unit answers. The article that reports the census gives
// the totals (5 classes, 33 sub-classes, 11,393 components; 45 sub-classes of
// events; 14 units); how they divide, and the units' names, are our proposal.
type YichangProfile struct {
	Edition catalog.Edition
	Entries []YichangEntry // components first, each kind by code
	Units   []YichangUnit  // by code
}

// YichangEntry is one sub-class that the city manages.
type YichangEntry struct {
	Kind            catalog.Kind
	Subclass        catalog.SubclassCode
	Items           int    // components counted; 0 for events
	Unit            string // code of the bureau's unit that registers and chases
	ExternalOwnerZH string // who owns and repairs, "" when the unit itself does
	Confidence      string
}

// YichangUnit is one of the bureau's grass-roots units.
type YichangUnit struct {
	Code       string
	NameZH     string
	NameEN     string
	Items      int // components it answers for
	Events     int // event sub-classes it answers for
	Confidence string
}

// Yichang reads the embedded profile and checks it against the 2007 list: every
// sub-class exists under the name given, every unit exists, and each unit's
// totals are the sums of its entries. An error means that this package was built
// with a damaged table.
func Yichang() (YichangProfile, error) {
	profile, err := readYichang(tables)
	if err != nil {
		return YichangProfile{}, fmt.Errorf("read Yichang profile: %w", err)
	}
	return profile, nil
}

func readYichang(files fs.FS) (YichangProfile, error) {
	lists, err := readCatalog(files)
	if err != nil {
		return YichangProfile{}, err
	}
	profile := YichangProfile{Edition: catalog.Edition2007}
	if profile.Units, err = readUnits(files); err != nil {
		return YichangProfile{}, err
	}
	if profile.Entries, err = readEntries(files, lists, profile.Units); err != nil {
		return YichangProfile{}, err
	}
	for _, unit := range profile.Units {
		var items, events int
		for _, entry := range profile.Entries {
			if entry.Unit != unit.Code {
				continue
			}
			items += entry.Items
			if entry.Kind == catalog.KindEvent {
				events++
			}
		}
		if items != unit.Items || events != unit.Events {
			return YichangProfile{}, fmt.Errorf("unit %s: %d components and %d events declared, %d and %d entered",
				unit.Code, unit.Items, unit.Events, items, events)
		}
	}
	return profile, nil
}

func readUnits(files fs.FS) ([]YichangUnit, error) {
	header := []string{"unit_code", "unit_name_zh", "unit_name_en", "components_answered", "event_subclasses_answered", "confidence"}
	var units []YichangUnit
	for r, err := range readTable(files, "yichang/units.csv", header) {
		if err != nil {
			return nil, err
		}
		unit := YichangUnit{
			Code:       r.text("unit_code"),
			NameZH:     r.text("unit_name_zh"),
			NameEN:     r.text("unit_name_en"),
			Items:      parse(&r, "components_answered", count),
			Events:     parse(&r, "event_subclasses_answered", count),
			Confidence: r.text("confidence"),
		}
		if slices.ContainsFunc(units, func(u YichangUnit) bool { return u.Code == unit.Code }) {
			r.fail("unit_code", fmt.Errorf("%s is given twice", unit.Code))
		}
		if r.err != nil {
			return nil, r.err
		}
		units = append(units, unit)
	}
	return units, nil
}

func readEntries(files fs.FS, lists *catalog.Catalog, units []YichangUnit) ([]YichangEntry, error) {
	header := []string{
		"kind", "class_code", "class_name_zh", "subclass_code", "subclass_name_zh", "subclass_name_en",
		"item_count", "unit_code", "unit_name_zh", "external_owner_zh", "confidence",
	}
	var entries []YichangEntry
	for r, err := range readTable(files, "yichang/profile.csv", header) {
		if err != nil {
			return nil, err
		}
		entry := YichangEntry{
			Kind:            parse(&r, "kind", catalog.ParseKind),
			Subclass:        parse(&r, "subclass_code", subclassParser(catalog.Edition2007)),
			Items:           parseOptional(&r, "item_count", count),
			Unit:            r.text("unit_code"),
			ExternalOwnerZH: r.optional("external_owner_zh"),
			Confidence:      r.text("confidence"),
		}
		checkEntry(&r, entry, lists, units)
		if slices.ContainsFunc(entries, func(e YichangEntry) bool { return e.Kind == entry.Kind && e.Subclass == entry.Subclass }) {
			r.fail("subclass_code", fmt.Errorf("%s %s is given twice", entry.Kind, entry.Subclass))
		}
		if r.err != nil {
			return nil, r.err
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

// checkEntry compares what the row repeats for its reader with the lists.
func checkEntry(r *row, entry YichangEntry, lists *catalog.Catalog, units []YichangUnit) {
	subclass, ok := lists.Subclass(catalog.Edition2007, entry.Kind, entry.Subclass)
	if !ok {
		r.fail("subclass_code", fmt.Errorf("%s has no %s sub-class %s", catalog.Edition2007.Title(), entry.Kind, entry.Subclass))
		return
	}
	r.same("class_code", string(subclass.Class))
	r.same("subclass_name_zh", subclass.NameZH)
	r.same("subclass_name_en", subclass.NameEN)
	for _, class := range lists.Classes(catalog.Edition2007, entry.Kind) {
		if class.Code == subclass.Class {
			r.same("class_name_zh", class.NameZH)
		}
	}
	unit := slices.IndexFunc(units, func(u YichangUnit) bool { return u.Code == entry.Unit })
	if unit < 0 {
		r.fail("unit_code", fmt.Errorf("there is no unit %s", entry.Unit))
		return
	}
	r.same("unit_name_zh", units[unit].NameZH)
}

// count reads a number of things, zero or more.
func count(text string) (int, error) {
	n, err := strconv.ParseUint(text, 10, 31)
	return int(n), err
}
