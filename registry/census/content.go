package census

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"citygrid/registry/catalog"
	"citygrid/registry/vector"
)

// open begins to read a file as what it is, which its name may not say, and says how.
func open(ctx context.Context, f *File, seen *sniffer) (Reader, []catalog.Text, error) {
	named := f.Format
	head, err := headOf(f.Body)
	if err != nil {
		return nil, nil, err
	}
	f.Format = formatIn(named, head)
	var how []catalog.Text
	if f.Format != named {
		how = append(how, catalog.Text{
			ZH: fmt.Sprintf("文件名为 %s，内容是 %s，按内容读取", named, f.Format),
			EN: fmt.Sprintf("named as %s, read as %s, which it is", named, f.Format),
		})
	}
	if f.Format != FormatCSV {
		reader, err := f.reader(ctx)
		return reader, how, err
	}
	if err := f.encode(seen); err != nil {
		return nil, how, err
	}
	if f.Encoding != UTF8 {
		how = append(how, f.Encoding.recognised())
	}
	text := decoded(f.Body, f.Encoding)
	if f.lossy {
		text = loosely(f.Body, f.Encoding)
	}
	reader, err := NewCSV(text)
	return reader, how, err
}

func (f File) reader(ctx context.Context) (Reader, error) {
	switch f.Format {
	case FormatXLSX:
		return f.workbook()
	case FormatMaps:
		chosen, err := choose(f.Columns, f.Answers)
		return &MapFile{ctx: ctx, tool: f.Maps, name: f.Name, body: f.Body, only: f.Sheets, encoding: f.Encoding, columns: f.Columns, chosen: chosen}, err
	}
	return NewReader(f.Format, f.Body)
}

// workbook is a workbook whose headers are looked for with the columns that File.Columns names.
func (f File) workbook() (*XLSX, error) {
	x, err := NewXLSX(f.Body, f.Sheets...)
	if err == nil {
		x.metres = f.metres()
		x.chosen, err = choose(f.Columns, f.Answers)
	}
	return x, err
}

// headBytes is how much of a file is looked at to tell its format.
const headBytes = 64 << 10

func headOf(body io.ReadSeeker) ([]byte, error) {
	head, err := io.ReadAll(io.LimitReader(body, headBytes))
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read again: %w", err)
	}
	return head, nil
}

// OfMaps reports whether a file is read through File.Maps, whatever its name says. The file is at its first byte, and stays there.
func (f File) OfMaps() (bool, error) {
	head, err := headOf(f.Body)
	return err == nil && formatIn(f.Format, head) == FormatMaps, err
}

// formatIn tells the format by a file's first bytes, and by its name where they leave it open. What is a workbook in no way that is read is still given
// to the reader of workbooks: it says what such a file really is.
func formatIn(named Format, head []byte) Format {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte(byteOrderMark)), " \t\r\n")
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return archiveIn(named, head)
	case bytes.HasPrefix(head, []byte("SQLite format 3\x00")), bytes.HasPrefix(head, []byte("fgb\x03fgb")):
		return FormatMaps
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0")):
		return FormatXLSX
	case vector.Foreign(head) && named != FormatXLSX:
		return FormatMaps
	case named == FormatMaps && !bytes.HasPrefix(text, []byte("{")):
		return named
	case len(text) > 0 && text[0] == recordSeparator:
		return FormatGeoJSONSeq
	case len(text) > 0 && text[0] == '{':
		return jsonIn(text)
	case len(text) == 0, text[0] == '<', text[0] == '[', named == FormatCSV:
		return named
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")): // UTF-16
		if named == FormatXLSX {
			return FormatCSV
		}
		return named
	case bytes.IndexByte(head, 0) >= 0 || bytes.IndexByte(head, '\n') < 0 || !bytes.ContainsAny(head, ",;\t"):
		return named // no table
	}
	return FormatCSV
}

// archiveIn tells a workbook from an archive of other files, by the names at its beginning.
func archiveIn(named Format, head []byte) Format {
	switch {
	case bytes.Contains(head, []byte("[Content_Types].xml")):
		return FormatXLSX
	case named == FormatMaps, vector.Holds(head):
		return FormatMaps
	}
	return FormatXLSX
}

// jsonIn tells one document from one a line: there the first line is a Feature by itself.
func jsonIn(text []byte) Format {
	first, _, _ := bytes.Cut(text, []byte("\n"))
	var record struct{ Type string }
	if json.Unmarshal(first, &record) == nil && record.Type == "Feature" {
		return FormatGeoJSONSeq
	}
	return FormatGeoJSON
}
