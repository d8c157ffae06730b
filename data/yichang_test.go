package data

import (
	"reflect"
	"strings"
	"testing"

	"citygrid/registry/catalog"
)

func TestYichangCountsWhatTheCensusReported(t *testing.T) {
	t.Parallel()
	profile := mustYichang(t)
	items, subclasses := map[catalog.ClassCode]int{}, map[catalog.ClassCode]int{}
	total, components, events := 0, 0, map[catalog.ClassCode]int{}
	for _, entry := range profile.Entries {
		if entry.Kind == catalog.KindEvent {
			events[entry.Subclass.Class()]++
			continue
		}
		items[entry.Subclass.Class()] += entry.Items
		subclasses[entry.Subclass.Class()]++
		total += entry.Items
		components++
	}
	if total != 11393 || components != 33 || len(profile.Entries)-components != 45 || len(profile.Units) != 14 {
		t.Errorf("%d components of %d sub-classes, %d event sub-classes, %d units; want 11393, 33, 45, 14",
			total, components, len(profile.Entries)-components, len(profile.Units))
	}
	if want := map[catalog.ClassCode]int{"01": 7487, "02": 694, "03": 867, "04": 2283, "05": 62}; !reflect.DeepEqual(items, want) {
		t.Errorf("components by class %v, want %v", items, want)
	}
	if want := map[catalog.ClassCode]int{"01": 15, "02": 6, "03": 5, "04": 6, "05": 1}; !reflect.DeepEqual(subclasses, want) {
		t.Errorf("component sub-classes by class %v, want %v", subclasses, want)
	}
	if want := map[catalog.ClassCode]int{"01": 18, "02": 5, "03": 5, "04": 7, "05": 10}; !reflect.DeepEqual(events, want) {
		t.Errorf("event sub-classes by class %v, want %v", events, want)
	}
}

func TestEveryYichangSubclassHasAFilingStandard(t *testing.T) {
	t.Parallel()
	profile, c := mustYichang(t), mustCatalog(t)
	for _, entry := range profile.Entries {
		if len(c.FilingStandards(profile.Edition, entry.Kind, entry.Subclass)) == 0 {
			t.Errorf("%s %s has none", entry.Kind, entry.Subclass)
		}
	}
}

func TestYichangOrderIsComponentsThenEventsByCode(t *testing.T) {
	t.Parallel()
	order := func(e YichangEntry) string { return string(e.Kind) + string(e.Subclass) }
	entries := mustYichang(t).Entries
	for i := 1; i < len(entries); i++ {
		if order(entries[i-1]) >= order(entries[i]) {
			t.Errorf("%s stands before %s", order(entries[i-1]), order(entries[i]))
		}
	}
}

func TestYichangRowsAreReadWhole(t *testing.T) {
	t.Parallel()
	profile := mustYichang(t)
	cover := YichangEntry{
		Kind: catalog.KindComponent, Subclass: "0101", Items: 598, Unit: "U03", ExternalOwnerZH: "供水企业", Confidence: "proposal",
	}
	if got := profile.Entries[0]; got != cover {
		t.Errorf("got %+v, want %+v", got, cover)
	}
	conditioner := YichangEntry{Kind: catalog.KindEvent, Subclass: "0513", Unit: "U13", Confidence: "proposal"}
	if got := profile.Entries[77]; got != conditioner {
		t.Errorf("got %+v, want %+v", got, conditioner)
	}
	works := YichangUnit{
		Code: "U03", NameZH: "市市政设施维护处", NameEN: "Municipal Works Maintenance Office (roads, drains)",
		Items: 3955, Events: 4, Confidence: "proposal (the article gives only the number 14)",
	}
	if got := profile.Units[2]; got != works {
		t.Errorf("got %+v, want %+v", got, works)
	}
}

func TestYichangTableThatDisagreesIsRefused(t *testing.T) {
	t.Parallel()
	const profile, units = "yichang/profile.csv", "yichang/units.csv"
	for want, damage := range map[string]struct{ file, old, new string }{
		"unit U03: 3955 components and 4 events declared, 3956 and 4 entered": {profile, ",598,", ",599,"},
		"unit U05: 0 components and 12 events declared, 0 and 13 entered":     {units, ",0,13,", ",0,12,"},
		profile + " line 2 column item_count":                                 {profile, ",598,", ",-598,"},
		profile + " line 2 column subclass_code: CJ/T 214-2007 has no":        {profile, ",0101,", ",0139,"},
		profile + " line 3 column subclass_code: component 0101 is given":     {profile, ",0102,污水井盖,Sewer manhole cover,", ",0101,上水井盖,Water-supply manhole cover,"},
		profile + ` line 2 column subclass_name_zh: is "井盖" here`:             {profile, ",上水井盖,", ",井盖,"},
		profile + ` line 2 column class_name_zh: is "设施" here`:                {profile, ",公用设施,", ",设施,"},
		profile + " line 2 column unit_code: there is no unit U15":            {profile, ",U03,", ",U15,"},
		profile + " line 2 column unit_name_zh":                               {profile, ",市市政设施维护处,", ",市政处,"},
		units + " line 3 column unit_code: U01 is given twice":                {units, "U02", "U01"},
		units + " line 2 column components_answered":                          {units, ",574,", ",many,"},
	} {
		_, err := readYichang(damaged(t, damage.file, damage.old, damage.new))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}

func mustYichang(t *testing.T) YichangProfile {
	t.Helper()
	profile, err := Yichang()
	if err != nil {
		t.Fatal(err)
	}
	return profile
}
