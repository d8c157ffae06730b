package census

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// layer is what the rows of one layer of a file of maps have in common.
type layer struct {
	cut []bool // columns whose names may have been cut: those of a Shapefile end after ten bytes
}

// shortestPart is how many characters a name that was cut has at least: three in UTF-8, two before a number that makes it another than the name before.
const shortestPart = 2

// cutNames finds what columns of a layer may mean whose names were cut (import trap 5): 主管部门代 is the beginning of 主管部门代码, 主管_1 of that and of
// 主管部门名称. Which is which is asked.
func (m *mapping) cutNames(of *layer, chosen *choices) *mapping {
	if of == nil {
		return m
	}
	for i, column := range m.columns {
		if i >= len(of.cut) || !of.cut[i] || !slices.Contains(m.rest, i) || chosen.names(column) {
			continue
		}
		part := withoutNumber(withoutOrdinal(columnKey(column)))
		if utf8.RuneCountInString(part) < shortestPart {
			continue
		}
		for a := range lon {
			if m.at[a] < 0 && slices.ContainsFunc(a.aliases(), func(name string) bool { return strings.HasPrefix(name, part) }) {
				if m.parts == nil {
					m.parts = map[attribute][]int{}
				}
				m.parts[a] = append(m.parts[a], i)
			}
		}
	}
	return m
}

// withoutNumber is a name without what programs put behind one that is there already: 主管_1, 主管部门1.
func withoutNumber(name string) string {
	without := strings.TrimRight(name, "0123456789")
	return strings.TrimSuffix(without, "_")
}

// beginnings are the columns that an attribute may be in by the beginning of its name, and that were not answered to be another.
func (m *mapping) beginnings(a attribute) []int {
	return slices.DeleteFunc(slices.Clone(m.parts[a]), func(i int) bool { return slices.Contains(m.at[:], i) })
}

// wholeName is the one column of which the name begins as an attribute's and as no other's, -1 where there is none or more than one.
func (m *mapping) wholeName(a attribute) int {
	list := m.beginnings(a)
	if len(list) != 1 {
		return -1
	}
	for other := range m.parts {
		if other != a && slices.Contains(m.beginnings(other), list[0]) {
			return -1
		}
	}
	return list[0]
}

// clash reports whether several columns mean an attribute.
func (m *mapping) clash(a attribute) bool {
	return slices.ContainsFunc(m.clashes, func(c clash) bool { return c.attribute == a })
}
