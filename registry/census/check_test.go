package census

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/paulmach/orb"
	geom "github.com/twpayne/go-geom"

	"citygrid/data"
	"citygrid/geo"
	"citygrid/geo/areaindex"
	"citygrid/registry"
	"citygrid/registry/catalog"
)

// fourCells are squares of 0.01 degrees from 111.28, 30.70, two by two, numbered 001 to 004 west to east and then north; the last
// belongs to another district.
func fourCells(t testing.TB) *areaindex.Index {
	t.Helper()
	var items []areaindex.Item
	for i, code := range []string{"420502001001001", "420502001001002", "420502001001003", "420503001001004"} {
		x, y := 111.28+0.01*float64(i%2), 30.70+0.01*float64(i/2)
		area, err := geo.NewArea(orb.MultiPolygon{{{{x, y}, {x + 0.01, y}, {x + 0.01, y + 0.01}, {x, y + 0.01}, {x, y}}}})
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, areaindex.Item{Code: code, Area: area})
	}
	index, err := areaindex.Build(items)
	if err != nil {
		t.Fatal(err)
	}
	return index
}

func testChecker(t testing.TB) *checker {
	t.Helper()
	lists, err := data.Catalog()
	if err != nil {
		t.Fatal(err)
	}
	return newChecker(Config{
		Catalogue: lists, Edition: catalog.Edition2007, Subclasses: []catalog.SubclassCode{"0101", "0118", "0211"},
		Units:  []registry.Unit{{Code: "U03", Name: "市政处"}, {Code: "U04", Name: "路灯处"}},
		Extent: [4]float64{111.27, 30.69, 111.31, 30.73}, Cells: fourCells(t),
		Clock: func() time.Time { return time.Date(2012, 1, 1, 8, 0, 0, 0, time.UTC) },
	}, nil)
}

// lamp is a row without any fault, changed by pairs of column and value.
func lamp(changed ...string) *Row {
	cells := map[string]string{
		"ObjID": "4205020118000001", "ObjName": "路灯", "DeptCode1": "U04", "DeptName1": "路灯处", "BGID": "420502001001001",
		"ObjState": "完好", "ORDate": "2011-12-31", "Lon": "111.285", "Lat": "30.705",
	}
	for i := 0; i < len(changed); i += 2 {
		cells[changed[i]] = changed[i+1]
	}
	row := &Row{Line: 7}
	for _, column := range slices.Sorted(maps.Keys(cells)) {
		row.Columns, row.Values = append(row.Columns, column), append(row.Values, cells[column])
	}
	return row
}

// brief is an issue as "column code severity", and that it speaks both languages.
func brief(t *testing.T, issues []Issue) []string {
	t.Helper()
	var out []string
	for _, is := range issues {
		if is.Row != 7 || is.Message.ZH == "" || is.Message.EN == "" || is.Message.ZH == is.Message.EN {
			t.Errorf("incomplete issue %+v", is)
		}
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s", is.Column, is.Code, is.Severity)))
	}
	return out
}

func TestRowWithoutFaultIsTakenAsItStands(t *testing.T) {
	t.Parallel()
	got, issues := testChecker(t).check(lamp("Height", "58.5", "Note", " =1+1", "Material", "钢", "CHDate", "20120101", "Empty", ""))
	code, err := catalog.ParseComponentCode(catalog.Edition2007, "4205020118000001")
	if err != nil {
		t.Fatal(err)
	}
	want := StagedRow{Line: 7, Component: registry.Component{
		Code: code, Name: "路灯", Supervisor: registry.Dept{Code: "U04", Name: "路灯处"},
		Grid: "420502001001001", GridsAlso: []string{}, StatedGrid: "420502001001001", State: registry.Intact,
		FirstSurveyed: time.Date(2011, 12, 31, 0, 0, 0, 0, time.UTC), ChangedOn: time.Date(2012, 1, 1, 0, 0, 0, 0, time.UTC),
		Note: " =1+1", Extra: []byte(`{"Material":"钢"}`),
		Geometry: geo.AppendEWKB(nil, geom.NewPointFlat(geom.XYZ, []float64{111.285, 30.705, 58.5})),
	},
		Kept:  KeptDept2Code | KeptDept2Name | KeptDept3Code | KeptDept3Name | KeptDataSource | KeptExtra,
		Blank: []string{"Empty"},
	}
	if !reflect.DeepEqual(got, want) || issues != nil {
		t.Errorf("got  %+v\nwant %+v\nissues %v", got, want, issues)
	}
}

