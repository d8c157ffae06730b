package registry_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

// here holds a point in every level, with two managed areas over its cell.
func here() []registry.Within {
	return []registry.Within{
		{AreaRef: registry.AreaRef{Code: "420502001001001", Name: "一号网格"}, Level: registry.LevelGrid},
		{AreaRef: registry.AreaRef{Code: "420502001001", Name: "滨江社区"}, Level: registry.LevelCommunity},
		{AreaRef: registry.AreaRef{Code: "420502001", Name: "西陵街道"}, Level: registry.LevelStreet},
		{AreaRef: registry.AreaRef{Code: "M01", Name: "江边"}, Level: registry.LevelManaged},
		{AreaRef: registry.AreaRef{Code: "M02", Name: "站前"}, Level: registry.LevelManaged},
		{AreaRef: registry.AreaRef{Code: "420502", Name: "西陵区"}, Level: registry.LevelDistrict},
		{AreaRef: registry.AreaRef{Code: "420500", Name: "宜昌市"}, Level: registry.LevelCity},
	}
}

func units() []registry.Unit {
	var out []registry.Unit
	for _, code := range []registry.UnitCode{"U01", "U02", "U03", "U04", "U05", "U06", "U07", "W01", "D01"} {
		out = append(out, registry.Unit{Code: code, Name: "单位" + string(code)})
	}
	return out
}

// book reads rules as a city writes them, one a line: area kind subject role unit, then the first and the last day, "-" for none.
func book(t *testing.T, lines string) *registry.Rulebook {
	t.Helper()
	var rules []registry.Responsibility
	for line := range strings.Lines(lines) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		f = append(f, "-", "-")
		r := registry.Responsibility{
			Area: f[0], Kind: f[1], Subject: f[2], Role: registry.Role(f[3]), Unit: registry.UnitCode(f[4]),
			ValidFrom: date(t, f[5]), ValidTo: date(t, f[6]),
		}
		rules = append(rules, r)
	}
	return registry.NewRulebook(units(), rules)
}

