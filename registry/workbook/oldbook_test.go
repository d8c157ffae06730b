package workbook

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// compoundOf writes a compound file by [MS-CFB] with one stream, in sectors of 512 bytes; one of less than 4096 bytes in small sectors.
func compoundOf(t testing.TB, name, body string) []byte {
	t.Helper()
	const sector = 512
	pad := func(b []byte, to int) []byte { return append(b, make([]byte, (to-len(b)%to)%to)...) }
	var table []uint32
	var sectors []byte
	add := func(content []byte) (first uint32) {
		if len(content) == 0 {
			return endOfChain
		}
		content = pad(content, sector)
		first = uint32(len(table))
		for i := range len(content) / sector {
			table = append(table, uint32(len(table)+1))
			if i == len(content)/sector-1 {
				table[len(table)-1] = endOfChain
			}
		}
		sectors = append(sectors, content...)
		return first
	}
	numbers := func(list ...uint32) (out []byte) {
		for _, n := range list {
			out = binary.LittleEndian.AppendUint32(out, n)
		}
		return out
	}
	within, smalls, start := uint32(endOfChain), uint32(endOfChain), uint32(0)
	var withinSize uint32
	if len(body) < 4096 {
		small := pad([]byte(body), 64)
		withinSize, within = uint32(len(small)), add(small)
		var chain []uint32
		for i := range len(small) / 64 {
			chain = append(chain, uint32(i+1))
		}
		if len(chain) > 0 {
			chain[len(chain)-1] = endOfChain
		}
		smalls = add(numbers(append(chain, slices.Repeat([]uint32{noSector}, (128-len(chain)%128)%128)...)...))
	} else {
		start = add([]byte(body))
	}
	item := func(name string, kind byte, child, start, size uint32) []byte {
		e := make([]byte, 128)
		n := 0
		for _, u := range utf16.Encode([]rune(name)) {
			binary.LittleEndian.PutUint16(e[n:], u)
			n += 2
		}
		binary.LittleEndian.PutUint16(e[64:], uint16(n+2))
		e[66], e[67] = kind, 1
		copy(e[68:], numbers(noSector, noSector, child))
		copy(e[116:], numbers(start, size))
		return e
	}
	// The embedded storage has a stream of the same name, which is not meant.
	directory := add(bytes.Join([][]byte{
		item("Root Entry", 5, 1, within, withinSize), item("MBD0001", 1, 2, 0, 0), item(name, 2, noSector, 0, 1), item(name, 2, noSector, start, uint32(len(body))),
	}, nil))
	copy(sectors[int(directory)*sector+128+72:], numbers(3)) // to the right of the storage
	// The table holds itself and the list of its own sectors beyond the first 109.
	own, lists := 1, 0
	for (len(table)+own+lists+127)/128 > own || own > 109+127*lists {
		if own > 109+127*lists {
			lists++
		} else {
			own++
		}
	}
	first := len(table)
	var places []uint32
	for i := range own {
		places = append(places, uint32(first+i))
		table = append(table, 0xfffffffd)
	}
	firstList := uint32(endOfChain)
	var listed []byte
	for i := range lists {
		if i == 0 {
			firstList = uint32(len(table))
		}
		next := uint32(endOfChain)
		if i+1 < lists {
			next = uint32(len(table) + 1)
		}
		part := slices.Clone(places[109+127*i : min(len(places), 109+127*(i+1))])
		part = append(part, slices.Repeat([]uint32{noSector}, 127-len(part))...)
		listed = append(listed, numbers(append(part, next)...)...)
		table = append(table, 0xfffffffc)
	}
	table = append(table, slices.Repeat([]uint32{noSector}, own*128-len(table))...)
	head := make([]byte, sector)
	copy(head, compoundMagic)
	binary.LittleEndian.PutUint16(head[24:], 0x3e)
	binary.LittleEndian.PutUint16(head[26:], 3)
	binary.LittleEndian.PutUint16(head[28:], 0xfffe)
	binary.LittleEndian.PutUint16(head[30:], 9)
	binary.LittleEndian.PutUint16(head[32:], smallShift)
	copy(head[44:], numbers(uint32(own), directory, 0, 4096, smalls, uint32(min(1, int(withinSize))), firstList, uint32(lists)))
	head109 := append(slices.Clone(places[:min(109, own)]), slices.Repeat([]uint32{noSector}, 109-min(109, own))...)
	copy(head[76:], numbers(head109...))
	return slices.Concat(head, sectors, numbers(table...), listed)
}

