package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// dxf is a drawing in the making: groups of a code and a value, in GBK as AutoCAD in China writes up to release 2004.
type dxf struct{ strings.Builder }

func (d *dxf) groups(codesAndValues ...any) {
	for i := 0; i < len(codesAndValues); i += 2 {
		fmt.Fprintf(d, "%3d\r\n%v\r\n", codesAndValues[i], codesAndValues[i+1])
	}
}

// said are what an entity says of itself, in the order of the header.
type said struct{ name, value string }

func (d *dxf) insertion(layer, block string, x, y, z float64, attributes []said) {
	d.groups(0, "INSERT", 8, layer, 66, 1, 2, block, 10, metres(x), 20, metres(y), 30, metres(z))
	for _, a := range attributes {
		d.groups(0, "ATTRIB", 8, layer, 10, metres(x), 20, metres(y), 30, "0.0", 40, "1.0", 1, a.value, 2, a.name, 70, 1)
	}
	d.groups(0, "SEQEND", 8, layer)
}

// polyline is one of two dimensions at a height, or of three where the heights differ; attributes are extended data.
func (d *dxf) polyline(layer string, at [][]float64, closed bool, attributes []said) {
	flat, flags := true, 0
	for _, p := range at {
		flat = flat && (len(p) < 3 || p[2] == at[0][2])
	}
	if closed {
		at, flags = at[:len(at)-1], 1
	}
	extended := []any{1001, "CENSUS"}
	for _, a := range attributes {
		extended = append(extended, 1000, a.name+"="+a.value)
	}
	if flat {
		height := "0.0"
		if len(at[0]) > 2 {
			height = metres(at[0][2])
		}
		d.groups(0, "LWPOLYLINE", 8, layer, 90, len(at), 70, flags, 38, height)
		for _, p := range at {
			d.groups(10, metres(p[0]), 20, metres(p[1]))
		}
		d.groups(extended...)
		return
	}
	d.groups(0, "POLYLINE", 8, layer, 66, 1, 70, 8+flags)
	d.groups(extended...)
	for _, p := range at {
		d.groups(0, "VERTEX", 8, layer, 10, metres(p[0]), 20, metres(p[1]), 30, metres(p[2]), 70, 32)
	}
	d.groups(0, "SEQEND", 8, layer)
}

func metres(v float64) string { return fmt.Sprintf("%.4f", v) }

