package census

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// opened reads a file as an import does: its rows as [told] gives them, and how it was recognised, in English.
func opened(t testing.TB, f File, body []byte) (rows, issues, how []string, err error) {
	t.Helper()
	var seen sniffer
	seen.Write(body)
	f.Body = bytes.NewReader(body)
	reader, texts, err := open(t.Context(), &f, &seen)
	for _, text := range texts {
		how = append(how, text.EN)
	}
	if err != nil {
		return nil, nil, how, err
	}
	rows, issues, err = told(reader)
	return rows, issues, how, err
}

func TestAFileUnderAWrongNameIsReadAsWhatItIs(t *testing.T) {
	t.Parallel()
	const table = "ObjID,Kind\n1,灯\n"
	one := feature(pointJSON, `{"ObjID":"1"}`)
	book := bookOf(t, sheetOf{name: "灯", rows: [][]any{names, lampRow(1, "A")}})
	for _, c := range []struct {
		name string
		as   Format
		body string
		row  string
		how  string
	}{
		{"a workbook named CSV", FormatCSV, string(book), lampText("灯", 2, 1, "A"), "named as csv, read as xlsx, which it is"},
		{"a workbook named GeoJSON", FormatGeoJSON, string(book), lampText("灯", 2, 1, "A"), "named as geojson, read as xlsx, which it is"},
		{"CSV named a workbook", FormatXLSX, table, " 2: ObjID=1 Kind=灯", "named as xlsx, read as csv, which it is"},
		{"CSV in GBK named a workbook", FormatXLSX, encoded(t, simplifiedchinese.GBK, table), " 2: ObjID=1 Kind=灯", "named as xlsx, read as csv, which it is; read as GB18030"},
		{"UTF-16 named a workbook", FormatXLSX, encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), strings.ReplaceAll(table, ",", "\t")), " 2: ObjID=1 Kind=灯",
			"named as xlsx, read as csv, which it is; read as UTF-16LE"},
		{"CSV named GeoJSON", FormatGeoJSON, table, " 2: ObjID=1 Kind=灯", "named as geojson, read as csv, which it is"},
		{"GeoJSON named CSV", FormatCSV, collection(one), " 1: ObjID=1", "named as csv, read as geojson, which it is"},
		{"a collection named as lines", FormatGeoJSONSeq, collection(one), " 1: ObjID=1", "named as geojsonseq, read as geojson, which it is"},
		{"lines named GeoJSON", FormatGeoJSON, one + "\n" + one + "\n", " 1: ObjID=1", "named as geojson, read as geojsonseq, which it is"},
		{"as named", FormatCSV, table, " 2: ObjID=1 Kind=灯", ""},
	} {
		rows, _, how, err := opened(t, File{Format: c.as}, []byte(c.body))
		if err != nil || len(rows) == 0 || rows[0] != c.row || strings.Join(how, "; ") != c.how {
			t.Errorf("%s: %q, %q, %v", c.name, rows, how, err)
		}
	}
}

