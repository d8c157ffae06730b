package workbook

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

const (
	contentTypes = `<?xml version="1.0" encoding="UTF-8"?><Types/>`
	rootRels     = `<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	bookXML      = `<workbook><sheets><sheet name="灯 &amp; 杆" sheetId="1" r:id="rId1"/></sheets></workbook>`
	bookRels     = `<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`
)

// packed is a zip of parts by name; the parts that every book has are added.
func packed(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	all := map[string]string{"[Content_Types].xml": contentTypes, "_rels/.rels": rootRels, "xl/workbook.xml": bookXML, "xl/_rels/workbook.xml.rels": bookRels}
	for name, text := range parts {
		all[name] = text
	}
	return zipped(t, all)
}

func zipped(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	w.RegisterCompressor(zip.Deflate, func(to io.Writer) (io.WriteCloser, error) { return flate.NewWriter(to, flate.BestSpeed) })
	for name, text := range parts {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// sheet is a book of one sheet.
func sheet(t testing.TB, rows string) []byte {
	return packed(t, map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData>` + rows + `</sheetData></worksheet>`})
}

// read gathers a book as "sheet!row: column=kind:text …".
func read(r io.ReadSeeker) (rows []string, err error) {
	b, err := Open(r)
	if err != nil {
		return nil, err
	}
	for _, s := range b.Sheets {
		merges, err := b.Merges(s)
		if err != nil {
			return rows, err
		}
		for row, err := range b.Rows(s) {
			if err != nil {
				return rows, err
			}
			text := fmt.Sprintf("%s!%d:", s.Name, row.Number)
			for _, c := range row.Cells {
				text += fmt.Sprintf(" %d=%c:%s", c.Column, "tndeu"[c.Kind], c.Text)
			}
			rows = append(rows, text)
		}
		for _, m := range merges {
			rows = append(rows, fmt.Sprint(m))
		}
	}
	return rows, nil
}

func TestCellsAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	shared := `<sst><si><t>路灯</t></si><si><r><t>钢</t></r><r><rPr><b/></rPr><t xml:space="preserve"> 质</t></r><rPh sb="0" eb="1"><t>gang</t></rPh></si><si><t/></si></sst>`
	styles := `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@"/></numFmts>` +
		`<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="20"/></cellXfs></styleSheet>`
	for _, c := range []struct{ name, rows, want string }{
		{"shared", `<row r="3"><c r="B3" t="s"><v>0</v></c><c r="D3" t="s"><v>1</v></c><c t="s"><v>2</v></c></row>`, "3: 1=t:路灯 3=t:钢 质"},
		{"without references", `<row><c><v>1</v></c><c/><c><v>3</v></c></row><row/><row><c><v>4</v></c></row>`, "1: 0=n:1 2=n:3|3: 0=n:4"},
		{"prefixes", `<x:row r="1"><x:c r="A1" t="inlineStr"><x:is><x:t>a</x:t><x:rPh><x:t>b</x:t></x:rPh></x:is></x:c></x:row>`, "1: 0=t:a"},
		{"formula, error, truth", `<row><c><f>A1&lt;2</f><v>7</v></c><c t="str"><f>"a"</f><v>a</v></c><c t="e"><v>#REF!</v></c><c t="b"><v>1</v></c><c t="b"><v>0</v></c></row>`,
			"1: 0=n:7 1=t:a 2=e:#REF! 3=t:TRUE 4=t:FALSE"},
		{"formula without a result", `<row><c><f>A1</f></c><c><f t="shared" si="0"/><v></v></c><c t="str"><f>A1</f><v></v></c><c><v></v></c></row>`, "1: 0=u:= 1=u:="},
		{"numbers", `<row><c><v>4.205020118E+15</v></c><c><v>111.28670000000001</v></c><c><v>0.1</v></c><c><v>-5</v></c><c><v>4205020118000001</v></c><c><v>420502.000</v></c><c><v>1E-7</v></c></row>`,
			"1: 0=n:4205020118000000 1=n:111.28670000000001 2=n:0.1 3=n:-5 4=n:4205020118000001 5=n:420502 6=n:0.0000001"},
		{"what 17 digits leave behind", `<row><c><v>111.28700000000001</v></c><c><v>30.704999999999998</v></c><c><v>58.100000000000001</v></c></row>`,
			"1: 0=n:111.287 1=n:30.705 2=n:58.1"},
		{"dates", `<row><c s="1"><v>40908</v></c><c s="1"><v>40908.354166666664</v></c><c s="2"><v>0.5</v></c><c s="2"><v>30.5</v></c><c t="d"><v>2011-12-31T08:30:00</v></c><c s="1"><v>60</v></c><c s="9"><v>1</v></c></row>`,
			"1: 0=d:2011-12-31 1=d:2011-12-31 08:30:00 2=d:12:00:00 3=n:30.5 4=d:2011-12-31 08:30:00 5=n:60 6=n:1"},
		{"CDATA, comments, entities", `<!-- <row> --><row><c t="str"><v><![CDATA[a<b]]>&amp;&#x8DEF;<!--x-->c</v></c></row>`, "1: 0=t:a<b&路c"},
		{"escapes", `<row><c t="str"><v>a_x000D_b_x005F_x000D__x12_</v></c></row>`, "1: 0=t:a\rb_x000D__x12_"},
		{"'>' in an attribute", `<row x="a>b"><c r='A1'><v>1</v></c></row>`, "1: 0=n:1"},
		{"empty texts", `<row><c t="str"><v></v></c><c t="inlineStr"><is/></c></row>`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			body := packed(t, map[string]string{
				"xl/worksheets/sheet1.xml": `<?xml version="1.0"?><worksheet><cols><col/></cols><sheetData>` + c.rows + `</sheetData></worksheet>`,
				"xl/sharedStrings.xml":     shared, "xl/styles.xml": styles,
			})
			rows, err := read(struct{ io.ReadSeeker }{bytes.NewReader(body)}) // no io.ReaderAt
			for i := range rows {
				rows[i] = strings.TrimPrefix(rows[i], "灯 & 杆!")
			}
			if got := strings.Join(rows, "|"); err != nil || got != c.want {
				t.Errorf("%q, %v, want %q", got, err, c.want)
			}
		})
	}
}

