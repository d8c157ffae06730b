package census

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"citygrid/registry/catalog"
)

// open begins to read a file as what it is, which its name may not say, and says how.
func open(f File, seen *sniffer) (Reader, []catalog.Text, error) {
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
		reader, err := f.reader()
		return reader, how, err
	}
	if f.Encoding == "" {
		if f.Encoding, err = detect(f.Body, seen); err != nil {
			return nil, how, err
		}
	}
	if f.Encoding != UTF8 {
		how = append(how, f.Encoding.recognised())
	}
	reader, err := NewCSV(decoded(f.Body, f.Encoding))
	return reader, how, err
}

func (f File) reader() (Reader, error) {
	if f.Format == FormatXLSX {
		return f.workbook()
	}
	return NewReader(f.Format, f.Body)
}

// workbook is a workbook whose headers are looked for with the columns that File.Columns names.
func (f File) workbook() (*XLSX, error) {
	x, err := NewXLSX(f.Body, f.Sheets...)
	if err == nil {
		x.system = f.CRS
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

// formatIn tells the format by a file's first bytes, and by its name where they leave it open. What is a workbook in no way that is read is still given
// to the reader of workbooks: it says what such a file really is.
func formatIn(named Format, head []byte) Format {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte(byteOrderMark)), " \t\r\n")
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0")):
		return FormatXLSX
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

// jsonIn tells one document from one a line: there the first line is a Feature by itself.
func jsonIn(text []byte) Format {
	first, _, _ := bytes.Cut(text, []byte("\n"))
	var record struct{ Type string }
	if json.Unmarshal(first, &record) == nil && record.Type == "Feature" {
		return FormatGeoJSONSeq
	}
	return FormatGeoJSON
}
