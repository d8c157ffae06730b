package workbook

import (
	"errors"
	"io"
	"iter"
	"strconv"
)

// Kind is what a cell holds.
type Kind byte

// The kinds of cells.
const (
	Text      Kind = iota // also the result of a formula that is text, and TRUE and FALSE
	Number                // written out in full: no exponent, no separators
	Date                  // 2006-01-02, 2006-01-02 15:04:05, or 15:04:05 where there is no day
	Error                 // #REF!, #N/A …
	Uncounted             // a formula for which no result was stored, as programs that do not calculate write it; Text is "="
)

// Cell is a cell that is not empty.
type Cell struct {
	Column int // from 0
	Kind   Kind
	Text   string
}

// Row is a row with at least one cell that is not empty.
type Row struct {
	Number int64 // as Excel shows it, from 1
	Hidden bool  // by hand or by a filter
	Cells  []Cell
}

// The size of a sheet (Excel's own limits).
const (
	maxRow    = 1 << 20
	maxColumn = 1 << 14
)

// Rows yields the rows of a sheet that are not empty, in their order. A Row holds until the next. The error is a [*Fault] or the
// failure of the file below.
func (b *Book) Rows(s Sheet) iter.Seq2[*Row, error] {
	if b.old != nil {
		return b.rowsOfOld(s)
	}
	return func(yield func(*Row, error) bool) {
		err := b.read(s.part, func(m *markup) error {
			return (&rows{book: b, markup: m, yield: yield}).read()
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(nil, err)
		}
	}
}

var errStopped = &Fault{EN: "stopped"}

// rows is the reading of one sheet.
type rows struct {
	*markup
	book  *Book
	yield func(*Row, error) bool
	row   Row
	raw   []byte // of the cell's text
}

func (s *rows) read() error {
	for {
		kind, err := s.next()
		if err == io.EOF {
			return io.ErrUnexpectedEOF // before the end of sheetData
		}
		if err != nil {
			return err
		}
		switch name := string(s.name); {
		case kind == opened && name == "row":
			if err := s.readRow(); err != nil {
				return err
			}
		case kind == closed && name == "sheetData":
			return nil
		}
	}
}

func (s *rows) readRow() error {
	number := s.row.Number + 1
	if r := s.attribute("r"); r != nil {
		n, err := strconv.ParseInt(string(r), 10, 32)
		if err != nil || n < number {
			return errMarkup
		}
		number = n
	}
	if number > maxRow {
		return errMarkup
	}
	s.row = Row{Number: number, Hidden: truth(s.attribute("hidden")), Cells: s.row.Cells[:0]}
	column := -1
	for {
		kind, err := s.next()
		if err != nil {
			return ended(err)
		}
		switch name := string(s.name); {
		case kind == opened && name == "c":
			if column, err = s.readCell(column); err != nil {
				return err
			}
		case kind == closed && name == "row":
			if len(s.row.Cells) > 0 && !s.yield(&s.row, nil) {
				return errStopped
			}
			return nil
		}
	}
}

// readCell reads one cell, which is right of the column before, and returns its column.
func (s *rows) readCell(before int) (int, error) {
	column := before + 1
	if r := s.attribute("r"); r != nil {
		n, ok := columnOf(r)
		if !ok || n < column {
			return 0, errMarkup
		}
		column = n
	}
	if column >= maxColumn {
		return 0, errMarkup
	}
	typ, format := typeOf(s.attribute("t")), s.format(s.attribute("s"))
	s.raw = s.raw[:0]
	formula := false
	for {
		kind, err := s.next()
		if err != nil {
			return 0, ended(err)
		}
		switch name := string(s.name); {
		case kind == opened && name == "is":
			if s.raw, err = s.rich(s.raw, "is"); err != nil {
				return 0, err
			}
		case kind == opened && name == "f":
			formula = true
		case kind == closed && name == "v":
			s.raw = append(s.raw[:0], s.text...)
		case kind == closed && name == "c":
			if len(s.raw) == 0 {
				if formula && typ == 'n' { // an empty text is a result
					s.row.Cells = append(s.row.Cells, Cell{Column: column, Kind: Uncounted, Text: "="})
				}
				return column, nil
			}
			cell, err := s.cell(typ, format)
			cell.Column = column
			if cell.Text != "" {
				s.row.Cells = append(s.row.Cells, cell)
			}
			return column, err
		}
	}
}

// typeOf is the first letter of a cell's type, which tells all but two: "s" and "str".
func typeOf(t []byte) byte {
	switch {
	case len(t) == 0:
		return 'n'
	case string(t) == "str":
		return 'f' // a formula's text
	}
	return t[0]
}

func (s *rows) format(style []byte) numberFormat {
	if i, err := strconv.Atoi(string(style)); err == nil && i >= 0 && i < len(s.book.formats) {
		return s.book.formats[i]
	}
	return plain
}

// cell makes a cell of its raw value.
func (s *rows) cell(typ byte, format numberFormat) (Cell, error) {
	switch typ {
	case 's':
		i, err := strconv.Atoi(string(s.raw))
		text, ok := s.book.texts.at(i)
		if err != nil || !ok {
			return Cell{}, errMarkup
		}
		return Cell{Text: text}, nil
	case 'b':
		if truth(s.raw) {
			return Cell{Text: "TRUE"}, nil
		}
		return Cell{Text: "FALSE"}, nil
	case 'n':
		if format != plain {
			if text, ok := s.book.dated(s.raw, format); ok {
				return Cell{Kind: Date, Text: text}, nil
			}
		}
		return Cell{Kind: Number, Text: decimal(s.raw)}, checkText(s.raw)
	case 'd': // ISO 8601
		text := string(s.raw)
		if len(text) > len("2006-01-02") && text[len("2006-01-02")] == 'T' {
			text = text[:len("2006-01-02")] + " " + text[len("2006-01-02T"):]
		}
		return Cell{Kind: Date, Text: text}, checkText(s.raw)
	case 'e':
		return Cell{Kind: Error, Text: string(s.raw)}, checkText(s.raw)
	case 'i': // rich has decoded it
		return Cell{Text: string(s.raw)}, nil
	}
	text := unescape(s.raw)
	return Cell{Text: string(text)}, checkText(text)
}

// dated writes a number as its format shows it.
func (b *Book) dated(raw []byte, format numberFormat) (string, bool) {
	serial, err := strconv.ParseFloat(string(raw), 64)
	if err != nil {
		return "", false
	}
	if serial >= 0 && serial < 1 && format == clock {
		text, ok := (&Book{from1904: true}).Date(serial + 1) // any day
		if len(text) == len("2006-01-02") {
			return "00:00:00", ok
		}
		return text[len("2006-01-02 "):], ok
	}
	if format == clock {
		return "", false // a span of hours
	}
	return b.Date(serial)
}

// columnOf reads the letters of a reference such as AB12.
func columnOf(reference []byte) (int, bool) {
	n := 0
	for i, c := range reference {
		switch {
		case c >= 'A' && c <= 'Z' && n <= maxColumn:
			n = n*26 + int(c-'A') + 1
		case c >= '0' && c <= '9' && i > 0:
			return n - 1, true
		default:
			return 0, false
		}
	}
	return 0, false
}
