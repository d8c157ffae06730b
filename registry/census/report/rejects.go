package report

import (
	"bufio"
	"context"
	"errors"
	"io"
	"slices"

	"citygrid/geo"
	"citygrid/geo/geojson"
	"citygrid/registry/census"
)

// span is what a reject file takes over from the original: lines of a table from 1, or bytes of a document from 0, without the last.
type span struct{ from, to int64 }

// WriteRejects writes the bad rows of f, as r says them, in f's own format, so that the mended file is imported as f was. f is at its first
// byte. What is written of a text are f's own bytes: of a table its header and the records, in its encoding and with its separators, quotes and
// line ends; of GeoJSON everything around the features, and the features. A workbook is written anew, with the sheets that have bad
// rows: the names of their columns, and these rows, as text. So is a file of maps, as a GeoPackage, with the shapes where they stood.
//
// It returns how many rows that are. Its errors are those of w, of f and of ctx, and a [*census.FileError] when f cannot be read to its end.
func WriteRejects(ctx context.Context, w io.Writer, f census.File, r census.Report) (int64, error) {
	reader, f, err := census.Open(ctx, f)
	if err != nil {
		return 0, err
	}
	switch f.Format {
	case census.FormatXLSX:
		return rejectSheets(ctx, w, reader, r)
	case census.FormatGeoJSON:
		return rejectFeatures(ctx, w, f, r.Rejected)
	case census.FormatMaps:
		return rejectLayers(ctx, w, reader, f, r)
	}
	return rejectLines(ctx, w, reader, f, r.Rejected)
}

// rejectLines asks the reader where each record begins: it ends where the next begins. The lines before the first are the header of
// a table.
func rejectLines(ctx context.Context, w io.Writer, reader census.Reader, f census.File, rejected []int64) (int64, error) {
	spans := []span{{1, endOfFile}}
	found, inside := int64(0), true // inside a span whose end is not known yet
	before := int64(0)
	for row, err := range reader.Rows() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return 0, err
		}
		_, bad := slices.BinarySearch(rejected, row.Line)
		if bad && row.Line != before { // records that share a line have one fate
			found++
		}
		before = row.Line
		switch {
		case bad && !inside:
			spans = append(spans, span{row.Line, endOfFile})
		case !bad && inside:
			spans[len(spans)-1].to = row.Line
		}
		inside = bad
	}
	if _, err := f.Body.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	return found, copyLines(ctx, w, f, spans)
}

const endOfFile = int64(1) << 62

// copyLines copies the lines in spans as they are. In UTF-8 and GB18030 no part of a longer character is a line end; in UTF-16 a
// line end is two bytes.
func copyLines(ctx context.Context, w io.Writer, f census.File, spans []span) error {
	out := bufio.NewWriterSize(w, 64<<10)
	buffer := make([]byte, 64<<10)
	line, width, order := int64(1), 1, byte(0)
	for first := true; ; first = false {
		n, err := io.ReadFull(f.Body, buffer)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if first {
			width, order = unit(f.Encoding, buffer[:n])
		}
		for rest := buffer[:n]; len(rest) > 0; {
			size, ended := lineIn(rest, width, order)
			for len(spans) > 0 && line >= spans[0].to {
				spans = spans[1:]
			}
			if len(spans) > 0 && line >= spans[0].from {
				if _, err := out.Write(rest[:size]); err != nil {
					return err
				}
			}
			if ended {
				line++
			}
			rest = rest[size:]
		}
		if err != nil {
			return out.Flush()
		}
	}
}

// unit is how many bytes a character has at least, and which byte of a line end is not 0 where there are two: 'L' the first, 'B' the second. A mark
// at the beginning goes before the encoding's name, as it does for the reader.
func unit(e census.Encoding, beginning []byte) (width int, order byte) {
	if e != census.UTF16LE && e != census.UTF16BE {
		return 1, 0
	}
	big := e == census.UTF16BE
	if len(beginning) >= 2 && beginning[0]^beginning[1] == 0xff^0xfe {
		big = beginning[0] == 0xfe
	}
	if big {
		return 2, 'B'
	}
	return 2, 'L'
}

// lineIn is how many bytes of b belong to its first line, and whether the line ends there.
func lineIn(b []byte, width int, order byte) (size int, ended bool) {
	for i := 0; i+width <= len(b); i += width {
		switch {
		case width == 1 && b[i] == '\n', order == 'L' && b[i] == '\n' && b[i+1] == 0, order == 'B' && b[i] == 0 && b[i+1] == '\n':
			return i + width, true
		}
	}
	return len(b), false
}

// rejectFeatures takes over what stands before the first feature and after the last, so that the document keeps its members.
func rejectFeatures(ctx context.Context, w io.Writer, f census.File, rejected []int64) (int64, error) {
	var spans []span
	head, tail, first := int64(0), int64(0), true
	if _, err := f.Body.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	for feature, err := range geojson.Read(f.Body, geo.Limits{}) {
		var bad *geojson.FeatureError
		if err != nil && !errors.As(err, &bad) {
			return 0, err
		}
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		if first {
			head, first = feature.Offset, false
		}
		tail = feature.End
		if _, bad := slices.BinarySearch(rejected, int64(feature.Index)+1); bad {
			spans = append(spans, span{feature.Offset, feature.End})
		}
	}
	out := bufio.NewWriter(w)
	if err := copyBytes(out, f.Body, span{0, head}); err != nil {
		return 0, err
	}
	for i, s := range spans {
		if i > 0 {
			out.WriteString(",\n")
		}
		if err := copyBytes(out, f.Body, s); err != nil {
			return 0, err
		}
		if err := ctx.Err(); err != nil {
			return 0, err
		}
	}
	if err := copyBytes(out, f.Body, span{tail, endOfFile}); err != nil {
		return 0, err
	}
	return int64(len(spans)), out.Flush()
}

func copyBytes(out io.Writer, body io.ReadSeeker, s span) error {
	if _, err := body.Seek(s.from, io.SeekStart); err != nil {
		return err
	}
	_, err := io.Copy(out, io.LimitReader(body, s.to-s.from))
	return err
}
