package census

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"citygrid/registry/catalog"
)

// placemarks is KML with a record in each layer, each with as many columns as it is said.
func placemarks(layers, columns int) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>`)
	for i := range layers {
		fmt.Fprintf(&b, "<Folder><name>layer %d</name><Placemark><name>p</name><ExtendedData><Data name=\"ObjID\"><value>1</value></Data>", i)
		for c := range columns {
			fmt.Fprintf(&b, `<Data name="c%d"><value>v</value></Data>`, c)
		}
		b.WriteString("</ExtendedData><Point><coordinates>111.2,30.7</coordinates></Point></Placemark></Folder>")
	}
	return b.String() + "</Document></kml>"
}

// readMap are the rows of a file by its name; it leaves no folder behind.
func readMap(t *testing.T, name, body string, sheets ...string) (rows []Row, err error) {
	t.Helper()
	tool, err := gdal()
	if err != nil {
		t.Fatal(err)
	}
	reader, _, err := Open(t.Context(), File{Name: name, Format: FormatMaps, Sheets: sheets, Maps: tool, Body: bytes.NewReader([]byte(body))})
	if err != nil {
		t.Fatal(err)
	}
	for row, err := range reader.Rows() {
		if err != nil {
			return rows, err
		}
		row.Values = slices.Clone(row.Values)
		rows = append(rows, row)
	}
	return rows, nil
}

func TestALayerHasNoMoreColumnsThanATable(t *testing.T) {
	t.Parallel()
	if rows, err := readMap(t, "wide.kml", placemarks(1, MaxColumns+1)); !fileFault(err, CodeTooManyColumns) {
		t.Errorf("%v, %d rows", err, len(rows))
	}
}

func TestLayersAreCounted(t *testing.T) {
	t.Parallel()
	if rows, err := readMap(t, "layers.kml", placemarks(maxLayers+1, 1)); !fileFault(err, CodeTooManyLayers) || len(rows) != maxLayers {
		t.Errorf("%v, %d rows", err, len(rows))
	}
}

// A row whose shape is none that is known is an error, and those after it are read.
func TestShapesOfOtherKindsAreErrorsOfTheirRows(t *testing.T) {
	t.Parallel()
	body := "ObjID,citygrid\n"
	for i, wkt := range []string{
		"POINT (111.2 30.7)", "POINT M (111.2 30.7 5)", "POINT ZM (111.2 30.7 4 5)", "GEOMETRYCOLLECTION (POINT (111.2 30.7))", "GEOMETRYCOLLECTION EMPTY",
		"CIRCULARSTRING (111.2 30.7, 111.3 30.8, 111.4 30.7)", "CURVEPOLYGON ((111.2 30.7, 111.3 30.8, 111.4 30.7, 111.2 30.7))",
		"COMPOUNDCURVE ((111.2 30.7, 111.3 30.8))", "MULTICURVE ((111.2 30.7, 111.3 30.8))", "MULTISURFACE (((111.2 30.7, 111.3 30.8, 111.4 30.7, 111.2 30.7)))",
		"TIN (((111.2 30.7, 111.3 30.8, 111.4 30.7, 111.2 30.7)))", "POLYHEDRALSURFACE Z (((0 0 0, 0 1 0, 1 1 0, 0 0 0)))",
		"TRIANGLE ((111.2 30.7, 111.3 30.8, 111.4 30.7, 111.2 30.7))", "POINT EMPTY", "POLYGON EMPTY", "", "POINT (111.2 30.7)",
	} {
		body += fmt.Sprintf("%d,\"%s\"\n", i, wkt)
	}
	rows, err := readMap(t, "shapes.gpkg", packageOf(t, body))
	if err != nil || len(rows) != 17 {
		t.Fatalf("%v, %d rows", err, len(rows))
	}
	for i, row := range rows {
		switch whole := i == 0 || i == 16; {
		case whole && (row.Geometry == nil || len(row.Faults) > 0):
			t.Errorf("%d: %+v", i, row)
		case !whole && i != 15:
			if _, issues := testChecker(t).check(&row); !hasError(issues) || issues[0].Message.ZH == "" {
				t.Errorf("%d is taken: %v", i, issues)
			}
		}
	}
}

func TestNamesOfColumnsAreWhole(t *testing.T) {
	t.Parallel()
	body := placemarks(1, 0)
	body = strings.Replace(body, "<ExtendedData>", `<ExtendedData><Data name="主管部门&#10;代码"><value>1</value></Data><Data name="Note"><value>2</value></Data><Data name="note"><value>3</value></Data>`, 1)
	rows, err := readMap(t, "names.kml", body)
	if err != nil || len(rows) != 1 {
		t.Fatalf("%v, %d rows", err, len(rows))
	}
	for i, name := range rows[0].Columns {
		for _, other := range rows[0].Columns[:i] {
			if lower(other) == lower(name) || strings.ContainsAny(name, "\n\r") {
				t.Errorf("%q", rows[0].Columns)
			}
		}
	}
}

func TestWhatIsTriedKeepsNoRow(t *testing.T) {
	var p pairs
	before := heap()
	for i := range 200 {
		row := fmt.Sprintf("4205020118%06d", i+1) + strings.Repeat(" ", 1<<20)
		code, err := catalog.ParseComponentCode(catalog.Edition2007, row[:16])
		if err != nil {
			t.Fatal(err)
		}
		p.add(111, 30, code, true)
	}
	if grown := int64(heap()) - int64(before); grown > 50<<20 {
		t.Errorf("%d MiB are kept for 200 rows", grown>>20)
	}
	runtime.KeepAlive(p.kept)
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// What is unpacked is removed when the rows end, and when nobody wants more of them, and when their context ends.
func TestNoFolderIsLeft(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	if err := os.Chmod(os.Getenv("TMPDIR"), 0o755); err != nil {
		t.Fatal(err)
	}
	tool, err := gdal()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	for _, stop := range []func(){func() {}, cancel} {
		reader, _, err := Open(ctx, File{Name: "a.kml", Format: FormatMaps, Maps: tool, Body: bytes.NewReader([]byte(placemarks(150, 3)))})
		if err != nil {
			t.Fatal(err)
		}
		for range reader.Rows() {
			if stop(); ctx.Err() == nil {
				break
			}
		}
	}
	if left, err := filepath.Glob(os.Getenv("TMPDIR") + "/*"); err != nil || len(left) > 0 {
		t.Errorf("%v, %q", err, left)
	}
}

// packageOf is a GeoPackage of a table with shapes in the column citygrid.
func packageOf(t *testing.T, table string) string {
	t.Helper()
	folder := t.TempDir()
	from, to := filepath.Join(folder, "a.csv"), filepath.Join(folder, "a.gpkg")
	if err := os.WriteFile(from, []byte(table), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("ogr2ogr", "-f", "GPKG", to, from, "-oo", "GEOM_POSSIBLE_NAMES=citygrid", "-nlt", "GEOMETRY").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	b, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestADrawingHasTheColumnsThatItsEntitiesHave(t *testing.T) {
	t.Parallel()
	body := "0\nSECTION\n2\nENTITIES\n" +
		"0\nPOINT\n8\nLAMP\n10\n111.2846\n20\n30.7012\n30\n0\n" +
		"0\nPOINT\n8\nLAMP\\U+706F\n10\n111.2846\n20\n30.7012\n30\n0\n1001\nSOUTH\n1000\n155110\n1000\nNote=\\U+8DEF\\U+x\n" +
		"0\nTEXT\n8\nLAMP\n10\n111.2846\n20\n30.7012\n40\n1.0\n1\nlettering\n" +
		"0\nENDSEC\n0\nEOF\n"
	rows, err := readMap(t, "drawing.dxf", body)
	if err != nil || len(rows) != 2 || rows[0].Columns != nil && len(rows[0].Columns) > 0 ||
		!slices.Equal(rows[1].Columns, []string{"SOUTH", "Note"}) || !slices.Equal(rows[1].Values, []string{"155110", "路\\U+x"}) ||
		rows[0].drawn.of.key != "layer.LAMP" || rows[1].drawn.of.key != "layer.LAMP灯" {
		t.Errorf("%v, %+v", err, rows)
	}
	tool, err := gdal()
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]string{"Layer": "ObjName", "text": "Note"}
	reader, _, err := Open(t.Context(), File{Name: "a.dxf", Format: FormatMaps, Columns: named, Maps: tool, Body: strings.NewReader(body)})
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for row, err := range reader.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		said = append(said, strings.Join(row.Values[:2], "|"))
	}
	if !slices.Equal(said, []string{"LAMP|", "LAMP灯|", "LAMP|lettering"}) {
		t.Errorf("%q", said)
	}
	if reader, _, err = Open(t.Context(), File{Name: "a.dxf", Format: FormatMaps, Answers: map[string]string{"layer.LAMP": AnswerSkip}, Maps: tool, Body: strings.NewReader(body)}); err != nil {
		t.Fatal(err)
	}
	for row, err := range reader.Rows() {
		if err != nil || row.Line != 2 {
			t.Errorf("a report has what is no component: row %d, %v", row.Line, err)
		}
	}
}

func TestOnlyFilesOfMapsNeedGDAL(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"ObjID,Lon,Lat\n1,2,3\n": false, `{"type":"FeatureCollection"}`: false, "SQLite format 3\x00": true, "fgb\x03fgb\x00": true} {
		body := strings.NewReader(text)
		if got, err := (File{Format: FormatCSV, Body: body}).OfMaps(); err != nil || got != want || body.Len() != len(text) {
			t.Errorf("%q: %v, %v, %d bytes left", text, got, err, body.Len())
		}
	}
}
