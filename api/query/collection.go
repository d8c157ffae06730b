package query

import (
	"slices"
	"strings"

	"citygrid/registry"
)

// Collection is what may be asked of a collection of features.
type Collection struct {
	ID         string
	Properties []registry.Property
	Fixed      []registry.Equal // what all its features have in common, and others have not
	Systems    []System         // in which it is served; the first when none is asked for
	Timed      bool             // its features have days of their own
}

// Parameters are the names of the query parameters that select features of c by their properties.
func (c Collection) Parameters() []string {
	var names []string
	for _, p := range c.Properties {
		if p.Scalar() {
			names = append(names, p.Name)
		}
	}
	return names
}

// named finds a property; scalar ones only where they alone will do.
func (c Collection) named(name string, scalar bool) (registry.Property, bool) {
	i := slices.IndexFunc(c.Properties, func(p registry.Property) bool { return p.Name == name && (p.Scalar() || !scalar) })
	if i < 0 {
		return registry.Property{}, false
	}
	return c.Properties[i], true
}

// noProperty is the fault of a name that is none of the collection's.
func (c Collection) noProperty(parameter, value, name string, scalar bool) error {
	var known []string
	for _, p := range c.Properties {
		if p.Scalar() || !scalar {
			known = append(known, p.Name)
		}
	}
	list := strings.Join(known, ", ")
	return invalid(field(parameter, value, "没有属性“"+shorten(name)+"”；可用的属性："+list, `there is no property "`+shorten(name)+`"; there are `+list))
}

// selected reads the parameters that are names of properties.
func (p Parameters) selected(c Collection) ([]registry.Equal, error) {
	equal := slices.Clone(c.Fixed)
	for _, property := range c.Properties { // in their order, so that equal questions are equal text
		text, given := p[property.Name]
		if !given || !property.Scalar() {
			continue
		}
		value, err := property.Parse(text)
		if err != nil {
			return nil, err
		}
		equal = append(equal, registry.Equal{Property: property.Name, Value: value})
	}
	return equal, nil
}

// maxOrder is how many properties may be sorted by.
const maxOrder = 4

// order reads the parameter sortby: names with commas between, each behind "+" or nothing, or behind "-" for the other way. A "+" that was read as a
// blank is one.
func (p Parameters) order(c Collection) ([]registry.Order, error) {
	text, given := p["sortby"]
	if !given {
		return nil, nil
	}
	parts := strings.Split(text, ",")
	if len(parts) > maxOrder {
		return nil, invalid(field("sortby", text, "最多按 4 个属性排序", "at most 4 properties to sort by"))
	}
	var order []registry.Order
	for _, part := range parts {
		name := strings.TrimLeft(part, "+- ")
		if _, ok := c.named(name, true); !ok || len(part)-len(name) > 1 {
			return nil, c.noProperty("sortby", text, part, true)
		}
		if slices.ContainsFunc(order, func(o registry.Order) bool { return o.Property == name }) {
			return nil, invalid(field("sortby", text, "属性“"+name+"”出现两次", `the property "`+name+`" is given twice`))
		}
		order = append(order, registry.Order{Property: name, Descending: part[0] == '-'})
	}
	return order, nil
}

// chosen reads the parameter properties: the names of those that are wanted; nil: all.
func (p Parameters) chosen(c Collection) ([]string, error) {
	text, given := p["properties"]
	if !given {
		return nil, nil
	}
	names := []string{}
	if text == "" {
		return names, nil
	}
	for name := range strings.SplitSeq(text, ",") {
		if _, ok := c.named(name, false); !ok {
			return nil, c.noProperty("properties", text, name, false)
		}
		names = append(names, name)
	}
	return names, nil
}

// count reads the parameter count.
func (p Parameters) count() (registry.Count, error) {
	text, given := p["count"]
	if !given {
		return registry.CountCheap, nil
	}
	switch c := registry.Count(text); c {
	case registry.CountExact, registry.CountEstimated, registry.CountNone:
		return c, nil
	}
	return "", invalid(field("count", text, "应为 exact、estimated 或 none", "write exact, estimated or none"))
}
