package census

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"citygrid/registry"
)

// choices are what File.Columns and File.Answers say of columns. nil says nothing.
type choices struct {
	named   map[string]attribute // by columnKey
	answers map[string]string    // File.Answers
}

// CheckColumns says what is wrong with a [File.Columns]: Invalid for a name that no attribute has.
func CheckColumns(columns map[string]string) error {
	_, err := choose(columns, nil)
	return err
}

func choose(columns, answers map[string]string) (*choices, error) {
	chosen := &choices{map[string]attribute{}, answers}
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
		chosen.named[columnKey(column)] = a
	}
	return chosen, nil
}

// attributeOf is what the column was named to be, or else what its name means.
func (c *choices) attributeOf(column string) (attribute, int) {
	if c != nil && len(c.named) > 0 {
		if a, ok := c.named[columnKey(column)]; ok {
			return a, byChoice
		}
	}
	return attributeOf(column)
}

// names reports whether it was said what a column means.
func (c *choices) names(column string) bool {
	if c == nil {
		return false
	}
	_, named := c.named[columnKey(column)]
	return named
}

// keys are the names that File.Columns has, in order, as they are compared.
func (c *choices) keys() []string {
	if c == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(c.named))
}
