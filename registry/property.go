package registry

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"citygrid/registry/catalog"
)

// Property is an attribute of the features of a collection, as clients see it, select by it and sort by it.
type Property struct {
	Name  string
	Type  PropertyType
	Title Text
	Unit  string   // of a number, as UCUM writes it
	Enum  []string // the only values, or nil
}

// PropertyType is what values a property has. A feature may lack any but the code.
type PropertyType string

// The types. Features are selected by and sorted by the first three.
const (
	TextProperty   PropertyType = "text"
	DateProperty   PropertyType = "date"
	NumberProperty PropertyType = "number"
	ListProperty   PropertyType = "list"   // of texts
	ObjectProperty PropertyType = "object" // of texts by name: what a city adds
)

// CodeProperty is the name of the property that identifies a feature of any collection.
const CodeProperty = "code"

// Scalar reports whether a property has one value, by which features can be selected and sorted.
func (p Property) Scalar() bool { return p.Type != ListProperty && p.Type != ObjectProperty }

func textProperty(name, zh, en string) Property {
	return Property{Name: name, Type: TextProperty, Title: Text{ZH: zh, EN: en}}
}

// ComponentProperties are the properties of components, in the order in which features have them.
func ComponentProperties() []Property {
	var states, editions []string
	for _, s := range States() {
		states = append(states, string(s))
	}
	for _, e := range catalog.Editions() {
		editions = append(editions, string(e))
	}
	return []Property{
		textProperty(CodeProperty, "标识码", "identifier"),
		textProperty("name", "名称", "name of the sub-class"),
		textProperty("class", "大类代码", "class"),
		textProperty("subclass", "小类代码", "sub-class"),
		{Name: "edition", Type: TextProperty, Title: Text{ZH: "标准版本", EN: "edition of the standard"}, Enum: editions},
		{Name: "state", Type: TextProperty, Title: Text{ZH: "状态", EN: "state"}, Enum: states},
		textProperty("grid", "所在单元网格", "grid cell, computed"),
		{Name: "grids_also", Type: ListProperty, Title: Text{ZH: "跨及的其他单元网格", EN: "other grid cells that it reaches into"}},
		textProperty("stated_grid", "普查填写的单元网格", "grid cell as surveyed"),
		textProperty("supervisor_code", "主管部门代码", "code of the supervising unit"),
		textProperty("supervisor_name", "主管部门名称", "name of the supervising unit"),
		textProperty("owner_code", "权属单位代码", "code of the owner"),
		textProperty("owner_name", "权属单位名称", "name of the owner"),
		textProperty("maintainer_code", "养护单位代码", "code of the maintainer"),
		textProperty("maintainer_name", "养护单位名称", "name of the maintainer"),
		{Name: "first_surveyed", Type: DateProperty, Title: Text{ZH: "初始日期", EN: "first surveyed"}},
		{Name: "changed_on", Type: DateProperty, Title: Text{ZH: "变更日期", EN: "changed on"}},
		textProperty("data_source", "数据来源", "source of the data"),
		textProperty("note", "备注", "note"),
		{Name: "extra", Type: ObjectProperty, Title: Text{ZH: "扩展属性", EN: "extension attributes"}},
	}
}

// AreaProperties are the properties of areas, in the order in which features have them.
func AreaProperties() []Property {
	return []Property{
		textProperty(CodeProperty, "代码", "code"),
		textProperty("name", "名称", "name"),
		textProperty("name_en", "英文名称", "name in English"),
		textProperty("level", "级别", "level"),
		textProperty("parent", "上级区域代码", "code of the area above"),
		{Name: "square_metres", Type: NumberProperty, Title: Text{ZH: "面积（平方米）", EN: "area in square metres"}, Unit: "m2"},
	}
}

// Parse reads a value of a scalar property and writes it in one way: equal values give equal texts. An empty text is the value of a feature that
// lacks the property. Invalid otherwise.
func (p Property) Parse(text string) (string, error) {
	if text == "" && p.Name != CodeProperty {
		return "", nil
	}
	switch p.Type {
	case DateProperty:
		if t, err := time.Parse(time.DateOnly, text); err == nil && t.Year() > 0 {
			return text, nil
		}
		return "", InvalidField(p.Name, text, "应为日期，如 2026-01-31", "write a date, such as 2026-01-31")
	case NumberProperty:
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || v-v != 0 || strings.ContainsAny(text, "xXpP_") {
			return "", InvalidField(p.Name, text, "应为有限的十进制数", "write a finite decimal number")
		}
		return strconv.FormatFloat(v, 'g', -1, 64), nil
	}
	switch {
	case p.Enum != nil && !slices.Contains(p.Enum, text):
		return "", InvalidField(p.Name, text, "应为以下之一："+strings.Join(p.Enum, "、"), "write one of "+strings.Join(p.Enum, ", "))
	case strings.ContainsRune(text, 0) || !utf8.ValidString(text) || len(text) > maxPropertyValue:
		return "", InvalidField(p.Name, "", fmt.Sprintf("应为不超过 %d 字节的 UTF-8 文本，不含空字符", maxPropertyValue), fmt.Sprintf("write a text of UTF-8, at most %d bytes, without NUL", maxPropertyValue))
	}
	return text, nil
}

// maxPropertyValue bounds a value that is looked for, in bytes.
const maxPropertyValue = 1 << 10
