package catalog

// FilingStandard is one condition under which a case is filed (立案条件), with
// the time the unit then has and the condition for closing the case. A report
// that meets no condition of its sub-class is not filed.
type FilingStandard struct {
	ID                  string // stable: kind, sub-class, number, as in C0101-2
	Edition             Edition
	Kind                Kind
	Subclass            SubclassCode
	ConditionZH         string
	ConditionEN         string
	Limit               Limit
	ClosingZH           string
	ResponsibleUnitType UnitType
	Source              string
	Confidence          string // "seen" in a city's rules, or "proposal": our own, by analogy
}

// UnitType is the kind of unit that usually repairs what a filing standard
// describes. It is shown beside a case and decides nothing: who answers is the
// registry's rule. The words are ours; no standard lists them.
type UnitType string

// ParseUnitType reads one of the words of the list. Its error is a *[CodeError].
func ParseUnitType(text string) (UnitType, error) {
	if u := UnitType(text); u.NameZH() != "" {
		return u, nil
	}
	return "", &CodeError{
		What: Text{ZH: "责任单位类型", EN: "responsible unit type"}, Value: text, Rule: RuleWord,
		Reason: Text{ZH: "没有这个取值", EN: "no such value"},
		Cure:   Text{ZH: "请用类型表中的词，如 drainage", EN: "use a word of the list, such as drainage"},
	}
}

// NameZH returns the type's Chinese name, or "" for an unknown type.
func (u UnitType) NameZH() string {
	for _, name := range unitTypeNames() {
		if name.unitType == u {
			return name.zh
		}
	}
	return ""
}

type unitTypeName struct {
	unitType UnitType
	zh       string
}

func unitTypeNames() []unitTypeName {
	return []unitTypeName{
		{"water_utility", "供水"},
		{"drainage", "排水"},
		{"power_utility", "供电"},
		{"street_lighting", "路灯"},
		{"telecom_operator", "通信"},
		{"cable_tv_operator", "广电"},
		{"gas_utility", "燃气"},
		{"heating_utility", "供热"},
		{"pipeline_owner", "输油气"},
		{"fire_service", "消防"},
		{"roads_bridges", "市政道桥"},
		{"public_transport", "公交"},
		{"traffic_police", "交警"},
		{"police", "公安"},
		{"place_names", "民政地名"},
		{"parking", "停车"},
		{"sanitation", "环卫"},
		{"ad_owner", "广告业主"},
		{"enforcement", "城管执法"},
		{"greening", "园林"},
		{"street_office", "街道办"},
		{"press_post", "报业邮政"},
		{"owner_unit", "产权单位"},
		{"line_owner", "线缆产权"},
		{"water_authority", "水务"},
		{"port_authority", "港航"},
		{"environment", "环保"},
		{"environment_weather", "环保（气象）"},
		{"housing_construction", "住建"},
		{"housing_authority", "房管"},
		{"builder", "施工单位"},
		{"planning", "规划"},
		{"civil_defence", "人防"},
		{"safety_authority", "应急"},
		{"civil_affairs", "民政"},
		{"transport_authority", "交通"},
		{"culture_authority", "文化"},
	}
}
