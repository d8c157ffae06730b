package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"citygrid/internal/dbtest"
)

// The grid of no city, as the command and as PROJ take its parameters: their helmert in the plane is the same formula.
const (
	inventedGrid = "--to=EPSG:4546 --east=491234.567 --north=3352345.678 --rotation=-754.321s --scale=1.0000375"
	toInvented   = "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=tmerc +lat_0=0 +lon_0=111 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 " +
		"+step +inv +proj=helmert +x=491234.567 +y=3352345.678 +theta=-754.321 +s=1.0000375"
)

// TestTrap34TheCensusInAGridOfTheCitysOwnComesIn: as tables, where X is north, and as files of maps, declared and asked about.
func TestTrap34TheCensusInAGridOfTheCitysOwnComesIn(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	layers := layersOf(t, c)
	drawn := c.registry(t)
	citygrid(t, drawn, "profile", "apply", c.dir).want(t, 0)
	want := vertices(t, drawn)
	url := c.registry(t)
	packed := drawnWith(t, layers, "GPKG", "local.gpkg", "", "-s_srs", "OGC:CRS84", "-ct", toInvented, "-t_srs", "LOCAL_CS[\"宜昌\",UNIT[\"metre\",1]]")

	citygrid(t, url, "import", packed).want(t, exitRefused, "outside_extent", "citygrid grid set", "四参数")
	citygrid(t, url, "import", packed, "--crs", "LOCAL:宜昌").want(t, exitRefused, "no grid 宜昌 is stored", "citygrid grid fit")
	citygrid(t, url, append([]string{"grid", "set", "宜昌"}, strings.Fields(inventedGrid)...)...).want(t, 0, "LOCAL:宜昌: stored", "--crs 'LOCAL:宜昌'")
	listed := citygrid(t, url, "grid")
	listed.want(t, 0, "LOCAL:宜昌", "EPSG:4546")
	if strings.Contains(listed.out.String(), "491234") {
		t.Errorf("the parameters are shown: %s", &listed.out)
	}
	citygrid(t, url, "grid", "list", "--parameters").want(t, 0, "'宜昌' "+inventedGrid)

	p := citygrid(t, url, "import", packed)
	p.want(t, exitOpen, "--answer 'position=LOCAL:宜昌'", "LOCAL:宜昌: 11393 of 11393 rows lie in the city")
	declared := citygrid(t, url, "import", packed, "--crs", "local：宜昌")
	declared.want(t, 0, "11393 created", " 0 refused", "positions read in LOCAL:宜昌")
	for _, said := range []string{p.out.String() + p.err.String(), declared.out.String() + declared.err.String()} {
		if strings.Contains(said, "491234") || strings.Contains(said, "754.3") {
			t.Errorf("the parameters are told: %s", said)
		}
	}
	if far := farthest(t, vertices(t, url), want); far > 0.001 {
		t.Errorf("%.5f m apart", far)
	}

	table := filepath.Join(t.TempDir(), "local.csv")
	out, err := exec.Command("ogr2ogr", "-f", "CSV", table, filepath.Join(c.dir, "components", "points.csv"), "-oo", "X_POSSIBLE_NAMES=Lon", "-oo", "Y_POSSIBLE_NAMES=Lat",
		"-s_srs", "OGC:CRS84", "-ct", toInvented, "-t_srs", "LOCAL_CS[\"宜昌\",UNIT[\"metre\",1]]", "-lco", "GEOMETRY=AS_XY").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	records := readCSV(t, table)
	records[0][0], records[0][1] = "东坐标", "北坐标"
	for i, name := range records[0] {
		if name == "Lon" || name == "Lat" {
			for _, r := range records {
				r[i] = ""
			}
			records[0][i] = "_" + name
		}
	}
	citygrid(t, url, "import", file(t, "local.csv", asCSV(t, records, false)), "--crs", "LOCAL:宜昌").want(t, 0, " 0 refused")
	if far := farthest(t, vertices(t, url), want); far > 0.001 {
		t.Errorf("%.5f m apart", far)
	}
	citygrid(t, url, "grid", "remove", "宜昌").want(t, 0, "LOCAL:宜昌")
	citygrid(t, url, "grid", "remove", "宜昌").want(t, exitRefused, "没有登记")
}

func TestTheParametersOfAGridAreComputedFromControlPoints(t *testing.T) {
	t.Parallel()
	url := dbtest.URL(t)
	const points = "点名,地方东,地方北,国家东,国家北\n" + // by PROJ's helmert, to a tenth of a millimetre
		"A,30000,45000,521070.9183,3397456.7800\nB,31500,44200,522573.8902,3396662.2411\nC,28750,46010,519817.1860,3398462.2396\n"
	citygrid(t, url, "grid", "fit", "宜昌", file(t, "two.csv", []byte(points[:strings.Index(points, "C,")])), "--to", "4546").want(t, 0, "two points leave nothing", "not stored")
	p := citygrid(t, url, "grid", "fit", "宜昌", file(t, "three.csv", []byte("\ufeff"+points)), "--to", "4546", "--store")
	p.want(t, 0, "POINT", "3 points", "--rotation=-754.3", "--scale=1.00003", "LOCAL:宜昌: stored")
	citygrid(t, url, "grid", "set", "宜昌", "--to=EPSG:4546", "--east=1", "--north=-2", "--rotation=0s", "--scale=1").want(t, 0, "replaced")
	for what, text := range map[string]string{
		"there is no column zone_east":         "point,grid_east,grid_north,zone_north\n",
		"grid_north of row 2 is no number":     "point,grid_east,grid_north,zone_east,zone_north\na,1,x,3,4\n",
		"two control points":                   "point,grid_east,grid_north,zone_east,zone_north\na,1,2,3,4\n",
		"which column is east":                 "point,grid_east,grid_north,zone_east,zone_north\na,0,0,500000,3400000\nb,1000,0,500000,3401000\nc,0,2000,502000,3400000\n",
		"the file is no CSV":                   "point,grid_east\n1,2,3\n",
		"the file is neither UTF-8 nor GB1803": "\xff\xff\n",
	} {
		citygrid(t, url, "grid", "fit", "a", file(t, "bad.csv", []byte(text)), "--to", "4546").want(t, exitRefused, what)
	}
	for what, args := range map[string]string{
		"write a rotation with its unit": "--to=4546 --east=1 --north=1 --rotation=12 --scale=1",
		"take 1+m":                       "--to=4546 --east=1 --north=1 --rotation=12s --scale=0.0000375",
		"name a zone of CGCS2000":        "--to=4490 --east=1 --north=1 --rotation=12s --scale=1",
		"a shift is in metres":           "--to=4546 --east=NaN --north=1 --rotation=12s --scale=1",
	} {
		citygrid(t, url, append([]string{"grid", "set", "a"}, strings.Fields(args)...)...).want(t, exitRefused, what)
	}
	citygrid(t, url, "grid", "set", "a/b", "--to=4546", "--east=1", "--north=1", "--rotation=0d", "--scale=1").want(t, exitRefused, "no / and no =")
	citygrid(t, url, "grid", "set", "--help").want(t, 0, "cos(ROTATION)", "clockwise", "confidential")
}
