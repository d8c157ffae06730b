package template

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

// The sheets beside those of the classes. The importer passes over both: neither has a row of columns' names.
const (
	sheetHelp       = "说明 Read me"
	sheetSubclasses = "小类 Sub-classes"
)

// lastRow is how far down the lists and checks of a sheet reach: more rows than a crew types in.
const lastRow = 100_000

// Write writes a workbook (XLSX) with a sheet of every class of components that an edition lists, or of those named. A sheet has one row with the
// standard's names of columns and the Chinese ones in brackets, which the importer leaves out, under which everything is text, so that codes and dates stay as typed (import traps 12 to 14); names
// of sub-classes and states are chosen from lists. Sheets without rows do not hinder the import.
//
// It is small, and built in memory. The errors are a [*registry.Error] for a class that the edition does not have, and those of w.
func Write(w io.Writer, lists *catalog.Catalog, e catalog.Edition, only []catalog.ClassCode) error {
	classes := lists.Classes(e, catalog.KindComponent)
	if len(only) > 0 {
		for _, code := range only {
			if !slices.ContainsFunc(classes, func(c catalog.Class) bool { return c.Code == code }) {
				return registry.InvalidField("class", string(code),
					fmt.Sprintf("%s 没有部件大类 %s", e.Title(), code), fmt.Sprintf("%s has no class of components %s", e.Title(), code))
			}
		}
		classes = slices.DeleteFunc(classes, func(c catalog.Class) bool { return !slices.Contains(only, c.Code) })
	}
	b := &book{file: excelize.NewFile(), edition: e, subclasses: lists.Subclasses(e, catalog.KindComponent)}
	defer b.file.Close()
	if err := b.write(classes); err != nil {
		return err
	}
	_, err := b.file.WriteTo(w)
	return err
}

// book is a template while it is made.
type book struct {
	file       *excelize.File
	edition    catalog.Edition
	subclasses []catalog.Subclass
	heading    int // styles
	needed     int
	text       int
}

func (b *book) write(classes []catalog.Class) error {
	if err := b.newStyles(); err != nil {
		return err
	}
	if err := b.file.SetSheetName("Sheet1", sheetHelp); err != nil {
		return err
	}
	for _, c := range classes {
		if err := b.class(c); err != nil {
			return err
		}
	}
	if err := b.list(classes); err != nil {
		return err
	}
	return b.help()
}

func (b *book) newStyles() (err error) {
	const formatText = 49 // "@" (ISO/IEC 29500-1, 18.8.30)
	for _, look := range []struct {
		style *int
		fill  []string
		bold  bool
	}{{&b.heading, []string{"D9D9D9"}, true}, {&b.needed, []string{"FFD966"}, true}, {&b.text, nil, false}} {
		style := excelize.Style{NumFmt: formatText, Font: &excelize.Font{Bold: look.bold}}
		if look.fill != nil {
			style.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: look.fill}
		}
		if *look.style, err = b.file.NewStyle(&style); err != nil {
			return err
		}
	}
	return nil
}

