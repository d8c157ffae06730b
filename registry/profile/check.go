package profile

import (
	"fmt"
	"slices"

	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
)

// check compares the folder with itself and with the published lists: every reference must lead somewhere.
func (d *Folder) check(f *faults, lists *catalog.Catalog) {
	areas := map[string]registry.Level{d.City.Code: registry.LevelCity}
	for _, a := range d.Areas {
		areas[a.Code] = a.Level
	}
	for _, m := range d.Managed {
		if areas[m.Code] != "" {
			f.add(managedFile, 0, "code", m.Code, CodeDuplicateCode, "与其他区域代码重复", "another area has this code")
		}
		areas[m.Code] = registry.LevelManaged
		if len(m.Cells) == 0 {
			f.add(managedCellsFile, 0, "area", m.Code, CodeNoChildren, "该市管区域没有网格", "this managed area has no cells")
		}
	}
	d.checkUnits(f)
	d.checkCatalogue(f, lists)
	d.checkRules(f, areas)
	d.checkStaff(f, areas)
}

func (d *Folder) checkUnits(f *faults) {
	rows := map[registry.UnitCode]int64{}
	for i, u := range d.Units {
		if rows[u.Code] > 0 {
			f.add(unitsFile, d.unitRows[i], "code", string(u.Code), CodeDuplicateCode,
				fmt.Sprintf("与第 %d 行重复", rows[u.Code]), fmt.Sprintf("the same as on line %d", rows[u.Code]))
		}
		rows[u.Code] = d.unitRows[i]
	}
	parents := map[registry.UnitCode]registry.UnitCode{}
	for i, u := range d.Units {
		if u.Parent != "" && rows[u.Parent] == 0 {
			f.add(unitsFile, d.unitRows[i], "parent", string(u.Parent), census.CodeUnknownUnit, "没有这个单位", "there is no such unit")
		}
		parents[u.Code] = u.Parent
	}
	for i, u := range d.Units {
		steps := 0
		for p := u.Parent; p != "" && steps <= len(d.Units); p = parents[p] {
			steps++
		}
		if steps > len(d.Units) {
			f.add(unitsFile, d.unitRows[i], "parent", string(u.Parent), CodeBadValue, "上级单位成环", "the units above form a ring")
		}
	}
}

func (d *Folder) checkCatalogue(f *faults, lists *catalog.Catalog) {
	for _, kind := range catalog.Kinds() {
		for _, code := range d.InUse[kind] {
			if _, ok := lists.Subclass(d.City.Edition, kind, code); !ok {
				f.add(catalogueFile, 0, "subclass", string(code), census.CodeUnknownSubclass,
					d.City.Edition.Title()+" 中没有这个小类", d.City.Edition.Title()+" has no such subclass")
			}
		}
	}
	seen := map[string]bool{}
	for i, s := range d.Standards {
		if seen[s.ID] {
			f.add(standardsFile, d.standardRows[i], "id", s.ID, CodeDuplicateCode, "编号重复", "this id stands here twice")
		}
		seen[s.ID] = true
		if _, ok := lists.Subclass(s.Edition, s.Kind, s.Subclass); !ok {
			f.add(standardsFile, d.standardRows[i], "subclass", string(s.Subclass), census.CodeUnknownSubclass,
				s.Edition.Title()+" 中没有这个小类", s.Edition.Title()+" has no such subclass")
		}
	}
}

func (d *Folder) checkRules(f *faults, areas map[string]registry.Level) {
	units := map[registry.UnitCode]bool{}
	for _, u := range d.Units {
		units[u.Code] = true
	}
	rows := map[registry.Responsibility]int64{}
	for i, r := range d.Rules {
		row := d.ruleRows[i]
		if areas[r.Area] == "" {
			f.add(rulesFile, row, "area", r.Area, CodeUnknownArea, "没有这个区域", "there is no such area")
		}
		if !units[r.Unit] {
			f.add(rulesFile, row, "unit", string(r.Unit), census.CodeUnknownUnit, "没有这个单位", "there is no such unit")
		}
		if !d.knownSubject(r) {
			f.add(rulesFile, row, "subject", r.Subject, census.CodeUnknownSubclass,
				"catalogue.csv 中没有这个小类或大类", "catalogue.csv has no such subclass or class")
		}
		if rows[r] > 0 {
			f.add(rulesFile, row, "", "", CodeDuplicateCode,
				fmt.Sprintf("与第 %d 行相同", rows[r]), fmt.Sprintf("the same rule as on line %d", rows[r]))
		}
		rows[r] = row
	}
}

// knownSubject reports whether a rule's subject is in use in the rule's kind, or in either kind when it is for any.
func (d *Folder) knownSubject(r registry.Responsibility) bool {
	if r.Subject == registry.Any {
		return true
	}
	for _, kind := range catalog.Kinds() {
		if r.Kind != registry.Any && r.Kind != string(kind) {
			continue
		}
		if slices.ContainsFunc(d.InUse[kind], func(c catalog.SubclassCode) bool {
			return string(c) == r.Subject || string(c.Class()) == r.Subject
		}) {
			return true
		}
	}
	return false
}

func (d *Folder) checkStaff(f *faults, areas map[string]registry.Level) {
	want := map[registry.StaffRole]registry.Level{registry.Inspector: registry.LevelGrid, registry.Officer: registry.LevelCommunity}
	type post struct {
		role registry.StaffRole
		area string
	}
	taken := map[post]int64{}
	for i, s := range d.Staff {
		row := d.staffRows[i]
		if areas[s.Area] != want[s.Role] {
			f.add(staffFile, row, "area", s.Area, CodeUnknownArea,
				"须为已有的"+want[s.Role].Text().ZH, "must be the code of a "+want[s.Role].Text().EN+" of this folder")
		}
		at := post{s.Role, s.Area}
		if taken[at] > 0 {
			f.add(staffFile, row, "area", s.Area, CodeDuplicateCode,
				fmt.Sprintf("第 %d 行已安排人员", taken[at]), fmt.Sprintf("line %d gives this area to somebody already", taken[at]))
		}
		taken[at] = row
	}
}
