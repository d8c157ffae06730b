package census

import (
	"fmt"
	"slices"
	"strings"

	"citygrid/registry"
)

// departments reads the three departments. A code must be a unit's; the name beside it is kept as surveyed, and stands for the code where that
// is empty and the name is a unit's (import trap 45).
func (in *inspection) departments(c *registry.Component) {
	in.department(deptCode1, deptName1, &c.Supervisor)
	in.department(deptCode2, deptName2, &c.Owner)
	in.department(deptCode3, deptName3, &c.Maintainer)
}

func (in *inspection) department(codeOf, nameOf attribute, dept *registry.Dept) {
	dept.Name = in.cell(nameOf)
	dept.Code = registry.UnitCode(in.cell(codeOf))
	registered, ok := in.units[dept.Code]
	if !ok {
		if dept.Name != "" && len(dept.Name) <= longestEmptyWord && emptyWord(nameOf, dept.Name) {
			in.fix(nameOf, CodeSentinel, "")
			dept.Name = ""
		}
		if dept.Code == "" && dept.Name == "" {
			return
		}
		if dept.Code, ok = in.unit(codeOf, nameOf, dept.Name); !ok {
			return
		}
		registered = in.units[dept.Code]
	}
	if dept.Name != "" && dept.Name != registered && unitKey(dept.Name) != unitKey(registered) && !in.asked.said(unitKey(dept.Name), dept.Code) {
		in.warn(nameOf, CodeUnitNameDiffers,
			fmt.Sprintf("单位 %s 登记的名称是“%s”", dept.Code, registered),
			fmt.Sprintf("unit %s is registered as %s", dept.Code, registered))
	}
}

// unit finds the unit of a code that is not registered as it is written, or of a name alone.
func (in *inspection) unit(codeOf, nameOf attribute, name string) (registry.UnitCode, bool) {
	text, whole := in.code(codeOf)
	code := registry.UnitCode(text)
	if _, ok := in.units[code]; ok {
		return code, true
	}
	named := in.unitsByName[unitKey(name)]
	switch padded := in.padded(text); {
	case !whole:
	case text == "" && named != "":
		in.fix(codeOf, CodeUnitByName, string(named))
		return named, true
	case text == "" && name == "":
	case text == "":
		key := unitKey(name)
		if code, ok := in.answeredUnit(codeOf, key); ok {
			return code, true
		}
		if zh, en := in.proposals(name); zh != "" {
			in.askUnit(nameOf, key)
			in.warn(nameOf, CodeUnknownUnitName, "没有叫这个名称的单位，按原文保留"+zh, "there is no unit of this name; it is kept as written"+en)
		}
	case padded != "":
		in.warnInstead(codeOf, CodeZerosLost, string(padded),
			"前导零已丢失，按登记的单位代码补为 "+string(padded)+"；请把该列设为文本格式",
			"leading zeros were lost; taken as "+string(padded)+", the one unit that fits; format the column as text")
		return padded, true
	default:
		if code, ok := in.answeredUnit(codeOf, text); ok {
			return code, true
		}
		zh, en := in.slipped(codeOf, text)
		if zh == "" {
			zh, en = in.proposals(text)
			in.askUnit(codeOf, text)
		}
		in.fail(codeOf, CodeUnknownUnit,
			fmt.Sprintf("没有代码为 %.60s 的单位；请核对代码，或先登记该单位%s", text, zh),
			fmt.Sprintf("there is no unit with the code %.60s; check it, or register the unit first%s", text, en))
	}
	return code, false
}

// padded is the one unit whose code is the text with zeros before it, "" when there is none or more (import trap 13).
func (k *checker) padded(text string) registry.UnitCode {
	if !allDigits(text) {
		return ""
	}
	found := registry.UnitCode("")
	for code := range k.units {
		if len(code) > len(text) && strings.TrimLeft(string(code), "0") == strings.TrimLeft(text, "0") && strings.HasSuffix(string(code), text) {
			if found != "" {
				return ""
			}
			found = code
		}
	}
	return found
}

// unitKey is a unit's name as it is compared.
func unitKey(name string) string { return normal(name, true) }

// proposal is a unit that may have been meant.
type proposal struct {
	unit     registry.Unit
	distance int
}

// The limits of the search for units: it is made once for each text, of which so many are remembered.
const (
	mostProposals  = 3
	longestName    = 40 // characters
	mostRemembered = 1000
)

// proposals lists the units whose code or name is most like a text, to be appended to a message; "" where none is.
func (k *checker) proposals(text string) (zh, en string) {
	if known, ok := k.proposed[text]; ok {
		return known[0], known[1]
	}
	var names []string
	for _, p := range k.alike(text) {
		names = append(names, strings.TrimSpace(string(p.unit.Code)+" "+p.unit.Name))
	}
	if list := strings.Join(names[:min(mostProposals, len(names))], ", "); list != "" {
		zh, en = "；是否为 "+list+"？", "; did you mean "+list+"?"
	}
	if len(k.proposed) == mostRemembered {
		clear(k.proposed)
	}
	k.proposed[strings.Clone(text)] = [2]string{zh, en}
	return zh, en
}

// alike are the units whose code or name is like a text, the likest first.
func (k *checker) alike(text string) []proposal {
	var found []proposal
	runes := []rune(unitKey(text))
	if len(runes) > 0 && len(runes) <= longestName {
		for code, name := range k.units {
			if d, ok := likeness(runes, []rune(string(code)), []rune(unitKey(name))); ok {
				found = append(found, proposal{registry.Unit{Code: code, Name: name}, d})
			}
		}
	}
	slices.SortFunc(found, func(a, b proposal) int {
		if a.distance != b.distance {
			return a.distance - b.distance
		}
		return strings.Compare(string(a.unit.Code), string(b.unit.Code))
	})
	return found
}

// likeness is how far a text is from a unit: by one character from its code, or by at most a third of the characters from its name; a short
// form, whose characters stand in the name in their order, is nearest.
func likeness(text, code, name []rune) (int, bool) {
	if len(name) > longestName {
		name = name[:longestName]
	}
	switch d := distance(text, name); {
	case distance(text, code) <= 1 && len(code) > 1:
		return 0, true
	case len(text) > 1 && abbreviates(text, name):
		return 1, true
	default:
		return d + 1, d*3 <= max(len(text), len(name))
	}
}

// abbreviates reports whether the characters of short stand in long, in their order.
func abbreviates(short, long []rune) bool {
	for _, r := range long {
		if len(short) > 0 && short[0] == r {
			short = short[1:]
		}
	}
	return len(short) == 0
}

// distance is how many characters must be put in, left out or changed to make a of b (Levenshtein).
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			cost := 1
			if r == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
