package workbook

import (
	"cmp"
	"encoding/binary"
	"io"
	"iter"
	"math"
	"slices"
	"strconv"
)

// openOld reads what stands beside the sheets of a workbook of Excel 97 to 2003 (.xls): the stream "Workbook" of a compound file.
func (b *Book) openOld(size int64) error {
	if size > MaxUnpacked {
		return tooLarge("the workbook has more than 1024 MiB", "工作簿超过 1024 MiB")
	}
	c, err := openCompound(b.source, size)
	if err != nil {
		return err
	}
	for _, name := range []string{"EncryptedPackage", "Workbook", "Book"} {
		s, err := c.stream(name)
		switch {
		case err != nil:
			return err
		case s == nil:
		case name == "EncryptedPackage":
			return encrypted()
		case name == "Book":
			return excel95()
		default:
			return b.readGlobals(s, s.size)
		}
	}
	return kind("Office 97-2003 的其他文件（如 Word 文档）；请把表格复制到 Excel 后另存为 .xlsx", "another file of Office 97-2003, such as a Word document; copy its table into Excel and save it as .xlsx")
}

func encrypted() *Fault {
	return &Fault{ProblemEncrypted, "工作簿有打开密码；请在 Excel 中取消密码后另存", "the workbook needs a password to open; take the password off in Excel and save it again"}
}

func excel95() *Fault {
	return kind("Excel 95 或更早的工作簿；请在 Excel 或 WPS 中另存为 .xlsx", "a workbook of Excel 95 or before; save it as .xlsx in Excel or WPS")
}

// readGlobals reads the first part of the stream: sheets, formats, shared texts.
func (b *Book) readGlobals(s io.ReaderAt, size int64) error {
	b.old, b.oldSize, b.texts = s, size, &texts{}
	r := recordsAt(s, 0, size)
	if err := begins(r); err != nil {
		return err
	}
	custom := map[int]numberFormat{}
	var formats []int
	for {
		if err := r.next(); err != nil {
			return err
		}
		var err error
		switch r.kind {
		case recordEnd:
			for _, id := range formats {
				format, ok := custom[id]
				if !ok {
					format = builtIn(id)
				}
				b.formats = append(b.formats, format)
			}
			return nil
		case recordPassword:
			return encrypted()
		case record1904:
			if err = r.need(2); err == nil {
				b.from1904 = r.short(0) == 1
			}
		case recordFormat:
			err = r.format(custom)
		case recordXF:
			if err = r.need(4); err == nil && len(formats) < maxFormats {
				formats = append(formats, r.short(2))
			}
		case recordSheet:
			err = b.listSheet(r)
		case recordTexts:
			err = b.sharedTexts(r)
		}
		if err != nil {
			return err
		}
	}
}

// begins reads the record with which a part begins: of BIFF8, or it is an older workbook's.
func begins(r *records) error {
	if err := r.next(); err != nil {
		return err
	}
	if err := r.need(4); err != nil || r.kind != recordBegin {
		return errRecord
	}
	if version := r.short(0); version != 0x0600 {
		return excel95()
	}
	return nil
}

func (r *records) format(custom map[int]numberFormat) error {
	if err := r.need(5); err != nil {
		return err
	}
	id := r.short(0)
	r.body = r.body[2:]
	code, err := r.text(2, nil)
	if len(custom) < maxFormats {
		custom[id] = formatOf(utf8Of(code))
	}
	return err
}

func (b *Book) listSheet(r *records) error {
	if err := r.need(8); err != nil {
		return err
	}
	at, state, sort := int64(r.long(0)), r.body[4], r.body[5]
	if sort != 0 { // a chart or a macro sheet
		return nil
	}
	if len(b.Sheets) == maxSheets {
		return tooManySheets()
	}
	r.body = r.body[6:]
	name, err := r.text(1, nil)
	b.Sheets = append(b.Sheets, Sheet{Name: utf8Of(name), Hidden: state&3 != 0, at: at})
	return err
}

func (b *Book) sharedTexts(r *records) error {
	if err := r.need(8); err != nil {
		return err
	}
	count := r.long(4)
	r.body = r.body[8:]
	var units []uint16
	for range count {
		var err error
		if units, err = r.text(2, units[:0]); err != nil {
			return err
		}
		if err := b.texts.add([]byte(utf8Of(units))); err != nil {
			return err
		}
	}
	return nil
}

// layout is what is known of a sheet before its cells are read.
type layout struct {
	merges  []Merge
	hidden  map[int]bool // rows from 0
	strewn  bool         // cells do not stand row by row, from left to right
	entries int          // records of cells
}

