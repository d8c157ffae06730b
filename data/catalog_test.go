package data

import (
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"citygrid/registry/catalog"
)

func TestListsHaveTheirPublishedSizes(t *testing.T) {
	t.Parallel()
	c := mustCatalog(t)
	type list struct {
		edition catalog.Edition
		kind    catalog.Kind
	}
	want := map[list]map[catalog.ClassCode]int{
		{catalog.Edition2007, catalog.KindComponent}: {"01": 38, "02": 17, "03": 11, "04": 10, "05": 3, "06": 6},
		{catalog.Edition2013, catalog.KindComponent}: {"01": 58, "02": 32, "03": 14, "04": 10, "05": 9},
		{catalog.Edition2026, catalog.KindComponent}: {"01": 76, "02": 44, "03": 16, "04": 14, "05": 3},
		// 18+5+5+9+13 of the standard and one "other" in each class.
		{catalog.Edition2007, catalog.KindEvent}: {"01": 19, "02": 6, "03": 6, "04": 10, "05": 14},
		{catalog.Edition2013, catalog.KindEvent}: {"01": 38, "02": 7, "03": 12, "04": 10, "05": 8, "06": 1},
		{catalog.Edition2026, catalog.KindEvent}: {"01": 76, "02": 44, "03": 16, "04": 14, "05": 3, "06": 51, "07": 7, "08": 16, "09": 21, "10": 2},
	}
	totals := map[list]int{
		{catalog.Edition2007, catalog.KindComponent}: 85, {catalog.Edition2007, catalog.KindEvent}: 55,
		{catalog.Edition2013, catalog.KindComponent}: 123, {catalog.Edition2013, catalog.KindEvent}: 76,
		{catalog.Edition2026, catalog.KindComponent}: 153, {catalog.Edition2026, catalog.KindEvent}: 250,
	}
	for at, classes := range want {
		got := map[catalog.ClassCode]int{}
		for _, s := range c.Subclasses(at.edition, at.kind) {
			got[s.Class]++
		}
		if !reflect.DeepEqual(got, classes) {
			t.Errorf("%s %s: got %v, want %v", at.edition, at.kind, got, classes)
		}
		if n := len(c.Subclasses(at.edition, at.kind)); n != totals[at] {
			t.Errorf("%s %s: %d sub-classes, want %d", at.edition, at.kind, n, totals[at])
		}
		if n := len(c.Classes(at.edition, at.kind)); n != len(classes) {
			t.Errorf("%s %s: %d classes, want %d", at.edition, at.kind, n, len(classes))
		}
	}
}

func TestEventsOf2007EndEachClassWithOther(t *testing.T) {
	t.Parallel()
	c := mustCatalog(t)
	for _, code := range []catalog.SubclassCode{"0199", "0299", "0399", "0499", "0599"} {
		s, ok := c.Subclass(catalog.Edition2007, catalog.KindEvent, code)
		if !ok || !strings.HasPrefix(s.NameZH, "其他") {
			t.Errorf("%s is %q, %v", code, s.NameZH, ok)
		}
	}
}

func TestSameDigitsMeanDifferentThingsByEdition(t *testing.T) {
	t.Parallel()
	c := mustCatalog(t)
	for _, test := range []struct {
		edition catalog.Edition
		code    catalog.SubclassCode
		want    string
	}{
		{catalog.Edition2007, "0114", "无主井盖"}, {catalog.Edition2013, "0114", "园林井盖"},
		{catalog.Edition2007, "0118", "路灯"}, {catalog.Edition2013, "0118", "化粪池井盖"},
		{catalog.Edition2007, "0302", "化粪池"}, {catalog.Edition2013, "0302", "公厕指示牌"},
		{catalog.Edition2007, "0209", "交通标志牌"}, {catalog.Edition2013, "0209", "跨河桥"},
	} {
		s, _ := c.Subclass(test.edition, catalog.KindComponent, test.code)
		if s.NameZH != test.want {
			t.Errorf("%s %s is %q, want %q", test.edition, test.code, s.NameZH, test.want)
		}
	}
}

func TestEveryRowSaysWhereItIsFromAndHowSure(t *testing.T) {
	t.Parallel()
	c := mustCatalog(t)
	for _, e := range catalog.Editions() {
		for _, s := range c.Subclasses(e, catalog.KindComponent) {
			if s.Source == "" || s.Confidence == "" || s.NameEN == "" || s.Geometry == catalog.GeometryNone || s.Accuracy == catalog.AccuracyNone {
				t.Errorf("component %s %s is not complete: %+v", e, s.Code, s)
			}
		}
		for _, s := range c.Subclasses(e, catalog.KindEvent) {
			if s.Source == "" || s.Confidence == "" || s.NameEN == "" || s.Geometry != catalog.GeometryNone || s.Accuracy != catalog.AccuracyNone {
				t.Errorf("event %s %s is not complete: %+v", e, s.Code, s)
			}
		}
	}
}

