package query

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"citygrid/registry"
	"citygrid/registry/census"
	"citygrid/registry/intake"
)

// Accept reads the parameter accept as one of the policies that a request may name; absent when it is not given.
func (p Parameters) Accept(absent intake.Accept, allowed ...intake.Accept) (intake.Accept, error) {
	text, given := p["accept"]
	if !given {
		return absent, nil
	}
	list := ""
	for i, a := range allowed {
		if text == string(a) {
			return a, nil
		}
		if i > 0 {
			list += ", "
		}
		list += string(a)
	}
	return "", invalid(field("accept", text, "应为其中之一："+list, "write one of "+list))
}

// Encoding reads the parameter encoding, empty for auto and when absent: the file tells.
func (p Parameters) Encoding() (census.Encoding, error) {
	text := p["encoding"]
	if text == "" || text == "auto" {
		return "", nil
	}
	e, ok := census.ParseEncoding(text)
	if !ok {
		const list = "auto, utf-8, gb18030, gbk, utf-16le, utf-16be"
		return "", invalid(field("encoding", text, "应为其中之一："+list, "write one of "+list))
	}
	return e, nil
}

// Severity reads the parameter severity, empty when absent: of every severity.
func (p Parameters) Severity() (census.Severity, error) {
	text, given := p["severity"]
	switch s := census.Severity(text); s {
	case census.Error, census.Warning, census.Fixed:
		return s, nil
	}
	if given {
		return "", invalid(field("severity", text, "应为其中之一：error, warning, fixed", "write one of error, warning, fixed"))
	}
	return "", nil
}

// SurveyName is the name of a survey file, cleaned of folders. It refuses formats that are not read.
func SurveyName(text string) (string, error) {
	name, err := intake.CleanName(text)
	if err != nil {
		return "", err
	}
	if _, err := census.FormatOf(name); err != nil {
		e := registry.InvalidField("name", name, "不支持该格式的文件，请看文件扩展名", "files of this format are not read; the name's extension tells the format")
		e.Code, e.Err = "unsupported_format", err
		return "", e
	}
	return name, nil
}

// Blank reads the parameter blank: whether an empty cell keeps what stands in the registry. Else, and when absent, it clears it.
func (p Parameters) Blank() (keep bool, err error) {
	switch text, given := p["blank"]; {
	case text == "keep":
		return true, nil
	case given && text != "clear":
		return false, invalid(field("blank", text, "应为 keep 或 clear", "write keep or clear"))
	}
	return false, nil
}

// SurveyColumns are the columns whose attribute the repeated parameter column names, as NAME=ATTRIBUTE, and the parameter columns, as a JSON object.
// A name may hold an equals sign, an attribute has none.
func SurveyColumns(p Parameters, l Lists) (map[string]string, error) {
	columns := map[string]string{}
	if text, given := p["columns"]; given {
		if err := json.Unmarshal([]byte(text), &columns); err != nil || columns == nil {
			return nil, invalid(field("columns", text,
				`应为 JSON 对象，例如 {"编号":"ObjID"}`, `write a JSON object, such as {"编号":"ObjID"}`))
		}
	}
	for _, text := range l["column"] {
		at := strings.LastIndexByte(text, '=')
		if at <= 0 {
			return nil, invalid(field("column", text, "应写作 列名=属性，例如 编号=ObjID", "write NAME=ATTRIBUTE, such as 编号=ObjID"))
		}
		columns[text[:at]] = text[at+1:]
	}
	for name := range columns {
		if strings.ContainsFunc(name, unicode.IsControl) {
			return nil, invalid(field("columns", name, "列名不能含控制字符", "a column's name has no control characters"))
		}
	}
	return columns, census.CheckColumns(columns)
}

// After reads the parameter after: how many entries of a list are left out at its beginning.
func (p Parameters) After() (int64, error) { return p.after(maxAfter) }

// AfterRow reads the parameter after where it is the number of a row, as the link to the next page has it.
func (p Parameters) AfterRow() (int64, error) { return p.after(maxRow) }

func (p Parameters) after(most int64) (int64, error) {
	text, given := p["after"]
	if !given {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || text[0] == '+' || n > most {
		return 0, invalid(field("after", text, fmt.Sprintf("应为 0 到 %d 的整数", most), fmt.Sprintf("write a whole number from 0 to %d", most)))
	}
	return n, nil
}

const (
	maxAfter = 10_000_000 // beyond all that is kept of a list
	maxRow   = 1 << 53    // beyond all sheets of a workbook
)
