package census

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	geom "github.com/twpayne/go-geom"
)

func TestTrap6NumbersInADBaseTableKeepTheirDigitsOrAreRefused(t *testing.T) {
	t.Parallel()
	for stands, want := range map[string]string{
		"4205020118000001":     "",
		"4205020118000001.000": "code_with_decimals fixed",
		"4.20502011800e+015":   "digits_lost error",
		"3.41181e+009":         "digits_lost error",
	} {
		decimals := []dbaseField{{"ObjID" + number, 20}, {"ObjState", 10}, {"ORDate", 10}}
		if !strings.Contains(stands, ".") {
			decimals[0].name = "ObjID"
		}
		body := shapefile(t, dbase(0, decimals, []string{" ", stands, "完好", "2011-12-31"}), "", [2]float64{111.285, 30.705})
		rows, err := readMap(t, "a.zip", string(body))
		if err != nil || len(rows) != 1 {
			t.Fatalf("%s: %v, %d rows", stands, err, len(rows))
		}
		got, issues := testChecker(t).check(&rows[0])
		if found := said(issues); found != want || !strings.HasSuffix(want, "error") && got.Code.String() != "4205020118000001" {
			t.Errorf("%s as %q: %v, %q", stands, rows[0].Values[0], got.Code, found)
		}
	}
}

