package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"citygrid/geo"
	"citygrid/geo/crs"
	"citygrid/registry"
)

// placer finds the areas of rows, a part at a time. One goroutine uses it.
type placer struct {
	*fileRun
	points []orb.Point
	rowOf  []int             // of each point
	faults []*registry.Field // of each row, nil for none
	known  map[string]string // the added cells of a cell of the grid, by its code
	none   string            // the added cells of nowhere, but for the fault
}

func newPlacer(r *fileRun) *placer {
	empty := len(addedColumns(r.command.Names)) - 1
	return &placer{fileRun: r, known: map[string]string{}, none: strings.Repeat(string(r.table.separator), empty)}
}

// place finds out about each row of a part and writes it.
func (w *placer) place(ctx context.Context, p *part) error {
	w.points, w.rowOf = w.points[:0], w.rowOf[:0]
	w.faults = append(w.faults[:0], make([]*registry.Field, len(p.rows))...)
	begin := 0
	for i, r := range p.rows {
		cells := p.cells[begin:r.cells]
		begin = r.cells
		point, bad := w.position(r, cells)
		if bad != nil {
			w.faults[i] = bad
			continue
		}
		w.points, w.rowOf = append(w.points, point), append(w.rowOf, i)
	}
	misplaced, err := w.held.Positions(ctx, w.system, w.points)
	if err != nil {
		return err
	}
	for _, m := range misplaced {
		i := w.rowOf[m.Index]
		w.faults[i] = w.misplaced(p, i, m.Err)
	}
	return w.write(p)
}

// position reads the numbers of a row, or says what is wrong with it.
func (w *placer) position(r row, cells []string) (orb.Point, *registry.Field) {
	if r.fault != nil {
		return orb.Point{}, rowField("", "", r.fault.ZH, r.fault.EN)
	}
	for i, cell := range cells {
		if !utf8.ValidString(cell) {
			return orb.Point{}, rowField(w.table.columnName(i), strings.ToValidUTF8(cell, "\ufffd"),
				"不是 UTF-8 编码；如为 GBK 或 GB18030，请将文件另存为“CSV UTF-8”", "is not UTF-8; if the file is GBK or GB18030, save it as \"CSV UTF-8\"")
		}
	}
	if extra := len(trimmed(cells)); extra > w.table.width {
		return orb.Point{}, rowField("", strings.Join(cells[w.table.width:], string(w.table.separator)),
			fmt.Sprintf("本行有 %d 个单元格，首行有 %d 个；多出的未写入：是否多写了分隔符？", extra, w.table.width),
			fmt.Sprintf("the row has %d cells, the first row %d; those beyond were not written: is there a separator too many?", extra, w.table.width))
	}
	var point orb.Point
	for axis, at := range [...]int{w.table.x, w.table.y} {
		cell := ""
		if at < len(cells) {
			cell = cells[at]
		}
		v, ok := parseCell(cell)
		if !ok {
			example := [...]string{"111.2846", "30.7012"}[axis]
			if w.system != crs.WGS84 {
				return point, rowField(w.table.columnName(at), cell, "不是数：请写该坐标系的十进制数值", "is not a number: write it as a decimal, in the unit of --crs")
			}
			return point, rowField(w.table.columnName(at), cell, "不是数：请写十进制度数，例如 "+example, "is not a number: write decimal degrees, such as "+example)
		}
		point[axis] = v
	}
	return point, nil
}

// misplaced is the fault of row i of a part, whose numbers are no position.
func (w *placer) misplaced(p *part, i int, err error) *registry.Field {
	begin := 0
	if i > 0 {
		begin = p.rows[i-1].cells
	}
	x, y := p.cells[begin+w.table.x], p.cells[begin+w.table.y]
	var off *geo.PointError
	var out *crs.RangeError
	var bad fault
	axis := geo.AxisLon
	switch {
	case errors.As(err, &off):
		axis, bad = off.Axis, off
	case errors.As(err, &out):
		axis, bad = out.Axis, out
	case errors.As(err, &bad):
	}
	if axis == geo.AxisLat {
		return rowField(w.table.columnName(w.table.y), y, bad.ZH(), bad.Error())
	}
	return rowField(w.table.columnName(w.table.x), x, bad.ZH(), bad.Error())
}

// write makes the text of a part.
func (w *placer) write(p *part) error {
	begin, point := 0, 0
	for i, r := range p.rows {
		cells := p.cells[begin:r.cells]
		begin = r.cells
		for k := range w.table.width { // a short row is filled up
			if k < len(cells) {
				p.text = w.table.appendCell(p.text, strings.ToValidUTF8(cells[k], "\ufffd"))
			}
			p.text = append(p.text, w.table.separator)
		}
		at := orb.Point{}
		if point < len(w.rowOf) && w.rowOf[point] == i {
			at = w.points[point]
			point++
		}
		if bad := w.faults[i]; bad != nil {
			p.tally.faulty++
			p.faults = append(p.faults, rowFault{r.line, *bad})
			p.text = w.table.appendCell(append(p.text, w.none...), inWords(bad))
		} else if code, inside := w.places.Cell(at); inside {
			p.tally.inside++
			areas, err := w.areas(code, at)
			if err != nil {
				return err
			}
			p.text = append(p.text, areas...)
		} else {
			p.tally.outside++
			p.text = append(p.text, w.none...)
		}
		p.text = append(p.text, '\n')
	}
	return nil
}

// areas are the added cells for a point in a cell of the grid: the same for all in it.
func (w *placer) areas(code string, at orb.Point) (string, error) {
	if text, known := w.known[code]; known {
		return text, nil
	}
	place, err := w.places.Place(at, registry.Subject{})
	if err != nil {
		return "", err
	}
	refs := [...]registry.AreaRef{place.Grid.AreaRef, place.Community.AreaRef, place.Street, place.District}
	var dst []byte
	for _, ref := range refs {
		dst = append(w.table.appendCell(dst, ref.Code), w.table.separator)
	}
	for i := 0; i < len(refs) && w.command.Names; i++ {
		dst = append(w.table.appendCell(dst, refs[i].Name), w.table.separator)
	}
	w.known[code] = string(dst)
	return w.known[code], nil
}

// columnName is how a fault names a column.
func (t *table) columnName(at int) string {
	if at < len(t.header) {
		return t.header[at]
	}
	return "#" + strconv.Itoa(at+1)
}

func rowField(column, value, zh, en string) *registry.Field {
	return &registry.InvalidField(column, value, zh, en).Fields[0] // which shortens the value
}

// inWords is a fault as its row says it.
func inWords(f *registry.Field) string {
	text := f.Message.ZH + " / " + f.Message.EN
	if f.Name != "" {
		text = f.Name + ": " + text
	}
	return text
}

// trimmed leaves out the empty cells at the end, which spreadsheets leave behind.
func trimmed(cells []string) []string {
	for len(cells) > 0 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	return cells
}

// parseCell reads a decimal number with or without blanks around it. Words such as NaN and hexadecimal forms are none.
func parseCell(cell string) (float64, bool) {
	cell = strings.TrimSpace(cell)
	for i := range len(cell) {
		switch c := cell[i]; {
		case '0' <= c && c <= '9', c == '.', c == '-', c == '+', c == 'e', c == 'E':
		default:
			return 0, false
		}
	}
	v, err := strconv.ParseFloat(cell, 64)
	return v, err == nil
}