func TestMergedRangesAreFoundBehindTheCells(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"sheetData", "x:sheetData"} {
		long := strings.Repeat(`<row><c t="str"><v>`+strings.Repeat("sheetData> ", 20)+`</v></c></row>`, 2000)
		rows, err := read(bytes.NewReader(packed(t, map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><` + name + `>` + long + `</` + name +
			`><mergeCells count="3"><mergeCell ref="B5:B9"/><mergeCell ref="A1:C1"/><mergeCell ref="nonsense"/></mergeCells><x/></worksheet>`})))
		if want := []string{"{1 1 0 2}", "{5 9 1 1}"}; err != nil || len(rows) != 2002 || !reflect.DeepEqual(rows[2000:], want) {
			t.Errorf("%s: %d rows, %v", name, len(rows), err)
		}
	}
}

func TestFormatsThatAreDates(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]numberFormat{
		"General": plain, "0": plain, "0.00E+00": plain, "@": plain, "#,##0": plain, `"day" 0`: plain, `[Red]0;[Blue]-0`: plain, `0 "年"`: plain, `\d0`: plain, "[": plain, `"`: plain, `\`: plain,
		"yyyy-mm-dd": date, `yyyy"年"m"月";@`: date, "d-mmm": date, "[$-804]yyyy/m/d": date, "m/d/yy h:mm": date, "mmm": date, "YYYY-MM-DD": date,
		"h:mm": clock, "[h]:mm:ss": clock, "mm:ss.0": clock, "h:mm AM/PM": clock, `上午/下午h"时"mm"分"`: clock,
	} {
		if got := formatOf(code); got != want {
			t.Errorf("%q: %d, want %d", code, got, want)
		}
	}
}

func TestTheCalendarOf1904(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from1904 bool
		serial   float64
		want     string
	}{
		{false, 61, "1900-03-01"}, {false, 60, ""}, {false, 40908, "2011-12-31"}, {false, 2958465, "9999-12-31"}, {false, 2958466, ""}, {false, -1, ""},
		{false, 40907.9999999, "2011-12-31"}, {true, 0, "1904-01-01"}, {true, 39446, "2011-12-31"}, {true, 39446.25, "2011-12-31 06:00:00"}, {true, 2957004, ""},
	} {
		if got, ok := (&Book{from1904: c.from1904}).Date(c.serial); got != c.want || ok != (c.want != "") {
			t.Errorf("%v, %t: %q, want %q", c.serial, c.from1904, got, c.want)
		}
	}
}

// TestTrap53WhatIsNoWorkbookIsNamed: each is refused as what it is, with a cure in both languages.
func TestTrap53WhatIsNoWorkbookIsNamed(t *testing.T) {
	t.Parallel()
	good := sheet(t, `<row><c><v>1</v></c></row>`)
	with := func(parts map[string]string) string { return string(zipped(t, parts)) }
	damagedSheet := func(rows string) string {
		return string(packed(t, map[string]string{"xl/worksheets/sheet1.xml": rows}))
	}
	for _, c := range []struct {
		name, body string
		problem    Problem
		says       string
	}{
		{"empty", "", ProblemTruncated, "empty"},
		{"encrypted", string(compoundOf(t, "EncryptedPackage", "x")), ProblemEncrypted, "password"},
		{"an old .xls with a password", string(compoundOf(t, "Workbook", biff(globals(recordOf(recordPassword, "\x00\x00"))))), ProblemEncrypted, "password"},
		{"Excel 95", string(compoundOf(t, "Book", "x")), ProblemKind, "Excel 95"},
		{"Excel 95 under the newer name", string(compoundOf(t, "Workbook", recordOf(recordBegin, "\x00\x05\x05\x00"))), ProblemKind, "Excel 95"},
		{"an old Word document", string(compoundOf(t, "WordDocument", "x")), ProblemKind, "Word"},
		{"an old .xls that is cut", string(compoundOf(t, "Workbook", biff(globals("")))[:1000]), ProblemTruncated, "Workbook"},
		{"a short compound file", string(compoundOf(t, "Workbook", "x")[:20]), ProblemTruncated, "Workbook"},
		{"a web page", "\ufeff \n<html><table>", ProblemKind, "web page"},
		{"XML 2003", `<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">`, ProblemKind, "2003"},
		{"an archive", "Rar!\x1a\x07", ProblemKind, "archive"},
		{"a PDF", "%PDF-1.7", ProblemKind, "PDF"},
		{"text", "ObjID,ObjName\n", ProblemTruncated, "damaged"},
		{"macros", string(packed(t, map[string]string{"xl/vbaProject.bin": "x"})), ProblemKind, ".xlsm"},
		{"binary", with(map[string]string{"xl/workbook.bin": "x"}), ProblemKind, ".xlsb"},
		{"OpenDocument", with(map[string]string{"mimetype": "x", "content.xml": "x"}), ProblemKind, ".ods"},
		{"Word", with(map[string]string{"word/document.xml": "x"}), ProblemKind, "Word"},
		{"a zip", with(map[string]string{"lamps.shp": "x"}), ProblemKind, "zip archive"},
		{"cut in the middle", string(good[:len(good)/2]), ProblemTruncated, "cut short"},
		{"cut at the end", string(good[:len(good)-3]), ProblemTruncated, "cut short"},
		{"the sheet ends early", damagedSheet(`<worksheet><sheetData><row><c><v>1</v></c></row>`), ProblemTruncated, "sheet1.xml"},
		{"no markup", damagedSheet(`<worksheet><sheetData><row><c><v>1</row`), ProblemTruncated, "sheet1.xml"},
		{"a document type", damagedSheet(`<!DOCTYPE a [<!ENTITY b "c">]><worksheet><sheetData></sheetData></worksheet>`), ProblemTruncated, "sheet1.xml"},
		{"an unknown entity", damagedSheet(`<worksheet><sheetData><row><c t="str"><v>&b;</v></c></row></sheetData></worksheet>`), ProblemTruncated, "sheet1.xml"},
		{"not UTF-8", damagedSheet("<worksheet><sheetData><row><c t=\"str\"><v>\xc2\xb7\xb5\xc6</v></c></row></sheetData></worksheet>"), ProblemTruncated, "sheet1.xml"},
		{"rows that go back", damagedSheet(`<worksheet><sheetData><row r="2"/><row r="1"/></sheetData></worksheet>`), ProblemTruncated, "sheet1.xml"},
		{"cells that go back", damagedSheet(`<worksheet><sheetData><row><c r="B1"/><c r="A1"/></row></sheetData></worksheet>`), ProblemTruncated, "sheet1.xml"},
		{"a row past the last", damagedSheet(`<worksheet><sheetData><row r="1048577"/></sheetData></worksheet>`), ProblemTruncated, "sheet1.xml"},
		{"a column past the last", damagedSheet(`<worksheet><sheetData><row><c r="XFE1"/></row></sheetData></worksheet>`), ProblemTruncated, "sheet1.xml"},
		{"a shared text that is not there", damagedSheet(`<worksheet><sheetData><row><c t="s"><v>9</v></c></row></sheetData></worksheet>`), ProblemTruncated, "sheet1.xml"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := read(strings.NewReader(c.body))
			var fault *Fault
			if !errors.As(err, &fault) || fault.Problem != c.problem || !strings.Contains(fault.EN, c.says) || fault.ZH == "" || fault.ZH == fault.EN {
				t.Errorf("got %v", err)
			}
		})
	}
}