// recordOf is a record, with those that go on with it where it is long.
func recordOf(kind uint16, body string) string {
	out := binary.LittleEndian.AppendUint16(nil, kind)
	out = binary.LittleEndian.AppendUint16(out, uint16(len(body)))
	return string(out) + body
}

func le(values ...any) string {
	var b bytes.Buffer
	for _, v := range values {
		if text, ok := v.(string); ok {
			b.WriteString(text)
		} else if err := binary.Write(&b, binary.LittleEndian, v); err != nil {
			panic(err)
		}
	}
	return b.String()
}

// globals is the first part of a workbook of one sheet, with records of its own; biff puts the sheet behind it.
func globals(own string) string {
	head := recordOf(recordBegin, le(uint16(0x600), uint16(5), uint32(0), uint32(0), uint32(0)))
	formats := recordOf(recordFormat, le(uint16(164), uint16(10), byte(0), "yyyy-mm-dd")) + recordOf(recordXF, le(uint16(0), uint16(0), make([]byte, 16))) +
		recordOf(recordXF, le(uint16(0), uint16(164), make([]byte, 16)))
	return head + formats + own
}

func biff(globals string, cells ...string) string {
	sheet := recordOf(recordSheet, le(uint32(0), byte(0), byte(0), byte(2), byte(1), utf16le("灯杆")))
	end := recordOf(recordEnd, "")
	at := len(globals) + len(sheet) + len(end)
	sheet = recordOf(recordSheet, le(uint32(at), byte(0), byte(0), byte(2), byte(1), utf16le("灯杆")))
	return globals + sheet + end + recordOf(recordBegin, le(uint16(0x600), uint16(0x10), uint32(0), uint32(0), uint32(0))) + strings.Join(cells, "") + end
}

func utf16le(text string) string {
	return le(utf16.Encode([]rune(text)))
}

func formula(row, column uint16, result string, flags uint16) string {
	return recordOf(recordFormula, le(row, column, uint16(0), result, flags, uint32(0), uint16(0)))
}

