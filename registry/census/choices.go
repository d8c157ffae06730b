package census

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"citygrid/registry"
)

// choices are the attributes of columns that File.Columns names, by columnKey.
type choices map[string]attribute

// CheckColumns says what is wrong with a [File.Columns]: Invalid for a name that no attribute has.
func CheckColumns(columns map[string]string) error {
	_, err := choose(columns)
	return err
}

func choose(columns map[string]string) (choices, error) {
	chosen := choices{}
	for _, column := range slices.Sorted(maps.Keys(columns)) {
		name := columns[column]
		a, rank := extension, byStandard
		if name != "" {
			a, rank = meaning(columnKey(name))
		}
		if name != "" && (a == extension || rank >= byHint) {
			var names []string
			for a := range attributes {
				names = append(names, a.columnName())
			}
			list := strings.Join(names, ", ")
			return nil, registry.InvalidField("column", column+"="+name,
				fmt.Sprintf("没有名为“%.60s”的属性；可用：%s，留空为扩展属性", name, list),
				fmt.Sprintf("there is no attribute %.60s; it is one of %s, or nothing for an extension attribute", name, list))
		}
		chosen[columnKey(column)] = a
	}
	return chosen, nil
}

// attributeOf is what the column was named to be, or else what its name means.
func (c choices) attributeOf(column string) (attribute, int) {
	if len(c) > 0 {
		if a, ok := c[columnKey(column)]; ok {
			return a, byChoice
		}
	}
	return attributeOf(column)
}
