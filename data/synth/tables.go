package synth

import (
	"fmt"
	"strings"

	"citygrid/data"
	"citygrid/registry/catalog"
)

// unit is one line of units.csv.
type unit struct {
	code, name, nameEN, kind, ring, parent string
}

// Codes of the outside owners that the profile's wording stands for.
const (
	waterUtility, power, telecom, gas, fire    = "W01", "W02", "W03", "W04", "W05"
	buses, trafficPolice, placeNames, adOwners = "W06", "W07", "W08", "W09"
	residents                                  = "W10"
)

// unitsOf are the bureau's units of the profile (ring 1), a centre for each
// district (ring 2) and the bodies outside (ring 3). All names but the districts'
// are proposals.
func unitsOf(profile data.YichangProfile, districts []division) []unit {
	var out []unit
	for _, u := range profile.Units {
		out = append(out, unit{u.Code, u.NameZH, u.NameEN, "bureau_unit", "1", ""})
	}
	for _, d := range districts {
		out = append(out, unit{"D" + d.code, d.centre, d.centreEN, "district_centre", "2", ""})
	}
	for _, o := range [][3]string{
		{waterUtility, "供水企业", "Water utility"}, {power, "供电企业", "Power utility"},
		{telecom, "通信运营企业", "Telecom operators"}, {gas, "燃气企业", "Gas utility"},
		{fire, "消防救援", "Fire and rescue"}, {buses, "公交企业", "Bus company"},
		{trafficPolice, "公安交警", "Traffic police"}, {placeNames, "民政（地名）", "Civil affairs (place names)"},
		{adOwners, "广告业主", "Owners of advertisements"}, {residents, "社区居民委员会", "Residents' committees"},
	} {
		out = append(out, unit{o[0], o[1], o[2], "outside_owner", "3", ""})
	}
	return out
}

// officesOf are the street offices (街道办事处), which belong to the districts.
func officesOf(streets []subdistrict) []unit {
	var out []unit
	for i, s := range streets {
		name, nameEN := strings.Replace(s.name, "（虚构）", "", 1), strings.Replace(s.nameEN, " (invented)", "", 1)
		out = append(out, unit{streetOffice(i), name + "办事处", nameEN + " Office", "outside_owner", "3", "D" + s.district})
	}
	return out
}

// streetOffice is the code of a street's office (街道办事处).
func streetOffice(street int) string { return fmt.Sprintf("W%02d", 11+street) }

// ownerOf resolves the profile's wording to one unit. Where it names two, they
// take turns by the component's sequence.
func ownerOf(wording string, turn, street int) (string, error) {
	pick := func(codes ...string) string { return codes[turn%len(codes)] }
	switch wording {
	case "":
		return "", nil
	case "供水企业":
		return waterUtility, nil
	case "供电企业":
		return power, nil
	case "通信运营企业":
		return telecom, nil
	case "燃气企业":
		return gas, nil
	case "消防、供水企业":
		return pick(fire, waterUtility), nil
	case "供电、通信企业":
		return pick(power, telecom), nil
	case "公交企业":
		return buses, nil
	case "公安交警":
		return trafficPolice, nil
	case "民政（地名）":
		return placeNames, nil
	case "广告业主":
		return adOwners, nil
	case "街道、社区":
		return pick(streetOffice(street), residents), nil
	}
	return "", fmt.Errorf("the profile names an owner that has no unit: %s", wording)
}

func (d *folder) units(units []unit) error {
	return d.write("units.csv", func(s *sheet) error {
		if err := s.header("code", "name", "name_en", "kind", "ring", "parent"); err != nil {
			return err
		}
		for _, u := range units {
			if err := s.row(u.code, u.name, u.nameEN, u.kind, u.ring, u.parent); err != nil {
				return err
			}
		}
		return nil
	})
}

// responsibilities are the bureau's units in the managed area, one rule for each
// subclass, and every district's centre for all the rest of its territory.
func (d *folder) responsibilities(profile data.YichangProfile, districts []division) error {
	return d.write("responsibilities.csv", func(s *sheet) error {
		if err := s.header("area", "kind", "subject", "role", "unit", "valid_from", "valid_to"); err != nil {
			return err
		}
		for _, e := range profile.Entries {
			if err := s.row(managedCode, string(e.Kind), string(e.Subclass), "competent", e.Unit, "", ""); err != nil {
				return err
			}
		}
		for _, v := range districts {
			if err := s.row(v.code, "*", "*", "territory", "D"+v.code, "", ""); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *folder) catalogue(entries []data.YichangEntry) error {
	return d.write("catalogue.csv", func(s *sheet) error {
		if err := s.header("kind", "subclass"); err != nil {
			return err
		}
		for _, e := range entries {
			if err := s.row(string(e.Kind), string(e.Subclass)); err != nil {
				return err
			}
		}
		return nil
	})
}

// staff gives each cell of 西陵 an inspector, each community of 西陵 and 33 of
// 伍家岗 an officer. They have numbers and no names: nobody is meant.
func (c *city) staff(d *folder) error {
	return d.write("staff.csv", func(s *sheet) error {
		if err := s.header("code", "name", "role", "area"); err != nil {
			return err
		}
		n := 0
		for _, cl := range c.cells {
			if strings.HasPrefix(cl.code, "420502") {
				n++
				if err := s.row(fmt.Sprintf("J%04d", n), fmt.Sprintf("监督员%04d（虚构）", n), "inspector", cl.code); err != nil {
					return err
				}
			}
		}
		n, south := 0, 0
		for _, w := range c.wards {
			switch w.code[:6] {
			case "420502":
			case "420503":
				if south++; south > 33 {
					continue
				}
			default:
				continue
			}
			n++
			if err := s.row(fmt.Sprintf("Z%04d", n), fmt.Sprintf("执法队员%04d（虚构）", n), "officer", w.code); err != nil {
				return err
			}
		}
		return nil
	})
}

// componentNames maps subclass codes to the standard's names.
func componentNames(lists *catalog.Catalog, profile data.YichangProfile) (map[string]string, error) {
	out := map[string]string{}
	for _, e := range profile.Entries {
		if e.Kind != catalog.KindComponent {
			continue
		}
		sub, ok := lists.Subclass(profile.Edition, e.Kind, e.Subclass)
		if !ok {
			return nil, fmt.Errorf("the list has no component %s", e.Subclass)
		}
		out[string(e.Subclass)] = sub.NameZH
	}
	return out, nil
}
