package census

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

// readCSV gathers what a reader yields, as "line: cells" or "line! code" for rows with a fault.
func readCSV(text string) (rows []string, fault *FileError, err error) {
	r, err := NewCSV(strings.NewReader(text))
	if err == nil {
		for row, rowErr := range r.Rows() {
			if err = rowErr; err != nil {
				break
			}
			if len(row.Faults) > 0 {
				rows = append(rows, fmt.Sprintf("%d! %s", row.Faults[0].Row, row.Faults[0].Code))
			} else {
				rows = append(rows, fmt.Sprintf("%d: %q", row.Line, row.Values))
			}
		}
	}
	errors.As(err, &fault)
	return rows, fault, err
}

func TestCSVRowsCarryTheLineThatAnEditorShows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"plain", "a,b\n1,2\n3,4\n", []string{`2: ["1" "2"]`, `3: ["3" "4"]`}},
		{"no newline at the end", "a,b\n1,2", []string{`2: ["1" "2"]`}},
		{"trap 2: byte-order mark, CRLF", "\ufeffa,b\r\n1,2\r\n", []string{`2: ["1" "2"]`}},
		{"empty lines count", "a,b\n\n1,2\n\n\n3,4\n", []string{`3: ["1" "2"]`, `6: ["3" "4"]`}},
		{"a quoted cell over two lines", "a,b\n\"x\ny\",2\n3,4\n", []string{`2: ["x\ny" "2"]`, `4: ["3" "4"]`}},
		{"comma and quote in a quoted cell", "a,b\n\"x,\"\"y\"\"\",2\n", []string{`2: ["x,\"y\"" "2"]`}},
		{"header only", "a,b\n", nil},
		{"trap 22: a ragged row is its own fault", "a,b\n1\n1,2,3\n3,4\n", []string{"2! ragged_row", "3! ragged_row", `4: ["3" "4"]`}},
		{"separators left behind", "a,b,,\n1,2,,\n3,4,\n", []string{`2: ["1" "2"]`, `3: ["3" "4"]`}},
		{"a quote out of place is the row's fault", "a,b\n1,2\"\n3,4\n", []string{"2! bad_quote", `3: ["3" "4"]`}},
		{"trap 52: formula text stays text", "a,b\n=1+1,@x\n", []string{`2: ["=1+1" "@x"]`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, _, err := readCSV(c.text)
			if err != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestCSVFileFaultsNameWhatIsWrong(t *testing.T) {
	t.Parallel()
	wide := strings.Repeat("c,", MaxColumns) + "c"
	for i := range MaxColumns + 1 {
		wide = strings.Replace(wide, "c", fmt.Sprintf("x%d", i), 1)
	}
	for _, c := range []struct {
		name, text, code, says string
		row                    int64
	}{
		{"nothing", "", CodeNoHeader, "empty", 0},
		{"mark only", "\ufeff", CodeNoHeader, "empty", 0},
		{"trap 1: GBK", "a,b\n1,\xc2\xb7\xb5\xc6\n", CodeNotUTF8, "byte 8", 0},
		{"trap 2: UTF-16", "\xff\xfea\x00,\x00", CodeNotUTF8, "byte 0", 0},
		{"cut within a character", "a,b\n1,路\xe7\x81", CodeNotUTF8, "byte 9", 0},
		{"too many columns", wide + "\n", CodeTooManyColumns, "257 columns", 1},
		{"a quote that swallows lines", "a,b\n\"1,2\n3,4\n5\"6,7\n", CodeOpenQuote, "may not be closed", 2},
		{"a quote that is never closed", "a,b\n1,2\n\"3,4\n5,6\n", CodeOpenQuote, "may not be closed", 3},
		{"a quote that swallows a large file", "a,b\n1,2\n\"" + strings.Repeat("3,4\n", 3<<20), CodeOpenQuote, "may not be closed", 3},
		{"a quote that swallows a large line", "a,b\n1,2\n\"" + strings.Repeat("3,4 ", 3<<20), CodeOpenQuote, "may not be closed", 3},
		{"a record without end and without quote", "a,b\n1,2\n" + strings.Repeat("3,4 ", 3<<20), CodeRecordTooLong, "longer than 8 MiB", 3},
		{"a record without end, every quote closed", "a,b\n\"1\",2\n" + strings.Repeat("\"3\",", 3<<20), CodeRecordTooLong, "longer than 8 MiB", 3},
		{"a header without end", strings.Repeat("abc ", 3<<20), CodeRecordTooLong, "longer than 8 MiB", 1},
		{"empty lines without end", "a,b\n" + strings.Repeat("\n", 9<<20), CodeRecordTooLong, "longer than 8 MiB", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, fault, err := readCSV(c.text)
			if fault == nil {
				t.Fatalf("got %v, want a file error", err)
			}
			if fault.Issue.Code != c.code || fault.Issue.Row != c.row || !strings.Contains(fault.Issue.Message.EN, c.says) || fault.Issue.Message.ZH == "" {
				t.Errorf("got %+v, want %s in row %d about %s", fault.Issue, c.code, c.row, c.says)
			}
		})
	}
}

func TestCSVPassesOnTheFailureOfTheStream(t *testing.T) {
	t.Parallel()
	gone := errors.New("connection gone")
	for _, before := range []string{"", "a,", "a,b\n", "a,b\n1,2\n3"} {
		r, err := NewCSV(io.MultiReader(strings.NewReader(before), iotest.ErrReader(gone)))
		if err == nil {
			for _, rowErr := range r.Rows() {
				err = rowErr
			}
		}
		if !errors.Is(err, gone) {
			t.Errorf("after %q: got %v", before, err)
		}
	}
}

func TestUTF8IsCheckedAcrossReads(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"路灯,𠮷野家", "路灯\xe8", "a\xf0\xa0\xaeb", "ok", "\x80", "路\xed\xa0\x80"} {
		want := int64(-1) // byte of the first fault
		for i, r := range text {
			if r == '\ufffd' {
				want = int64(i)
				break
			}
		}
		for _, size := range []int{1, 2, 3, 64} {
			u := &utf8Reader{r: strings.NewReader(text)}
			var err error
			for p := make([]byte, size); err == nil; {
				_, err = u.Read(p)
			}
			var fault *FileError
			if errors.As(err, &fault) != (want >= 0) || want >= 0 && u.offset != want {
				t.Errorf("%q by %d bytes: %v at %d, want a fault at %d", text, size, err, u.offset, want)
			}
		}
	}
}

func FuzzCSV(f *testing.F) {
	for _, seed := range []string{
		"ObjID,ObjName,Lon,Lat\n4205020118000001,路灯,111.28,30.7\n", "\ufeffa,b\r\n\"x\ny\",2\r\n", "a\n\"", "a,b\n1,2\"\n", "\xff\xfe", "a,,\n1\n\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := NewCSV(strings.NewReader(text))
		if err != nil {
			return
		}
		last := int64(1)
		for row, err := range r.Rows() {
			if err != nil {
				return
			}
			if row.Line <= last {
				t.Fatalf("line %d after line %d", row.Line, last)
			}
			last = row.Line
			if len(row.Faults) == 0 && len(row.Values) != len(r.Columns()) {
				t.Fatalf("%d cells below %d columns without a fault", len(row.Values), len(r.Columns()))
			}
		}
		if lines := int64(strings.Count(text, "\n")) + 1; last > lines {
			t.Fatalf("line %d of %d", last, lines)
		}
	})
}