// layoutOf goes past the cells of a sheet once.
func (b *Book) layoutOf(s Sheet) (*layout, error) {
	l := &layout{hidden: map[int]bool{}}
	row, column := -1, -1
	err := b.oldRecords(s, func(r *records) error {
		switch {
		case r.kind == recordRow:
			if err := r.need(16); err != nil {
				return err
			}
			if r.long(12)&0x20 != 0 {
				l.hidden[r.short(0)] = true
			}
		case r.kind == recordMerges:
			return l.merge(r)
		case leastOf(r.kind) > 0:
			if err := r.need(leastOf(r.kind)); err != nil {
				return err
			}
			l.entries++
			at, from := r.short(0), r.short(2)
			l.strewn = l.strewn || at < row || at == row && from <= column
			if row, column = at, from; r.kind == recordManyRK {
				column = r.short(len(r.body) - 2)
			}
		}
		return nil
	})
	slices.SortStableFunc(l.merges, func(a, b Merge) int { return cmp.Compare(a.FirstRow, b.FirstRow) })
	return l, err
}

func (l *layout) merge(r *records) error {
	if err := r.need(2); err != nil {
		return err
	}
	if err := r.need(2 + 8*r.short(0)); err != nil {
		return err
	}
	for i := range r.short(0) {
		at := 2 + 8*i
		m := Merge{int64(r.short(at)) + 1, int64(r.short(at+2)) + 1, r.short(at + 4), r.short(at + 6)}
		if m.FirstRow > m.LastRow || m.FirstColumn > m.LastColumn {
			continue
		}
		if len(l.merges) == maxMerges {
			return tooManyMerges()
		}
		l.merges = append(l.merges, m)
	}
	return nil
}

// oldRecords gives the records of a sheet, without those of the charts in it.
func (b *Book) oldRecords(s Sheet, take func(*records) error) error {
	if s.at >= b.oldSize {
		return errRecord
	}
	r := recordsAt(b.old, s.at, b.oldSize)
	if err := begins(r); err != nil {
		return err
	}
	for depth := 1; ; {
		if err := r.next(); err != nil {
			return err
		}
		switch r.kind {
		case recordBegin:
			depth++
		case recordEnd:
			if depth--; depth == 0 {
				return nil
			}
		default:
			if depth > 1 {
				continue
			}
			if err := take(r); err != nil {
				return err
			}
		}
	}
}

// maxStrewn is how many cells a sheet may have that does not have them in their order: these are held in memory.
const maxStrewn = 2 << 20

// rowsOfOld are Rows of a workbook of Excel 97 to 2003.
func (b *Book) rowsOfOld(s Sheet) iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		l, err := b.layoutOf(s)
		o := &oldRows{book: b, layout: l, yield: yield}
		switch {
		case err != nil:
		case l.strewn && l.entries > maxStrewn:
			err = tooLarge("a sheet has more than two million cells out of their order", "一张工作表中次序混乱的单元格超过两百万个")
		default:
			if err = b.oldRecords(s, o.record); err == nil {
				err = o.end()
			}
		}
		if err = b.fault(s.Name, err); err != nil && err != error(errStopped) {
			yield(nil, err)
		}
	}
}

// oldRows is the reading of one sheet.
type oldRows struct {
	book    *Book
	layout  *layout
	yield   func(*Row, error) bool
	row     Row
	strewn  []strewnCell
	formula int // the row and column of a formula that gives a text, from 1; 0: none
	units   []uint16
}

type strewnCell struct {
	row  int
	cell Cell
}

func (o *oldRows) record(r *records) error {
	if r.kind == recordResult && o.formula > 0 {
		row, column := (o.formula-1)>>16, (o.formula-1)&0xffff
		o.formula = 0
		return o.text(row, column, r)
	}
	least := leastOf(r.kind)
	if least == 0 {
		return nil
	}
	if err := r.need(least); err != nil {
		return err
	}
	o.formula = 0
	row, column, format := r.short(0), r.short(2), 0
	if r.kind != recordManyRK {
		format = r.short(4)
	}
	switch r.kind {
	case recordSharedText:
		text, ok := o.book.texts.at(int(r.long(6)))
		if !ok {
			return errRecord
		}
		return o.add(row, Cell{Column: column, Text: text})
	case recordNumber:
		return o.number(row, column, format, float(r.body[6:]))
	case recordRK:
		return o.number(row, column, format, rk(r.long(6)))
	case recordManyRK:
		for at := 4; at+6 <= len(r.body)-2; at, column = at+6, column+1 {
			if err := o.number(row, column, r.short(at), rk(r.long(at+2))); err != nil {
				return err
			}
		}
		return nil
	case recordBoolError:
		return o.boolOrError(row, column, r.body[6], r.body[7] == 1)
	case recordFormula:
		return o.result(row, column, format, r.body)
	}
	r.body = r.body[6:]
	return o.text(row, column, r)
}

