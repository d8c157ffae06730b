package vector

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestALayerWithoutColumnsHasItsRecords(t *testing.T) {
	t.Parallel()
	text := "COPY \"public\".\"lone\" () FROM STDIN;\n\n\n\\.\nEND;\n"
	n := 0
	d := &dump{lines: bufio.NewReader(strings.NewReader(text))}
	if err := d.read(func(r Record) bool { n++; return r.Layer == "lone" && len(r.Columns) == 0 }); err != nil || n != 2 {
		t.Errorf("%v, %d records", err, n)
	}
}

func FuzzDump(f *testing.F) {
	f.Add([]byte("SELECT AddGeometryColumn('public','a''b','citygrid:shape',4490,'POINT',2);\nCOPY \"public\".\"a'b\" (\"citygrid:shape\", \"x\ny\") FROM STDIN;\n" +
		"010100000052B81E85EBD15B403333333333B33E40\ta\\\tb\\\\\\\nc\n\\N\t\\N\n\\.\n"))
	f.Add([]byte("COPY \"public\".\"a\" () FROM STDIN;\n\n\\.\n"))
	f.Add([]byte("INSERT INTO \"public\".\"a\" DEFAULT VALUES;\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		d := &dump{lines: bufio.NewReaderSize(bytes.NewReader(text), 16)}
		size := 0
		err := d.read(func(r Record) bool {
			if len(r.Columns) != len(r.Values) || r.Number < 1 || r.SRID < 0 {
				t.Fatalf("%+v", r)
			}
			for _, v := range r.Values {
				size += len(v)
			}
			size += 2*len(r.Shape) + 1
			return true
		})
		if size > len(text) {
			t.Fatalf("%d bytes out of %d", size, len(text))
		}
		if err == nil && bytes.HasPrefix(text, []byte("INSERT ")) {
			t.Fatal("a record is lost")
		}
	})
}

func FuzzTable(f *testing.F) {
	head := make([]byte, 65)
	binary.LittleEndian.PutUint32(head[4:], 2)
	binary.LittleEndian.PutUint16(head[8:], 65)
	binary.LittleEndian.PutUint16(head[10:], 4)
	copy(head[32:], "ObjID\x00")
	head[43], head[48], head[64] = 'C', 3, 0x0d
	f.Add(append(head, " \xc2\xb7x*\xff\xff\xff"...))
	f.Add(head[:40])
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		s := newSource("lamps", Shapefile, folder, "1.shp")
		if err := os.WriteFile(s.part(".dbf"), text, 0o600); err != nil {
			t.Fatal(err)
		}
		size := 0
		for found, err := range s.Texts() {
			if err != nil {
				if _, ok := err.(*Fault); !ok {
					t.Fatal(err)
				}
				continue
			}
			if ascii(found.Bytes) {
				t.Fatalf("%q is plain", found.Bytes)
			}
			size += len(found.Bytes)
		}
		if size > len(text) {
			t.Fatalf("%d bytes out of %d", size, len(text))
		}
		s.Label()
	})
}

func FuzzUnpack(f *testing.F) {
	f.Add([]byte("PK\x03\x04"), "a.zip")
	f.Add([]byte("SQLite format 3\x00"), "a.gpkg")
	f.Add([]byte("0\nEOF\n"), "路灯.dxf")
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	for _, name := range []string{"东/a.shp", "东/A.dbf", "西/a.shp", "西/a.dbf", "b.gdb/a00000001.gdbtable", "../c.kml", "note.txt", "d.tab", "d.dat", "d.map", "d.id", "e.mif", "e.mid"} {
		member, err := w.Create(name)
		if err == nil {
			_, err = member.Write([]byte("!charset WindowsSimpChinese\n Type NATIVE Charset \"UTF-8\"\nCharset \"WindowsSimpChinese\"\nColumns 1\n"))
		}
		if err != nil {
			f.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		f.Fatal(err)
	}
	f.Add(archive.Bytes(), "a.zip")
	f.Fuzz(func(t *testing.T, text []byte, name string) {
		folder := t.TempDir()
		sources, _, err := Unpack(t.Context(), bytes.NewReader(text), int64(len(text)), name, folder)
		if err != nil {
			if fault := (*Fault)(nil); !errors.As(err, &fault) || fault.ZH == "" {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		seen := map[string]bool{}
		for _, s := range sources {
			if inside, err := filepath.Rel(folder, s.path); err != nil || strings.Contains(inside, "/") || seen[s.Name] || s.Name != shown(s.Name) {
				t.Fatalf("%+v", s)
			}
			seen[s.Name] = true
		}
	})
}

func TestElementsOfAList(t *testing.T) {
	t.Parallel()
	for list, want := range map[string][]string{
		`{"a b","c d"}`: {"a b", "c d"}, `{"a \"x\"","b ,\",\""}`: {`a "x"`, `b ,","`}, `{"a x\","b y\"}`: {`a x\`, `b y\`}, `{"a x\",","b y"}`: {`a x",`, "b y"},
		`{"a \\"b\c"}`: {`a \"b\c`}, `{"a {}","b }"}`: {"a {}", "b }"}, `{"a`: nil, "": nil, "{}": nil, `{"a b\"}`: {`a b\`}, `{"a b\""}`: {`a b"`},
	} {
		if got := slices.Collect(elements(list)); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", list, got, want)
		}
	}
}

func FuzzMeasures(f *testing.F) {
	for _, text := range []string{"01d2070000", "01b90b0000" + "0000000000005b40" + "0000000000003e40" + "0000000000000040" + "0000000000000840", "01be0b000001000000" + "01bb0b000001000000ffffffff"} {
		b, err := hex.DecodeString(text)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, shape []byte) {
		plain, had := withoutMeasures(shape)
		if again, twice := withoutMeasures(plain); had && (twice || len(plain) > len(shape)) || !bytes.Equal(again, plain) {
			t.Fatalf("%x is %x and that is %x", shape, plain, again)
		}
	})
}
