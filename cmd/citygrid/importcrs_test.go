package main

import (
	"os"
	"path/filepath"
	"testing"

	"citygrid/internal/dbtest"
)

func TestAFileOfADeclaredZoneIsTakenAndAnUndeclaredOneIsToldHow(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "metres.csv")
	file := "标识码,状态,普查日期,坐标/X,坐标/Y\n4205020118999999,完好,2011-12-31,3397881.866,527264.948\n"
	if err := os.WriteFile(path, []byte(file), 0o644); err != nil {
		t.Fatal(err)
	}
	citygrid(t, "postgres://127.0.0.1:1/none", "import", path, "--crs", "EPSG:2382").want(t, exitRefused, "crs", "Xian 1980", "西安")
	citygrid(t, "postgres://127.0.0.1:1/none", "import", path, "--crs", "EPSG:32649").want(t, exitRefused, "EPSG:4546", "请先换算")
	url, dir := dbtest.URL(t), yichang(t)
	citygrid(t, url, "profile", "apply", dir).want(t, 0)
	citygrid(t, url, "import", path, "--answer", "*=refuse").want(t, exitRefused, "--crs EPSG:4546", "outside_extent")
	citygrid(t, url, "import", path, "--crs", "EPSG:4546").want(t, 0, "1 created", "positions read in EPSG:4546", "X is north", "坐标/X → Lat")
	citygrid(t, url, "import", path, "--crs", "EPSG:4546").want(t, 0, "1 unchanged")
	citygrid(t, url, "import", path, "--crs", "EPSG:4525").want(t, exitOpen, "outside_system", "name EPSG:4546", "--answer 'position=EPSG:4546/swapped'")
}

func TestTrap51BlankIsKeepOrClear(t *testing.T) {
	t.Parallel()
	citygrid(t, "", "import", "--blank", "ask", os.Args[0]).want(t, exitUsage, "--blank", "keep", "clear")
	path := filepath.Join(t.TempDir(), "lamp.csv")
	write := func(note string) {
		file := "标识码,状态,普查日期,经度,纬度,备注\n4205020118999999,完好,2011-12-31,111.2846,30.7012," + note + "\n"
		if err := os.WriteFile(path, []byte(file), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	url, dir := dbtest.URL(t), yichang(t)
	citygrid(t, url, "profile", "apply", dir).want(t, 0)
	write("东侧")
	citygrid(t, url, "import", path).want(t, 0, "1 created")
	write("")
	citygrid(t, url, "import", "--dry-run", path).want(t, 0, `Note "东侧" → "" (cleared / 清空)`, "1 cleared")
	citygrid(t, url, "import", "--dry-run", "--blank", "keep", path).want(t, 0, "1  unchanged", "empty cells keep what stands in the registry")
	citygrid(t, url, "import", "--blank", "keep", path).want(t, 0, "1 unchanged")
}