func TestEverySubclassOf2007ButOtherHasAFilingStandard(t *testing.T) {
	t.Parallel()
	c := mustCatalog(t)
	rows, confidence := map[catalog.Kind]int{}, map[string]int{}
	for _, kind := range catalog.Kinds() {
		for _, s := range c.Subclasses(catalog.Edition2007, kind) {
			standards := c.FilingStandards(catalog.Edition2007, kind, s.Code)
			other := kind == catalog.KindEvent && strings.HasSuffix(string(s.Code), "99")
			if other != (len(standards) == 0) {
				t.Errorf("%s %s %s has %d filing standards", kind, s.Code, s.NameZH, len(standards))
			}
			rows[kind] += len(standards)
			for _, standard := range standards {
				confidence[standard.Confidence]++
			}
		}
	}
	if want := map[catalog.Kind]int{catalog.KindComponent: 307, catalog.KindEvent: 73}; !reflect.DeepEqual(rows, want) {
		t.Errorf("rows %v, want %v, 380 in all", rows, want)
	}
	if want := map[string]int{"seen": 286, "proposal": 94}; !reflect.DeepEqual(confidence, want) {
		t.Errorf("confidence %v, want %v", confidence, want)
	}
}

func TestFilingStandardIsReadWhole(t *testing.T) {
	t.Parallel()
	got := mustCatalog(t).FilingStandards(catalog.Edition2007, catalog.KindComponent, "0101")[0]
	want := catalog.FilingStandard{
		ID: "C0101-1", Edition: catalog.Edition2007, Kind: catalog.KindComponent, Subclass: "0101",
		ConditionZH:         "盖体丢失、错位或开裂，行人车辆有危险",
		ConditionEN:         "Cover missing, displaced or cracked; danger to people or vehicles",
		Limit:               catalog.Limit{Value: 2, Unit: catalog.UrgentHour},
		ClosingZH:           "盖体补齐或复位，险情消除",
		ResponsibleUnitType: "water_utility",
		Source:              "运城 (Yuncheng) filing/handling/closing workbook: zhcg2026/smart_cityguard standards_preview.csv + muban.xlsx (condition reworded; sub-class mapped to the CJ/T 214-2007 code by name)",
		Confidence:          "seen",
	}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestEveryUnitTypeOfTheListRepairsSomething(t *testing.T) {
	t.Parallel()
	c := mustCatalog(t)
	used := map[catalog.UnitType]bool{}
	for _, kind := range catalog.Kinds() {
		for _, s := range c.Subclasses(catalog.Edition2007, kind) {
			for _, standard := range c.FilingStandards(catalog.Edition2007, kind, s.Code) {
				used[standard.ResponsibleUnitType] = true
			}
		}
	}
	if len(used) != 37 {
		t.Errorf("%d unit types repair something, want all 37", len(used))
	}
}

func TestCrosswalkHasItsRowsByRelation(t *testing.T) {
	t.Parallel()
	got := map[catalog.Relation]int{}
	for _, row := range mustCatalog(t).Crosswalks() {
		got[row.Relation]++
	}
	want := map[catalog.Relation]int{ // 267 rows
		catalog.RelationSame: 25, catalog.RelationRenumbered: 95, catalog.RelationSplit: 7, catalog.RelationNew: 109,
		catalog.RelationDropped: 12, catalog.RelationNone2026: 5, catalog.RelationLocal: 14,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestPoleOf2007BecameFiveSubclasses(t *testing.T) {
	t.Parallel()
	c := mustCatalog(t)
	names := map[catalog.SubclassCode]string{}
	for _, row := range c.Crosswalks() {
		if row.Kind == catalog.KindComponent && row.Code2007 == "0117" && row.Relation == catalog.RelationSplit {
			names[row.Code2013] = row.Name2026ZH
		}
	}
	want := map[catalog.SubclassCode]string{
		"0130": "电力立杆", "0131": "通信立杆", "0132": "公交立杆", "0133": "特殊立杆", "0134": "不明立杆",
	}
	if !reflect.DeepEqual(names, want) {
		t.Errorf("got %v, want %v", names, want)
	}
}

func TestCrosswalkCoversEvery2007Subclass(t *testing.T) {
	t.Parallel()
	c := mustCatalog(t)
	type subclass struct {
		kind catalog.Kind
		code catalog.SubclassCode
	}
	related := map[subclass]bool{}
	for _, row := range c.Crosswalks() {
		related[subclass{row.Kind, row.Code2007}] = true
	}
	for _, kind := range catalog.Kinds() {
		for _, s := range c.Subclasses(catalog.Edition2007, kind) {
			if strings.HasSuffix(string(s.Code), "99") {
				continue // "other" has no counterpart
			}
			if !related[subclass{kind, s.Code}] {
				t.Errorf("%s %s %s is in no row", kind, s.Code, s.NameZH)
			}
		}
	}
}

func TestDamagedTableIsNamedByFileLineAndColumn(t *testing.T) {
	t.Parallel()
	const (
		list      = "catalog/component_cjt214-2007.csv"
		standards = "catalog/filing_standards_cjt214-2007.csv"
		crosswalk = "catalog/crosswalk.csv"
	)
	for want, damage := range map[string]struct{ file, old, new string }{
		list + ": begins with a byte-order mark":                                {list, "class_code", "\ufeffclass_code"},
		list + ": header is":                                                    {list, "class_code", "class"},
		list + ": record on line 2: wrong number of fields":                     {list, "01,公用设施,Public utilities,0101,", "01,公用设施,Public utilities,"},
		list + ` line 2 column subclass_code: sub-class code "101"`:             {list, ",0101,", ",101,"},
		list + " line 3 column class_name_zh: class 01 is 设施":                   {list, "01,公用设施,Public utilities,0102", "01,设施,Public utilities,0102"},
		list + ` line 2 column geometry: geometry "dot"`:                        {list, ",point,", ",dot,"},
		list + " line 2 column accuracy_class: is empty":                        {list, ",point,A,", ",point,,"},
		list + ` line 2 column subclass_name_zh: "上水井盖 " has spaces`:            {list, "上水井盖,", "上水井盖 ,"},
		standards + " line 2 column time_limit_unit: time limit":                {standards, "紧急工作时", "紧急"},
		standards + " line 2 column time_limit_unit: time limit \"2.5":          {standards, ",2,紧急", ",2.5,紧急"},
		standards + " line 2 column subclass_name_zh: is not the name":          {standards, "上水井盖", "下水井盖"},
		standards + " line 2 column responsible_unit_type":                      {standards, "water_utility", "waterworks"},
		crosswalk + " line 2 column relation":                                   {crosswalk, ",same,", ",equal,"},
		crosswalk + " line 2 column code_gbt47678_2026: sub-class code":         {crosswalk, "01001", "0101"},
		"build catalogue: gbt47678.5-2026 event sub-class 01001 is given twice": {"catalog/event_gbt47678.5-2026.csv", ",01002,", ",01001,"},
		"build catalogue: filing standard C0101-1 is given twice":               {standards, "C0101-2", "C0101-1"},
	} {
		_, err := readCatalog(damaged(t, damage.file, damage.old, damage.new))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}

func TestMissingOrEmptyTableIsAnError(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"catalog/event_gbt47678.5-2026.csv", "catalog/filing_standards_cjt214-2007.csv", "catalog/crosswalk.csv",
	} {
		files := copyTables(t)
		files[name] = &fstest.MapFile{}
		if _, err := readCatalog(files); err == nil || !strings.Contains(err.Error(), name+": EOF") {
			t.Errorf("%s empty: %v", name, err)
		}
		delete(files, name)
		if _, err := readCatalog(files); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s missing: %v", name, err)
		}
	}
}

func mustCatalog(t *testing.T) *catalog.Catalog {
	t.Helper()
	c, err := Catalog()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// damaged returns the embedded tables with the first occurrence of old in one
// file replaced.
func damaged(t *testing.T, file, old, new string) fs.FS {
	t.Helper()
	files := copyTables(t)
	text := string(files[file].Data)
	if !strings.Contains(text, old) {
		t.Fatalf("%s does not hold %q", file, old)
	}
	files[file] = &fstest.MapFile{Data: []byte(strings.Replace(text, old, new, 1))}
	return files
}

func copyTables(t *testing.T) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	for _, pattern := range []string{"catalog/*.csv", "yichang/*.csv"} {
		names, err := fs.Glob(tables, pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := fs.ReadFile(tables, name)
			if err != nil {
				t.Fatal(err)
			}
			files[name] = &fstest.MapFile{Data: text}
		}
	}
	return files
}
