package profile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"citygrid/registry/census"
	"citygrid/registry/profile"
)

// faultsOf writes the errors as file:row column value [code], so that a list of them can be compared.
func faultsOf(faults []profile.Fault) []string {
	out := []string{}
	for _, f := range faults {
		if f.Severity == census.Warning {
			continue
		}
		out = append(out, fmt.Sprintf("%s:%d %s %s [%s]", f.File, f.Row, f.Column, f.Value, f.Code))
	}
	slices.Sort(out)
	return out
}

// spoiled is a fault of a folder and how it is listed.
type spoiled map[string]struct {
	spoil func(w *town)
	want  []string
}

// refused applies each folder and looks that it was refused for what is wrong with it, all of it, and that nothing was written.
func (cases spoiled) refused(t *testing.T) {
	t.Helper()
	s := newStore(t)
	s.apply(newTown().folder())
	before := s.image("import_batch", "import_issue")
	for name, c := range cases {
		w := newTown()
		c.spoil(w)
		faults := s.refuse(name, w.folder())
		got, want := faultsOf(faults), slices.Sorted(slices.Values(c.want))
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		for _, f := range faults {
			if f.Message.ZH == "" || f.Message.EN == "" {
				t.Errorf("%s: no words for %+v", name, f)
			}
		}
	}
	if after := s.image("import_batch", "import_issue"); after != before {
		t.Error("a refused folder wrote something")
	}
	if left := s.stagingTables(); len(left) != 0 {
		t.Errorf("staging tables left: %v", left)
	}
	if open := s.rows(`select source || ' ' || state from import_batch where state not in ('promoted', 'rejected')`); len(open) != 0 {
		t.Errorf("batches left: %v", open)
	}
}

func TestFolderWithABrokenFileIsRefused(t *testing.T) {
	t.Parallel()
	spoiled{
		"no city":           {func(w *town) { delete(w.files, "city.json") }, []string{"city.json:0   [missing_file]"}},
		"broken city":       {func(w *town) { w.edit("city.json", `"code"`, `"code`) }, []string{"city.json:0   [bad_value]"}},
		"city with more":    {func(w *town) { w.edit("city.json", `"code"`, `"colour": 1, "code"`) }, []string{"city.json:0   [bad_value]"}},
		"text after city":   {func(w *town) { w.files["city.json"] += "}" }, []string{"city.json:0   [bad_value]"}},
		"city not in UTF-8": {func(w *town) { w.edit("city.json", "小城", "\xd0\xa1\xb3\xc7") }, []string{"city.json:0   [not_utf8]"}},
		"city with NUL":     {func(w *town) { w.edit("city.json", "小城", `小\u0000城`) }, []string{"city.json:0 name 小\x00城 [bad_value]"}},
		"bad city": {func(w *town) {
			w.files["city.json"] = `{"code": "4205", "edition": "cjt214-2006", "extent": [111.3, 30.69, 111.27, 30.71], "centre": [111.284, 30.702]}`
		}, []string{
			"city.json:0 centre [111.284 30.702] [bad_value]", "city.json:0 code 4205 [bad_value]", "city.json:0 edition cjt214-2006 [bad_value]",
			"city.json:0 extent [111.3 30.69 111.27 30.71] [bad_value]", "city.json:0 name  [bad_value]",
		}},
		"city of no place": {func(w *town) {
			w.edit("city.json", "[111.27, 30.69, 111.30, 30.71]", "[111.27, 30.69, 111.30, 130.71]")
		},
			[]string{"city.json:0 extent [111.27 30.69 111.3 130.71] [bad_value]"}},

		"missing files": {func(w *town) {
			delete(w.areas, streets)
			delete(w.files, "units.csv")
			delete(w.files, "responsibilities.csv")
			delete(w.files, "catalogue.csv")
			w.areas[communities], w.areas[cells] = nil, nil
			delete(w.files, "areas/managed-cells.csv")
		}, []string{
			"areas/streets.geojson:0   [missing_file]", "catalogue.csv:0   [missing_file]", "responsibilities.csv:0   [missing_file]", "units.csv:0   [missing_file]",
		}},
		"broken JSON": {func(w *town) {
			w.files[streets] = `{"type":"FeatureCollection","features":[` + "\n\n"
			delete(w.areas, streets)
			w.areas[communities], w.areas[cells] = nil, nil
			delete(w.files, "areas/managed-cells.csv")
		}, []string{"areas/streets.geojson:3   [bad_document]"}},
		"broken parks": {func(w *town) { w.files["base/parks.geojson"] = "{" }, []string{"base/parks.geojson:0   [bad_value]"}},
		"open quote":   {func(w *town) { w.files["units.csv"] += "\"U05,a,b" }, []string{"units.csv:6   [bad_quote]"}},
		"ragged row":   {func(w *town) { w.files["units.csv"] += "U05,a\n" }, []string{"units.csv:6  U05,a [ragged_row]"}},
		"no column":    {func(w *town) { w.edit("staff.csv", "role", "rolle") }, []string{"staff.csv:1 role  [missing_column]"}},
		"not UTF-8":    {func(w *town) { w.files["units.csv"] += "U05,\xb9\xab\xcb\xbe,,outside_owner,3,\n" }, []string{"units.csv:0   [not_utf8]"}},
		"area file not in UTF-8": {func(w *town) {
			w.area("420503001002002").name = ""
			w.area("420503001002002").properties = "{\"code\":\"420503001002002\",\"name\":\"\xb9\xab\"}"
		},
			[]string{"areas/grid-cells.geojson:8   [bad_feature]"}},
	}.refused(t)
}