func TestCellsOfAnOldWorkbookAreReadByWhatTheyHold(t *testing.T) {
	t.Parallel()
	number := func(row, column, format uint16, v float64) string {
		return recordOf(recordNumber, le(row, column, format, v))
	}
	shared := func(i uint32) string { return recordOf(recordSharedText, le(uint16(0), uint16(0), uint16(0), i)) }
	noted := func(kind byte, value byte) string { return le(kind, byte(0), value, make([]byte, 3), uint16(0xffff)) }
	texts := recordOf(recordTexts, le(uint32(4), uint32(4), uint16(2), byte(0), "a\xe9", uint16(2), byte(wideText|richText), uint16(1), utf16le("路灯"), uint16(0), uint16(0),
		uint16(4), byte(wideText|extendedText), uint32(6), utf16le("钢"))) + recordOf(recordContinue, le(byte(0), "xy")) + recordOf(recordContinue, le(byte(wideText), utf16le("杆"), "1234")) +
		recordOf(recordContinue, "56") + recordOf(recordContinue, le(uint16(2), byte(wideText), utf16le("𠮷")))
	for _, c := range []struct {
		name, own string
		cells     []string
		want      string
	}{
		{"shared texts", texts, []string{shared(0)}, "1: 0=t:aé"},
		{"rich text", texts, []string{shared(1)}, "1: 0=t:路灯"},
		{"a text over records, each with its own width", texts, []string{shared(2)}, "1: 0=t:钢xy杆"},
		{"a pair of units", texts, []string{shared(3)}, "1: 0=t:𠮷"},
		{"numbers", "", []string{number(0, 0, 0, 4205020118000000), number(0, 1, 0, 111.28670000000001), number(0, 2, 0, -0.1), number(0, 3, 0, 420502)},
			"1: 0=n:4205020118000000 1=n:111.28670000000001 2=n:-0.1 3=n:420502"},
		{"dates", "", []string{number(0, 0, 1, 40908), number(0, 1, 1, 40908.25), number(0, 2, 9, 40908)}, "1: 0=d:2011-12-31 1=d:2011-12-31 06:00:00 2=n:40908"},
		{"the calendar of 1904", recordOf(record1904, le(uint16(1))), []string{number(0, 0, 1, 39446)}, "1: 0=d:2011-12-31"},
		{"short numbers", "", []string{
			recordOf(recordRK, le(uint16(0), uint16(0), uint16(0), uint32(1234<<2|2))), recordOf(recordRK, le(uint16(0), uint16(1), uint16(0), uint32(1234<<2|3))),
			recordOf(recordRK, le(uint16(0), uint16(2), uint16(0), uint32(0x3ff80000))), recordOf(recordRK, le(uint16(0), uint16(3), uint16(0), uint32(0xffffff9e))),
			recordOf(recordManyRK, le(uint16(1), uint16(2), uint16(0), uint32(7<<2|2), uint16(1), uint32(40908<<2|2), uint16(3))),
		}, "1: 0=n:1234 1=n:12.34 2=n:1.5 3=n:-25|2: 2=n:7 3=d:2011-12-31"},
		{"truth and errors", "", []string{
			recordOf(recordBoolError, le(uint16(0), uint16(0), uint16(0), byte(1), byte(0))), recordOf(recordBoolError, le(uint16(0), uint16(1), uint16(0), byte(0x17), byte(1))),
			recordOf(recordBoolError, le(uint16(0), uint16(2), uint16(0), byte(0x99), byte(1))),
		}, "1: 0=t:TRUE 1=e:#REF! 2=e:#153"},
		{"results of formulas", "", []string{
			formula(0, 0, le(7.5), 0), formula(0, 1, noted(0, 0), 0), recordOf(0x04bc, "shared"), recordOf(recordResult, le(uint16(2), byte(wideText), utf16le("完好"))),
			formula(0, 2, noted(1, 1), 0), formula(0, 3, noted(2, 0x07), 0), formula(0, 4, noted(3, 0), 0), formula(0, 5, le(0.0), 3), formula(0, 6, le(0.0), 0), formula(0, 7, noted(3, 0), 2),
			recordOf(recordResult, le(uint16(1), byte(0), "x")),
		}, "1: 0=n:7.5 1=t:完好 2=t:TRUE 3=e:#DIV/0! 5=u:= 6=n:0 7=u:="},
		{"texts in the cell", "", []string{
			recordOf(recordText, le(uint16(2), uint16(0), uint16(0), uint16(2), byte(0), "ab")), recordOf(recordRichText, le(uint16(2), uint16(1), uint16(0), uint16(1), byte(wideText), utf16le("路"), uint16(0))),
		}, "3: 0=t:ab 1=t:路"},
		{"a chart within", "", []string{recordOf(recordBegin, le(uint16(0x600), uint16(0x20))), number(0, 0, 0, 1), recordOf(recordEnd, ""), number(4, 0, 0, 2)}, "5: 0=n:2"},
		{"cells out of their order", "", []string{number(3, 1, 0, 1), number(1, 2, 0, 2), number(3, 0, 0, 3), number(1, 2, 0, 4)}, "2: 2=n:4|4: 0=n:3 1=n:1"},
		{"merged cells", "", []string{number(0, 0, 0, 1), recordOf(recordMerges, le(uint16(2), uint16(4), uint16(8), uint16(1), uint16(1), uint16(0), uint16(0), uint16(0), uint16(2)))},
			"1: 0=n:1|{1 1 0 2}|{5 9 1 1}"},
		{"nothing", "", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, stream := range []string{biff(globals(c.own), c.cells...), biff(globals(c.own+recordOf(0x1234, strings.Repeat("x", 5000))), c.cells...)} { // small and not
				rows, err := read(bytes.NewReader(compoundOf(t, "Workbook", stream)))
				for i := range rows {
					rows[i] = strings.TrimPrefix(rows[i], "灯杆!")
				}
				if got := strings.Join(rows, "|"); err != nil || got != c.want {
					t.Errorf("%q, %v, want %q", got, err, c.want)
				}
			}
		})
	}
}

