package census

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"citygrid/registry/catalog"
	"citygrid/registry/workbook"
)

// The codes of issues that only workbooks have, or files under a wrong name.
const (
	CodeNotAWorkbook  = "not_a_workbook"
	CodeEncrypted     = "encrypted_file"
	CodeTruncated     = "truncated_file"
	CodeUnpackedSize  = "unpacked_size"
	CodeNoSheet       = "no_sheet"
	CodeCellError     = "cell_error"
	CodeTimeLeftOut   = "time_left_out"
	CodeMergedCells   = "merged_cells"
	CodeOutsideTable  = "outside_table"
	CodeNotData       = "not_data"
	CodeHiddenRows    = "hidden_rows"
	CodeHiddenSheet   = "hidden_sheet"
	CodeSheetLeftOut  = "sheet_left_out"
	CodeUnknownFormat = "unknown_format"
)

// XLSX reads a workbook, also an .xls: the tables of its sheets, hidden ones and hidden rows too. Positions are in columns.
type XLSX struct {
	book   *workbook.Book
	only   []string // the sheets to read, by name; none: all
	chosen *choices
	metres bool // the declared system has lengths
	ask    bool // who reads asks about headers that are unclear
	rows   int  // yielded
	tables int
	how    []catalog.Text
}

// NewXLSX opens a workbook of which the named sheets are read, or all where none is named. Its errors are [*FileError] for a file that is no workbook,
// that needs a password, is damaged, past the limits or has no sheet of that name, and otherwise those of r.
func NewXLSX(r io.ReadSeeker, only ...string) (*XLSX, error) {
	book, err := workbook.Open(r)
	if err != nil {
		return nil, workbookFault(err)
	}
	x := &XLSX{book: book, only: only}
	for _, name := range only {
		if !slices.ContainsFunc(book.Sheets, func(s workbook.Sheet) bool { return s.Name == name }) {
			var names []string
			for _, s := range book.Sheets {
				names = append(names, s.Name)
			}
			return nil, fileError(0, CodeNoSheet, name,
				fmt.Sprintf("没有名为“%.60s”的工作表；文件中有：%.300s", name, strings.Join(names, "、")),
				fmt.Sprintf("there is no sheet named %.60q; the file has: %.300s", name, strings.Join(names, ", ")))
		}
	}
	return x, nil
}

// workbookFault gives a fault of the file the shape that a report shows.
func workbookFault(err error) error {
	var fault *workbook.Fault
	if !errors.As(err, &fault) {
		return err
	}
	code := map[workbook.Problem]string{
		workbook.ProblemKind: CodeNotAWorkbook, workbook.ProblemEncrypted: CodeEncrypted,
		workbook.ProblemTruncated: CodeTruncated, workbook.ProblemTooLarge: CodeUnpackedSize,
	}[fault.Problem]
	return fileError(0, code, "", fault.ZH, fault.EN)
}

// Columns is nil: each sheet names its own.
func (*XLSX) Columns() []string { return nil }

// Rows yields the rows of each table, sheet after sheet in the order of the book. Rows that hold no component are told as Notes.
func (x *XLSX) Rows() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for _, s := range x.book.Sheets {
			if len(x.only) > 0 && !slices.Contains(x.only, s.Name) {
				x.say(s.Name, "not asked for, left out", "未指定，未读取")
				continue
			}
			t := &table{book: x.book, sheet: s, reader: x, yield: yield}
			if err := t.read(); err != nil {
				if !errors.Is(err, errEnough) {
					yield(Row{}, workbookFault(err))
				}
				return
			}
		}
		if x.tables == 0 {
			yield(Row{}, fileError(0, CodeNoHeader, "",
				"各工作表前 20 行中都没有找到表头；表头应含标准列名，如 标识码（ObjID）、状态（ObjState）、经度（Lon）、纬度（Lat）",
				"no sheet has a header in its first 20 rows; a header has the standard's names, such as ObjID (标识码), ObjState (状态), Lon (经度), Lat (纬度)"))
		}
	}
}

// errEnough unwinds when the caller wants no more.
var errEnough = errors.New("enough")

func (x *XLSX) say(sheet, en, zh string) {
	x.how = append(x.how, catalog.Text{ZH: fmt.Sprintf("工作表“%.60s”：%s", sheet, zh), EN: fmt.Sprintf("sheet %.60s: %s", sheet, en)})
}

func (x *XLSX) recognised() []catalog.Text { return x.how }