func TestFolderWithAFaultyAreaIsRefused(t *testing.T) {
	t.Parallel()
	spoiled{
		"bad lengths": {func(w *town) {
			w.area("420503001002002").code = "42050300100200"
			w.area("420503001002001").code = "4205030010020011"
			w.area("420503001001002").code = "42050300100100x"
		}, []string{
			"areas/grid-cells.geojson:6 code 42050300100100x [bad_value]", "areas/grid-cells.geojson:7 code 4205030010020011 [bad_value]",
			"areas/grid-cells.geojson:8 code 42050300100200 [bad_value]",
		}},
		"no code, code as a number": {func(w *town) {
			w.area("420503001002002").properties = `{"name":"网格"}`
			w.area("420503001002001").properties = `{"code":420503001002001,"name":"网格"}`
		}, []string{"areas/grid-cells.geojson:7 code  [bad_value]", "areas/grid-cells.geojson:8 code  [bad_value]"}},
		"no name": {func(w *town) { w.area("420502001").name = "" }, []string{"areas/streets.geojson:1 name  [bad_value]"}},
		"name with NUL": {func(w *town) { w.area("420502001").properties = `{"code":"420502001","name":"a\u0000"}` },
			[]string{"areas/streets.geojson:1 name a\x00 [bad_value]"}},
		"parent missing": {func(w *town) { w.area("420503001001002").code = "420503001009002" }, []string{"areas/grid-cells.geojson:6 code 420503001009002 [no_parent]"}},
		"code twice":     {func(w *town) { w.area("420503001001002").code = "420503001001001" }, []string{"areas/grid-cells.geojson:6 code 420503001001001 [duplicate_code]"}},
		"city's own code": {func(w *town) {
			w.edit("city.json", `"420500"`, `"420503"`)
			w.files["responsibilities.csv"] = strings.ReplaceAll(w.files["responsibilities.csv"], "420500", "420503")
		}, []string{"areas/districts.geojson:2 code 420503 [duplicate_code]"}},
		"childless":   {func(w *town) { w.add(districts, feature{code: "420504", name: "空区", ring: box(8, 0, 9, 4)}) }, []string{"areas/districts.geojson:3 code 420504 [no_children]"}},
		"no polygon":  {func(w *town) { w.area("420503001001002").geometry = `{"type":"Point","coordinates":[111.281,30.701]}` }, []string{"areas/grid-cells.geojson:6 geometry 420503001001002 [invalid_shape]"}},
		"no geometry": {func(w *town) { w.area("420503001001002").geometry = `null` }, []string{"areas/grid-cells.geojson:6 geometry 420503001001002 [invalid_shape]"}},
		"open ring": {func(w *town) {
			w.area("420503001001002").geometry = `{"type":"Polygon","coordinates":[[[111.284,30.702],[111.286,30.702],[111.286,30.704],[111.284,30.704]]]}`
		}, []string{"areas/grid-cells.geojson:6   [bad_feature]"}},
		"NaN": {func(w *town) {
			w.area("420503001001002").geometry = `{"type":"Polygon","coordinates":[[[NaN,30.702],[111.286,30.702],[111.286,30.704],[NaN,30.702]]]}`
		}, []string{"areas/grid-cells.geojson:6   [bad_feature]"}},
		"infinite": {func(w *town) {
			w.area("420503001001002").geometry = `{"type":"Polygon","coordinates":[[[1e999,30.702],[111.286,30.702],[111.286,30.704],[1e999,30.702]]]}`
		}, []string{"areas/grid-cells.geojson:6   [bad_feature]"}},
		"swapped axes": {func(w *town) {
			w.area("420503001001002").geometry = `{"type":"Polygon","coordinates":[[[30.702,111.284],[30.702,111.286],[30.704,111.286],[30.702,111.284]]]}`
		}, []string{"areas/grid-cells.geojson:6   [bad_feature]"}},
		"outside of extent": {func(w *town) { w.edit("city.json", "111.30", "111.287"); w.edit("city.json", "30.69", "30.7005") }, outside(
			"communities.geojson:1 420502001001", "communities.geojson:2 420502001002", "communities.geojson:3 420503001001",
			"communities.geojson:4 420503001002", "districts.geojson:1 420502", "districts.geojson:2 420503",
			"grid-cells.geojson:1 420502001001001", "grid-cells.geojson:3 420502001002001", "grid-cells.geojson:5 420503001001001",
			"grid-cells.geojson:7 420503001002001", "grid-cells.geojson:8 420503001002002", "streets.geojson:1 420502001", "streets.geojson:2 420503001")},
		"polygon crosses itself": {func(w *town) {
			r := w.area("420502001001001").ring
			r[1], r[2] = r[2], r[1]
		}, []string{"areas/grid-cells.geojson:1 geometry 420502001001001 [invalid_shape]"}},
		"gap":               {func(w *town) { w.move([2]float64{1, 2}, [2]float64{1, 1.5}, "420502001001001") }, []string{"areas/grid-cells.geojson:0 geometry  [gap]"}},
		"overlap":           {func(w *town) { w.move([2]float64{1, 2}, [2]float64{1, 2.5}, "420502001001001") }, []string{"areas/grid-cells.geojson:0 geometry 420502001001001 420502001001002 [overlap]"}},
		"outside community": {func(w *town) { w.move([2]float64{0, 1}, [2]float64{-0.5, 1}, "420502001001001") }, []string{"areas/grid-cells.geojson:0 geometry 420502001001001 [outside_parent]"}},
		"gap between communities": {func(w *town) {
			w.move([2]float64{2, 1}, [2]float64{1.5, 1}, "420502001001", "420502001001001")
		}, []string{"areas/communities.geojson:0 geometry  [gap]"}},
		"overlap of districts": {func(w *town) {
			w.move([2]float64{4, 1}, [2]float64{4.5, 1}, "420502", "420502001", "420502001002", "420502001002001")
		}, []string{"areas/districts.geojson:0 geometry 420502 420503 [overlap]"}},
		"hole between districts": {func(w *town) {
			w.move([2]float64{4, 1}, [2]float64{3.5, 1}, "420502", "420502001", "420502001002", "420502001002001")
		}, []string{"areas/districts.geojson:0 geometry  [gap]"}},
		"moat around a district": {func(w *town) { w.moat() }, []string{"areas/districts.geojson:0 geometry  [gap]"}},
		"cell missing": {func(w *town) { w.areas[cells] = slices.Delete(w.areas[cells], 7, 8) },
			[]string{"areas/grid-cells.geojson:0 geometry  [gap]"}},
	}.refused(t)
}

