package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// draws has GDAL write a layer of a table of points, beside those that the file has.
func draws(t *testing.T, driver, to, layer, table string, args ...string) {
	t.Helper()
	from := filepath.Join(t.TempDir(), layer+".csv")
	if err := os.WriteFile(from, []byte(table), 0o644); err != nil {
		t.Fatal(err)
	}
	command := append([]string{"-f", driver, to, from, "-oo", "X_POSSIBLE_NAMES=Lon", "-oo", "Y_POSSIBLE_NAMES=Lat", "-oo", "KEEP_GEOM_COLUMNS=NO", "-a_srs", "EPSG:4326", "-nln", layer}, args...)
	if _, err := os.Stat(to); err == nil {
		command = append([]string{"-update"}, command...)
	}
	if out, err := exec.Command("ogr2ogr", command...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// lampsOf is a table of lamps under a header, from a number on.
func lampsOf(header string, from, n int) string {
	text := header + ",Lon,Lat\n"
	for i := range n {
		text += fmt.Sprintf("4205020118%06d,完好,2012-01-%02d,U04,市城市照明（路灯）管理处,111.%d,30.71033\n", from+i, i%28+1, 28946620+(from+i)*20)
	}
	return text
}

// TestLayersThatAreNoSurveyAreLeftOutAndTold: roads and a grid beside the components, and what QGIS keeps of their styles.
func TestLayersThatAreNoSurveyAreLeftOutAndTold(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	url, folder := c.registry(t), t.TempDir()
	file := filepath.Join(folder, "部件.gpkg")
	draws(t, "GPKG", file, "路灯", lampsOf("ObjID,ObjState,ORDate,DeptCode1,DeptName1", 1, 5))
	draws(t, "GPKG", file, "道路", "名称,备注,宽度,Lon,Lat\n东山大道,主干道,30,111.28946,30.71033\n西陵二路,,20,111.28950,30.71040\n")
	draws(t, "GPKG", file, "layer_styles", "stylename,styleqml\n路灯,<qgis/>\n")
	draws(t, "GPKG", file, "路灯二", lampsOf("标识码,状态,初始日期,主管部门代码,主管部门名称", 11, 5))
	citygrid(t, url, "import", file, "--dry-run").want(t, 0, "10 rows", "道路", "its 2 rows are left out", "sheet_left_out", "layer layer_styles: no table of components, 1 rows passed over")
	citygrid(t, url, "import", file, "--sheet", "路灯", "--dry-run").want(t, 0, "5 rows", "layer 路灯二: not asked for")
	citygrid(t, url, "import", file, "--sheet", "道路", "--dry-run").want(t, exitOpen, "there is no column ObjID", "3 questions are open")
	citygrid(t, url, "import", file, "--sheet", "井盖", "--dry-run").want(t, exitRefused, "no_sheet", "the file has: layer_styles, 路灯, 路灯二, 道路")
	citygrid(t, url, "import", file).want(t, 0, "10 rows: 10 created")

	roads := filepath.Join(folder, "roads.gpkg")
	draws(t, "GPKG", roads, "道路", "名称,备注,Lon,Lat\n东山大道,主干道,111.28946,30.71033\n")
	citygrid(t, url, "import", roads).want(t, exitRefused, "no layer has columns of a survey", "名称, 备注", "--column 'NAME=ObjID'")
}

// TestAColumnThatALayerLacksIsAskedAsOfATable: one answer, or one --column, does for all layers that have the column.
func TestAColumnThatALayerLacksIsAskedAsOfATable(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	folder := t.TempDir()
	draw := func(driver, name string) string {
		file := filepath.Join(folder, name)
		header := "杆号,现况,ORDate,DeptCode1,DeptName1"
		draws(t, driver, file, "路灯", lampsOf(header, 1, 30))
		if driver == "GPKG" {
			draws(t, driver, file, "路灯二", lampsOf(header, 51, 30))
		}
		return file
	}
	for name, file := range map[string]string{"GeoPackage": draw("GPKG", "灯.gpkg"), "GeoJSON": draw("GeoJSON", "灯.geojson"), "KML": draw("LIBKML", "灯.kml")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, rows := c.registry(t), "30 rows"
			if name == "GeoPackage" {
				rows = "60 rows"
			}
			citygrid(t, url, "import", file).want(t, exitOpen, "2 questions are open", "--answer 'column.ObjID=杆号'", "--answer 'column.ObjState=现况'", "← likely", "rows fit)")
			citygrid(t, url, "import", file, "--answer", "column.ObjID=杆号", "--answer", "column.ObjState=no such column").want(t, exitRefused, "column.ObjState=no such column", "refuse")
			citygrid(t, url, "import", file, "--answer", "*=refuse").want(t, exitRefused, "there is no column ObjID (标识码)", "--column 'NAME=ObjID'")
			citygrid(t, url, "import", file, "--column", "杆号=ObjID", "--column", "现况=ObjState", "--dry-run").want(t, 0, rows)
			citygrid(t, url, "import", file, "--answer", "column.ObjID=杆号", "--answer", "column.ObjState=现况").want(t, 0, rows, " 0 refused", "杆号 → ObjID", "as answered: column.ObjID = 杆号")
		})
	}
}