// class writes the sheet of a class.
func (b *book) class(c catalog.Class) error {
	sheet := sheetName(c)
	if _, err := b.file.NewSheet(sheet); err != nil {
		return err
	}
	if err := b.file.SetPanes(sheet, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	for i, col := range columns() {
		letter, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		style := b.heading
		if col.required {
			style = b.needed
		}
		if err := first(
			b.file.SetColStyle(sheet, letter, b.text),
			b.file.SetColWidth(sheet, letter, letter, col.width),
			b.file.SetCellStr(sheet, letter+"1", col.title()),
			b.file.SetCellStyle(sheet, letter+"1", letter+"1", style),
			b.file.AddComment(sheet, excelize.Comment{Cell: letter + "1", Author: "CityGrid", Text: col.zh + "\n" + col.help.ZH + "\n" + col.help.EN}),
			b.check(sheet, letter, col, c),
		); err != nil {
			return err
		}
	}
	return nil
}

// sheetName is at most 31 characters, without what Excel keeps for itself.
func sheetName(c catalog.Class) string {
	name := []rune(string(c.Code) + " " + strings.NewReplacer("/", "、", "\\", "、", "?", "", "*", "", "[", "（", "]", "）", ":", "：").Replace(c.NameZH))
	return string(name[:min(len(name), excelize.MaxSheetNameLength)])
}

// check has the spreadsheet look at what is typed. It warns where the importer would: what it takes all the same may be kept.
func (b *book) check(sheet, letter string, col column, c catalog.Class) error {
	v := excelize.NewDataValidation(true)
	v.SetSqref(fmt.Sprintf("%s2:%s%d", letter, letter, lastRow))
	switch col.name {
	case "ObjID":
		digits := b.edition.ComponentDigits()
		if err := v.SetRange(digits, digits, excelize.DataValidationTypeTextLength, excelize.DataValidationOperatorEqual); err != nil {
			return err
		}
		v.SetError(excelize.DataValidationErrorStyleStop, col.zh, fmt.Sprintf("标识码应为 %d 位数字 / the code has %d digits", digits, digits))
	case "ObjName":
		from, to := b.rowsOf(c.Code)
		if from == 0 {
			return nil
		}
		v.SetSqrefDropList(fmt.Sprintf("'%s'!$C$%d:$C$%d", sheetSubclasses, from, to))
		v.SetError(excelize.DataValidationErrorStyleWarning, col.zh, "不是本大类小类的标准名称 / no standard name of a sub-class of this class")
	case "ObjState":
		var states []string
		for _, s := range registry.States() {
			states = append(states, string(s))
		}
		if err := v.SetDropList(states); err != nil {
			return err
		}
		v.SetError(excelize.DataValidationErrorStyleStop, col.zh, "请从列表中选 / choose from the list")
	default:
		return nil
	}
	return b.file.AddDataValidation(sheet, v)
}

// rowsOf are the first and last rows of the list of sub-classes that belong to a class, 0 for none: the list is by code.
func (b *book) rowsOf(code catalog.ClassCode) (from, to int) {
	for i, s := range b.subclasses {
		if s.Class == code {
			if from == 0 {
				from = i + 2
			}
			to = i + 2
		}
	}
	return from, to
}

// list writes the sheet with all sub-classes of the edition.
func (b *book) list(classes []catalog.Class) error {
	if _, err := b.file.NewSheet(sheetSubclasses); err != nil {
		return err
	}
	names := map[catalog.ClassCode]string{}
	for _, c := range classes {
		names[c.Code] = c.NameZH
	}
	rows := [][]any{{"大类 Class", "小类代码 Sub-class", "标准名称 Standard name", "English", "几何 Geometry", "精度 Accuracy"}}
	for _, s := range b.subclasses {
		rows = append(rows, []any{strings.TrimSpace(string(s.Class) + " " + names[s.Class]), string(s.Code), s.NameZH, s.NameEN, string(s.Geometry), string(s.Accuracy)})
	}
	return b.table(sheetSubclasses, rows, []float64{20, 18, 24, 32, 14, 14})
}

// help explains the columns, one a row: as a row of their own the names would look like a table to import.
func (b *book) help() error {
	code, name := "", ""
	if len(b.subclasses) > 0 {
		s := b.subclasses[0]
		code, name = "420502"+string(s.Code)+"000001", s.NameZH
	}
	rows := [][]any{{"列 Column", "中文名称", "必填 Required", "说明", "Help", "示例 Example"}}
	for _, c := range columns() {
		required := ""
		if c.required {
			required = "是 yes"
		}
		switch c.name {
		case "ObjID":
			c.example = code
		case "ObjName":
			c.example = name
		}
		rows = append(rows, []any{c.name, c.zh, required, c.help.ZH, c.help.EN, c.example})
	}
	rows = append(rows, []any{},
		[]any{"标准 Standard", b.edition.Title()},
		[]any{"填写 Filling in", "每个大类一张表；各列均为文本格式，请勿改为数值；其他列可加在右侧，作为扩展属性保存"},
		[]any{"", "One sheet a class. All cells are text: leave them so. Columns of your own go to the right and are kept as extension attributes."})
	return b.table(sheetHelp, rows, []float64{16, 18, 14, 40, 44, 22})
}

// table writes rows of text under a heading.
func (b *book) table(sheet string, rows [][]any, widths []float64) error {
	for i, width := range widths {
		letter, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		if err := first(b.file.SetColWidth(sheet, letter, letter, width), b.file.SetColStyle(sheet, letter, b.text)); err != nil {
			return err
		}
	}
	for i, row := range rows {
		if err := b.file.SetSheetRow(sheet, fmt.Sprintf("A%d", i+1), &row); err != nil {
			return err
		}
	}
	return b.file.SetRowStyle(sheet, 1, 1, b.heading)
}

// first is the first error there is.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
