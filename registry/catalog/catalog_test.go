package catalog_test

import (
	"reflect"
	"strings"
	"testing"

	"citygrid/registry/catalog"
)

// lists is a small catalogue that is right; each test makes one thing wrong.
type lists struct {
	classes    []catalog.Class
	subclasses []catalog.Subclass
	standards  []catalog.FilingStandard
	crosswalk  []catalog.Crosswalk
}

func (l lists) build() (*catalog.Catalog, error) {
	return catalog.New(l.classes, l.subclasses, l.standards, l.crosswalk)
}

func poles() lists {
	class := func(e catalog.Edition, k catalog.Kind, code catalog.ClassCode) catalog.Class {
		return catalog.Class{Edition: e, Kind: k, Code: code, NameZH: "公用设施", NameEN: "Public utilities"}
	}
	sub := func(e catalog.Edition, code catalog.SubclassCode, name string) catalog.Subclass {
		return catalog.Subclass{
			Edition: e, Kind: catalog.KindComponent, Class: code.Class(), Code: code, NameZH: name,
			Geometry: catalog.GeometryPoint, Accuracy: catalog.AccuracyA,
		}
	}
	standard := func(id, limit string) catalog.FilingStandard {
		parsed, _ := catalog.ParseLimit(limit)
		return catalog.FilingStandard{
			ID: id, Edition: catalog.Edition2007, Kind: catalog.KindComponent, Subclass: "0117",
			ConditionZH: "倾斜", Limit: parsed, ClosingZH: "扶正", ResponsibleUnitType: "owner_unit", Confidence: "seen",
		}
	}
	return lists{
		classes: []catalog.Class{
			class(catalog.Edition2007, catalog.KindComponent, "02"),
			class(catalog.Edition2007, catalog.KindComponent, "01"),
			class(catalog.Edition2013, catalog.KindComponent, "01"),
		},
		subclasses: []catalog.Subclass{
			sub(catalog.Edition2007, "0117", "立杆"),
			sub(catalog.Edition2007, "0101", "上水井盖"),
			sub(catalog.Edition2013, "0130", "电力立杆"),
			sub(catalog.Edition2013, "0131", "通信立杆"),
		},
		standards: []catalog.FilingStandard{standard("C0117-2", "1工作日"), standard("C0117-1", "2紧急工作时")},
		crosswalk: []catalog.Crosswalk{
			{Kind: catalog.KindComponent, Code2007: "0117", Code2013: "0130", Relation: catalog.RelationSplit},
			{Kind: catalog.KindComponent, Code2007: "0117", Code2013: "0131", Relation: catalog.RelationSplit},
		},
	}
}

func TestCatalogAnswersByEditionKindAndCode(t *testing.T) {
	t.Parallel()
	l := poles()
	c, err := l.build()
	if err != nil {
		t.Fatal(err)
	}
	e, k := catalog.Edition2007, catalog.KindComponent
	if got, ok := c.Subclass(e, k, "0117"); !ok || got != l.subclasses[0] {
		t.Errorf("0117 is %+v, %v", got, ok)
	}
	for _, miss := range []struct {
		edition catalog.Edition
		kind    catalog.Kind
		code    catalog.SubclassCode
	}{{e, catalog.KindEvent, "0117"}, {catalog.Edition2013, k, "0117"}, {e, k, "0118"}} {
		if got, ok := c.Subclass(miss.edition, miss.kind, miss.code); ok {
			t.Errorf("%+v is %+v", miss, got)
		}
	}
	if got, want := c.Classes(e, k), []catalog.Class{l.classes[1], l.classes[0]}; !reflect.DeepEqual(got, want) {
		t.Errorf("classes by code: got %+v", got)
	}
	if got, want := c.Subclasses(e, k), []catalog.Subclass{l.subclasses[1], l.subclasses[0]}; !reflect.DeepEqual(got, want) {
		t.Errorf("sub-classes by code: got %+v", got)
	}
	if got := c.FilingStandards(e, k, "0117"); !reflect.DeepEqual(got, l.standards) {
		t.Errorf("filing standards in the order of the table: got %+v", got)
	}
	if got := c.FilingStandards(e, k, "0101"); len(got) != 0 {
		t.Errorf("a cover has the pole's filing standards: %+v", got)
	}
}

