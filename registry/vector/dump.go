package vector

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
)

// Record is one feature. It holds until the next.
type Record struct {
	Layer   string // as the file names it
	Number  int64  // in its layer, from 1
	SRID    int    // of the layer's coordinate system, by EPSG; 0 where the file does not say, or where GDAL knows no number for it
	Columns []string
	Values  []string // "" where the file has none
	Shape   []byte   // EWKB without a number of its system and without measures; nil where the record has none
	// Measured says that the shape had measures (M values), which are left out.
	Measured bool
}

// maxRecordBytes bounds a record as it comes from ogr2ogr.
const maxRecordBytes = 64 << 20

// The columns that ogr2ogr adds.
const (
	shapeColumn = "citygrid:shape"
	fidColumn   = "citygrid:fid"
)

// Records reads the features of a source, layer after layer. Texts are bytes of the file as they stand where s.Raw, else UTF-8. An error ends
// the records and is a [*Fault], or that of ctx.
func (t *Tool) Records(ctx context.Context, s Source) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		if err := t.checkSchema(ctx, s); err != nil {
			yield(Record{}, err)
			return
		}
		t.records(ctx, s, s.arguments())(yield)
	}
}

// records are what a run of ogr2ogr writes.
func (t *Tool) records(ctx context.Context, s Source, arguments []string) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		ctx, cancel := context.WithTimeout(ctx, cpuTime)
		defer cancel()
		c := t.command(ctx, s.folder, arguments...)
		var said bounded
		c.Stderr = &said
		out, err := c.StdoutPipe()
		if err != nil {
			yield(Record{}, fmt.Errorf("read %.80s: %w", s.Name, err))
			return
		}
		if err := c.Start(); err != nil {
			yield(Record{}, fmt.Errorf("start ogr2ogr: %w", err))
			return
		}
		d := &dump{lines: bufio.NewReaderSize(out, 256<<10)}
		var drawn entities
		stopped := false
		err = d.read(func(r Record) bool {
			if s.Kind == DXF {
				var ok bool
				if r, ok = drawn.take(r); !ok {
					return true
				}
			}
			stopped = !yield(r, nil)
			return !stopped
		})
		over := ctx.Err()
		if err != nil || stopped {
			cancel()
		}
		ended := c.Wait()
		if stopped {
			return
		}
		if err = errors.Join(err, ended); err != nil {
			yield(Record{}, s.fault(over, err, said.Bytes()))
		}
	}
}

// arguments make ogr2ogr write what PostgreSQL's COPY reads: the one output of GDAL that holds several layers, is a stream, keeps every
// bit of a coordinate and every byte of a text. A column with a default value would make it write INSERT.
func (s Source) arguments() []string {
	args := []string{
		"-f", "PGDUMP", "/vsistdout/", s.path, "-unsetDefault", "-lco", "LAUNDER=NO", "-lco", "SPATIAL_INDEX=NONE", "-lco", "CREATE_SCHEMA=NO", "-lco", "DROP_TABLE=NO",
		"-lco", "GEOMETRY_NAME=" + shapeColumn, "-lco", "FID=" + fidColumn,
	}
	switch s.Kind {
	case Shapefile:
		args = append(args, "-oo", "ENCODING=")
	case DXF:
		args = append(args, drawingArguments()...)
	case KML: // names of columns that are Chinese stay as they are
		args = append(args, "--config", "LIBKML_LAUNDER_FIELD_NAMES", "NO")
	case GeoPackage: // a view calls nothing that reads or writes
		args = append(args, "--config", "OGR_SQLITE_PRAGMA", "trusted_schema=OFF")
	}
	if s.Loose {
		args = append(args, "-dim", "XYZ")
	}
	return args
}

// fault says why ogr2ogr failed, in its own words without the paths; over is why its time had ended, nil where it had not.
func (s Source) fault(over, err error, said []byte) error {
	var known *Fault
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(over, context.DeadlineExceeded):
		return &Fault{
			ProblemTooLong, fmt.Sprintf("读取 %.80s 超过 %v；请按区或类别分成几个文件", s.Name, cpuTime),
			fmt.Sprintf("reading %.80s took longer than %v: divide it by district or class", s.Name, cpuTime),
		}
	case over != nil:
		return over
	}
	why := err.Error()
	for line := range bytes.Lines(said) {
		if text, ok := bytes.CutPrefix(line, []byte("ERROR ")); ok {
			_, text, _ = bytes.Cut(text, []byte(": "))
			why = strings.ReplaceAll(strings.ToValidUTF8(strings.TrimSpace(string(text)), "?"), s.folder+"/", "")
			break
		}
	}
	return damaged(s.Name, why)
}