func TestFolderWithAFaultyTableIsRefused(t *testing.T) {
	t.Parallel()
	spoiled{
		"rows of managed areas": {func(w *town) {
			w.files["areas/managed-areas.csv"] += "M1,again,\nM3,,\n,nameless,\n"
			w.files["areas/managed-cells.csv"] += "M9,420502001002001\nM1,420502\nM1,420502001002001\nM1,\nM3,420502001002001\n"
		}, []string{
			"areas/managed-areas.csv:3 code M1 [duplicate_code]", "areas/managed-areas.csv:4 name  [bad_value]", "areas/managed-areas.csv:5 code  [bad_value]",
			"areas/managed-cells.csv:5 area M9 [unknown_area]", "areas/managed-cells.csv:6 cell 420502 [unknown_area]",
			"areas/managed-cells.csv:7 cell 420502001002001 [duplicate_code]",
			"areas/managed-cells.csv:8 cell  [bad_value]", "areas/managed-cells.csv:8 cell  [unknown_area]",
		}},
		"managed areas": {func(w *town) {
			w.files["areas/managed-areas.csv"] += "420502,区,\n420500,市,\nM2,empty,\n"
			w.files["areas/managed-cells.csv"] += "420502,420502001002001\n420500,420502001002001\n"
		}, []string{
			"areas/managed-areas.csv:0 code 420500 [duplicate_code]", "areas/managed-areas.csv:0 code 420502 [duplicate_code]",
			"areas/managed-cells.csv:0 area M2 [no_children]",
		}},
		"rows of units": {func(w *town) {
			w.files["units.csv"] += "U05,a,,bureau,1,\nU06,b,,bureau_unit,4,\n,c,,bureau_unit,1,\nU07,,,bureau_unit,1,\nU08,a\x00,,bureau_unit,1,\n"
		}, []string{
			"units.csv:10 name a\x00 [bad_value]", "units.csv:6 kind bureau [bad_value]", "units.csv:7 ring 4 [bad_value]", "units.csv:8 code  [bad_value]",
			"units.csv:9 name  [bad_value]",
		}},
		"units": {func(w *town) {
			w.files["units.csv"] += "U02,again,,bureau_unit,1,U99\nR1,a,,bureau_unit,1,R3\nR2,b,,bureau_unit,1,R1\nR3,c,,bureau_unit,1,R2\n" +
				"R4,below the ring,,bureau_unit,1,R3\nR5,its own,,bureau_unit,1,R5\n"
		}, []string{
			"units.csv:10 parent R3 [bad_value]", "units.csv:11 parent R5 [bad_value]", "units.csv:6 code U02 [duplicate_code]", "units.csv:6 parent U99 [unknown_unit]",
			"units.csv:7 parent R3 [bad_value]", "units.csv:8 parent R1 [bad_value]", "units.csv:9 parent R2 [bad_value]",
		}},
		"rows of rules": {func(w *town) {
			w.files["responsibilities.csv"] += "420500,thing,*,owner,U01,,\n420500,*,*,boss,U01,,\n420500,*,*,owner,U01,2012-13-01,\n" +
				"420500,*,*,owner,U01,2012-02-02,2012-02-01\n,*,,owner,,,\n"
		}, []string{
			"responsibilities.csv:10 valid_to 2012-02-01 [bad_value]", "responsibilities.csv:11 area  [bad_value]", "responsibilities.csv:11 subject  [bad_value]",
			"responsibilities.csv:11 unit  [bad_value]", "responsibilities.csv:7 kind thing [bad_value]", "responsibilities.csv:8 role boss [bad_value]",
			"responsibilities.csv:9 valid_from 2012-13-01 [bad_value]",
		}},
		"rules": {func(w *town) {
			w.files["responsibilities.csv"] += "420509,*,*,owner,U01,,\n420500,*,*,owner,U99,,\n420500,component,0203,owner,U01,,\n420500,event,0118,owner,U01,,\n" +
				"420500,component,02,owner,U01,,\n420500,*,*,competent,U01,2012-01-01,\n"
		}, []string{
			"responsibilities.csv:10 subject 0118 [unknown_subclass]", "responsibilities.csv:11 subject 02 [unknown_subclass]",
			"responsibilities.csv:12   [duplicate_code]", "responsibilities.csv:7 area 420509 [unknown_area]",
			"responsibilities.csv:8 unit U99 [unknown_unit]", "responsibilities.csv:9 subject 0203 [unknown_subclass]",
		}},
		"rows of staff": {func(w *town) { w.files["staff.csv"] += "Z4,e,boss,420502001001\n" }, []string{"staff.csv:5 role boss [bad_value]"}},
		"staff": {func(w *town) {
			w.files["staff.csv"] += "J2,a,inspector,420502001001001\nJ3,b,inspector,420502001001\nZ2,c,officer,420502001001001\nZ3,d,officer,420502\n" +
				"Z5,f,officer,M1\nZ6,g,inspector,420500\nZ7,h,officer,420502001001\n"
		}, []string{
			"staff.csv:10 area 420500 [unknown_area]", "staff.csv:11 area 420502001001 [duplicate_code]", "staff.csv:5 area 420502001001001 [duplicate_code]",
			"staff.csv:6 area 420502001001 [unknown_area]", "staff.csv:7 area 420502001001001 [unknown_area]", "staff.csv:8 area 420502 [unknown_area]",
			"staff.csv:9 area M1 [unknown_area]",
		}},
		"rows of catalogue": {func(w *town) { w.files["catalogue.csv"] += "component,118\nthing,0118\ncomponent,0118\n" }, []string{
			"catalogue.csv:5 subclass 118 [bad_value]", "catalogue.csv:6 kind thing [bad_value]", "catalogue.csv:7 subclass 0118 [duplicate_code]",
		}},
		"catalogue": {func(w *town) { w.files["catalogue.csv"] += "component,9999\n" }, []string{
			"catalogue.csv:0 subclass 9999 [unknown_subclass]",
		}},
		"rows of standards": {func(w *town) {
			w.files["filing-standards.csv"] = standardHeader + standard("A3", "0118", "soon") + standard("", "0118", "1工作日")
		}, []string{"filing-standards.csv:2 limit soon [bad_value]", "filing-standards.csv:3 id  [bad_value]"}},
		"standards": {func(w *town) {
			w.files["filing-standards.csv"] = standardHeader + standard("A1", "0118", "4工作时") + standard("A1", "0101", "4工作时") + standard("A2", "0199", "4工作时")
		}, []string{"filing-standards.csv:3 id A1 [duplicate_code]", "filing-standards.csv:4 subclass 0199 [unknown_subclass]"}},
		"component files": {func(w *town) {
			w.files["components/lamps.csv"] += lamp(5, 20, 0.5) + strings.Replace(lamp(6, 1, 1), "U02", "U09", 1)
			w.files["components/other.geojson"] = `{"type":"FeatureCollection","features":[`
			w.files["components/third.csv"] = lampHeader + lamp(9, 1, 1)
		}, []string{
			"components/lamps.csv:6  111.3, 30.7005 [outside_all_cells]", "components/lamps.csv:7 DeptCode3 U09 [unknown_unit]",
			"components/other.geojson:0   [bad_document]",
		}},
	}.refused(t)
}

