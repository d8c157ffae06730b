package registry

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"citygrid/registry/catalog"
)

// Within is an area that holds a point.
type Within struct {
	AreaRef
	Level Level
}

// Rulebook answers "which unit, and why" by a fixed order (docs/adr/0006): what is recorded for the component itself, then the
// narrowest area with the narrowest subject, then the territory. It is immutable and safe for concurrent use.
type Rulebook struct {
	byArea map[string][]Responsibility
	units  map[UnitCode]Unit
}

// NewRulebook makes a Rulebook of the units and rules of one revision.
func NewRulebook(units []Unit, rules []Responsibility) *Rulebook {
	b := &Rulebook{byArea: make(map[string][]Responsibility), units: make(map[UnitCode]Unit, len(units))}
	for _, u := range units {
		b.units[u.Code] = u
	}
	for _, r := range rules {
		b.byArea[r.Area] = append(b.byArea[r.Area], r)
	}
	for _, rules := range b.byArea {
		slices.SortFunc(rules, func(x, y Responsibility) int {
			return cmp.Or(
				cmp.Compare(subjectRank(x.Subject), subjectRank(y.Subject)),
				cmp.Compare(kindRank(x.Kind), kindRank(y.Kind)),
				cmp.Compare(roleRank(x.Role), roleRank(y.Role)),
				cmp.Compare(x.Unit, y.Unit),
			)
		})
	}
	return b
}

// Digest is a number made, anew at each call, of all units and rules as they are in memory. Rulebooks of the same units and rules
// have the same digest, in any process.
func (b *Rulebook) Digest() uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%#v %#v", b.units, b.byArea) // every field, texts in quotes, maps in the order of their keys
	return h.Sum64()
}

// Answer names the unit that answers for s at a point, given the areas that hold the point, narrowest first (grid, community,
// street, managed areas, district, city), on a day. It returns nil when s asks about nothing or nobody is on record.
func (b *Rulebook) Answer(areas []Within, s Subject, day time.Time) *Responsible {
	if s.Kind == "" {
		return nil
	}
	today := dayNumber(day)
	candidates := b.recorded(s)
	candidates = b.appendRules(candidates, areas, s, today, false)
	candidates = b.appendRules(candidates, areas, s, today, true)
	if len(candidates) == 0 {
		return nil
	}
	first := candidates[0]
	r := &Responsible{Unit: first.Unit, Rule: first.Rule, Because: first.Because, PassedOver: []Candidate{}}
	for _, c := range candidates[1:] {
		if c.Unit.same(first.Unit) {
			continue // who answers is not passed over, on whatever further ground
		}
		c.Because = passedOver(c, first)
		r.PassedOver = append(r.PassedOver, c)
	}
	if c, ok := b.competent(s, candidates); ok && !c.same(first.Unit) {
		r.Competent = &c
	}
	return r
}

// recorded lists the departments of the component itself, maintainer before owner.
func (b *Rulebook) recorded(s Subject) []Candidate {
	var out []Candidate
	if s.Maintainer != (Dept{}) {
		out = append(out, Candidate{
			Unit: b.dept(s.Maintainer), Rule: Ground{By: "recorded", Role: Maintainer},
			Because: Text{ZH: "该部件登记了养护单位", EN: "recorded as the component's maintainer"},
		})
	}
	if s.Owner != (Dept{}) {
		out = append(out, Candidate{
			Unit: b.dept(s.Owner), Rule: Ground{By: "recorded", Role: Owner},
			Because: Text{ZH: "该部件登记了权属单位", EN: "recorded as the component's owner"},
		})
	}
	return out
}

// appendRules appends the matching rules of the areas in order; territory rules and the others are separate passes, because
// the territory answers only when nothing else does.
func (b *Rulebook) appendRules(out []Candidate, areas []Within, s Subject, today int, territory bool) []Candidate {
	for i, a := range areas {
		if i > 0 && areas[i-1].Code == a.Code {
			continue // a county-level city is its own only district, with one code
		}
		var last Responsibility
		rules := b.byArea[a.Code]
		for i := range rules {
			if (rules[i].Role == Territory) != territory || !rules[i].matches(s) || !rules[i].validOn(today) {
				continue
			}
			r := rules[i].always()
			if r == last {
				continue // another period of the same rule
			}
			last = r
			ref := a.AreaRef
			g := Ground{By: "rule", Role: r.Role, Area: &ref, Level: a.Level, Kind: r.Kind, Subject: r.Subject}
			because := ruleReason(a, r)
			if territory {
				g.By = "territory"
				because = Text{
					ZH: "没有更具体的规定，由属地（" + a.Level.Text().ZH + " " + a.Name + "）负责",
					EN: "no closer rule: the territory answers (" + a.Level.Text().EN + " " + a.Name + ")",
				}
			}
			out = append(out, Candidate{Unit: b.unit(r.Unit), Rule: g, Because: because})
		}
	}
	return out
}

// competent is the supervising unit (主管): as recorded, else by the first rule of that role.
func (b *Rulebook) competent(s Subject, candidates []Candidate) (UnitRef, bool) {
	if s.Supervisor != (Dept{}) {
		return b.dept(s.Supervisor), true
	}
	for _, c := range candidates {
		if c.Rule.Role == Competent {
			return c.Unit, true
		}
	}
	return UnitRef{}, false
}

