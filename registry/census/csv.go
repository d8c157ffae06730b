package census

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"

	"citygrid/registry/catalog"
)

// CSV reads comma-separated values (RFC 4180) in UTF-8 with or without byte-order mark, lines ended by LF or CRLF, empty lines
// left out. Where the header has tabs or semicolons and fewer commas, these separate. Positions are in columns: its rows have no Geometry.
type CSV struct {
	columns []string
	records *csv.Reader
	allowed *allowance
}

// maxRecordBytes bounds one record; without it a quote that nobody closes would put the rest of the file into one cell.
const maxRecordBytes = 8 << 20

// NewCSV reads the header. Its errors are [*FileError] for a file that is not UTF-8, has no header or more than 256 columns, and otherwise those of r.
func NewCSV(r io.Reader) (*CSV, error) {
	allowed := &allowance{r: &utf8Reader{r: r}, left: maxRecordBytes}
	buffered := bufio.NewReaderSize(allowed, 64<<10)
	c := &CSV{records: csv.NewReader(buffered), allowed: allowed}
	c.records.FieldsPerRecord = -1 // counted here: a ragged row is the row's fault
	mark, err := buffered.Peek(len(byteOrderMark))
	if err != nil && err != io.EOF {
		return nil, c.fault(err)
	}
	if string(mark) == byteOrderMark {
		buffered.Discard(len(byteOrderMark)) // cannot fail: they are in the buffer
	}
	if c.records.Comma, err = separator(buffered); err != nil {
		return nil, c.fault(err)
	}
	header, err := c.read()
	if err != nil {
		return nil, c.fault(err)
	}
	c.records.ReuseRecord = true
	if c.columns, err = headerNames(header); err != nil {
		return nil, err
	}
	return c, nil
}

const byteOrderMark = "\ufeff"

// separator is the commonest of tab, semicolon and comma in the first line that is not empty, outside of quotes; a comma where they are
// equally many. A line longer than the buffer is judged by its beginning.
func separator(r *bufio.Reader) (rune, error) {
	text, err := r.Peek(r.Size())
	if err != nil && err != io.EOF {
		return 0, err
	}
	count, quoted := map[byte]int{}, false
	for _, c := range bytes.TrimLeft(text, "\r\n") {
		if c == '"' {
			quoted = !quoted
		}
		if c == '\n' && !quoted {
			break
		}
		if !quoted {
			count[c]++
		}
	}
	best := byte(',')
	for _, c := range []byte{'\t', ';'} {
		if count[c] > count[best] {
			best = c
		}
	}
	return rune(best), nil
}

// recognised says what separates the cells, where it is no comma.
func (c *CSV) recognised() []catalog.Text {
	switch c.records.Comma {
	case '\t':
		return []catalog.Text{{ZH: "以制表符分隔", EN: "separated by tabs"}}
	case ';':
		return []catalog.Text{{ZH: "以分号分隔", EN: "separated by semicolons"}}
	}
	return nil
}

// Columns are the header's names without surrounding space; a column without a name has its number, "#7".
func (c *CSV) Columns() []string { return c.columns }