// heap is how many bytes more a function holds at any moment than before it, looked at every few milliseconds.
func heap(t *testing.T, f func()) int64 {
	t.Helper()
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	stop, most := make(chan struct{}), make(chan int64)
	go func() {
		peak := int64(0)
		for {
			select {
			case <-stop:
				most <- peak
				return
			case <-time.After(5 * time.Millisecond):
				runtime.ReadMemStats(&now)
				peak = max(peak, int64(now.HeapAlloc)-int64(before.HeapAlloc))
			}
		}
	}()
	f()
	close(stop)
	return <-most
}

// These run alone: they look at the memory of the process.
func TestTrap53BombsAreRefusedBeforeTheyAreUnpacked(t *testing.T) {
	zeros := strings.Repeat(" ", 64<<20)
	manyParts := map[string]string{}
	for i := range maxParts {
		manyParts[fmt.Sprint(i)] = ""
	}
	for _, c := range []struct {
		name  string
		parts map[string]string
		says  string
	}{
		{"a sheet of blanks", map[string]string{"xl/worksheets/sheet1.xml": "<worksheet>" + zeros}, "100 times"},
		{"shared texts", map[string]string{"xl/sharedStrings.xml": "<sst>" + zeros}, "100 times"},
		{"formats", map[string]string{"xl/styles.xml": "<a>" + zeros}, "100 times"},
		{"the list of sheets", map[string]string{"xl/workbook.xml": "<workbook>" + zeros}, "100 times"},
		{"parts", manyParts, "parts"},
	} {
		body := packed(t, c.parts)
		held := heap(t, func() {
			_, err := Open(bytes.NewReader(body))
			var fault *Fault
			if !errors.As(err, &fault) || fault.Problem != ProblemTooLarge || !strings.Contains(fault.EN, c.says) {
				t.Errorf("%s: got %v", c.name, err)
			}
		})
		if held > 16<<20 {
			t.Errorf("%s: %d MiB were held", c.name, held>>20)
		}
	}
}

