package census

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"citygrid/registry/vector"
)

// dbaseField is a column of a dBASE table: of text, or of numbers with so many decimals.
type dbaseField struct {
	name  string
	width int
}

// number is the mark of a column of numbers behind its name.
const number = "\x00N"

// dbase writes a table by the description of dBASE III: a header, fields, records that begin with a star where they are deleted.
func dbase(driver byte, fields []dbaseField, records ...[]string) []byte {
	width := 1
	for _, f := range fields {
		width += f.width
	}
	head := make([]byte, 32)
	head[0], head[29] = 3, driver
	binary.LittleEndian.PutUint32(head[4:], uint32(len(records)))
	binary.LittleEndian.PutUint16(head[8:], uint16(32+32*len(fields)+1))
	binary.LittleEndian.PutUint16(head[10:], uint16(width))
	out := head
	for _, f := range fields {
		d := make([]byte, 32)
		name, isNumber := strings.CutSuffix(f.name, number)
		copy(d[:11], name)
		d[11], d[16] = 'C', byte(f.width)
		if isNumber {
			d[11], d[17] = 'N', 3
		}
		out = append(out, d...)
	}
	out = append(out, 0x0d)
	for _, r := range records {
		out = append(out, r[0]...) // " " or "*"
		for i, f := range fields {
			text := r[i+1]
			out = append(out, text[:min(len(text), f.width)]...)
			out = append(out, strings.Repeat(" ", max(0, f.width-len(text)))...)
		}
	}
	return append(out, 0x1a)
}

// points writes a .shp of points by ESRI's description of 1998.
func points(at ...[2]float64) []byte {
	out := make([]byte, 100)
	binary.BigEndian.PutUint32(out, 9994)
	binary.BigEndian.PutUint32(out[24:], uint32(50+14*len(at)))
	binary.LittleEndian.PutUint32(out[28:], 1000)
	binary.LittleEndian.PutUint32(out[32:], 1)
	for i, p := range at {
		record := make([]byte, 28)
		binary.BigEndian.PutUint32(record, uint32(i+1))
		binary.BigEndian.PutUint32(record[4:], 10)
		binary.LittleEndian.PutUint32(record[8:], 1)
		binary.LittleEndian.PutUint64(record[12:], math.Float64bits(p[0]))
		binary.LittleEndian.PutUint64(record[20:], math.Float64bits(p[1]))
		out = append(out, record...)
	}
	return out
}