func TestHiddenRowsOfAnOldWorkbook(t *testing.T) {
	t.Parallel()
	row := func(row uint16, flags uint32) string {
		return recordOf(recordRow, le(row, uint16(0), uint16(1), uint16(255), uint32(0), flags))
	}
	body := compoundOf(t, "Workbook", biff(globals(""), row(0, 0x100), row(1, 0x120), recordOf(recordNumber, le(uint16(0), uint16(0), uint16(0), 1.0)),
		recordOf(recordNumber, le(uint16(1), uint16(0), uint16(0), 2.0))))
	b, err := Open(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var hidden []bool
	for row, err := range b.Rows(b.Sheets[0]) {
		if err != nil {
			t.Fatal(err)
		}
		hidden = append(hidden, row.Hidden)
	}
	if !slices.Equal(hidden, []bool{false, true}) || b.Sheets[0].Hidden {
		t.Errorf("%v, %+v", hidden, b.Sheets)
	}
}

// made runs a script of xlwt, which writes an .xls.
func made(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "made.xls")
	c := exec.Command("/usr/bin/python3", "-c", "import xlwt, datetime, sys\n"+script+"\nb.save(sys.argv[1])", path)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s (apt-get install python3-xlwt)", err, out)
	}
	return path
}

// TestAnOldWorkbookOfAnotherProgramSaysWhatFreeXLReads: written by xlwt, read by GDAL too. It has more than one list of its own sectors.
func TestAnOldWorkbookOfAnotherProgramSaysWhatFreeXLReads(t *testing.T) {
	t.Parallel()
	path := made(t, `
b = xlwt.Workbook()
s = b.add_sheet('部件')
day = xlwt.easyxf(num_format_str='yyyy"年"m"月"d"日"')
for r in range(20000):
    s.write(r, 0, '42050201180%05d' % r)
    s.write(r, 1, '路灯' * (r % 40 + 1) + 'é%d' % r)
    s.write(r, 2, 111.2846 + r / 7.0)
    s.write(r, 4, r)
    s.write(r, 5, datetime.date(2011, 1, 1) + datetime.timedelta(r % 300), day)
    for c in range(6, 16): s.write(r, c, r * 1.1 + c)
b.add_sheet('empty')
h = b.add_sheet('hidden'); h.visibility = 1; h.write(0, 0, 1)
`)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if info := binary.LittleEndian.Uint32(text[44:]); info < 15 {
		t.Fatalf("the table has %d sectors", info)
	}
	b, err := Open(bytes.NewReader(text))
	if err != nil || len(b.Sheets) != 3 || !b.Sheets[2].Hidden || b.Sheets[0].Name != "部件" {
		t.Fatalf("%v, %+v", err, b)
	}
	c := exec.Command("ogr2ogr", "-f", "CSV", "/vsistdout/", path, "部件")
	c.Env = append(os.Environ(), "OGR_XLS_HEADERS=DISABLE", "OGR_XLS_FIELD_TYPES=STRING")
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	want, err := csv.NewReader(bytes.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for row, err := range b.Rows(b.Sheets[0]) {
		if err != nil {
			t.Fatal(err)
		}
		got := make([]string, len(want[0]))
		for _, cell := range row.Cells {
			got[cell.Column] = cell.Text
		}
		if n++; row.Number != int64(n) {
			t.Fatalf("row %d is the %d.", row.Number, n)
		}
		for i, text := range want[n] { // behind the names that GDAL gives columns
			if i >= 6 || i == 2 { // it writes 15 digits
				var a, b float64
				fmt.Sscan(text, &a)
				fmt.Sscan(got[i], &b)
				if math.Abs(a-b) > 1e-9 {
					t.Fatalf("row %d, column %d: %s, want %s", n, i, got[i], text)
				}
			} else if got[i] != text {
				t.Fatalf("row %d, column %d: %q, want %q", n, i, got[i], text)
			}
		}
	}
	if n != len(want)-1 || n != 20000 {
		t.Errorf("%d rows", n)
	}
}

func TestALongTableOfSectorsIsRead(t *testing.T) {
	t.Parallel()
	cells := make([]string, 0, 60000)
	for row := range 60000 {
		cells = append(cells, recordOf(recordText, le(uint16(row), uint16(0), uint16(0), uint16(200), byte(0), strings.Repeat("x", 200))))
	}
	body := compoundOf(t, "Workbook", biff(globals(""), cells...))
	if binary.LittleEndian.Uint32(body[72:]) < 1 {
		t.Fatal("the file has no list beside the head")
	}
	rows, err := read(bytes.NewReader(body))
	if err != nil || len(rows) != 60000 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

// FuzzOldBook: whatever an old workbook says, its rows and cells go forward, and what is refused is refused as a Fault. The text is a compound file, or else the
// stream in one.
func FuzzOldBook(f *testing.F) {
	f.Add(compoundOf(f, "Workbook", biff(globals(""), recordOf(recordNumber, le(uint16(0), uint16(0), uint16(0), 1.0)))))
	f.Add([]byte(biff(globals(recordOf(recordTexts, le(uint32(1), uint32(1), uint16(2), byte(0), "ab"))), recordOf(recordSharedText, le(uint16(0), uint16(0), uint16(0), uint32(0))),
		formula(1, 0, le(byte(0), make([]byte, 5), uint16(0xffff)), 0), recordOf(recordResult, le(uint16(1), byte(0), "x")), recordOf(recordMerges, le(uint16(1), uint16(1), uint16(2), uint16(0), uint16(0))))))
	f.Add([]byte(biff(globals(""), recordOf(recordManyRK, le(uint16(1), uint16(2), uint16(0), uint32(30), uint16(3))), recordOf(recordRow, le(uint16(0), uint16(0), uint16(1), uint16(255), uint32(0), uint32(0x20))))))
	f.Fuzz(func(t *testing.T, text []byte) {
		b, err := Open(bytes.NewReader(text))
		if !bytes.HasPrefix(text, []byte(compoundMagic)) {
			b = &Book{source: &source{r: bytes.NewReader(text)}}
			err = b.fault("Workbook", b.readGlobals(bytes.NewReader(text), int64(len(text))))
		}
		refused := func(err error) {
			if fault := (*Fault)(nil); !errors.As(err, &fault) || fault.ZH == "" {
				t.Fatalf("%T %v", err, err)
			}
		}
		if err != nil {
			refused(err)
			return
		}
		for _, s := range b.Sheets {
			if _, err := b.Merges(s); err != nil {
				refused(err)
				continue
			}
			last := int64(0)
			for row, err := range b.Rows(s) {
				if err != nil {
					refused(err)
					break
				}
				if row.Number <= last || len(row.Cells) == 0 {
					t.Fatalf("row %d after %d, %d cells", row.Number, last, len(row.Cells))
				}
				last = row.Number
				for i, c := range row.Cells {
					if c.Text == "" || i > 0 && c.Column <= row.Cells[i-1].Column {
						t.Fatalf("%+v", row.Cells)
					}
				}
			}
		}
	})
}
