package census

import (
	"errors"
	"fmt"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

// identity reads the code and compares name and code (domain: characters 7 to 10 are the sub-class).
func (in *inspection) identity(c *registry.Component) {
	c.Name = in.cell(objName)
	text := in.word(objID)
	if text == "" {
		in.missing(objID)
		return
	}
	code, err := catalog.ParseComponentCode(in.edition, text)
	var bad *catalog.CodeError
	if errors.As(err, &bad) {
		m := bad.Message()
		in.fail(objID, CodeBadCode, m.ZH, m.EN)
		return
	}
	c.Code = code
	subclass, ok := in.subclasses[code.Subclass()]
	if !ok {
		in.unknownSubclass(code.Subclass())
		return
	}
	switch c.Name {
	case subclass.NameZH:
	case "":
		c.Name = subclass.NameZH // the code says it
	default:
		zh, en := in.otherReading(code.Subclass(), c.Name)
		in.warn(objName, CodeNameDiffers,
			fmt.Sprintf("小类 %s 的标准名称是“%s”%s", subclass.Code, subclass.NameZH, zh),
			fmt.Sprintf("the standard name of sub-class %s is %s%s", subclass.Code, subclass.NameZH, en))
	}
}

// unknownSubclass says whether the edition, or another one, knows the sub-class (import trap 25).
func (in *inspection) unknownSubclass(code catalog.SubclassCode) {
	if s, ok := in.catalogue.Subclass(in.edition, catalog.KindComponent, code); ok {
		in.fail(objID, CodeUnknownSubclass,
			fmt.Sprintf("小类 %s（%s）不在本市目录中；请核对编码，或先把它加入目录", code, s.NameZH),
			fmt.Sprintf("sub-class %s (%s) is not in the city's catalogue; check the code, or add it to the catalogue first", code, s.NameZH))
		return
	}
	for _, e := range catalog.Editions() {
		if s, ok := in.catalogue.Subclass(e, catalog.KindComponent, code); ok {
			in.fail(objID, CodeUnknownSubclass,
				fmt.Sprintf("%s 没有小类 %s；在 %s 中它是“%s”，文件是否按另一版标准编码？", in.edition.Title(), code, e.Title(), s.NameZH),
				fmt.Sprintf("%s has no sub-class %s; in %s it is %s: was the file coded by another edition?", in.edition.Title(), code, e.Title(), s.NameZH))
			return
		}
	}
	in.fail(objID, CodeUnknownSubclass,
		fmt.Sprintf("%s 没有小类 %s；请核对编码", in.edition.Title(), code),
		fmt.Sprintf("%s has no sub-class %s; check the code", in.edition.Title(), code))
}

// otherReading adds the edition in which the sub-class has the name that was written: the same digits mean different things.
func (in *inspection) otherReading(code catalog.SubclassCode, name string) (zh, en string) {
	for _, e := range catalog.Editions() {
		if s, ok := in.catalogue.Subclass(e, catalog.KindComponent, code); ok && e != in.edition && s.NameZH == name {
			return fmt.Sprintf("；“%s”是它在 %s 中的名称，文件是否按另一版标准编码？", name, e.Title()),
				fmt.Sprintf("; %s is its name in %s: was the file coded by another edition?", name, e.Title())
		}
	}
	return "", ""
}

// departments reads the three departments. A code must be a unit's; the name beside it is kept as surveyed.
func (in *inspection) departments(c *registry.Component) {
	for _, d := range []struct {
		code, name attribute
		dept       *registry.Dept
	}{
		{deptCode1, deptName1, &c.Supervisor},
		{deptCode2, deptName2, &c.Owner},
		{deptCode3, deptName3, &c.Maintainer},
	} {
		*d.dept = registry.Dept{Code: registry.UnitCode(in.word(d.code)), Name: in.cell(d.name)}
		if d.dept.Code == "" {
			continue
		}
		name, ok := in.units[d.dept.Code]
		switch {
		case !ok:
			in.fail(d.code, CodeUnknownUnit,
				fmt.Sprintf("没有代码为 %.60s 的单位；请核对代码，或先登记该单位", d.dept.Code),
				fmt.Sprintf("there is no unit with the code %.60s; check it, or register the unit first", d.dept.Code))
		case d.dept.Name != "" && d.dept.Name != name:
			in.warn(d.name, CodeUnitNameDiffers,
				fmt.Sprintf("单位 %s 登记的名称是“%s”", d.dept.Code, name),
				fmt.Sprintf("unit %s is registered as %s", d.dept.Code, name))
		}
	}
}