// drawingOf is the census as surveyors draw it, in metres of EPSG:4546 with X to the east: points are insertions of blocks with attributes, on layers as of South
// CASS; of trees the layer has the name of the sub-class; lines and areas are polylines on layers of their own, with extended data. Beside them stand
// a road, lettering and a frame on the sheet of paper.
func drawingOf(t *testing.T, c *city) string {
	t.Helper()
	folder := t.TempDir()
	projected := func(name, from, driver string, args ...string) string {
		to := filepath.Join(folder, name)
		args = append([]string{"-f", driver, to, from, "-s_srs", "EPSG:4490", "-t_srs", "EPSG:4546"}, args...)
		if out, err := exec.Command("ogr2ogr", args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return to
	}
	var d dxf
	d.groups(0, "SECTION", 2, "HEADER", 9, "$ACADVER", 1, "AC1015", 9, "$DWGCODEPAGE", 3, "ANSI_936", 0, "ENDSEC")
	d.groups(0, "SECTION", 2, "BLOCKS", 0, "BLOCK", 8, "0", 2, "GC0118", 70, 2, 10, "0.0", 20, "0.0", 30, "0.0",
		0, "CIRCLE", 8, "0", 10, "0.0", 20, "0.0", 40, "0.5", 0, "ATTDEF", 8, "0", 10, "0.0", 20, "0.0", 40, "1.0", 1, "", 3, "标识码", 2, "标识码", 70, 1,
		0, "ENDBLK", 8, "0", 0, "ENDSEC")
	d.groups(0, "SECTION", 2, "ENTITIES")
	d.groups(0, "LINE", 8, "道路", 10, "526000.0", 20, "3397000.0", 11, "526100.0", 21, "3397000.0")
	d.groups(0, "TEXT", 8, "注记", 10, "526000.0", 20, "3397000.0", 40, "2.0", 1, "东山大道")
	d.groups(0, "INSERT", 8, "图框", 67, 1, 2, "A3", 10, "0.0", 20, "0.0")

	records := readCSV(t, projected("points.csv", filepath.Join(c.dir, "components", "points.csv"), "CSV", "-oo", "X_POSSIBLE_NAMES=Lon", "-oo", "Y_POSSIBLE_NAMES=Lat", "-lco", "GEOMETRY=AS_XY"))
	names := inChinese(records[0])
	for _, r := range records[1:] {
		var attributes []said
		at := map[string]string{}
		for i, name := range records[0] {
			switch name {
			case "X", "Y", "Lon", "Lat", "Height":
				at[name] = r[i]
			default:
				if r[i] != "" {
					attributes = append(attributes, said{names[i], r[i]})
				}
			}
		}
		code := attributes[0].value
		layer, height := map[byte]string{'1': "管线设施", '4': "行道树"}[code[7]], 0.0
		if layer == "行道树" && code[6:10] != "0402" || layer == "" {
			layer = "独立地物"
		}
		if at["Height"] != "" {
			height = decimal(t, at["Height"])
		}
		d.insertion(layer, "GC"+code[6:10], decimal(t, at["X"]), decimal(t, at["Y"]), height, attributes)
	}

	text, err := os.ReadFile(projected("shapes.geojson", c.shapes(), "GeoJSON", "-oo", "DATE_AS_STRING=YES", "-lco", "COORDINATE_PRECISION=5"))
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		Features []struct {
			Properties map[string]any
			Geometry   struct {
				Type        string
				Coordinates json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	for _, f := range all.Features {
		var attributes []said
		for _, name := range slices.Sorted(maps.Keys(f.Properties)) {
			if value, ok := f.Properties[name].(string); ok {
				attributes = append(attributes, said{name, value})
			}
		}
		var rings [][][]float64
		var line [][]float64
		layer := "部件" + f.Properties["ObjName"].(string)
		if f.Geometry.Type == "Polygon" {
			err = json.Unmarshal(f.Geometry.Coordinates, &rings)
			d.polyline(layer, rings[0], true, attributes)
		} else {
			err = json.Unmarshal(f.Geometry.Coordinates, &line)
			d.polyline(layer, line, false, attributes)
		}
		if err != nil || len(rings) > 1 {
			t.Fatalf("%v, %d rings", err, len(rings))
		}
	}
	d.groups(0, "ENDSEC", 0, "EOF")
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(d.String())
	if err != nil {
		t.Fatal(err)
	}
	return file(t, "普查成果.dxf", []byte(gbk))
}

// likely are the answers that an import with open questions proposes, as arguments.
func likely(said string) (arguments []string) {
	for _, found := range regexp.MustCompile(`(?m)^  --answer '([^']*)'.*← likely`).FindAllStringSubmatch(said, -1) {
		arguments = append(arguments, "--answer", found[1])
	}
	return arguments
}

// TestTheCensusAsADrawingComesInAfterItsQuestions: which sub-class each block and layer is, what is no component, and in which system the positions are.
func TestTheCensusAsADrawingComesInAfterItsQuestions(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	drawn := c.registry(t)
	citygrid(t, drawn, "profile", "apply", c.dir).want(t, 0, "created 11093", "created 300")
	want, attributes := vertices(t, drawn), digests(t, drawn)
	for _, column := range []string{"geom", "grid"} { // a tenth of a millimetre moves some over a border
		delete(attributes, column)
	}

	url, drawing := c.registry(t), drawingOf(t, c)
	asked := citygrid(t, url, "import", drawing)
	asked.want(t, exitOpen, "texts read as GB18030", "layer 管线设施, block GC0118: 1238 entities", "layer 行道树 → 0402 行道树", "1 texts and 1 entities of layouts",
		"EPSG:4546: 11394 of 11394 rows lie in the city", "--answer 'position=EPSG:4546'", "1238 of them have a code of their own, 1238 of sub-class 0118 路灯",
		"--answer 'layer.部件停车场=0201'", "--answer 'layer.道路=skip'")
	answers := append(likely(asked.out.String()), "--answer", "layer.道路=skip")
	if len(answers)/2 != 34 {
		t.Errorf("%d answers: %q", len(answers)/2, answers)
	}
	citygrid(t, url, append([]string{"import", drawing, "--profile", "城建测绘队"}, answers...)...).
		want(t, 0, "11393 rows: 11393 created", " 0 refused", "as answered: layer.道路 = skip (1 rows)", "closed lines of a drawing taken for the polygons")
	if far := farthest(t, vertices(t, url), want); far > 0.01 {
		t.Errorf("%.4f m apart", far)
	}
	got := digests(t, url)
	delete(got, "geom")
	delete(got, "grid")
	sameDigests(t, "drawing", got, attributes)
	citygrid(t, url, "import", drawing, "--profile", "城建测绘队").want(t, 0, "nothing to do", "block.GC0118 = 0118")
}