// leastOf is how many bytes a record of a cell has at least; 0 for other records.
func leastOf(kind uint16) int {
	switch kind {
	case recordManyRK:
		return 6
	case recordBoolError:
		return 8
	case recordText, recordRichText:
		return 9
	case recordSharedText, recordRK:
		return 10
	case recordNumber:
		return 14
	case recordFormula:
		return 20
	}
	return 0
}

func (o *oldRows) text(row, column int, r *records) (err error) {
	if o.units, err = r.text(2, o.units[:0]); err != nil {
		return err
	}
	return o.add(row, Cell{Column: column, Text: utf8Of(o.units)})
}

// result is that which was stored for a formula (2.5.133).
func (o *oldRows) result(row, column, format int, body []byte) error {
	const never = 2 // as programs that do not calculate write it, with 0 or an empty text, for Excel to do it
	value, text := body[6:14], body[12] == 0xff && body[13] == 0xff
	switch v := float(value); {
	case body[14]&never > 0 && (v == 0 || text && value[0] == 3):
		return o.add(row, Cell{Column: column, Kind: Uncounted, Text: "="})
	case !text:
		return o.number(row, column, format, v)
	}
	switch value[0] {
	case 0:
		o.formula = row<<16 | column + 1
	case 1, 2:
		return o.boolOrError(row, column, value[2], value[0] == 2)
	}
	return nil
}

func (o *oldRows) boolOrError(row, column int, value byte, failed bool) error {
	if !failed {
		return o.add(row, Cell{Column: column, Text: map[bool]string{true: "TRUE", false: "FALSE"}[value != 0]})
	}
	text, ok := map[byte]string{0x00: "#NULL!", 0x07: "#DIV/0!", 0x0f: "#VALUE!", 0x17: "#REF!", 0x1d: "#NAME?", 0x24: "#NUM!", 0x2a: "#N/A"}[value]
	if !ok {
		text = "#" + strconv.Itoa(int(value))
	}
	return o.add(row, Cell{Column: column, Kind: Error, Text: text})
}

// number adds a number, or the date that it is by its format.
func (o *oldRows) number(row, column, format int, v float64) error {
	raw := strconv.AppendFloat(nil, v, 'g', -1, 64)
	if format < len(o.book.formats) && o.book.formats[format] != plain {
		if text, ok := o.book.dated(raw, o.book.formats[format]); ok {
			return o.add(row, Cell{Column: column, Kind: Date, Text: text})
		}
	}
	return o.add(row, Cell{Column: column, Kind: Number, Text: decimal(raw)})
}

func (o *oldRows) add(row int, c Cell) error {
	switch {
	case c.Text == "":
		return nil
	case o.layout.strewn:
		o.strewn = append(o.strewn, strewnCell{row, c})
		return nil
	}
	return o.put(row, c)
}

// put adds a cell to its row; what was put before stands before.
func (o *oldRows) put(row int, c Cell) error {
	if number := int64(row) + 1; number != o.row.Number {
		if err := o.flush(); err != nil {
			return err
		}
		o.row = Row{Number: number, Hidden: o.layout.hidden[row], Cells: o.row.Cells[:0]}
	}
	o.row.Cells = append(o.row.Cells, c)
	return nil
}

func (o *oldRows) flush() error {
	if len(o.row.Cells) > 0 && !o.yield(&o.row, nil) {
		return errStopped
	}
	return nil
}

// end gives the last row; of a sheet whose cells are strewn, all. Of two cells in one place the later counts.
func (o *oldRows) end() error {
	slices.SortStableFunc(o.strewn, func(a, b strewnCell) int {
		return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.cell.Column, b.cell.Column))
	})
	for i, s := range o.strewn {
		if i+1 < len(o.strewn) && o.strewn[i+1].row == s.row && o.strewn[i+1].cell.Column == s.cell.Column {
			continue
		}
		if err := o.put(s.row, s.cell); err != nil {
			return err
		}
	}
	return o.flush()
}

func float(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) }

// rk is a number in four bytes (2.5.217): its upper 30 bits, or an integer of so many; perhaps a hundred times itself.
func rk(n uint32) float64 {
	v := math.Float64frombits(uint64(n&^3) << 32)
	if n&2 != 0 {
		v = float64(int32(n) >> 2)
	}
	if n&1 != 0 {
		v /= 100
	}
	return v
}
