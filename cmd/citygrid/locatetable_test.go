package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestColumnsAreFoundByUsualNamesNamesGivenOrNumbers(t *testing.T) {
	t.Parallel()
	type found struct {
		x, y      int
		separator byte
		header    bool
	}
	for _, c := range []struct {
		text, lon, lat string
		want           found
	}{
		{"id,lon,lat\n", "", "", found{1, 2, ',', true}},
		{"Latitude;Longitude;a,b\n", "", "", found{1, 0, ';', true}},
		{"X\tY\n", "", "", found{0, 1, '\t', true}},
		{"经度坐标,纬度坐标\n", "", "", found{0, 1, ',', true}},
		{"x,y,lon,lat\n", "", "", found{2, 3, ',', true}}, // degrees before a plane
		{"x,y,lon,lat\n", "Y", "x", found{1, 0, ',', true}},
		{"a,b,c\n", "3", "1", found{2, 0, ',', true}},
		{"a,1,2\n", "3", "2", found{2, 1, ',', false}},
		{"1,2,a\n", "", "", found{0, 1, ',', false}},
	} {
		table, err := openTable(strings.NewReader(c.text), c.lon, c.lat)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		if got := (found{table.x, table.y, table.separator, table.header != nil}); got != c.want {
			t.Errorf("%q: got %+v, want %+v", c.text, got, c.want)
		}
	}
	for _, c := range [][3]string{{"lon,breite\n"}, {"1\n2\n"}, {"a,1,2\n"}, {"lon,lat\n", "3", "1"}, {"lon,lat\n", "lon", "0"}, {"lon,lat\n", "lon", "x"}} {
		_, err := openTable(strings.NewReader(c[0]), c[1], c[2])
		var bad *tableError
		if !errors.As(err, &bad) || bad.message.ZH == "" || !strings.Contains(bad.Error(), "--lon-column") {
			t.Errorf("%q: %v", c, err)
		}
	}
}

func TestReaderThatFailsEndsTheTable(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	in := io.MultiReader(strings.NewReader("1,2\n"+strings.Repeat("3,4\n", 30_000)), failing{broken})
	table, err := openTable(in, "", "")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for {
		p, err := table.next()
		if err != nil {
			if !errors.Is(err, broken) || rows != 30_000 {
				t.Errorf("after %d rows: %v", rows, err)
			}
			return
		}
		rows += len(p.rows)
	}
}

func TestWhatIsHeldOfATableIsBoundedWhereCellsAreEmpty(t *testing.T) {
	t.Parallel()
	table, err := openTable(strings.NewReader("lon,lat\n"+strings.Repeat(strings.Repeat(",", 1<<20)+"\n", 4)), "", "")
	if err != nil {
		t.Fatal(err)
	}
	for range 4 {
		if p, err := table.next(); err != nil || len(p.rows) != 1 {
			t.Fatalf("a part of %+v, %v", p, err)
		}
	}
	var bad *tableError
	if _, err := openTable(strings.NewReader("lon,lat"+strings.Repeat(",", 255)+"\n"), "", ""); !errors.As(err, &bad) || bad.Error() != "the first row has 257 columns, the limit is 256" {
		t.Errorf("got %v", err)
	}
	if _, err := openTable(strings.NewReader("lon,lat"+strings.Repeat(",", 254)+"\n"), "", ""); err != nil {
		t.Error(err)
	}
}

// failing is a reader that fails.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func FuzzTable(f *testing.F) {
	for _, seed := range []string{
		"lon,lat\n1,2\n", "\ufeff经度;纬度\r\n1;2\r\n", "1\t2\t\"a\"\"b\nc\"\n", "1,2\n3,\"4\"x\n5,6\n", "1,2\n\"", ",\n", "x,y\n\n\n1", "lon,lat\n\xff,1,2,3\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		table, err := openTable(strings.NewReader(text), "", "")
		if err != nil {
			return
		}
		var kept [][]string
		var out []byte
		for {
			p, err := table.next()
			if err != nil {
				var bad *tableError
				if err != io.EOF && (!errors.As(err, &bad) || bad.message.ZH == "") {
					t.Fatalf("%q: %v", text, err)
				}
				break
			}
			begin := 0
			for _, r := range p.rows {
				cells := p.cells[begin:r.cells]
				begin = r.cells
				if r.fault != nil && len(cells) > 0 || r.fault == nil && len(cells) == 0 || r.line < 1 {
					t.Fatalf("%q: %+v with %q", text, r, cells)
				}
				if r.fault != nil || len(cells) == 1 && cells[0] == "" { // which would be an empty line
					continue
				}
				kept = append(kept, append([]string(nil), cells...))
				for i, cell := range cells {
					if i > 0 {
						out = append(out, table.separator)
					}
					out = table.appendCell(out, cell)
				}
				out = append(out, '\n')
			}
		}
		again := csv.NewReader(bytes.NewReader(out))
		again.Comma, again.FieldsPerRecord = rune(table.separator), -1
		read, err := again.ReadAll()
		if err != nil || !reflect.DeepEqual(read, kept) && utf8.ValidString(text) {
			t.Errorf("%q: written as %q, read as %q, %v; want %q", text, out, read, err, kept)
		}
	})
}