// outside are faults of the code outside_extent, from "file:row code".
func outside(places ...string) []string {
	var out []string
	for _, p := range places {
		place, code, _ := strings.Cut(p, " ")
		out = append(out, fmt.Sprintf("areas/%s geometry %s [outside_extent]", place, code))
	}
	return out
}

const standardHeader = "id,kind,subclass,condition_zh,condition_en,limit,closing_zh,responsible_unit_type,source,confidence\n"

func standard(id, subclass, limit string) string {
	return id + ",component," + subclass + ",灯不亮,dark," + limit + ",灯亮,owner_unit,市规,seen\n"
}

// moat adds a district in the hole of another that is larger than it.
func (w *town) moat() {
	ring := func(side, from, to float64) string {
		text := "["
		for i, p := range [][2]float64{{from, from}, {to, from}, {to, to}, {from, to}, {from, from}} {
			if i > 0 {
				text += ","
			}
			text += fmt.Sprintf("[%f,%f]", lon(p[0]+side), lat(p[1]))
		}
		return text + "]"
	}
	for i, geometry := range []string{
		`{"type":"Polygon","coordinates":[` + ring(9, 0, 4) + `,` + ring(9, 1, 3) + `]}`,
		`{"type":"Polygon","coordinates":[` + ring(9, 1.5, 2.5) + `]}`,
	} {
		code := fmt.Sprintf("42050%d", 4+i)
		for _, level := range []struct{ file, code string }{{districts, code}, {streets, code + "001"}, {communities, code + "001001"}, {cells, code + "001001001"}} {
			w.add(level.file, feature{code: level.code, name: "环", geometry: geometry})
		}
	}
}