// Rows yields the records after the header.
func (c *CSV) Rows() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for n := 0; ; n++ {
			record, err := c.read()
			if err == io.EOF {
				return
			}
			if n == MaxRows {
				yield(Row{}, tooManyRows())
				return
			}
			row, err := c.row(record, err)
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// read takes the next record. Where the allowance ends before the record does, the decoder was told that the file ends: it alone
// knows whether it is inside a quote.
func (c *CSV) read() ([]string, error) {
	c.allowed.left = maxRecordBytes
	record, err := c.records.Read()
	if !c.allowed.spent {
		return record, err
	}
	var bad *csv.ParseError
	switch {
	case errors.As(err, &bad) && bad.Err == csv.ErrQuote:
		return nil, openQuote(bad.StartLine)
	case errors.As(err, &bad):
		return nil, recordTooLong(bad.StartLine)
	case len(record) > 0:
		line, _ := c.records.FieldPos(0)
		return nil, recordTooLong(line)
	}
	return nil, recordTooLong(0) // empty lines only
}

// row turns what the decoder says into a Row. A quote out of place on one line is that row's fault; one that reached into the
// next line has swallowed rows, so nothing after it can be trusted.
func (c *CSV) row(record []string, err error) (Row, error) {
	var bad *csv.ParseError
	switch {
	case errors.As(err, &bad) && bad.Line == bad.StartLine && bad.Err != io.ErrUnexpectedEOF:
		return Row{Line: int64(bad.StartLine), Faults: []Issue{{
			Row: int64(bad.StartLine), Code: CodeBadQuote, Severity: Error,
			Message: catalog.Text{
				ZH: fmt.Sprintf("第 %d 个字节处引号位置不对；单元格内的引号应写成两个", bad.Column),
				EN: fmt.Sprintf("a quote is out of place at byte %d of the line; write a quote within a cell twice", bad.Column),
			},
		}}}, nil
	case err != nil:
		return Row{}, c.fault(err)
	}
	line, _ := c.records.FieldPos(0)
	row := Row{Line: int64(line), Columns: c.columns, Values: record}
	for len(row.Values) > len(c.columns) && row.Values[len(row.Values)-1] == "" {
		row.Values = row.Values[:len(row.Values)-1] // spreadsheets leave separators behind
	}
	if len(row.Values) != len(c.columns) {
		row.Faults = []Issue{{
			Row: row.Line, Code: CodeRaggedRow, Severity: Error, Value: cut(strings.Join(row.Values, ",")),
			Message: catalog.Text{
				ZH: fmt.Sprintf("本行有 %d 个单元格，表头有 %d 个；是否多写或少写了分隔符？", len(row.Values), len(c.columns)),
				EN: fmt.Sprintf("the row has %d cells, the header %d; is there a separator too many or too few?", len(row.Values), len(c.columns)),
			},
		}}
	}
	return row, nil
}

// fault gives an error of the decoder the shape that a report shows.
func (c *CSV) fault(err error) error {
	var file *FileError
	var bad *csv.ParseError
	switch {
	case errors.As(err, &file):
		return file
	case err == io.EOF:
		return fileError(0, CodeNoHeader, "", "文件为空：第一行应为表头", "the file is empty: its first line should be the header")
	case errors.As(err, &bad):
		return openQuote(bad.StartLine)
	}
	return fmt.Errorf("read csv: %w", err)
}

func openQuote(line int) *FileError {
	return fileError(int64(line), CodeOpenQuote, "",
		"从本行开始的记录没有正常结束，可能有引号没有闭合，其后各行被并入了同一单元格；请改正后重新提交",
		"the record that begins on this line does not end: a quote may not be closed, so that the lines after it became part of one cell; correct it and send the file again")
}

func recordTooLong(line int) *FileError {
	return fileError(int64(line), CodeRecordTooLong, "",
		fmt.Sprintf("从本行开始的记录超过 %d MiB；请检查文件是否缺少换行", maxRecordBytes>>20),
		fmt.Sprintf("the record that begins on this line is longer than %d MiB; are line ends missing from the file?", maxRecordBytes>>20))
}

func tooManyRows() *FileError {
	return fileError(0, CodeTooManyRows, "",
		fmt.Sprintf("文件超过 %d 行；请按区或类别分成几个文件", MaxRows),
		fmt.Sprintf("the file has more than %d rows; divide it by district or class", MaxRows))
}

// headerNames checks and trims the names. A name that was there before gets its ordinal: 备注#2.
func headerNames(header []string) ([]string, error) {
	for len(header) > 0 && strings.TrimSpace(header[len(header)-1]) == "" {
		header = header[:len(header)-1]
	}
	if len(header) > MaxColumns {
		return nil, fileError(1, CodeTooManyColumns, "",
			fmt.Sprintf("表头有 %d 列，上限为 %d 列", len(header), MaxColumns),
			fmt.Sprintf("the header has %d columns, the limit is %d", len(header), MaxColumns))
	}
	names := make([]string, len(header))
	seen := map[string]bool{}
	for i, name := range header {
		name = strings.Clone(strings.TrimSpace(name))
		if name == "" {
			name = fmt.Sprintf("#%d", i+1)
		}
		repeated := name
		for n := 2; seen[lower(name)]; n++ { // import trap 21
			name = repeated + ordinal(n)
		}
		seen[lower(name)] = true
		names[i] = name
	}
	return names, nil
}

// ordinal is what is put behind a name that occurs for the n-th time. It changes nothing about what the name means.
func ordinal(n int) string { return "#" + strconv.Itoa(n) }

// withoutOrdinal is a name without that.
func withoutOrdinal(name string) string {
	before, after, found := cutLast(name, "#")
	if found && before != "" && allDigits(after) {
		return before
	}
	return name
}

// allowance ends the stream when one record takes more bytes than it may.
type allowance struct {
	r     io.Reader
	left  int
	spent bool // it has ended the stream
}

func (a *allowance) Read(p []byte) (int, error) {
	if a.left <= 0 {
		a.spent = true
		return 0, io.EOF
	}
	n, err := a.r.Read(p)
	a.left -= n
	return n, err
}