func (b *Rulebook) unit(code UnitCode) UnitRef { return UnitRef{Code: code, Name: b.units[code].Name} }

// dept prefers the registered name of a unit to what a survey wrote beside its code.
func (b *Rulebook) dept(d Dept) UnitRef {
	if u, ok := b.units[d.Code]; ok {
		return UnitRef{Code: u.Code, Name: u.Name}
	}
	return UnitRef(d)
}

// same tells units apart by code, and by name where a survey wrote no code.
func (u UnitRef) same(o UnitRef) bool { return u.Code == o.Code && (u.Code != "" || u.Name == o.Name) }

// always is the rule without its days.
func (r Responsibility) always() Responsibility {
	r.ValidFrom, r.ValidTo = time.Time{}, time.Time{}
	return r
}

func (r *Responsibility) matches(s Subject) bool {
	if r.Kind != Any && r.Kind != string(s.Kind) {
		return false
	}
	return r.Subject == Any || r.Subject == string(s.Subclass) ||
		len(r.Subject) == 2 && strings.HasPrefix(string(s.Subclass), r.Subject)
}

// validOn compares days: both ends count.
func (r *Responsibility) validOn(day int) bool {
	return (r.ValidFrom.IsZero() || dayNumber(r.ValidFrom) <= day) && (r.ValidTo.IsZero() || day <= dayNumber(r.ValidTo))
}

// dayNumber is 20261123 for 2026-11-23 in the time's own zone.
func dayNumber(t time.Time) int {
	year, month, day := t.Date()
	return (year*100+int(month))*100 + day
}

func subjectRank(subject string) int {
	switch {
	case subject == Any:
		return 2
	case len(subject) == 2:
		return 1
	}
	return 0
}

func kindRank(kind string) int {
	if kind == Any {
		return 1
	}
	return 0
}

func roleRank(r Role) int { return slices.Index([]Role{Maintainer, Owner, Competent, Territory}, r) }

// Text returns the role's name in Chinese and English.
func (r Role) Text() Text {
	switch r {
	case Maintainer:
		return Text{ZH: "养护", EN: "maintainer"}
	case Owner:
		return Text{ZH: "权属", EN: "owner"}
	case Competent:
		return Text{ZH: "主管", EN: "competent"}
	case Territory:
		return Text{ZH: "属地", EN: "territory"}
	}
	return Text{ZH: string(r), EN: string(r)}
}

func ruleReason(a Within, r Responsibility) Text {
	subject := Text{ZH: "小类 " + r.Subject, EN: "subclass " + r.Subject}
	switch subjectRank(r.Subject) {
	case 1:
		subject = Text{ZH: "大类 " + r.Subject, EN: "class " + r.Subject}
	case 2:
		subject = Text{ZH: "全部类别", EN: "every class"}
	}
	kind := Text{ZH: "部件和事件", EN: "components and events"}
	if r.Kind != Any {
		kind = catalog.Kind(r.Kind).Name()
	}
	name := a.Name
	if rank := a.Level.Text().ZH; !strings.Contains(name, rank) { // most names end with it: 解放路社区
		name = rank + " " + name
	}
	return Text{
		ZH: name + "（" + a.Code + "）的规则：" + kind.ZH + " " + subject.ZH + "，" + r.Role.Text().ZH + "单位",
		EN: "rule of the " + a.Level.Text().EN + " " + a.Name + " (" + a.Code + "): " + kind.EN + ", " + subject.EN + ", role " + r.Role.Text().EN,
	}
}

// passedOver names the step of the order at which c falls behind the answer.
func passedOver(c, answer Candidate) Text {
	switch {
	case c.Rule.By == "recorded":
		return Text{ZH: "登记的养护单位优先于权属单位", EN: "the recorded maintainer comes before the owner"}
	case answer.Rule.By == "recorded":
		return Text{ZH: "部件自身登记的单位优先于区域规则", EN: "what is recorded for the component comes before any rule"}
	case c.Rule.By != answer.Rule.By:
		return Text{ZH: "属地只在没有其他规则时负责", EN: "the territory answers only where no rule does"}
	case c.Rule.Level != answer.Rule.Level && c.Rule.By == "territory":
		return Text{ZH: "更小的属地优先", EN: "a narrower territory comes first"}
	case c.Rule.Level != answer.Rule.Level:
		return Text{ZH: "更小的区域优先", EN: "a narrower area comes first"}
	case c.Rule.Area.Code != answer.Rule.Area.Code:
		return Text{ZH: "同级区域中代码较小者优先", EN: "of areas of one level the lower code comes first"}
	case c.Rule.Subject != answer.Rule.Subject:
		return Text{ZH: "更具体的类别优先", EN: "a narrower subject comes first"}
	case c.Rule.Kind != answer.Rule.Kind:
		return Text{ZH: "专为部件或专为事件的规则优先于两者通用的规则", EN: "a rule for one kind comes before one for both"}
	case c.Rule.Role != answer.Rule.Role:
		return Text{ZH: "养护、权属、主管依次优先", EN: "maintainer, owner, competent come in this order"}
	}
	return Text{ZH: "其余相同时，单位代码较小者优先", EN: "all else equal, the lower unit code comes first"}
}