func TestTrap53WhatIsNoWorkbookIsRefusedAsWhatItIs(t *testing.T) {
	t.Parallel()
	book := string(bookOf(t, sheetOf{name: "灯", rows: [][]any{names, lampRow(1, "A")}}))
	for _, c := range []struct {
		name string
		as   Format
		body string
		code string
	}{
		{"a web page", FormatXLSX, "<html><table><tr><td>ObjID</td></tr></table></html>\n", CodeNotAWorkbook},
		{"damaged .xls", FormatXLSX, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), CodeTruncated},
		{"damaged .xls named CSV", FormatCSV, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), CodeTruncated},
		{"cut short", FormatXLSX, book[:len(book)*2/3], CodeTruncated},
		{"noise", FormatXLSX, "\x00\x01\x02\n,,,", CodeTruncated},
	} {
		_, _, _, err := opened(t, File{Format: c.as}, []byte(c.body))
		var fault *FileError
		if !errors.As(err, &fault) || fault.Issue.Code != c.code || fault.Issue.Message.ZH == "" {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestGeoJSONLinesOneBadLineIsThatRowsFault(t *testing.T) {
	t.Parallel()
	good := feature(pointJSON, `{"ObjID":"1"}`)
	pretty := strings.ReplaceAll(good, ",", ",\n")
	for _, c := range []struct {
		name, text string
		rows, bad  []string
	}{
		{"lines", good + "\n" + good, []string{" 1: ObjID=1", " 2: ObjID=1"}, nil},
		{"mark, blank lines, CRLF", "\ufeff\r\n" + good + "\r\n\r\n \r\n" + good + "\r\n", []string{" 2: ObjID=1", " 5: ObjID=1"}, nil},
		{"RFC 8142", "\x1e" + good + "\n\x1e" + pretty + "\n\x1e" + good + "\n", []string{" 1: ObjID=1", " 2: ObjID=1", " 8: ObjID=1"}, nil},
		{"an empty record", "\x1e\n\x1e" + good + "\n", []string{" 2: ObjID=1"}, nil},
		{"bad lines", good + "\n{\"type\":\n" + good + good + "\n" + collection() + "\n" + `{"type":"FeatureCollection","features":[` + good + "," + good + "]}\nx\n" + feature(`{"type":"Point","coordinates":[1]}`, `{}`) + "\n" + good,
			[]string{" 1: ObjID=1", " 8: ObjID=1"},
			[]string{"2!  bad_feature error →", "3!  bad_feature error →", "4!  bad_feature error →", "5!  bad_feature error →", "6!  bad_feature error →", "7!  bad_feature error →"}},
		{"too long", `{"a":"` + strings.Repeat("x", 9<<20) + "\"}\n" + good, []string{" 2: ObjID=1"}, []string{"1!  bad_feature error →"}},
		{"nested without end", strings.Repeat("[", 1<<20) + "\n" + good, []string{" 2: ObjID=1"}, []string{"1!  bad_feature error →"}},
		{"nothing", "", nil, nil},
	} {
		rows, bad, err := told(NewGeoJSONSeq(strings.NewReader(c.text)))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		expect(t, c.name+": rows", rows, c.rows)
		expect(t, c.name+": faults", bad, c.bad)
	}
	_, _, err := told(NewGeoJSONSeq(strings.NewReader(good + "\n\xc2\xb7\xb5\xc6")))
	var fault *FileError
	if !errors.As(err, &fault) || fault.Issue.Code != CodeNotUTF8 {
		t.Errorf("GBK: %v", err)
	}
}

// FuzzContent: any bytes under any name are rows that go forward, or a refusal of the file; a row has a value for each column.
func FuzzContent(f *testing.F) {
	book := bookOf(f, sheetOf{name: "灯", rows: [][]any{{"标题"}, names, lampRow(1, "A"), {"合计"}}, merges: []string{"A1:F1", "F3:F4"}})
	for _, seed := range [][]byte{book, []byte("a,b\n1,2\n"), []byte(collection(feature(pointJSON, `{}`))), []byte("\x1e" + feature(pointJSON, `{}`)), []byte("<html>"), []byte("\xd0\xcf\x11\xe0")} {
		for as := range 4 {
			f.Add(as, seed)
		}
	}
	f.Fuzz(func(t *testing.T, as int, body []byte) {
		format := []Format{FormatCSV, FormatGeoJSON, FormatGeoJSONSeq, FormatXLSX}[uint(as)%4]
		var seen sniffer
		seen.Write(body)
		var fault *FileError
		reader, _, err := open(t.Context(), &File{Format: format, Body: bytes.NewReader(body)}, &seen)
		if err != nil {
			if !errors.As(err, &fault) {
				t.Fatal(err)
			}
			return
		}
		sheet, last := "", int64(-1)
		for row, err := range reader.Rows() {
			if err != nil {
				if !errors.As(err, &fault) && !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Fatal(err)
				}
				return
			}
			if row.Note {
				continue
			}
			if row.Sheet == sheet && row.Line <= last {
				t.Fatalf("row %d after %d", row.Line, last)
			}
			if sheet, last = row.Sheet, row.Line; len(row.Faults) == 0 && len(row.Values) != len(row.Columns) {
				t.Fatalf("%d values below %d columns", len(row.Values), len(row.Columns))
			}
		}
	})
}
