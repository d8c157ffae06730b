package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"citygrid/registry"
	"citygrid/registry/census"
)

// A part is what is read, placed and written at a time; one of them goes through PostGIS in one statement.
const (
	partRows  = 10_000
	partBytes = 4 << 20 // and at most about as much text and cells
	cellBytes = 16      // of a cell beside its text
)

// maxRowBytes bounds a row: a quote that nobody closes would put the rest of the file into one cell.
const maxRowBytes = 8 << 20

const byteOrderMark = "\ufeff"

// commonNames are the headers of x and y that are known, in lower case.
var commonNames = [...][2]string{
	{"lon", "lat"}, {"lng", "lat"}, {"long", "lat"}, {"longitude", "latitude"}, {"x", "y"}, {"easting", "northing"}, {"east", "north"},
	{"经度", "纬度"}, {"经度坐标", "纬度坐标"}, {"东坐标", "北坐标"}, {"横坐标", "纵坐标"},
}

// table reads rows with positions from comma-, semicolon- or tab-separated values (RFC 4180).
type table struct {
	rows      *csv.Reader
	limit     *rowLimit
	mark      bool     // it begins with a byte-order mark
	header    []string // nil: none
	width     int      // columns
	x, y      int      // columns
	separator byte
	pending   []string // the first row of a table without header
	ended     error
}

// row is one row of a part.
type row struct {
	line  int
	cells int            // where its cells end among those of the part
	fault *registry.Text // it could not be read at all
}

// part is a stretch of rows on its way through the program.
type part struct {
	rows  []row
	cells []string // of all rows, one after the other
	end   int64    // bytes of the file up to here

	placed chan struct{} // closed when what follows is known
	text   []byte
	faults []rowFault
	tally  tally
}

// rowFault is a fault and the line of its row; Field.Name is its column.
type rowFault struct {
	line int
	registry.Field
}

// tableError is a fault of the file as a whole.
type tableError struct{ message registry.Text }

func (e *tableError) Error() string { return e.message.EN }

func badTable(zh, en string) *tableError { return &tableError{registry.Text{ZH: zh, EN: en}} }

// openTable finds the separator, the header and the columns of the position, which lon and lat name or number unless they are empty. Its errors
// are a *tableError and those of in.
func openTable(in io.Reader, lon, lat string) (*table, error) {
	t := &table{limit: &rowLimit{in: in, left: maxRowBytes}}
	buffered := bufio.NewReaderSize(t.limit, 64<<10)
	head, err := buffered.Peek(64 << 10)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if bytes.HasPrefix(head, []byte(byteOrderMark)) {
		t.mark = true
		buffered.Discard(len(byteOrderMark)) // it was seen
		head = head[len(byteOrderMark):]
	}
	t.separator = separatorOf(head)
	t.rows = csv.NewReader(buffered)
	t.rows.Comma, t.rows.FieldsPerRecord, t.rows.ReuseRecord = rune(t.separator), -1, true
	first, err := t.rows.Read()
	if err == io.EOF {
		return nil, badTable("文件为空", "the file is empty")
	}
	if err != nil {
		return nil, t.fault(err)
	}
	first = slices.Clone(first)
	for _, name := range first {
		if !utf8.ValidString(name) {
			return nil, badTable("首行不是 UTF-8 编码；如为 GBK 或 GB18030，请另存为“CSV UTF-8”",
				"the first row is not UTF-8; if the file is GBK or GB18030, save it as \"CSV UTF-8\"")
		}
	}
	if t.width = len(first); t.width > census.MaxColumns { // every short row is filled up
		return nil, badTable(fmt.Sprintf("首行有 %d 列，上限为 %d 列", t.width, census.MaxColumns),
			fmt.Sprintf("the first row has %d columns, the limit is %d", t.width, census.MaxColumns))
	}
	return t, t.findColumns(first, lon, lat)
}

// separatorOf is the commonest separator of the first line.
func separatorOf(head []byte) byte {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	best, most := byte(','), 0
	for _, c := range []byte{',', ';', '\t'} {
		if n := bytes.Count(line, []byte{c}); n > most {
			best, most = c, n
		}
	}
	return best
}

func (t *table) findColumns(first []string, lon, lat string) error {
	names := make([]string, len(first))
	for i, name := range first {
		names[i] = strings.ToLower(strings.TrimSpace(name))
	}
	found := lon != "" && column(names, lon, &t.x) && column(names, lat, &t.y)
	for i := 0; i < len(commonNames) && lon == ""; i++ {
		if found = column(names, commonNames[i][0], &t.x) && column(names, commonNames[i][1], &t.y); found {
			break
		}
	}
	numbers := func(x, y int) bool {
		_, isX := parseCell(first[x])
		_, isY := parseCell(first[y])
		return isX && isY
	}
	switch {
	case found && !numbers(t.x, t.y):
		t.header = first
	case found: // by number, and the first row is one like the others
		t.pending = first
	case lon == "" && t.width >= 2 && numbers(0, 1):
		t.x, t.y, t.pending = 0, 1, first
	default:
		list := strings.Join(first, ", ")
		return badTable(fmt.Sprintf("首行（%.200s）中没有经纬度列：请用 --lon-column 和 --lat-column 写出列名或列号", list),
			fmt.Sprintf("the first row (%.200s) names no longitude and latitude: name the columns with --lon-column and --lat-column, or number them", list))
	}
	return nil
}