// shapefile is a zip archive of a set without .shx.
func shapefile(t *testing.T, table []byte, cpg string, at ...[2]float64) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	put := func(name string, text []byte) {
		member, err := w.Create(name)
		if err == nil {
			_, err = member.Write(text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	put("lamps.shp", points(at...))
	put("lamps.dbf", table)
	if cpg != "" {
		put("lamps.cpg", []byte(cpg))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// gdal is what all tests read files of maps with.
var gdal = sync.OnceValues(func() (*vector.Tool, error) { return vector.Find(context.Background()) })

// readMaps are the rows of an archive, one a line, and what was said of it.
func readMaps(t *testing.T, body []byte, e Encoding) (rows []string, how string, err error) {
	t.Helper()
	tool, err := gdal()
	if err != nil {
		t.Fatal(err)
	}
	reader, f, err := Open(t.Context(), File{Name: "a.zip", Format: FormatMaps, Encoding: e, Maps: tool, Body: bytes.NewReader(body)})
	if err != nil || f.Format != FormatMaps {
		t.Fatalf("%v, %s", err, f.Format)
	}
	for row, err := range reader.Rows() {
		if err != nil {
			return rows, "", err
		}
		text := fmt.Sprintf("%s%d %s", row.Sheet, row.Line, strings.Join(row.Values, "|"))
		for _, is := range row.Issues {
			text += fmt.Sprintf(" %s %s %s", is.Column, is.Code, is.Severity)
		}
		rows = append(rows, text)
	}
	for _, said := range reader.(*MapFile).recognised() {
		how += said.EN + "\n"
	}
	return rows, how, nil
}

func inGBK(t *testing.T, text string) string { return encoded(t, simplifiedchinese.GBK, text) }

func TestTrap3WhatTheTextsAreGoesBeforeWhatTheFileSays(t *testing.T) {
	t.Parallel()
	fields := []dbaseField{{"ObjID", 16}, {inGBK(t, "名称"), 20}}
	rows := [][]string{{" ", "4205020118000001", inGBK(t, "路灯")}, {"*", "4205020118000002", "\xff\xff"}, {" ", "4205020118000003", inGBK(t, "井盖")}}
	at := [][2]float64{{111.28, 30.7}, {111.29, 30.7}, {111.3, 30.7}}
	for _, label := range []struct {
		cpg    string
		driver byte
		says   string
	}{{"", 0, ""}, {"UTF-8", 0, " (UTF-8)"}, {"936", 0x57, " (936)"}, {"", 0x57, " (LDID 0x57)"}} {
		got, how, err := readMaps(t, shapefile(t, dbase(label.driver, fields, rows...), label.cpg, at...), "")
		if want := "1 4205020118000001|路灯\n2 4205020118000003|井盖"; err != nil || strings.Join(got, "\n") != want {
			t.Errorf("%+v: %v, %q", label, err, got)
		}
		if !strings.Contains(how, "lamps: texts read as GB18030"+label.says+"\n") {
			t.Errorf("%+v: %s", label, how)
		}
	}
	got, how, err := readMaps(t, shapefile(t, dbase(0x4d, []dbaseField{{"ObjID", 16}, {"名称", 20}}, []string{" ", "4205020118000001", "路灯"}), "GBK", at[0]), "")
	if err != nil || len(got) != 1 || got[0] != "1 4205020118000001|路灯" || strings.Contains(how, "GB18030") {
		t.Errorf("UTF-8 that says GBK: %v, %q, %s", err, got, how)
	}
	if _, _, err := readMaps(t, shapefile(t, dbase(0, fields, []string{" ", "4205020118000001", "\xff\xfe"}), "", at[0]), ""); !fileFault(err, CodeUnknownEncoding) {
		t.Errorf("neither: %v", err)
	}
}

func fileFault(err error, code string) bool {
	file, ok := err.(*FileError)
	return ok && file.Issue.Code == code
}

func TestTrap4HalfACharacterAtTheEndOfAFullFieldIsLeftOut(t *testing.T) {
	t.Parallel()
	fields := []dbaseField{{"ObjID", 16}, {"Note", 5}, {inGBK(t, "主管部门代") + "\xc2", 3}}
	got, _, err := readMaps(t, shapefile(t, dbase(0, fields, []string{" ", "4205020118000001", inGBK(t, "路灯坏"), "U03"}), "", [2]float64{111.28, 30.7}), "")
	if want := "1 4205020118000001|路灯|U03 Note cut_text warning"; err != nil || len(got) != 1 || got[0] != want {
		t.Errorf("%v, %q, not %q", err, got, want)
	}
	fields = []dbaseField{{"ObjID", 16}, {"Note", 8}}
	if got, _, err := readMaps(t, shapefile(t, dbase(0, fields, []string{" ", "4205020118000001", "路灯坏"}), "", [2]float64{111.28, 30.7}), ""); err != nil || len(got) != 1 || got[0] != "1 4205020118000001|路灯 Note cut_text warning" {
		t.Errorf("UTF-8: %v, %q", err, got)
	}
}

func TestFilesOfMapsNeedGDALAndSayHowToGetIt(t *testing.T) {
	t.Parallel()
	reader, _, err := Open(t.Context(), File{Name: "a.zip", Format: FormatMaps, Body: bytes.NewReader([]byte("PK\x03\x04"))})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range reader.Rows() {
		if !fileFault(err, CodeNoGDAL) || !strings.Contains(err.Error(), "apt-get install gdal-bin") {
			t.Errorf("%v", err)
		}
	}
}

func TestArchivesAreToldApart(t *testing.T) {
	t.Parallel()
	maps := shapefile(t, dbase(0, []dbaseField{{"ObjID", 16}}), "")
	for name, c := range map[string]struct {
		named Format
		head  []byte
		want  Format
	}{
		"a set under a workbook's name":  {FormatXLSX, maps, FormatMaps},
		"a workbook under an archive's":  {FormatMaps, []byte("PK\x03\x04.......[Content_Types].xml"), FormatXLSX},
		"a GeoPackage under a table's":   {FormatCSV, []byte("SQLite format 3\x00...."), FormatMaps},
		"a FlatGeobuf under a table's":   {FormatCSV, []byte("fgb\x03fgb\x00...."), FormatMaps},
		"an archive that does not tell":  {FormatXLSX, []byte("PK\x03\x04"), FormatXLSX},
		"a drawing, with commas in it":   {FormatMaps, []byte("0\nSECTION\n1\na,b,c\n"), FormatMaps},
		"GeoJSON under a drawing's name": {FormatMaps, []byte(`{"type":"FeatureCollection"}`), FormatGeoJSON},
	} {
		if got := formatIn(c.named, c.head); got != c.want {
			t.Errorf("%s: %s, not %s", name, got, c.want)
		}
	}
}

func TestTrap31AShapefileInADeclaredZoneIsReadInDegrees(t *testing.T) {
	t.Parallel()
	tool, err := gdal()
	if err != nil {
		t.Fatal(err)
	}
	table := dbase(0, []dbaseField{{"ObjID", 16}, {"ObjState", 10}, {"ORDate", 10}}, []string{" ", "4205020118000001", "完好", "2011-12-31"})
	body := shapefile(t, table, "UTF-8", [2]float64{527264.948, 3397881.866})
	reader, _, err := Open(t.Context(), File{Name: "a.zip", Format: FormatMaps, Maps: tool, Body: bytes.NewReader(body)})
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for row, err := range reader.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		rows++
		k := testChecker(t)
		if _, issues := k.check(&row); len(issues) != 1 || !strings.Contains(issues[0].Message.EN, "--crs EPSG:4546") {
			t.Errorf("undeclared: %v", issues)
		}
		k.reading.System = 4546
		if got, issues := k.check(&row); len(issues) != 0 || got.Grid != "420502001001001" {
			t.Errorf("declared: %+v, %v", got, issues)
		}
	}
	if rows != 1 {
		t.Errorf("%d rows", rows)
	}
}

// mapInfo is a zip archive of a table in MapInfo's exchange format.
func mapInfo(t *testing.T, charset, columns string, rows ...string) []byte {
	t.Helper()
	head := "Version 300\n" + charset + "Delimiter \",\"\nCoordSys Earth Projection 1, 104\nColumns " + columns + "Data\n\n"
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, text := range map[string]string{"lamps.mif": head + strings.Repeat("Point 111.28 30.7\n", len(rows)), "lamps.mid": strings.Join(rows, "\n") + "\n"} {
		member, err := w.Create(name)
		if err == nil {
			_, err = member.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTrap3TheCharacterSetOfMapInfoIsNotBelieved(t *testing.T) {
	t.Parallel()
	columns := "3\n  ObjID Char(16)\n  " + inGBK(t, "名称") + " Char(20)\n  Charset Char(9)\n"
	row := "\"4205020118000001\",\"" + inGBK(t, "路灯") + "\",\"" + encoded(t, simplifiedchinese.GB18030, "㐂𠮷") + "\""
	for charset, says := range map[string]string{
		"": "", "Charset \"WindowsSimpChinese\"\n": " (WindowsSimpChinese)", "Charset \"WindowsLatin1\"\n": " (WindowsLatin1)", "CHARSET \"Neutral\"\n": " (Neutral)", "Charset \"UTF-8\"\n": " (UTF-8)",
	} {
		got, how, err := readMaps(t, mapInfo(t, charset, columns, row), "")
		if err != nil || len(got) != 1 || got[0] != "1 4205020118000001|路灯|㐂𠮷" || !strings.Contains(how, "lamps: texts read as GB18030"+says+"\n") {
			t.Errorf("%q: %v, %q, %s", charset, err, got, how)
		}
	}
	got, how, err := readMaps(t, mapInfo(t, "Charset \"WindowsSimpChinese\"\n", "2\n  ObjID Char(16)\n  Note Char(20)\n", `"4205020118000001","路灯坏了"`), "")
	if err != nil || len(got) != 1 || got[0] != "1 4205020118000001|路灯坏了" || how != "" {
		t.Errorf("UTF-8 that says GBK: %v, %q, %s", err, got, how)
	}
}

// Programs that do not know an encoding write names of which half is left, and values as they are.
func TestTrap3NamesThatAreDamagedRefuseNoFile(t *testing.T) {
	t.Parallel()
	columns := "3\n  ObjID Char(16)\n  _\xdf_\xcc Char(20)\n  " + inGBK(t, "备注") + " Char(20)\n"
	row := "\"4205020118000001\",\"58\",\"" + inGBK(t, "路灯") + "\""
	got, how, err := readMaps(t, mapInfo(t, "", columns, row), "")
	if err != nil || len(got) != 1 || got[0] != "1 4205020118000001|58|路灯" || !strings.Contains(how, "lamps: the name of column 2 is damaged") || !strings.Contains(how, "read as #2") {
		t.Errorf("%v, %q, %s", err, got, how)
	}
	fields := []dbaseField{{"ObjID", 16}, {inGBK(t, "备注"), 20}}
	got, _, err = readMaps(t, shapefile(t, dbase(0, fields, []string{" ", "4205020118000001", "路灯坏了"}), "", [2]float64{111.28, 30.7}), "")
	if err != nil || len(got) != 1 || got[0] != "1 4205020118000001|路灯坏了" {
		t.Errorf("names in GBK, values in UTF-8: %v, %q", err, got)
	}
}
