package registry_test

import (
	"reflect"
	"testing"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

func TestAnswerSaysWhyInBothLanguages(t *testing.T) {
	t.Parallel()
	area := func(code, name string) *registry.AreaRef { return &registry.AreaRef{Code: code, Name: name} }
	got := book(t, "M01 event 0102 owner U01\nM01 event 0102 competent U02\n420502 * * territory D01").Answer(here(), refuse, today)
	want := &registry.Responsible{
		Unit: registry.UnitRef{Code: "U01", Name: "单位U01"},
		Rule: registry.Ground{By: "rule", Role: registry.Owner, Area: area("M01", "江边"), Level: registry.LevelManaged, Kind: "event", Subject: "0102"},
		Because: registry.Text{
			ZH: "市管区域 江边（M01）的规则：事件 小类 0102，权属单位",
			EN: "rule of the managed area 江边 (M01): event, subclass 0102, role owner",
		},
		Competent: &registry.UnitRef{Code: "U02", Name: "单位U02"},
		PassedOver: []registry.Candidate{
			{
				Unit:    registry.UnitRef{Code: "U02", Name: "单位U02"},
				Rule:    registry.Ground{By: "rule", Role: registry.Competent, Area: area("M01", "江边"), Level: registry.LevelManaged, Kind: "event", Subject: "0102"},
				Because: registry.Text{ZH: "养护、权属、主管依次优先", EN: "maintainer, owner, competent come in this order"},
			},
			{
				Unit:    registry.UnitRef{Code: "D01", Name: "单位D01"},
				Rule:    registry.Ground{By: "territory", Role: registry.Territory, Area: area("420502", "西陵区"), Level: registry.LevelDistrict, Kind: "*", Subject: "*"},
				Because: registry.Text{ZH: "属地只在没有其他规则时负责", EN: "the territory answers only where no rule does"},
			},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
}

// No list is null in JSON: a client may walk it at once.
func TestNobodyPassedOverIsAnEmptyList(t *testing.T) {
	t.Parallel()
	got := book(t, "420500 * * competent U01").Answer(here(), refuse, today)
	want := &registry.Responsible{
		Unit: registry.UnitRef{Code: "U01", Name: "单位U01"},
		Rule: registry.Ground{By: "rule", Role: registry.Competent, Area: &registry.AreaRef{Code: "420500", Name: "宜昌市"}, Level: registry.LevelCity, Kind: "*", Subject: "*"},
		Because: registry.Text{
			ZH: "宜昌市（420500）的规则：部件和事件 全部类别，主管单位",
			EN: "rule of the city 宜昌市 (420500): components and events, every class, role competent",
		},
		PassedOver: []registry.Candidate{},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
}

func TestReasonsOfTheAnswer(t *testing.T) {
	t.Parallel()
	lamp := registry.Subject{Kind: catalog.KindComponent, Subclass: "0118"}
	maintained, owned := lamp, lamp
	maintained.Maintainer = registry.Dept{Code: "U04"}
	owned.Owner = registry.Dept{Code: "U04"}
	for _, claim := range []struct {
		rules   string
		subject registry.Subject
		want    registry.Text
	}{
		{"", maintained, registry.Text{ZH: "该部件登记了养护单位", EN: "recorded as the component's maintainer"}},
		{"", owned, registry.Text{ZH: "该部件登记了权属单位", EN: "recorded as the component's owner"}},
		{"420502001 component 01 maintainer U04", lamp, registry.Text{
			ZH: "西陵街道（420502001）的规则：部件 大类 01，养护单位", EN: "rule of the street 西陵街道 (420502001): component, class 01, role maintainer"}},
		{"420502 * * territory D01", lamp, registry.Text{
			ZH: "没有更具体的规定，由属地（区 西陵区）负责", EN: "no closer rule: the territory answers (district 西陵区)"}},
	} {
		if got := book(t, claim.rules).Answer(here(), claim.subject, today).Because; got != claim.want {
			t.Errorf("%q: got %+v, want %+v", claim.rules, got, claim.want)
		}
	}
}

// The reason names the step of the order at which the two part, and no other.
func TestReasonsOfWhoWasPassedOver(t *testing.T) {
	t.Parallel()
	recorded := func(owner, maintainer registry.UnitCode) registry.Subject {
		s := registry.Subject{Kind: catalog.KindEvent, Subclass: "0102"}
		if owner != "" {
			s.Owner.Code = owner
		}
		if maintainer != "" {
			s.Maintainer.Code = maintainer
		}
		return s
	}
	for _, claim := range []struct {
		name    string
		rules   string
		subject registry.Subject
		want    registry.Text
	}{
		{"owner", "", recorded("W01", "U01"),
			registry.Text{ZH: "登记的养护单位优先于权属单位", EN: "the recorded maintainer comes before the owner"}},
		{"rule after a record", "M01 event 0102 maintainer U02", recorded("W01", ""),
			registry.Text{ZH: "部件自身登记的单位优先于区域规则", EN: "what is recorded for the component comes before any rule"}},
		{"territory after a record", "420502 * * territory D01", recorded("W01", ""),
			registry.Text{ZH: "部件自身登记的单位优先于区域规则", EN: "what is recorded for the component comes before any rule"}},
		{"wider area", "M01 event 0102 owner U01\n420500 event 0102 owner U02", refuse,
			registry.Text{ZH: "更小的区域优先", EN: "a narrower area comes first"}},
		{"another managed area", "M01 event 0102 owner U01\nM02 event 0102 owner U02", refuse,
			registry.Text{ZH: "同级区域中代码较小者优先", EN: "of areas of one level the lower code comes first"}},
		{"wider subject", "M01 event 0102 owner U01\nM01 event 01 owner U02", refuse,
			registry.Text{ZH: "更具体的类别优先", EN: "a narrower subject comes first"}},
		{"both kinds", "M01 event 0102 owner U01\nM01 * 0102 maintainer U02", refuse,
			registry.Text{ZH: "专为部件或专为事件的规则优先于两者通用的规则", EN: "a rule for one kind comes before one for both"}},
		{"later role", "M01 event 0102 owner U01\nM01 event 0102 competent U02", refuse,
			registry.Text{ZH: "养护、权属、主管依次优先", EN: "maintainer, owner, competent come in this order"}},
		{"higher unit code", "M01 event 0102 owner U01\nM01 event 0102 owner U02", refuse,
			registry.Text{ZH: "其余相同时，单位代码较小者优先", EN: "all else equal, the lower unit code comes first"}},
		{"territory after a rule", "M01 event 0102 owner U01\n420502 * * territory D01", refuse,
			registry.Text{ZH: "属地只在没有其他规则时负责", EN: "the territory answers only where no rule does"}},
		{"wider territory", "420502 * * territory U01\n420500 * * territory U02", refuse,
			registry.Text{ZH: "更小的属地优先", EN: "a narrower territory comes first"}},
		{"territory of a wider subject", "420502 event * territory U02\n420502 event 01 territory U01", refuse,
			registry.Text{ZH: "更具体的类别优先", EN: "a narrower subject comes first"}},
	} {
		t.Run(claim.name, func(t *testing.T) {
			t.Parallel()
			r := book(t, claim.rules).Answer(here(), claim.subject, today)
			if r == nil || len(r.PassedOver) != 1 || r.PassedOver[0].Because != claim.want {
				t.Errorf("got %+v, want one with %+v", r, claim.want)
			}
		})
	}
}

func TestNamesOfRolesAndLevels(t *testing.T) {
	t.Parallel()
	got := map[string]registry.Text{}
	for _, r := range []registry.Role{registry.Maintainer, registry.Owner, registry.Competent, registry.Territory, "?"} {
		got[string(r)] = r.Text()
	}
	for _, l := range []registry.Level{registry.LevelGrid, registry.LevelCommunity, registry.LevelStreet, registry.LevelManaged,
		registry.LevelDistrict, registry.LevelCity, "ward"} {
		got[string(l)] = l.Text()
	}
	want := map[string]registry.Text{
		"maintainer": {ZH: "养护", EN: "maintainer"}, "owner": {ZH: "权属", EN: "owner"}, "competent": {ZH: "主管", EN: "competent"},
		"territory": {ZH: "属地", EN: "territory"}, "?": {ZH: "?", EN: "?"},
		"grid": {ZH: "单元网格", EN: "grid cell"}, "community": {ZH: "社区", EN: "community"}, "street": {ZH: "街道", EN: "street"},
		"managed": {ZH: "市管区域", EN: "managed area"}, "district": {ZH: "区", EN: "district"}, "city": {ZH: "市", EN: "city"},
		"ward": {ZH: "ward", EN: "ward"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
