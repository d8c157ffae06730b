package census

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"

	"citygrid/geo"
	"citygrid/geo/geojson"
	"citygrid/registry/catalog"
)

// GeoJSONSeq reads GeoJSON texts one after the other: each on its line, or each after a record separator (RFC 8142). What is broken in one is that row's
// fault. Each text is a Feature; one that is a FeatureCollection is refused as a row.
type GeoJSONSeq struct {
	r    *bufio.Reader
	text []byte // of one record
}

// recordSeparator begins a record of RFC 8142.
const recordSeparator = 0x1e

// NewGeoJSONSeq reads r, which must be UTF-8.
func NewGeoJSONSeq(r io.Reader) *GeoJSONSeq {
	return &GeoJSONSeq{r: bufio.NewReaderSize(&utf8Reader{r: r}, 64<<10)}
}

// Columns is nil: each feature names its own.
func (*GeoJSONSeq) Columns() []string { return nil }

// Rows yields the features; Row.Line is the line on which the text begins.
func (g *GeoJSONSeq) Rows() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		end, err := g.begin()
		limit := geo.Limits{}.OrDefault().FeatureBytes
		for line, n := int64(1), 0; err == nil; {
			var tooLong bool
			var lines int64
			if tooLong, lines, err = g.record(end, limit); err != nil && err != io.EOF {
				break
			}
			text := bytes.TrimLeft(g.text, " \t\r\n")
			at := line + int64(bytes.Count(g.text[:len(g.text)-len(text)], []byte("\n")))
			line += lines
			if len(text) == 0 {
				continue
			}
			row, bad := g.row(text, at, tooLong, limit)
			if n++; n > MaxRows {
				bad = tooManyRows()
			}
			if !yield(row, bad) || bad != nil {
				return
			}
		}
		if err != io.EOF {
			yield(Row{}, streamFault(err))
		}
	}
}

// begin goes past a byte-order mark and says what ends a text: the next record separator where the file begins with one, else the line's end.
func (g *GeoJSONSeq) begin() (end byte, err error) {
	head, err := g.r.Peek(len(byteOrderMark))
	if err != nil && err != io.EOF {
		return 0, err
	}
	if string(head) == byteOrderMark {
		g.r.Discard(len(head)) // cannot fail: they are in the buffer
		head, _ = g.r.Peek(1)
	}
	if len(head) > 0 && head[0] == recordSeparator {
		g.r.Discard(1)
		return recordSeparator, nil
	}
	return '\n', nil
}

// record reads the next text into g.text, of which the beginning alone is kept when it is longer than limit, and counts the lines that end in it.
func (g *GeoJSONSeq) record(end byte, limit int) (tooLong bool, lines int64, err error) {
	g.text = g.text[:0]
	for {
		part, err := g.r.ReadSlice(end)
		lines += int64(bytes.Count(part, []byte("\n")))
		if len(g.text)+len(part) > limit {
			tooLong = true
		} else {
			g.text = append(g.text, part...)
		}
		if err != bufio.ErrBufferFull {
			g.text = bytes.TrimSuffix(g.text, []byte{end})
			return tooLong, lines, err
		}
	}
}

// streamFault is what a failure to read ends with.
func streamFault(err error) error {
	var file *FileError
	if errors.As(err, &file) {
		return file
	}
	return fmt.Errorf("read geojson: %w", err)
}

// row reads one text.
func (g *GeoJSONSeq) row(text []byte, line int64, tooLong bool, limit int) (Row, error) {
	if tooLong {
		return badRecord(line, catalog.Text{
			ZH: fmt.Sprintf("本行超过 %d MiB", limit>>20), EN: fmt.Sprintf("the line is longer than %d MiB", limit>>20),
		}), nil
	}
	found := 0
	var row Row
	for feature, err := range geojson.ReadText(text, geo.Limits{}) {
		if found++; found > 1 {
			break
		}
		var document *geojson.DocumentError
		if errors.As(err, &document) {
			return badRecord(line, faultText(err)), nil
		}
		if row, err = featureRow(feature, err); err != nil {
			return Row{}, err
		}
	}
	if found != 1 {
		return badRecord(line, catalog.Text{
			ZH: "每行应是一个 Feature；如整个文件是一个 FeatureCollection，请以 .geojson 为扩展名",
			EN: "each line is to be one Feature; name the file .geojson if all of it is one FeatureCollection",
		}), nil
	}
	row.Line = line
	for i := range row.Faults {
		row.Faults[i].Row = line
	}
	return row, nil
}

func badRecord(line int64, text catalog.Text) Row {
	return Row{Line: line, Faults: []Issue{{Row: line, Code: CodeBadFeature, Severity: Error, Message: text}}}
}