func TestColumnNamesAreFoundInAnyASCIICase(t *testing.T) {
	t.Parallel()
	row := lamp()
	for i, column := range row.Columns {
		row.Columns[i] = strings.ToUpper(column)
	}
	if _, issues := testChecker(t).check(row); issues != nil {
		t.Errorf("upper case: %v", issues)
	}
	if a, _ := attributeOf("DeptCode\u0661"); a != extension {
		t.Errorf("an Arabic digit is taken for column %s", a.columnName())
	}
	if a, _ := attributeOf("BG\u0130D"); a != extension {
		t.Errorf("a dotted I is taken for column %s", a.columnName())
	}
}

func TestEachFaultOfARowIsNamed(t *testing.T) {
	t.Parallel()
	k := testChecker(t)
	for _, c := range []struct {
		name    string
		changed []string
		want    []string
	}{
		{"no code", []string{"ObjID", ""}, []string{"ObjID missing_value error"}},
		{"trap 9: full-width digits", []string{"ObjID", "４２０５０２0118000001"}, []string{"ObjID full_width fixed"}},
		{"trap 11: letter O", []string{"ObjID", "42O5020118000001"}, []string{"ObjID lookalike error"}},
		{"trap 12: code as number", []string{"ObjID", "4.20502E+15"}, []string{"ObjID digits_lost error"}},
		{"trap 13: short code", []string{"ObjID", "420502118000001"}, []string{"ObjID bad_code error"}},
		{"trap 25: subclass not in the city", []string{"ObjID", "4205020102000001"}, []string{"ObjID unknown_subclass error"}},
		{"trap 25: subclass of no edition", []string{"ObjID", "4205029901000001"}, []string{"ObjID unknown_subclass error"}},
		{"trap 25: name of another edition", []string{"ObjName", "化粪池井盖"}, []string{"ObjName name_differs warning"}},
		{"trap 25: name of another sub-class", []string{"ObjName", "上水井盖"}, []string{"ObjName name_differs error"}},
		{"trap 16: as above", []string{"DeptName1", "同上", "Extra", "〃"}, []string{"DeptName1 ditto error", "Extra ditto error"}},
		{"trap 19: error values in text", []string{"Note", "#N/A", "Height", "#REF!"}, []string{"Height cell_error error", "Note cell_error error"}},
		{"height that is none", []string{"Height", "1e308"}, []string{"Height bad_number error"}},
		{"trap 26: a GUID for the code", []string{"ObjID", "6F9619FF-8B86-D011-B42D-00CF4FC964FF"}, []string{"ObjID guid error"}},
		{"no name", []string{"ObjName", ""}, nil},
		{"trap 45: unknown unit", []string{"DeptCode2", "市政处"}, []string{"DeptCode2 unknown_unit error"}},
		{"unit under another name", []string{"DeptName1", "照明处"}, []string{"DeptName1 unit_name_differs warning"}},
		{"unit without name", []string{"DeptName1", ""}, nil},
		{"no state", []string{"ObjState", " "}, []string{"ObjState missing_value error"}},
		{"trap 46: state from another column", []string{"ObjState", "2011-12-31"}, []string{"ObjState unknown_state error"}},
		{"no first survey", []string{"ORDate", ""}, []string{"ORDate missing_value error"}},
		{"trap 14: date serial", []string{"ORDate", "40908"}, []string{"ORDate date_serial fixed"}},
		{"trap 14: two-digit year", []string{"CHDate", "11-12-31"}, []string{"CHDate two_digit_year error"}},
		{"day that is not", []string{"ORDate", "2011-02-30"}, []string{"ORDate bad_date error"}},
		{"trap 47: tomorrow", []string{"CHDate", "2012-01-02"}, []string{"CHDate future_date error"}},
		{"trap 47: change before survey", []string{"CHDate", "2011-12-30"}, []string{"CHDate dates_reversed warning"}},
		{"trap 30: axes swapped", []string{"Lon", "30.705", "Lat", "111.285"}, []string{"swapped_axes error"}},
		{"trap 42: outside the city", []string{"Lon", "111.5"}, []string{"outside_extent error"}},
		{"not on Earth", []string{"Lon", "1e9"}, []string{"outside_extent error"}},
		{"in the city and no cell", []string{"Lon", "111.305"}, []string{"outside_all_cells error"}},
		{"trap 38: zero", []string{"Lon", "0", "Lat", "0.0"}, []string{"no_position error"}},
		{"trap 38: NaN", []string{"Lon", "NaN"}, []string{"no_position error"}},
		{"trap 38: empty", []string{"Lat", ""}, []string{"no_position error"}},
		{"trap 36: degrees and minutes", []string{"Lon", "111°17′06″"}, []string{"Lon degrees_minutes_seconds fixed"}},
		{"hexadecimal", []string{"Lon", "0x1p6", "Lat", "Inf"}, []string{"Lon bad_number error", "Lat bad_number error"}},
		{"height in words", []string{"Height", "约58米"}, []string{"Height bad_number error"}},
		{"height beyond numbers", []string{"Height", "1e999"}, []string{"Height bad_number error"}},
		{"trap 42: another grid stated", []string{"BGID", "420502001001002"}, []string{"BGID grid_differs warning"}},
		{"no grid stated", []string{"BGID", ""}, nil},
		{"trap 25: another division, which is judged when all rows are staged", []string{"ObjID", "4205030118000001"}, nil},
		{"trap 25: another division, of a row that is refused", []string{"ObjID", "4205030118000001", "Lon", "111.285", "ORDate", "x"},
			[]string{"ORDate bad_date error", "ObjID division_differs warning"}},
		{"trap 39: usually a line", []string{"ObjID", "4205020211000001", "ObjName", ""}, []string{"geometry_kind warning"}},
		{"trap 1: damage from before", []string{"Note", "锟斤拷"}, []string{"Note damaged_text error"}},
		{"NUL", []string{"Extra", "a\x00b"}, []string{"Extra damaged_text error"}},
		{"a cell too long", []string{"Note", strings.Repeat("长", MaxCellBytes/3+1)}, []string{"Note cell_too_long error"}},
		{"all of them", []string{"ObjID", "1", "DeptCode1", "U99", "ObjState", "新", "ORDate", "x", "Lon", ""},
			[]string{"ObjID bad_code error", "DeptCode1 unknown_unit error", "ObjState unknown_state error", "ORDate bad_date error", "no_position error"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, issues := k.check(lamp(c.changed...))
			if got := brief(t, issues); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestMessagesNameTheCure(t *testing.T) {
	t.Parallel()
	k := testChecker(t)
	for _, c := range []struct {
		changed []string
		zh, en  string
	}{
		{[]string{"Lon", "30.705", "Lat", "111.285"}, "先经度、后纬度", "write longitude first"},
		{[]string{"ObjName", "化粪池井盖"}, "它在 GB/T 30428.2-2013 中的名称", "its name in GB/T 30428.2-2013"},
		{[]string{"ObjID", "42O5020118000001"}, "4205020118000001", "4205020118000001"},
		{[]string{"ObjState", "好"}, "完好、破损、丢失、废弃、移除", "完好、破损、丢失、废弃、移除"},
		{[]string{"BGID", "1"}, "420502001001001", "420502001001001"},
		{[]string{"ObjID", "4205020102000001"}, "先把它加入目录", "add it to the catalogue"},
	} {
		_, issues := k.check(lamp(c.changed...))
		if len(issues) != 1 || !strings.Contains(issues[0].Message.ZH, c.zh) || !strings.Contains(issues[0].Message.EN, c.en) {
			t.Errorf("%q: got %+v", c.changed, issues)
		}
	}
}

func TestPointOnSharedEdgeGoesToLowerCode(t *testing.T) {
	t.Parallel()
	got, issues := testChecker(t).check(lamp("Lon", "111.29", "Lat", "30.71"))
	if got.Grid != "420502001001001" || len(got.GridsAlso) != 0 || issues != nil {
		t.Errorf("got %s, also %v, %v", got.Grid, got.GridsAlso, issues)
	}
}

func TestGeometryOfARowGoesBeforeItsColumns(t *testing.T) {
	t.Parallel()
	row := lamp("Height", "58")
	row.Geometry = geom.NewPointFlat(geom.XYZ, []float64{111.295, 30.705, 60})
	got, issues := testChecker(t).check(row)
	want := `{"Height":"58","Lat":"30.705","Lon":"111.285"}`
	if got.Grid != "420502001001002" || string(got.Extra) != want || len(issues) != 1 || issues[0].Code != CodeGridDiffers {
		t.Errorf("got %s, %s, %v", got.Grid, got.Extra, issues)
	}
}

func TestTheHeightOfAPointWithoutOneIsThatOfItsColumn(t *testing.T) {
	t.Parallel()
	at := []float64{111.285, 30.705}
	for _, c := range []struct {
		height string
		shape  geom.T
		want   geom.T
		extra  string
		issues []string
	}{
		{"58.5", geom.NewPointFlat(geom.XY, at), geom.NewPointFlat(geom.XYZ, []float64{111.285, 30.705, 58.5}), "", nil},
		{"58.5", geom.NewMultiPointFlat(geom.XY, at), geom.NewPointFlat(geom.XYZ, []float64{111.285, 30.705, 58.5}), "", []string{"geometry single_part fixed"}},
		{"", geom.NewPointFlat(geom.XY, at), geom.NewPointFlat(geom.XY, at), "", nil},
		{"无", geom.NewPointFlat(geom.XY, at), geom.NewPointFlat(geom.XY, at), "", []string{"高程 sentinel fixed"}},
		{"about 58", geom.NewPointFlat(geom.XY, at), geom.NewPointFlat(geom.XY, at), "", []string{"高程 bad_number error"}},
		{"58500", geom.NewPointFlat(geom.XY, at), geom.NewPointFlat(geom.XY, at), "", []string{"高程 bad_number error"}},
		{"58.5", geom.NewLineStringFlat(geom.XY, []float64{111.285, 30.705, 111.286, 30.705}), geom.NewLineStringFlat(geom.XY, []float64{111.285, 30.705, 111.286, 30.705}),
			`{"高程":"58.5"}`, []string{"geometry_kind warning"}},
	} {
		row := lamp("高程", c.height, "Lon", "", "Lat", "")
		row.Geometry = c.shape
		got, issues := testChecker(t).check(row)
		if string(got.Geometry) != string(geo.AppendEWKB(nil, c.want)) || string(got.Extra) != c.extra || !slices.Equal(brief(t, issues), c.issues) {
			t.Errorf("%q on %T: %x, %s, %q", c.height, c.shape, got.Geometry, got.Extra, brief(t, issues))
		}
	}
}

func TestTraps12And19ACellThatTheReaderRefusedIsToldOnce(t *testing.T) {
	t.Parallel()
	row := lamp("ObjID", "", "ObjState", "崭新")
	row.Issues = []Issue{{Row: 7, Column: "ObjID", Code: CodeCellError, Severity: Error, Message: catalog.Text{ZH: "错误值", EN: "an error"}}}
	_, issues := testChecker(t).check(row)
	if got, want := brief(t, issues), []string{"ObjID cell_error error", "ObjState unknown_state error"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFaultsOfTheReaderAreTheOnlyIssues(t *testing.T) {
	t.Parallel()
	row := &Row{Line: 7, Columns: []string{"ObjID"}, Faults: []Issue{{Row: 7, Code: CodeRaggedRow, Severity: Error}}}
	if _, issues := testChecker(t).check(row); !reflect.DeepEqual(issues, row.Faults) {
		t.Errorf("got %v", issues)
	}
}

func TestHeaderNamesEveryMissingColumn(t *testing.T) {
	t.Parallel()
	if issues := checkHeader(newMapping([]string{"objid", "OBJSTATE", "ORDate", "Lon", "Lat"}, nil)); issues != nil {
		t.Errorf("complete: %v", issues)
	}
	var got []string
	for _, is := range checkHeader(newMapping([]string{"ObjID", "标识码", "Lat"}, nil)) {
		got = append(got, is.Column+" "+is.Code)
	}
	want := []string{"ObjState missing_column", "ORDate missing_column", "Lon missing_column"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestValuesInIssuesAreCutBetweenCharacters(t *testing.T) {
	t.Parallel()
	_, issues := testChecker(t).check(lamp("ObjState", "x"+strings.Repeat("长", 1000)))
	want := "x" + strings.Repeat("长", 66) + "…"
	if len(issues) != 1 || issues[0].Value != want {
		t.Errorf("got %+v", issues)
	}
}

func FuzzCheck(f *testing.F) {
	const header = "ObjID,ObjName,DeptCode1,DeptName1,BGID,ObjState,ORDate,CHDate,Note,Lon,Lat,Height,Material\n"
	for _, seed := range []string{
		"4205020118000001,路灯,U04,路灯处,420502001001001,完好,2011-12-31,20120101,=1+1,111.285,30.705,58.5,钢",
		"4205020118000001,路灯,,,,完好,20111231,,,111.29,30.71,,", "４２,,U99,,,新,2011-13-01,x,\x00,30.705,111.285,NaN,\ufffd", "1,2", "\"", strings.Repeat("\x00", longestValue),
	} {
		f.Add(seed)
	}
	k := testChecker(f)
	f.Fuzz(func(t *testing.T, line string) {
		r, err := NewCSV(strings.NewReader(header + line))
		if err != nil {
			return
		}
		for row, err := range r.Rows() {
			if err != nil {
				return
			}
			got, issues := k.check(&row)
			for _, is := range issues {
				if len(is.Value) > longestValue+len("…") || strings.ContainsRune(is.Value, 0) || is.Message.ZH == "" {
					t.Fatalf("issue %+v", is)
				}
			}
			if hasError(issues) {
				continue
			}
			kept := got.Name + got.Supervisor.Name + got.StatedGrid + got.DataSource + got.Note + string(got.Extra)
			if got.Code.IsZero() || got.Grid == "" || len(got.Geometry) == 0 || got.FirstSurveyed.IsZero() || strings.ContainsRune(kept, 0) || !utf8.ValidString(kept) {
				t.Fatalf("%q is taken as %+v", line, got)
			}
		}
	})
}

func BenchmarkCheck(b *testing.B) {
	k := testChecker(b)
	row := lamp("Material", "钢", "Note", "东侧")
	for b.Loop() {
		if _, issues := k.check(row); issues != nil {
			b.Fatal(issues)
		}
	}
}