// dump reads the statements that ogr2ogr writes, of which three matter.
type dump struct {
	lines  *bufio.Reader
	long   []byte // a line that the buffer does not hold
	plain  []byte // a cell without its escapes
	record Record
	layers map[string]int64 // numbers of records
	srids  map[string]int
}

func (d *dump) read(yield func(Record) bool) error {
	d.layers, d.srids = map[string]int64{}, map[string]int{}
	for {
		line, err := d.line()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch {
		case bytes.HasPrefix(line, []byte("SELECT AddGeometryColumn('")):
			if line, err = d.statement(line, '\''); err == nil {
				d.system(line)
			}
		case bytes.HasPrefix(line, []byte("COPY ")):
			if line, err = d.statement(line, '"'); err == nil {
				err = d.rows(string(line), yield)
			}
		case bytes.HasPrefix(line, []byte("INSERT ")):
			err = fmt.Errorf("ogr2ogr wrote %.80q", line) // a record, which must not be lost
		}
		if err == errEnough {
			return nil
		}
		if err != nil {
			return noEnd(err)
		}
	}
}

// statement is a statement from its first line on: the names of a layer and of columns, in which quotes are doubled, may hold ends of lines.
func (d *dump) statement(line []byte, quote byte) ([]byte, error) {
	marks := []byte{quote}
	whole := bytes.Clone(line)
	for open := bytes.Count(line, marks)%2 == 1; open; {
		line, err := d.line()
		if err != nil {
			return nil, noEnd(err)
		}
		if whole = append(append(whole, '\n'), line...); len(whole) > maxRecordBytes {
			return nil, longRecord()
		}
		open = open != (bytes.Count(line, marks)%2 == 1)
	}
	return whole, nil
}

// errEnough unwinds when the caller wants no more.
var errEnough = errors.New("enough")

// line is the next line without its end; a backslash before the end puts that into the line. It holds until the next.
func (d *dump) line() ([]byte, error) {
	line, err := d.lines.ReadSlice('\n')
	if err == nil && !goesOn(line) {
		return line[:len(line)-1], nil
	}
	d.long = append(d.long[:0], line...)
	for err == nil && goesOn(d.long) || errors.Is(err, bufio.ErrBufferFull) {
		if len(d.long) > maxRecordBytes {
			return nil, longRecord()
		}
		line, err = d.lines.ReadSlice('\n')
		d.long = append(d.long, line...)
	}
	if err != nil && (err != io.EOF || len(d.long) == 0) {
		return nil, err
	}
	return bytes.TrimSuffix(d.long, []byte("\n")), nil
}

func longRecord() *Fault {
	return tooLarge(fmt.Sprintf("一条记录超过 %d MiB；请拆分该图形", maxRecordBytes>>20), fmt.Sprintf("a record is longer than %d MiB: divide its shape", maxRecordBytes>>20))
}