// column finds a column by its number, from 1, or else by its name.
func column(names []string, name string, at *int) bool {
	if n, err := strconv.Atoi(name); err == nil {
		*at = n - 1
		return 1 <= n && n <= len(names)
	}
	*at = slices.Index(names, strings.ToLower(strings.TrimSpace(name)))
	return *at >= 0
}

// next reads a part; io.EOF means that there is none.
func (t *table) next() (*part, error) {
	p := &part{placed: make(chan struct{})}
	if t.pending != nil {
		p.add(row{line: 1}, t.pending)
		t.pending = nil
	}
	for size := 0; t.ended == nil && len(p.rows) < partRows && size < partBytes; {
		t.limit.left = maxRowBytes
		cells, err := t.rows.Read()
		var bad *csv.ParseError
		switch {
		case errors.As(err, &bad) && bad.Line == bad.StartLine: // only this line is lost
			p.add(row{line: bad.StartLine, fault: &registry.Text{
				ZH: fmt.Sprintf("第 %d 个字节处引号位置不对；单元格内的引号应写成两个", bad.Column),
				EN: fmt.Sprintf("a quote is out of place at byte %d; write a quote within a cell twice", bad.Column),
			}}, nil)
		case err != nil:
			t.ended = t.fault(err)
		default:
			line, _ := t.rows.FieldPos(0)
			p.add(row{line: line}, cells)
			for _, cell := range cells {
				size += cellBytes + len(cell)
			}
		}
	}
	p.end = t.rows.InputOffset()
	if len(p.rows) == 0 || t.ended != nil && t.ended != io.EOF {
		return nil, t.ended
	}
	return p, nil
}

func (p *part) add(r row, cells []string) {
	p.cells = append(p.cells, cells...)
	r.cells = len(p.cells)
	p.rows = append(p.rows, r)
}

// fault explains what ended the table.
func (t *table) fault(err error) error {
	var bad *csv.ParseError
	switch {
	case errors.As(err, &bad):
		return badTable(fmt.Sprintf("从第 %d 行开始的记录没有正常结束，可能有引号没有闭合", bad.StartLine),
			fmt.Sprintf("the record that begins on line %d does not end: a quote may not be closed", bad.StartLine))
	case errors.Is(err, errLongRow):
		return badTable(fmt.Sprintf("有一行超过 %d MiB：可能有引号没有闭合，或文件缺少换行", maxRowBytes>>20),
			fmt.Sprintf("a row is longer than %d MiB: a quote may not be closed, or line ends are missing", maxRowBytes>>20))
	}
	return err
}

// appendHeader writes the header with the columns that are added, nothing for a table without one.
func (t *table) appendHeader(dst []byte, names bool) []byte {
	if t.mark {
		dst = append(dst, byteOrderMark...)
	}
	if t.header == nil {
		return dst
	}
	for _, name := range t.header {
		dst = append(t.appendCell(dst, name), t.separator)
	}
	for i, name := range addedColumns(names) {
		for slices.Contains(t.header, name) {
			name += "_2"
		}
		if i > 0 {
			dst = append(dst, t.separator)
		}
		dst = append(dst, name...)
	}
	return append(dst, '\n')
}

// addedColumns are the columns that each row gets.
func addedColumns(names bool) []string {
	if names {
		return []string{"grid", "community", "street", "district", "grid_name", "community_name", "street_name", "district_name", "fault"}
	}
	return []string{"grid", "community", "street", "district", "fault"}
}

// appendCell writes a cell, quoted where it must be.
func (t *table) appendCell(dst []byte, cell string) []byte {
	plain := true
	for i := range len(cell) {
		if c := cell[i]; c == t.separator || c == '"' || c == '\n' || c == '\r' {
			plain = false
			break
		}
	}
	if plain {
		return append(dst, cell...)
	}
	return append(append(append(dst, '"'), strings.ReplaceAll(cell, `"`, `""`)...), '"')
}

// rowLimit ends the stream when one row takes more bytes than it may.
type rowLimit struct {
	in   io.Reader
	left int
}

var errLongRow = errors.New("the row is too long")

func (l *rowLimit) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errLongRow
	}
	n, err := l.in.Read(p)
	l.left -= n
	return n, err
}
