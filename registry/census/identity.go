package census

import (
	"errors"
	"fmt"
	"strings"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

// identity reads the code and compares name and code (domain: characters 7 to 10 are the sub-class).
func (in *inspection) identity(c *registry.Component) {
	c.Name = in.cell(objName)
	text, whole := in.code(objID)
	if text == "" {
		if drawn, _ := in.drawnSubclass(); c.Name == "" && drawn != "" {
			c.Name = in.subclasses[drawn].NameZH
		}
		if whole && !in.refused(objID) {
			in.missing(objID)
			in.noCode = len(in.issues)
		}
		return
	}
	code, err := catalog.ParseComponentCode(in.edition, text)
	if err != nil {
		in.badCode(text, err)
		return
	}
	c.Code = code
	subclass, ok := in.subclasses[code.Subclass()]
	if !ok {
		in.unknownSubclass(code.Subclass())
		return
	}
	in.drawn(subclass)
	switch c.Name {
	case subclass.NameZH:
	case "":
		c.Name = subclass.NameZH // the code says it
	default:
		if other, ok := in.named(c.Name); ok {
			in.fail(objName, CodeNameDiffers,
				fmt.Sprintf("编码指小类 %s（%s），名称却是小类 %s（%s）的；请核对后改正其一", subclass.Code, subclass.NameZH, other.Code, other.NameZH),
				fmt.Sprintf("the code says sub-class %s (%s), the name is that of %s (%s): correct the one that is wrong", subclass.Code, subclass.NameZH, other.Code, other.NameZH))
			return
		}
		zh, en := in.otherReading(code.Subclass(), c.Name)
		in.warn(objName, CodeNameDiffers,
			fmt.Sprintf("小类 %s 的标准名称是“%s”%s", subclass.Code, subclass.NameZH, zh),
			fmt.Sprintf("the standard name of sub-class %s is %s%s", subclass.Code, subclass.NameZH, en))
	}
}

// named is the sub-class of the city that has a standard name.
func (k *checker) named(name string) (catalog.Subclass, bool) {
	for _, s := range k.subclasses {
		if s.NameZH == name {
			return s, true
		}
	}
	return catalog.Subclass{}, false
}

// badCode says what is wrong with a code. One in which letters stand for digits that would make it right is named as that, and the right one
// proposed, never taken: nobody knows whether it was the code that was meant (import trap 11).
func (in *inspection) badCode(text string, err error) {
	var bad *catalog.CodeError
	if !errors.As(err, &bad) {
		return // ParseComponentCode has no other errors
	}
	if guid(text) {
		in.guids++
		in.fail(objID, CodeGUID,
			"这是数据库导出时生成的 GUID，每次导出都可能不同，不能作为标识码；请提供 16 位标识码，可用 --column '列名=ObjID' 指定其所在列",
			"this is a GUID, which a database makes anew at each export, and no code; give the 16 digits, and name their column with --column 'NAME=ObjID'")
		return
	}
	m := bad.Message()
	if bad.Likely != "" {
		if _, err := catalog.ParseComponentCode(in.edition, bad.Likely); err == nil {
			in.fail(objID, CodeLookalike, m.ZH, m.EN)
			return
		}
	}
	zh, en := in.slipped(objID, text)
	in.fail(objID, CodeBadCode, m.ZH+zh, m.EN+en)
}

// guid reports whether a text is a GUID, as databases write them (import trap 26).
func guid(text string) bool {
	text = strings.TrimSuffix(strings.TrimPrefix(text, "{"), "}")
	if len(text) == 36 && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-' {
		text = strings.ReplaceAll(text, "-", "")
	}
	return len(text) == 32 && strings.Trim(text, "0123456789abcdefABCDEF") == ""
}

// guidsTold says once for the file that its column of codes holds none.
func (k *checker) guidsTold() []Issue {
	if k.guids == 0 {
		return nil
	}
	return []Issue{{
		Column: cut(k.columns.column(objID)), Code: CodeGUID, Severity: Warning, Value: fmt.Sprint(k.guids),
		Message: catalog.Text{
			ZH: fmt.Sprintf("有 %d 行的标识码列是 GUID（如 GlobalID），不是标识码；库中的部件只按标识码对应", k.guids),
			EN: fmt.Sprintf("in %d rows the column of codes holds a GUID (such as GlobalID), which is no code; components are known by their codes alone", k.guids),
		},
	}}
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