// drawnBy is the text of a file that GDAL makes of a table with shapes in the column wkt.
func drawnBy(t *testing.T, driver, name, table string, args ...string) string {
	t.Helper()
	folder := t.TempDir()
	from, to := filepath.Join(folder, "table.csv"), filepath.Join(folder, name)
	if err := os.WriteFile(from, []byte(table), 0o600); err != nil {
		t.Fatal(err)
	}
	args = append([]string{"-f", driver, to, from, "-oo", "GEOM_POSSIBLE_NAMES=wkt", "-oo", "KEEP_GEOM_COLUMNS=NO", "-a_srs", "EPSG:4490"}, args...)
	if out, err := exec.Command("ogr2ogr", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// shapesOf are the rows of a GeoPackage of components with these shapes.
func shapesOf(t *testing.T, shapes []string, args ...string) []Row {
	t.Helper()
	table := "ObjID,ObjState,ORDate,wkt\n"
	for i, wkt := range shapes {
		table += fmt.Sprintf("%016d,完好,2011-12-31,%q\n", 4205020118000001+i, wkt)
	}
	rows, err := readMap(t, "a.gpkg", drawnBy(t, "GPKG", "a.gpkg", table, append([]string{"-nlt", "GEOMETRY"}, args...)...))
	if err != nil || len(rows) != len(shapes) {
		t.Fatalf("%v, %d rows of %d", err, len(rows), len(shapes))
	}
	return rows
}

// said are issues in short, without warnings.
func said(issues []Issue) string {
	var list []string
	for _, is := range issues {
		if is.Severity != Warning {
			list = append(list, is.Code+" "+string(is.Severity))
		}
	}
	return strings.Join(list, "; ")
}

func TestTrap40MeasuresAreLeftOutAndTold(t *testing.T) {
	t.Parallel()
	for dim, cases := range map[string][][2]string{
		"XYM": {
			{"POINT M (111.285 30.705 7)", "Point [111.285 30.705]"},
			{"LINESTRING M (111.285 30.705 0, 111.286 30.706 1)", "LineString [111.285 30.705 111.286 30.706]"},
			{"POLYGON M ((111.285 30.705 0,111.286 30.705 1,111.286 30.706 2,111.285 30.705 0),(111.2857 30.7051 0,111.2858 30.7051 0,111.2858 30.7052 0,111.2857 30.7051 0))",
				"Polygon [111.285 30.705 111.286 30.705 111.286 30.706 111.285 30.705 111.2857 30.7051 111.2858 30.7052 111.2858 30.7051 111.2857 30.7051]"},
		},
		"XYZM": {
			{"POINT ZM (111.285 30.705 58.5 7)", "Point [111.285 30.705 58.5]"},
			{"MULTIPOINT ZM ((111.285 30.705 58.5 7))", "Point [111.285 30.705 58.5]"},
			{"LINESTRING ZM (111.285 30.705 5 0,111.286 30.706 6 1)", "LineString [111.285 30.705 5 111.286 30.706 6]"},
			{"MULTILINESTRING ZM ((111.285 30.705 5 0,111.286 30.706 6 1),(111.287 30.705 5 0,111.288 30.706 6 1))",
				"MultiLineString [111.285 30.705 5 111.286 30.706 6 111.287 30.705 5 111.288 30.706 6]"},
		},
	} {
		var shapes []string
		for _, c := range cases {
			shapes = append(shapes, c[0])
		}
		for i, row := range shapesOf(t, shapes, "-dim", dim) {
			in := inspection{checker: testChecker(t), row: &row, issues: slices.Clone(row.Issues)}
			in.columns = in.mapped(row.Columns, row.layer)
			g := in.geometry()
			if g == nil || fmt.Sprint(typeName(g), " ", g.FlatCoords()) != cases[i][1] || !strings.HasPrefix(said(in.issues), "measures fixed") {
				t.Errorf("%s: %v, %s, not %s", cases[i][0], g, said(in.issues), cases[i][1])
			}
		}
	}
	if row := shapesOf(t, []string{"POINT Z (111.285 30.705 58)"}, "-dim", "XYZ")[0]; len(row.Issues) != 0 || row.Geometry.Layout() != geom.XYZ {
		t.Errorf("%+v", row)
	}
}

func TestTraps38And41ShapesOfMapFilesAreHeldToWhatHoldsElsewhere(t *testing.T) {
	t.Parallel()
	cases := [][2]string{
		{"POLYGON ((111.285 30.705,111.285 30.706,111.286 30.706,111.286 30.705,111.285 30.705))", ""},                // clockwise
		{"POLYGON ((111.285 30.705,111.286 30.705,111.286 30.705,111.286 30.706,111.285 30.706,111.285 30.705))", ""}, // a position twice
		{"POLYGON ((111.285 30.705,111.286 30.705,111.285 30.705))", "bad_geometry error"},
		{"POLYGON EMPTY", "no_position error"},
		{"POINT EMPTY", "no_position error"},
		{"MULTIPOINT EMPTY", "no_position error"},
		{"", "no_position error"},
		{"POINT (0 0)", "no_position error"},
		{"GEOMETRYCOLLECTION (POINT (111.285 30.705))", "bad_geometry error"},
	}
	var shapes []string
	for _, c := range cases {
		shapes = append(shapes, c[0])
	}
	for i, row := range shapesOf(t, shapes) {
		_, issues := testChecker(t).check(&row)
		if said(issues) != cases[i][1] {
			t.Errorf("%s: %s, not %s", cases[i][0], said(issues), cases[i][1])
		}
	}
}

func TestKMLSaysItsDataInChineseAndInTables(t *testing.T) {
	t.Parallel()
	placemark := func(inside string) string {
		return `<Placemark><name>路灯</name>` + inside + `<styleUrl>#s</styleUrl><Point><coordinates>111.285,30.705,0</coordinates></Point></Placemark>`
	}
	table := `<description><![CDATA[<html><head><style>td {color: red}</style></head><body><table><tr><th colspan="2">路灯</th></tr>
		<tr><td><table><!-- <tr><td>a</td><td>b</td></tr> --><tr bgcolor="#D4E4F3"><TD>标识码：</TD><TD>4205020118000001</TD></tr><tr><td> 状态</td><td>完好&nbsp;</td>
		<tr><td>备注</td><td>a &lt; b<br/>two  <b>words</b> here</td></tr><tr><td>备注</td><td>again</td></tr></table></td></tr></table></body></html>]]></description>`
	data := `<ExtendedData><Data name="标识码"><value>4205020118000002</value></Data><Data name="所在网"><value>x</value></Data></ExtendedData>`
	schema := `<ExtendedData><SchemaData schemaUrl="#s"><SimpleData name="部件状态">完好</SimpleData></SchemaData></ExtendedData>`
	for name, c := range map[string]struct{ inside, want string }{
		"a table":        {table, "Name=路灯 标识码=4205020118000001 状态=完好 备注=a < b\ntwo words here"},
		"data":           {data, "Name=路灯 标识码=4205020118000002 所在网=x"},
		"data of a kind": {schema, "Name=路灯 部件状态=完好"},
		"both":           {data + table, "Name=路灯 标识码=4205020118000002 所在网=x 状态=完好 备注=a < b\ntwo words here"},
		"words":          {data + "<description>one &lt;b&gt;two&lt;/b&gt;</description>", "Name=路灯 description=one <b>two</b> 标识码=4205020118000002 所在网=x"},
	} {
		body := `<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Schema name="s" id="s"><SimpleField name="部件状态" type="string"/></Schema><Style id="s"><IconStyle><scale>2</scale></IconStyle></Style><Folder><name>路灯</name>` +
			placemark(c.inside) + `</Folder></Document></kml>`
		rows, err := readMap(t, "a.kml", body, "路灯")
		if err != nil || len(rows) != 1 {
			t.Errorf("%s: %v, %d rows", name, err, len(rows))
			continue
		}
		var got []string
		for i, column := range rows[0].Columns {
			if v := rows[0].Values[i]; v != "" {
				got = append(got, column+"="+v)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, not %q", name, got, c.want)
		}
	}
}

// FuzzDescribed: of whatever text no row has cells that the text does not have room for.
func FuzzDescribed(f *testing.F) {
	f.Add("<table><tr><td>a</td><td>b&amp;</td></tr></table>")
	f.Add("<tr><td>a<tr><td><!-- <td>")
	f.Add("< <<><script></")
	f.Fuzz(func(t *testing.T, text string) {
		cells, size := 0, 0
		for row := range tableRows(text) {
			for _, cell := range row {
				cells, size = cells+1, size+len(cell)
			}
		}
		if cells*len("<td>") > len(text) || size > 3*len(text) {
			t.Errorf("%d cells, %d bytes of %q", cells, size, text)
		}
	})
}

func TestTrap6NumbersAreAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for stands, want := range map[string]string{
		"": "", "  42": "42", "58.300": "58.300", "***": "", "5.83000000000e+001": "58.3", "-5.83E+00": "-5.83", "0.00000000000e+000": "0", "-0.0e0": "0", "1.5e-003": "0.0015",
		"4.205020118000001e+015": "4205020118000001", "4.2050201180e+015": "4.2050201180e+015", "3.41181e+009": "3.41181e+009", "1e5": "1e5", "e": "e", "1e": "1e", "a.be+1": "a.be+1",
		".5e1": ".5e1", "1e-999999999": "1e-999999999", "12.e0": "12",
	} {
		if got := writtenNumber(stands); got != want {
			t.Errorf("%q is %q, not %q", stands, got, want)
		}
	}
}