func TestTrap53AMillionBlankRowsCostLittle(t *testing.T) {
	var rows strings.Builder
	rows.WriteString(`<row r="1"><c r="A1"><v>1</v></c></row>`)
	for r := 2; r <= maxRow; r++ {
		fmt.Fprintf(&rows, `<row r="%d" spans="1:4" s="1" customFormat="1"><c r="A%[1]d" s="1"/><c r="B%[1]d" s="1"/><c r="C%[1]d" s="1"/><c r="D%[1]d" s="1"/></row>`, r)
	}
	body := sheet(t, rows.String())
	rows.Reset()
	began := time.Now()
	held := heap(t, func() {
		got, err := read(bytes.NewReader(body))
		if err != nil || len(got) != 1 {
			t.Errorf("%d rows, %v", len(got), err)
		}
	})
	t.Logf("%d MiB packed, %v, %d KiB held", len(body)>>20, time.Since(began), held>>10)
	if held > 16<<20 {
		t.Errorf("%d MiB were held", held>>20)
	}
}

func TestALostConnectionIsNotADamagedFile(t *testing.T) {
	t.Parallel()
	gone := errors.New("connection gone")
	_, err := read(failing{bytes.NewReader(sheet(t, `<row><c><v>1</v></c></row>`)), gone})
	if !errors.Is(err, gone) {
		t.Errorf("got %v", err)
	}
}

type failing struct {
	*bytes.Reader
	err error
}

func (f failing) ReadAt([]byte, int64) (int, error) { return iotest.ErrReader(f.err).Read(nil) }

// FuzzSheet: whatever a sheet says, its rows and cells go forward, and what is refused is refused as a Fault.
func FuzzSheet(f *testing.F) {
	for _, seed := range []string{
		`<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>`,
		`<x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>a&amp;b</x:t></x:is></x:c></x:row></x:sheetData>`,
		`<sheetData><row><c t="str"><v><![CDATA[x]]>_x000D_</v></c></row></sheetData>`, `<sheetData/>`, `<!-- --><?x?>`, `<a b='>`,
		`<sheetData><row><c s="1"><v>40908.5</v></c><c><v>4.2E+15</v></c></row></sheetData>`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		b, err := Open(bytes.NewReader(packed(t, map[string]string{
			"xl/worksheets/sheet1.xml": text, "xl/sharedStrings.xml": "<sst><si><t>a</t></si></sst>",
			"xl/styles.xml": `<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>`,
		})))
		if err != nil {
			t.Fatal(err)
		}
		var fault *Fault
		if _, err := b.Merges(b.Sheets[0]); err != nil && !errors.As(err, &fault) {
			t.Fatal(err)
		}
		last := int64(0)
		for row, err := range b.Rows(b.Sheets[0]) {
			if err != nil {
				if !errors.As(err, &fault) {
					t.Fatal(err)
				}
				return
			}
			if row.Number <= last || row.Number > maxRow || len(row.Cells) == 0 {
				t.Fatalf("row %d after %d with %d cells", row.Number, last, len(row.Cells))
			}
			last = row.Number
			column := -1
			for _, c := range row.Cells {
				if c.Column <= column || c.Column >= maxColumn || c.Text == "" || !strings.EqualFold(c.Text, strings.ToValidUTF8(c.Text, "")) {
					t.Fatalf("cell %+v after column %d", c, column)
				}
				column = c.Column
			}
		}
	})
}

// FuzzBook: any bytes are a book or a Fault.
func FuzzBook(f *testing.F) {
	f.Add(sheet(f, `<row><c><v>1</v></c></row>`))
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
	f.Fuzz(func(t *testing.T, body []byte) {
		_, err := read(bytes.NewReader(body))
		var fault *Fault
		if err != nil && !errors.As(err, &fault) {
			t.Fatal(err)
		}
	})
}