func TestCrosswalkKeepsTheOrderOfTheTable(t *testing.T) {
	t.Parallel()
	l := poles()
	c, err := l.build()
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Crosswalks(); !reflect.DeepEqual(got, l.crosswalk) {
		t.Errorf("the whole relation is %+v", got)
	}
}

func TestCallerCannotChangeTheCatalog(t *testing.T) {
	t.Parallel()
	l := poles()
	c, err := l.build()
	if err != nil {
		t.Fatal(err)
	}
	e, k := catalog.Edition2007, catalog.KindComponent
	l.crosswalk[0].Note = "changed"
	c.Classes(e, k)[0].NameZH = "changed"
	c.Subclasses(e, k)[0].NameZH = "changed"
	c.FilingStandards(e, k, "0117")[0].ConditionZH = "changed"
	c.Crosswalks()[0].Note = "changed"
	again, err := poles().build()
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(c, again) {
		t.Error("a change to an answer, or to the input, reached the catalogue")
	}
}

func TestNewRefusesListsThatDisagree(t *testing.T) {
	t.Parallel()
	for want, spoil := range map[string]func(*lists){
		"cjt214-2007 component class 02 is given twice":             func(l *lists) { l.classes = append(l.classes, l.classes[0]) },
		`class code "2": has 1 digits`:                              func(l *lists) { l.classes[0].Code = "2" },
		`class 02: edition "2007": no such edition`:                 func(l *lists) { l.classes[0].Edition = "2007" },
		`class 02: kind "thing": no such kind`:                      func(l *lists) { l.classes[0].Kind = "thing" },
		"cjt214-2007 component sub-class 0117 is given twice":       func(l *lists) { l.subclasses = append(l.subclasses, l.subclasses[0]) },
		"sub-class 0117: class is 02, code says 01":                 func(l *lists) { l.subclasses[0].Class = "02" },
		"event sub-class 0117: class 01 is not in the list":         func(l *lists) { l.subclasses[0].Kind = catalog.KindEvent },
		`sub-class 01017: sub-class code "01017": has 5 digits`:     func(l *lists) { l.subclasses[0].Code = "01017" },
		`sub-class 0117: geometry "dot"`:                            func(l *lists) { l.subclasses[0].Geometry = "dot" },
		`sub-class 0117: accuracy class "D"`:                        func(l *lists) { l.subclasses[0].Accuracy = "D" },
		"filing standard C0117-2 is given twice":                    func(l *lists) { l.standards[1].ID = "C0117-2" },
		"filing standard C0117-2: cjt214-2007 has no component sub": func(l *lists) { l.standards[0].Subclass = "0118" },
		`filing standard C0117-2: time limit "0"`:                   func(l *lists) { l.standards[0].Limit = catalog.Limit{} },
		`filing standard C0117-2: responsible unit type ""`:         func(l *lists) { l.standards[0].ResponsibleUnitType = "" },
		`crosswalk row "无" relates no code`: func(l *lists) {
			l.crosswalk[0] = catalog.Crosswalk{Kind: catalog.KindComponent, Name2026ZH: "无"}
		},
		"crosswalk component 0117/0130/ is given twice":      func(l *lists) { l.crosswalk[1].Code2013 = "0130" },
		`crosswalk component 0117/0130/: relation "other"`:   func(l *lists) { l.crosswalk[0].Relation = "other" },
		"crosswalk: gbt30428.2-2013 has no component sub":    func(l *lists) { l.crosswalk[0].Code2013 = "0117" },
		"crosswalk: cjt214-2007 has no event sub-class 0117": func(l *lists) { l.crosswalk[0].Kind = catalog.KindEvent },
	} {
		l := poles()
		spoil(&l)
		c, err := l.build()
		if c != nil || err == nil || !strings.HasPrefix(err.Error(), "build catalogue: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}