// table is the reading of one sheet.
type table struct {
	book   *workbook.Book
	sheet  workbook.Sheet
	reader *XLSX
	yield  func(Row, error) bool

	merges  []workbook.Merge // that begin below the row read last, by their first rows
	open    []openMerge      // that go on below the row read last
	columns []string
	means   []attribute // of each column
	values  []string
	hidden  int64
	samples int   // how many rows are still to be shown to who asks, below a header that is unclear
	passed  int64 // rows of a sheet without a table
}

// headRows is how many of a sheet's first rows may hold the header.
const headRows = 20

func (t *table) read() error {
	var err error
	if t.merges, err = t.book.Merges(t.sheet); err != nil {
		return err
	}
	var head []workbook.Row
	looked := false
	for row, err := range t.book.Rows(t.sheet) {
		if err != nil {
			return err
		}
		if !looked {
			head = append(head, workbook.Row{Number: row.Number, Hidden: row.Hidden, Cells: slices.Clone(row.Cells)})
			if len(head) < headRows {
				continue
			}
			looked = true
			if err := t.begin(head); err != nil {
				return err
			}
			continue
		}
		if err := t.take(row); err != nil {
			return err
		}
	}
	if !looked {
		if err := t.begin(head); err != nil {
			return err
		}
	}
	return t.end()
}

// begin finds the header and takes what stands below it.
func (t *table) begin(head []workbook.Row) error {
	h := findHeader(head, t.merges, t.reader.chosen)
	if h == nil {
		t.passed += int64(len(head))
		return nil
	}
	columns, err := headerNames(h.names)
	if err != nil {
		return t.place(err, h.line)
	}
	where, zh := fmt.Sprintf("header in row %d", h.line), fmt.Sprintf("表头在第 %d 行", h.line)
	if h.rows == 2 {
		where, zh = fmt.Sprintf("header in rows %d-%d", h.line, h.line+1), fmt.Sprintf("表头在第 %d-%d 行", h.line, h.line+1)
	}
	t.reader.say(t.sheet.Name, where, zh)
	t.reader.tables++
	m := newMapping(columns, t.reader.chosen).turned(t.reader.metres).settled(t.reader.chosen)
	t.columns, t.values, t.means = columns, make([]string, len(columns)), m.meanings()
	if issues := checkHeader(m); len(issues) > 0 {
		for i := range issues {
			issues[i].Sheet, issues[i].Row = t.sheet.Name, h.line
		}
		if err := m.wrongAnswer(t.reader.chosen); err != nil {
			return err
		}
		t.columns = nil // none of its rows could be taken
		if t.reader.ask {
			t.columns, t.samples = columns, sampleRows
		}
		if !t.yield(Row{Sheet: t.sheet.Name, Line: h.line, Faults: issues}, nil) {
			return errEnough
		}
	}
	last := h.line + int64(h.rows) - 1
	t.merges = slices.DeleteFunc(t.merges, func(m workbook.Merge) bool { return m.FirstRow <= last || m.FirstRow == m.LastRow })
	for i := range head {
		if head[i].Number > last {
			if err := t.take(&head[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// place says where a fault of the header is.
func (t *table) place(err error, line int64) error {
	var file *FileError
	if errors.As(err, &file) {
		file.Issue.Sheet, file.Issue.Row = t.sheet.Name, line
	}
	return err
}

// end tells what concerns the whole sheet.
func (t *table) end() error {
	if t.means == nil {
		t.reader.say(t.sheet.Name, fmt.Sprintf("no table, %d rows passed over", t.passed), fmt.Sprintf("没有数据表，略过 %d 行", t.passed))
		return nil
	}
	if t.sheet.Hidden {
		if err := t.note(0, CodeHiddenSheet, "", "工作表是隐藏的，其各行也已读取；如不需要请删除该表，或用 --sheet 指定要读的表",
			"the sheet is hidden; its rows were read as well: delete it, or name the sheets to read with --sheet, if that is not wanted"); err != nil {
			return err
		}
	}
	if t.hidden > 0 {
		return t.note(0, CodeHiddenRows, fmt.Sprint(t.hidden),
			fmt.Sprintf("有 %d 行被隐藏或筛选，也已读取；如不需要请删除这些行", t.hidden),
			fmt.Sprintf("%d rows are hidden or filtered out; they were read as well: delete them if that is not wanted", t.hidden))
	}
	return nil
}

// note yields a warning that belongs to no component.
func (t *table) note(line int64, code, value, zh, en string) error {
	return t.noted(Issue{Sheet: t.sheet.Name, Row: line, Code: code, Value: cut(value), Severity: Warning, Message: catalog.Text{ZH: zh, EN: en}})
}

func (t *table) noted(i Issue) error {
	if !t.yield(Row{Sheet: i.Sheet, Line: i.Row, Note: true, Issues: []Issue{i}}, nil) {
		return errEnough
	}
	return nil
}
