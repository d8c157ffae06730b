package report

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"citygrid/registry/census"
)

// rejectsOf are the rejects of a table of which the rows are bad that bad picks by their place, and how many rows it has.
func rejectsOf(t *testing.T, body []byte, e census.Encoding, bad func(n int) bool) (string, int, error) {
	t.Helper()
	f := census.File{Name: "a.csv", Format: census.FormatCSV, Encoding: e, Body: bytes.NewReader(body)}
	reader, _, err := census.Open(t.Context(), f)
	if err != nil {
		return "", 0, err
	}
	var r census.Report
	n, before := 0, int64(0)
	for row, err := range reader.Rows() {
		if err != nil {
			return "", 0, err
		}
		if n++; row.Line == before {
			return "", 0, errShared
		}
		before = row.Line
		if bad(n) {
			r.Rejected = append(r.Rejected, row.Line)
		}
	}
	f.Body.Seek(0, 0)
	var out bytes.Buffer
	found, err := WriteRejects(t.Context(), &out, f, r)
	if err != nil || found != int64(len(r.Rejected)) {
		t.Errorf("%d rows, want %d: %v", found, len(r.Rejected), err)
	}
	return out.String(), n, nil
}

// errShared says that two GeoJSON texts stand on one line, which no crew's program writes: they come back together.
var errShared = errors.New("two records on one line")

// FuzzRejects holds that the rejects of a file of which all rows are bad are the file, and that what is bad and what is good are the file
// together, each with its header.
func FuzzRejects(f *testing.F) {
	for _, body := range []string{
		"a,b\n1,2\n", "\ufeffa;b\r\n\r\n1;\"2\n\n3\"\r\n\r\n4;5", "\n\na,b\n1\n\"x\"\"y\n\",3\n4,a\"b\n5,6", "a\tb\n\xb1\xb1\t1\n",
		"\xff\xfea\x00,\x00b\x00\n\x00\x0a\x0a,\x00\n\x001\x00,\x002\x00",
	} {
		f.Add([]byte(body), "")
		f.Add([]byte(body), string(census.GB18030))
		f.Add([]byte(body), string(census.UTF16LE))
		f.Add([]byte(body), string(census.UTF16BE))
	}
	f.Fuzz(func(t *testing.T, body []byte, encoding string) {
		e, _ := census.ParseEncoding(encoding)
		all, n, err := rejectsOf(t, body, e, func(int) bool { return true })
		var file *census.FileError
		if errors.As(err, &file) || err == errShared {
			return // no rejects of a file that cannot be read
		}
		if err != nil {
			t.Fatal(err)
		}
		if all != string(body) {
			t.Fatalf("rejects of all %d rows are %q, not %q", n, all, body)
		}
		header, _, _ := rejectsOf(t, body, e, func(int) bool { return false })
		odd, _, _ := rejectsOf(t, body, e, func(n int) bool { return n%2 == 1 })
		even, _, _ := rejectsOf(t, body, e, func(n int) bool { return n%2 == 0 })
		if len(odd)+len(even)-len(header) != len(body) || !strings.HasPrefix(odd, header) || !strings.HasPrefix(even, header) {
			t.Errorf("%q and %q with the header %q are not %q", odd, even, header, body)
		}
	})
}

func TestRejectsOfGeoJSONLinesAreTheLines(t *testing.T) {
	t.Parallel()
	lines := []string{
		`{"type":"Feature","geometry":null,"properties":{"ObjID":"1"}}` + "\n", "not a feature\r\n", "\n",
		`{"type":"Feature","geometry":null,"properties":{"ObjID":"3"}}` + "\n", `{"type":"Feature","geometry":null,"properties":{}}`,
	}
	for name, mark := range map[string]string{"lines": "", "RFC 8142": "\x1e"} {
		records := slices.Clone(lines)
		for i := range records {
			if records[i] != "\n" {
				records[i] = mark + records[i]
			}
		}
		f := census.File{Name: "a.geojsonl", Format: census.FormatGeoJSONSeq, Body: strings.NewReader(strings.Join(records, ""))}
		var out bytes.Buffer
		n, err := WriteRejects(t.Context(), &out, f, census.Report{Rejected: []int64{2, 5}})
		if want := records[1] + records[2] + records[4]; err != nil || n != 2 || out.String() != want {
			t.Errorf("%s: %d rows %q, want %q, %v", name, n, out.String(), want, err)
		}
	}
}

// TestWorkbookShowsWhatXMLCannotSay: a control character in a cell must not spoil the file.
func TestWorkbookShowsWhatXMLCannotSay(t *testing.T) {
	t.Parallel()
	text := "ObjID,Note\n1,a\x01b\x1fc\ufffed\n2,_x0041_ <&>\n"
	r := census.Report{Batch: census.Batch{Source: "a.csv", Read: 2}, Issues: []census.Issue{{Row: 2, Column: "Note", Code: "x", Severity: census.Error, Value: "\x01"}}}
	c, err := ContentOf(t.Context(), r, csvFile(text))
	if err != nil {
		t.Fatal(err)
	}
	b := open(t, c, csvFile(text), wholeRows)
	if rows := b.rows(sheetData); len(rows) != 3 || rows[2][1] != "_x0041_ <&>" || !strings.Contains(rows[1][1], "a") {
		t.Errorf("%q", rows)
	}
}