func date(t *testing.T, text string) time.Time {
	t.Helper()
	if text == "-" {
		return time.Time{}
	}
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// told says an answer without its reasons: "U05 competent by rule of M01 event 0102; competent: …; passed over: …".
func told(r *registry.Responsible) string {
	if r == nil {
		return "nobody"
	}
	s := saidOf(r.Unit, r.Rule)
	if r.Competent != nil {
		s += fmt.Sprintf("; competent: %s %s", r.Competent.Code, r.Competent.Name)
	}
	for i, c := range r.PassedOver {
		s += []string{", ", "; passed over: "}[min(1, max(0, 1-i))] + saidOf(c.Unit, c.Rule)
	}
	return s
}

func saidOf(u registry.UnitRef, g registry.Ground) string {
	s := fmt.Sprintf("%s %s by %s", u.Code, g.Role, g.By)
	if g.Area != nil {
		s += fmt.Sprintf(" of %s %s %s", g.Area.Code, g.Kind, g.Subject)
	}
	return s
}

var (
	today  = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	refuse = registry.Subject{Kind: catalog.KindEvent, Subclass: "0102"} // 暴露垃圾
)

func TestWhoAnswers(t *testing.T) {
	t.Parallel()
	u := func(code string) registry.Dept {
		return registry.Dept{Code: registry.UnitCode(code), Name: "调查员所写"}
	}
	cover := func(supervisor, owner, maintainer registry.Dept) registry.Subject { // 上水井盖
		return registry.Subject{Kind: catalog.KindComponent, Subclass: "0101", Supervisor: supervisor, Owner: owner, Maintainer: maintainer}
	}
	none := registry.Dept{}
	for _, claim := range []struct {
		name    string
		rules   string
		subject registry.Subject
		want    string
	}{
		{"nobody when nothing was asked about", `420500 * * competent U01`, registry.Subject{}, "nobody"},
		{"nobody when no rule matches", `420500 event 0103 competent U01`, refuse, "nobody"},
		{"nobody when there are no rules", ``, refuse, "nobody"},
		{"no rule of an area elsewhere", `420503 * * competent U01`, refuse, "nobody"},
		{"no rule for the other kind", `420500 component 0102 competent U01`, refuse, "nobody"},

		{"the recorded maintainer before the recorded owner", ``, cover(none, u("W01"), u("U03")),
			"U03 maintainer by recorded; passed over: W01 owner by recorded"},
		{"the recorded owner before the narrowest rule", `420502001001001 component 0101 maintainer U03`, cover(none, u("W01"), none),
			"W01 owner by recorded; passed over: U03 maintainer by rule of 420502001001001 component 0101"},
		{"the recorded maintainer before every rule and the territory", "M01 component 01 owner U04\n420502 * * territory D01", cover(none, none, u("U03")),
			"U03 maintainer by recorded; passed over: U04 owner by rule of M01 component 01, D01 territory by territory of 420502 * *"},
		{"the recorded supervisor does not answer", ``, cover(u("U14"), none, none), "nobody"},
		{"a unit that nobody registered, by the name in the survey", ``,
			cover(none, registry.Dept{Code: "X99", Name: "供水公司"}, none), "X99 owner by recorded"},
		{"a department without a code", ``, cover(none, registry.Dept{Name: "供水公司"}, none), " owner by recorded"},

		{"a cell before its community", "420502001001 event 0102 competent U01\n420502001001001 event * competent U02", refuse,
			"U02 competent by rule of 420502001001001 event *; passed over: U01 competent by rule of 420502001001 event 0102"},
		{"a community before its street", "420502001 event 0102 competent U01\n420502001001 event * competent U02", refuse,
			"U02 competent by rule of 420502001001 event *; passed over: U01 competent by rule of 420502001 event 0102"},
		{"a street before a managed area", "M01 event 0102 competent U01\n420502001 event * competent U02", refuse,
			"U02 competent by rule of 420502001 event *; passed over: U01 competent by rule of M01 event 0102"},
		{"a managed area before the district", "420502 event 0102 competent U01\nM02 event * competent U02", refuse,
			"U02 competent by rule of M02 event *; passed over: U01 competent by rule of 420502 event 0102"},
		{"the district before the city", "420500 event 0102 competent U01\n420502 event * competent U02", refuse,
			"U02 competent by rule of 420502 event *; passed over: U01 competent by rule of 420500 event 0102"},
		{"of two managed areas the lower code", "M02 event 0102 competent U01\nM01 event * competent U02", refuse,
			"U02 competent by rule of M01 event *; passed over: U01 competent by rule of M02 event 0102"},

		{"a subclass before its class before any", "420500 event * maintainer U01\n420500 event 01 maintainer U02\n420500 event 0102 competent U03", refuse,
			"U03 competent by rule of 420500 event 0102; passed over: U02 maintainer by rule of 420500 event 01, U01 maintainer by rule of 420500 event *"},
		{"no class that only begins alike", "420500 event 010 competent U01\n420500 event 1 competent U02\n420500 event 0 competent U03", refuse, "nobody"},
		{"a rule for its kind before one for both", "420500 * 0102 maintainer U01\n420500 event 0102 competent U02", refuse,
			"U02 competent by rule of 420500 event 0102; passed over: U01 maintainer by rule of 420500 * 0102"},
		{"a narrower subject for both kinds before a wider one for its kind", "420500 event 01 competent U01\n420500 * 0102 competent U02", refuse,
			"U02 competent by rule of 420500 * 0102; passed over: U01 competent by rule of 420500 event 01"},
		{"maintainer before owner before competent", "M01 event 0102 competent U01\nM01 event 0102 owner U02\nM01 event 0102 maintainer U03", refuse,
			"U03 maintainer by rule of M01 event 0102; competent: U01 单位U01; passed over: U02 owner by rule of M01 event 0102, U01 competent by rule of M01 event 0102"},
		{"of equal rules the lower unit", "M01 event 0102 owner U02\nM01 event 0102 owner U01", refuse,
			"U01 owner by rule of M01 event 0102; passed over: U02 owner by rule of M01 event 0102"},
		{"five digits in the edition of 2026", "420500 event 01 competent U01\n420500 event 01002 competent U02",
			registry.Subject{Kind: catalog.KindEvent, Subclass: "01002"},
			"U02 competent by rule of 420500 event 01002; passed over: U01 competent by rule of 420500 event 01"},
		{"without a subclass only rules for all of them", "M01 event 0102 competent U01\nM01 event 01 competent U02\n420500 event * competent U03",
			registry.Subject{Kind: catalog.KindEvent}, "U03 competent by rule of 420500 event *"},

		{"the territory where nothing else does", `420502 * * territory D01`, refuse, "D01 territory by territory of 420502 * *"},
		{"the widest rule before the narrowest territory", "420502001001001 event 0102 territory D01\n420500 * * competent U01", refuse,
			"U01 competent by rule of 420500 * *; passed over: D01 territory by territory of 420502001001001 event 0102"},
		{"the narrower territory", "420500 * * territory U01\n420502 * * territory D01", refuse,
			"D01 territory by territory of 420502 * *; passed over: U01 territory by territory of 420500 * *"},

		{"the recorded supervisor beside the answer", `420500 component * competent U05`, cover(u("U06"), none, u("U03")),
			"U03 maintainer by recorded; competent: U06 单位U06; passed over: U05 competent by rule of 420500 component *"},
		{"the first competent rule beside an owner", "420500 component * competent U05\nM01 component 01 competent U04", cover(none, u("W01"), none),
			"W01 owner by recorded; competent: U04 单位U04; passed over: U04 competent by rule of M01 component 01, U05 competent by rule of 420500 component *"},
		{"no competent unit beside itself", ``, cover(u("U03"), none, u("U03")), "U03 maintainer by recorded"},
		{"no competent unit beside itself, however the survey spells it", ``,
			cover(registry.Dept{Code: "X99", Name: "供水"}, registry.Dept{Code: "X99", Name: "供水公司"}, none), "X99 owner by recorded"},
		{"departments without a code are told apart by name", ``,
			cover(registry.Dept{Name: "城管局"}, registry.Dept{Name: "供水公司"}, none), " owner by recorded; competent:  城管局"},

		{"a unit is not passed over for itself", "M01 component 0101 maintainer U03\n420500 component * competent U03\n420502 * * territory D01",
			cover(none, u("U03"), u("U03")), "U03 maintainer by recorded; passed over: D01 territory by territory of 420502 * *"},
		{"a rule once, though two of its periods hold the day",
			"M01 event 0102 owner U01\nM01 event 0102 competent U02 2020-01-01 2026-12-31\nM01 event 0102 competent U02 2026-01-01 -", refuse,
			"U01 owner by rule of M01 event 0102; competent: U02 单位U02; passed over: U02 competent by rule of M01 event 0102"},
	} {
		t.Run(claim.name, func(t *testing.T) {
			t.Parallel()
			if got := told(book(t, claim.rules).Answer(here(), claim.subject, today)); got != claim.want {
				t.Errorf("\n got %s\nwant %s", got, claim.want)
			}
		})
	}
}

func TestOrderOfRowsDoesNotMatter(t *testing.T) {
	t.Parallel()
	lines := []string{
		"420500 event * owner U01", "M01 event 01 competent U02", "M01 event 0102 competent U04", "M01 * 0102 maintainer U03",
		"420502 * * territory D01", "420502001001001 event 0103 maintainer U05", "M02 event 0102 owner U06",
	}
	const want = "U04 competent by rule of M01 event 0102; passed over: U03 maintainer by rule of M01 * 0102, U02 competent by rule of M01 event 01, " +
		"U06 owner by rule of M02 event 0102, U01 owner by rule of 420500 event *, D01 territory by territory of 420502 * *"
	for range lines {
		lines = append(lines[1:], lines[0])
		if got := told(book(t, strings.Join(lines, "\n")).Answer(here(), refuse, today)); got != want {
			t.Errorf("rows %q:\n got %s\nwant %s", lines, got, want)
		}
	}
}

// A county-level city (县级市) is its own only district, with one code.
func TestCityWithTheCodeOfItsDistrictAnswersOnce(t *testing.T) {
	t.Parallel()
	areas := []registry.Within{
		{AreaRef: registry.AreaRef{Code: "420581", Name: "宜都市"}, Level: registry.LevelDistrict},
		{AreaRef: registry.AreaRef{Code: "420581", Name: "宜都市"}, Level: registry.LevelCity},
	}
	got := told(book(t, "420581 event 0102 owner U01\n420581 event 0102 competent U02").Answer(areas, refuse, today))
	if want := "U01 owner by rule of 420581 event 0102; competent: U02 单位U02; passed over: U02 competent by rule of 420581 event 0102"; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestBothEndsOfARuleCount(t *testing.T) {
	t.Parallel()
	const from, to = "420500 event * competent U01 2026-03-01 -", "420500 event * competent U01 - 2026-03-31"
	const both, oneDay = "420500 event * competent U01 2026-03-01 2026-03-31", "420500 event * competent U01 2026-03-01 2026-03-01"
	shanghai := time.FixedZone("CST", 8*60*60)
	at := func(text string) time.Time {
		day, err := time.ParseInLocation(time.DateTime, text, shanghai)
		if err != nil {
			t.Fatal(err)
		}
		return day
	}
	for _, claim := range []struct {
		rule, day string
		valid     bool
	}{
		{from, "2026-02-28 23:59:59", false}, {from, "2026-03-01 00:00:00", true}, {from, "2999-12-31 00:00:00", true},
		{to, "1999-01-01 00:00:00", true}, {to, "2026-03-31 23:59:59", true}, {to, "2026-04-01 00:00:00", false},
		{both, "2026-02-28 23:59:59", false}, {both, "2026-03-01 00:00:00", true}, {both, "2026-03-31 23:59:59", true},
		{both, "2026-04-01 00:00:00", false},
		{oneDay, "2026-02-28 23:59:59", false}, {oneDay, "2026-03-01 00:00:00", true}, {oneDay, "2026-03-01 23:59:59", true},
		{oneDay, "2026-03-02 00:00:00", false},
	} {
		got := book(t, claim.rule).Answer(here(), refuse, at(claim.day))
		if valid := got != nil; valid != claim.valid {
			t.Errorf("%s on %s: valid %v, want %v", claim.rule, claim.day, valid, claim.valid)
		}
	}
}

// An expired rule is no candidate at all: it is not even passed over.
func TestExpiredRuleIsNotPassedOver(t *testing.T) {
	t.Parallel()
	got := told(book(t, "M01 event 0102 maintainer U01 - 2026-11-22\n420500 event * competent U02").Answer(here(), refuse, today))
	if want := "U02 competent by rule of 420500 event *"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestTheDigestOfARulebookTellsEachFieldOfUnitsAndRules(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	units := []registry.Unit{{Code: "U01", Name: "一"}, {Code: "U02", Name: "二"}}
	rules := []registry.Responsibility{
		{Area: "420500", Kind: "event", Subject: "01", Role: registry.Competent, Unit: "U01"},
		{Area: "420500", Kind: "event", Subject: "02", Role: registry.Competent, Unit: "U01"},
	}
	seen := map[uint64]string{}
	digest := func(what string, unit func(*registry.Unit), rule func(*registry.Responsibility)) {
		u, r := slices.Clone(units), slices.Clone(rules)
		unit(&u[1])
		rule(&r[1])
		d := registry.NewRulebook(u, r).Digest()
		if d != registry.NewRulebook(u, r).Digest() {
			t.Errorf("%s: two digests", what)
		}
		if other, ok := seen[d]; ok {
			t.Errorf("%s has the digest of %s", what, other)
		}
		seen[d] = what
	}
	sameUnit, sameRule := func(*registry.Unit) {}, func(*registry.Responsibility) {}
	digest("as it is", sameUnit, sameRule)
	digest("code", func(u *registry.Unit) { u.Code = "U03" }, sameRule)
	digest("name", func(u *registry.Unit) { u.Name = "三" }, sameRule)
	digest("area", sameUnit, func(r *registry.Responsibility) { r.Area = "420502" })
	digest("kind", sameUnit, func(r *registry.Responsibility) { r.Kind = "component" })
	digest("subject", sameUnit, func(r *registry.Responsibility) { r.Subject = "03" })
	digest("role", sameUnit, func(r *registry.Responsibility) { r.Role = registry.Territory })
	digest("unit", sameUnit, func(r *registry.Responsibility) { r.Unit = "U02" })
	digest("first day", sameUnit, func(r *registry.Responsibility) { r.ValidFrom = day })
	digest("last day", sameUnit, func(r *registry.Responsibility) { r.ValidTo = day })
}