// TestAFeatureWithoutAColumnThatOthersHaveIsAnErrorOfItsOwn: what one feature lacks is no question about the file.
func TestAFeatureWithoutAColumnThatOthersHaveIsAnErrorOfItsOwn(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	feature := func(n int, state string) string {
		return fmt.Sprintf(`{"type":"Feature","properties":{"ObjID":"4205020118%06d","ORDate":"2012-01-01","Note":"完好"%s},"geometry":{"type":"Point","coordinates":[111.28946%02d,30.71033]}}`, n, state, n)
	}
	var list []string
	for n := range 5 {
		state := `,"ObjState":"完好"`
		if n == 0 || n == 3 {
			state = ""
		}
		list = append(list, feature(n+1, state))
	}
	citygrid(t, c.url, "import", file(t, "a.geojson", []byte(`{"type":"FeatureCollection","features":[`+strings.Join(list, ",")+`]}`)), "--accept", "good").
		want(t, exitPartly, "3 created", "2 refused", "there is no column ObjState")
}

// TestTrap5NamesThatAShapefileCutAreAskedAboutAndRemembered: ten bytes hold five characters in GBK, three in UTF-8.
func TestTrap5NamesThatAShapefileCutAreAskedAboutAndRemembered(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	header := "标识码,状态,初始日期,主管部门代码,主管部门名称"
	for _, form := range []struct {
		encoding, code, name string
		open                 int
		also                 []string
	}{
		{"GBK", "主管部门代", "主管部门名", 2, nil},
		{"UTF-8", "主管部", "主管_1", 3, []string{"--answer", "column.ORDate=初始日"}},
	} {
		t.Run(form.encoding, func(t *testing.T) {
			t.Parallel()
			url, folder := c.registry(t), t.TempDir()
			first, second := filepath.Join(folder, "一.shp"), filepath.Join(folder, "二.shp")
			draws(t, "ESRI Shapefile", first, "一", lampsOf(header, 1, 30), "-lco", "ENCODING="+form.encoding)
			draws(t, "ESRI Shapefile", second, "二", lampsOf(header, 51, 30), "-lco", "ENCODING="+form.encoding)
			code, name := "column.DeptCode1="+form.code, "column.DeptName1="+form.name
			citygrid(t, url, "import", first, "--profile", "一队").want(t, exitOpen, fmt.Sprint(form.open, " questions are open"), "--answer '"+code+"'", "--answer '"+name+"'",
				"U04 (30 of the first 30 rows fit)", form.code+"”列 / the column "+form.code+"  ← likely", form.name+"”列 / the column "+form.name+"  ← likely")
			take := func(args ...string) *program {
				return citygrid(t, url, append(append([]string{"import", first}, args...), form.also...)...)
			}
			take("--answer", "*=refuse", "--dry-run").want(t, 0, "kept as extension attributes (2): "+form.code+", "+form.name)
			take("--answer", "column.DeptCode1=none", "--answer", name, "--dry-run").want(t, 0, "kept as extension attributes (1): "+form.code)
			take("--column", form.code+"=DeptCode1", "--column", form.name+"=DeptName1", "--dry-run").want(t, 0, form.code+" → DeptCode1")
			take("--profile", "一队", "--answer", code, "--answer", name).want(t, 0, "30 created", form.code+" → DeptCode1", "are remembered of 一队")
			citygrid(t, url, "import", second, "--profile", "一队").want(t, 0, "30 created", "remembered from", form.name+" → DeptName1")
			var known int
			if err := connect(t, url).QueryRow(t.Context(), `select count(*) from component where dept1_code = 'U04' and dept1_name = '市城市照明（路灯）管理处' and extra is null`).Scan(&known); err != nil || known != 60 {
				t.Errorf("%v, %d of 60 have their department", err, known)
			}
		})
	}
}
