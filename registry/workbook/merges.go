package workbook

import (
	"bufio"
	"bytes"
	"cmp"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Merge is a merged range: rows from 1, columns from 0, all included.
type Merge struct {
	FirstRow, LastRow       int64
	FirstColumn, LastColumn int
}

// maxMerges bounds the merges of a sheet.
const maxMerges = 1 << 20

// Merges are the merged ranges of a sheet by their first rows. They stand after the cells, so the cells are gone past once for them.
func (b *Book) Merges(s Sheet) ([]Merge, error) {
	if b.old != nil {
		l, err := b.layoutOf(s)
		if err != nil {
			return nil, b.fault(s.Name, err)
		}
		return l.merges, nil
	}
	var merges []Merge
	err := b.read(s.part, func(m *markup) error {
		if found, err := m.skipCells(); !found || err != nil {
			return err
		}
		for {
			kind, err := m.next()
			if err == io.EOF || kind == closed && string(m.name) == "mergeCells" {
				return nil
			}
			if err != nil {
				return err
			}
			if kind != opened || string(m.name) != "mergeCell" {
				continue
			}
			if len(merges) == maxMerges {
				return tooManyMerges()
			}
			if merge, ok := mergeOf(string(m.attribute("ref"))); ok {
				merges = append(merges, merge)
			}
		}
	})
	slices.SortStableFunc(merges, func(a, b Merge) int { return cmp.Compare(a.FirstRow, b.FirstRow) })
	return merges, err
}

func tooManyMerges() *Fault {
	return tooLarge("a sheet has more than a million merged cells", "一张工作表的合并单元格超过一百万个")
}

// skipCells goes past the end tag of sheetData without looking at what is before; false when there is none, as in a sheet without cells.
func (m *markup) skipCells() (bool, error) {
	tail := []byte("sheetData>")
	var last []byte // the end of what was read before
	for {
		part, err := m.r.ReadSlice('>')
		if bytes.HasSuffix(part, tail) || len(part) < len(tail) && bytes.HasSuffix(append(last, part...), tail) {
			whole := append(bytes.Clone(last), part...)
			if at := bytes.LastIndexByte(whole, '<'); at >= 0 && whole[at+1] == '/' {
				return true, nil
			}
		}
		switch err {
		case nil, bufio.ErrBufferFull:
		case io.EOF:
			return false, nil
		default:
			return false, err
		}
		// Of a part that does not end in '>' the end may belong to the tag.
		last = last[:0]
		if len(part) > 0 && part[len(part)-1] != '>' {
			last = append(last, part[max(0, len(part)-64):]...)
		}
	}
}

func mergeOf(ref string) (Merge, bool) {
	from, to, found := strings.Cut(ref, ":")
	if !found {
		return Merge{}, false
	}
	firstColumn, firstRow, ok1 := placeOf(from)
	lastColumn, lastRow, ok2 := placeOf(to)
	m := Merge{firstRow, lastRow, firstColumn, lastColumn}
	return m, ok1 && ok2 && firstRow <= lastRow && firstColumn <= lastColumn
}

func placeOf(reference string) (column int, row int64, ok bool) {
	column, ok = columnOf([]byte(reference))
	if !ok {
		return 0, 0, false
	}
	row, err := strconv.ParseInt(strings.TrimLeft(reference, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), 10, 32)
	return column, row, err == nil && row >= 1 && row <= maxRow && column < maxColumn
}