// goesOn holds for a line with an odd number of backslashes before its end.
func goesOn(line []byte) bool {
	text := line[:len(line)-1]
	return line[len(line)-1] == '\n' && (len(text)-len(bytes.TrimRight(text, `\`)))%2 == 1
}

// system takes the number of a layer's coordinate system: SELECT AddGeometryColumn('schema','layer','column',4490,'POINT',2);
func (d *dump) system(line []byte) {
	_, rest, ok := bytes.Cut(line, []byte("('public','"))
	layer, rest, found := bytes.Cut(rest, []byte("','"+shapeColumn+"',"))
	number, _, _ := bytes.Cut(rest, []byte(","))
	if srid, err := strconv.Atoi(string(number)); ok && found && err == nil {
		d.srids[strings.NewReplacer("''", "'", `\\`, `\`).Replace(string(layer))] = max(srid, 0)
	}
}

// rows yields the records of one COPY "schema"."layer" ("column", …) FROM STDIN; up to the line that ends it.
func (d *dump) rows(statement string, yield func(Record) bool) error {
	names := identifiers(statement)
	if len(names) < 2 {
		return fmt.Errorf("ogr2ogr wrote %.80q", statement)
	}
	d.record.Layer, d.record.Columns = names[1], nil
	d.record.SRID = d.srids[d.record.Layer]
	shape, fid := -1, -1
	for i, name := range names[2:] {
		switch name {
		case shapeColumn:
			shape = i
		case fidColumn:
			fid = i
		default:
			d.record.Columns = append(d.record.Columns, name)
		}
	}
	d.record.Values = make([]string, len(d.record.Columns))
	for {
		line, err := d.line()
		if err != nil {
			return noEnd(err)
		}
		if string(line) == `\.` {
			return nil
		}
		if err := d.take(line, shape, fid); err != nil {
			return err
		}
		if !yield(d.record) {
			return errEnough
		}
	}
}

func noEnd(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// take reads a record: cells between tabs, in which a backslash stands before each tab, line end and backslash; \N alone is null.
func (d *dump) take(record []byte, shape, fid int) error {
	d.layers[d.record.Layer]++
	d.record.Number, d.record.Shape, d.record.Measured = d.layers[d.record.Layer], nil, false
	at := 0
	for i, more := 0, len(record) > 0 || len(d.record.Columns) > 0 || shape >= 0 || fid >= 0; more; i++ {
		var cell []byte
		var null bool
		cell, null, record, more = d.cell(record)
		switch {
		case i == fid, i == shape && null:
		case i == shape:
			var err error
			if d.record.Shape, err = shapeOf(cell); err != nil {
				return err
			}
			d.record.Shape, d.record.Measured = withoutMeasures(d.record.Shape)
		case at == len(d.record.Values):
			return fmt.Errorf("ogr2ogr wrote more than %d columns", len(d.record.Columns))
		default:
			d.record.Values[at] = string(cell)
			at++
		}
	}
	if at != len(d.record.Values) {
		return fmt.Errorf("ogr2ogr wrote %d columns, not %d", at, len(d.record.Columns))
	}
	return nil
}

// shapeOf is EWKB without the number of its system, which d.system has read.
func shapeOf(cell []byte) ([]byte, error) {
	const numbered = 0x20000000
	shape := make([]byte, hex.DecodedLen(len(cell)))
	if _, err := hex.Decode(shape, cell); err != nil || len(shape) < 9 || shape[0] != 1 {
		return nil, fmt.Errorf("ogr2ogr wrote %.40q for a shape", cell)
	}
	kind := binary.LittleEndian.Uint32(shape[1:])
	if kind&numbered == 0 {
		return shape, nil
	}
	binary.LittleEndian.PutUint32(shape[5:], kind&^numbered)
	shape[4] = 1 // little endian; the four bytes of the number are gone
	return shape[4:], nil
}

// cell takes the first cell off a record.
func (d *dump) cell(record []byte) (cell []byte, null bool, rest []byte, more bool) {
	if end := bytes.IndexAny(record, "\t\\"); end < 0 {
		return record, false, nil, false
	} else if record[end] == '\t' {
		return record[:end], false, record[end+1:], true
	}
	d.plain = d.plain[:0]
	for i := 0; i < len(record); i++ {
		switch c := record[i]; {
		case c == '\t':
			return d.plain, null, record[i+1:], true
		case c == '\\' && i+1 < len(record):
			i++
			if null = i == 1 && record[i] == 'N'; null {
				continue
			}
			d.plain = append(d.plain, record[i])
		default:
			d.plain = append(d.plain, c)
		}
	}
	return d.plain, null, nil, false
}

// identifiers are the quoted names of a statement.
func identifiers(statement string) (names []string) {
	var name strings.Builder
	inside := false
	for i := 0; i < len(statement); i++ {
		c := statement[i]
		switch {
		case c != '"' && inside:
			name.WriteByte(c)
		case c == '"' && inside && strings.HasPrefix(statement[i+1:], `"`):
			name.WriteByte('"')
			i++
		case c == '"' && inside:
			names = append(names, name.String())
			name.Reset()
			inside = false
		case c == '"':
			inside = true
		}
	}
	return names
}
