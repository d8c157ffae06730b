package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestRefusedRowsOfAShapefileComeBackAsAGeoPackage: three crews' lamps, of which one has no state and one stands in Chengdu.
func TestRefusedRowsOfAShapefileComeBackAsAGeoPackage(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	url, folder := c.registry(t), t.TempDir()
	table := file(t, "lamps.csv", []byte("ObjID,ObjState,ORDate,Note,Lon,Lat\n"+
		"4205020118000001,完好,2012-01-01,路灯一,111.2894662,30.7103313\n"+
		"4205020118000002,,2012-01-01,路灯二,111.2894762,30.7104313\n"+
		"4205020118000003,完好,2012-01-01,路灯三,104.06,30.66\n"))
	drawing := filepath.Join(folder, "路灯.shp")
	draw := func(args ...string) {
		t.Helper()
		if out, err := exec.Command("ogr2ogr", args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	draw(drawing, table, "-oo", "X_POSSIBLE_NAMES=Lon", "-oo", "Y_POSSIBLE_NAMES=Lat", "-oo", "KEEP_GEOM_COLUMNS=NO", "-a_srs", "EPSG:4490", "-lco", "ENCODING=GBK",
		"-select", "ObjID,ObjState,ORDate,Note")
	citygrid(t, url, "import", drawing, "--accept", "good").want(t, exitPartly, "texts read as GB18030", "EPSG:4490", "1 created", "2 refused", "2 refused rows are in", "路灯.rejects.gpkg")
	rejects := filepath.Join(folder, "路灯.rejects.gpkg")
	out, err := exec.Command("ogrinfo", "-al", rejects).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "Note (String) = 路灯三") || !strings.Contains(string(out), "POINT (104.06 30.66)") || !strings.Contains(string(out), `ID["EPSG",4490]`) {
		t.Errorf("%v: %s", err, out)
	}
	mended := filepath.Join(folder, "mended.gpkg")
	draw("-f", "GPKG", mended, rejects, "-dialect", "SQLite", "-sql",
		`select "ObjID", '完好' as "ObjState", "ORDate", "Note", SetSRID(MakePoint(111.2894862, 30.7105313), 4490) as geom from "layer" where "ObjID" like '%2'`)
	citygrid(t, url, "import", mended).want(t, 0, "1 created", " 0 refused")
}
