package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// changed is the same layers with every feature changed.
func changed(t *testing.T, layers map[string]string, change func(properties map[string]any, at [][]float64)) map[string]string {
	t.Helper()
	files, folder := map[string]string{}, t.TempDir()
	for name, file := range layers {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var all map[string]any
		if err := json.Unmarshal(text, &all); err != nil {
			t.Fatal(err)
		}
		for _, f := range all["features"].([]any) {
			feature := f.(map[string]any)
			shape := feature["geometry"].(map[string]any)
			var at [][]float64
			shape["coordinates"] = positionsIn(shape["coordinates"], &at)
			change(feature["properties"].(map[string]any), at)
		}
		if text, err = json.Marshal(all); err != nil {
			t.Fatal(err)
		}
		files[name] = filepath.Join(folder, name+".json")
		if err := os.WriteFile(files[name], text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// positionsIn is what is nested in coordinates with positions that can be changed in at.
func positionsIn(coordinates any, at *[][]float64) any {
	list := coordinates.([]any)
	if _, ok := list[0].(float64); !ok {
		for i := range list {
			list[i] = positionsIn(list[i], at)
		}
		return list
	}
	var position []float64
	for _, v := range list {
		position = append(position, v.(float64))
	}
	*at = append(*at, position)
	return position
}

// inGBKNames gives columns in the files of a folder their Chinese names, which GDAL writes into MapInfo's headers as signs that mean nothing: each stands there under
// a name of as many letters as it has bytes in GBK. What is in EPSG:4546 loses that.
func inGBKNames(t *testing.T, folder string, names map[string]string) string {
	t.Helper()
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !slices.Contains([]string{".tab", ".dat", ".mif"}, filepath.Ext(f.Name())) {
			continue
		}
		path := filepath.Join(folder, f.Name())
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text = bytes.Replace(text, []byte(`CoordSys Earth Projection 8, 104, "m", 111, 0, 1, 500000, 0`), []byte(`CoordSys NonEarth Units "m"`), 1)
		for stand, name := range names {
			gbk, err := simplifiedchinese.GBK.NewEncoder().String(name)
			if err != nil || len(gbk) != len(stand) {
				t.Fatalf("%s for %s: %v", stand, name, err)
			}
			text = bytes.Replace(text, []byte(stand), []byte(gbk), 1)
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// samePlaces fails the test unless everything stands within so many metres of where it was drawn, in cells that hold it there as far as that allows.
func samePlaces(t *testing.T, url, drawn string, metres float64) {
	t.Helper()
	if far := farthest(t, vertices(t, url), vertices(t, drawn)); far > metres {
		t.Errorf("%.4f m apart", far)
	}
	cells := func(url string) map[string]string {
		rows, err := connect(t, url).Query(t.Context(), `select code, array_to_string(grid || grids_also, ' ') from component`)
		if err != nil {
			t.Fatal(err)
		}
		all := map[string]string{}
		var code, list string
		if _, err := pgx.ForEachRow(rows, []any{&code, &list}, func() error { all[code] = list; return nil }); err != nil {
			t.Fatal(err)
		}
		return all
	}
	got, want, conn := cells(url), cells(drawn), connect(t, drawn)
	apart := 0
	for code, list := range got {
		if list == want[code] {
			continue
		}
		apart++
		var near bool
		const ask = `select bool_and(st_dwithin(c.geom::geography, a.geom::geography, $3)) from component c, area a where c.code = $1 and a.code = any(string_to_array($2, ' '))`
		if err := conn.QueryRow(t.Context(), ask, code, list+" "+want[code], metres).Scan(&near); err != nil {
			t.Fatal(err)
		}
		if !near {
			t.Errorf("%s is in %s, was drawn in %s", code, list, want[code])
		}
	}
	if apart > 100 {
		t.Errorf("%d components are in other cells", apart)
	}
}

// values are digests of all that the place of a component does not decide.
func values(t *testing.T, url string) map[string]string {
	t.Helper()
	all := digests(t, url)
	maps.DeleteFunc(all, func(column, _ string) bool { return column == "geom" || column == "grid" || column == "grids_also" })
	return all
}

// heights is a digest of the heights of points, to the tenth of a millimetre.
func heights(t *testing.T, url string) (digest string) {
	t.Helper()
	const ask = `select count(*) || ' ' || md5(string_agg(code || '=' || coalesce(round(st_z(geom)::numeric, 4)::text, ''), e'\n' order by code)) from component where geometrytype(geom) = 'POINT'`
	if err := connect(t, url).QueryRow(t.Context(), ask).Scan(&digest); err != nil {
		t.Fatal(err)
	}
	return digest
}

// TestTheCensusInMapInfoAndGeodatabasesGivesTheSameComponents: these keep positions as whole numbers of a grid. MapInfo has no heights: those of points stand in a column.
func TestTheCensusInMapInfoAndGeodatabasesGivesTheSameComponents(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	layers := layersOf(t, c)
	flat := changed(t, layers, func(properties map[string]any, at [][]float64) {
		if len(at) == 1 && len(at[0]) == 3 {
			properties["HHHH"] = at[0][2]
		}
	})
	drawn := c.registry(t)
	citygrid(t, drawn, "profile", "apply", c.dir).want(t, 0, "created 11093", "created 300")
	mapInfo := func(ext string, args ...string) string {
		folder := drawnWith(t, flat, "MapInfo File", "", ext, append([]string{"-lco", "ENCODING=CP936", "-dim", "XY"}, args...)...)
		return zipOf(t, inGBKNames(t, folder, map[string]string{"HHHH": "高程"}))
	}
	for _, form := range []struct {
		name, file, answer string
		says               []string
	}{
		{"TAB in degrees", mapInfo(".tab", "-lco", "BOUNDS=111,30,112,31"), "", []string{"texts read as GB18030 (WindowsSimpChinese)", "高程 → Height"}},
		{"MIF of a plane without a name", mapInfo(".mif", "-t_srs", "EPSG:4546"), "position=EPSG:4546", []string{"texts read as GB18030 (WindowsSimpChinese)", "高程 → Height"}},
		{"geodatabase", drawnWith(t, layers, "OpenFileGDB", "census.gdb", ""), "", nil},
	} {
		t.Run(form.name, func(t *testing.T) {
			t.Parallel()
			url := c.registry(t)
			args := []string{"import", form.file}
			if form.answer != "" {
				citygrid(t, url, args...).want(t, exitOpen, "1 questions are open", "--answer '"+form.answer+"'")
				args = append(args, "--answer", form.answer)
			}
			citygrid(t, url, args...).want(t, 0, append([]string{"11393 rows: 11393 created", " 0 refused"}, form.says...)...)
			sameDigests(t, form.name, values(t, url), values(t, drawn))
			samePlaces(t, url, drawn, 0.01)
			if got, want := heights(t, url), heights(t, drawn); got != want {
				t.Errorf("the heights of points are %s, not %s", got, want)
			}
			citygrid(t, url, args...).want(t, 0, "nothing to do")
		})
	}
}

// TestTrap35KMLInGCJ02ComesInAfterOneQuestionOrAsDeclared: KML says WGS 84 whatever its maker saw on the map.
func TestTrap35KMLInGCJ02ComesInAfterOneQuestionOrAsDeclared(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	moved := changed(t, layersOf(t, c), func(_ map[string]any, at [][]float64) {
		for _, p := range at {
			q := inGCJ02(t, orb.Point{p[0], p[1]})
			p[0], p[1] = q[0], q[1]
		}
	})
	drawn, known := c.registry(t), c.registry(t)
	citygrid(t, drawn, "profile", "apply", c.dir).want(t, 0, "created 11093", "created 300")
	kml := zipOf(t, drawnWith(t, moved, "KML", "", ".kml"))
	kmz := filepath.Join(filepath.Dir(kml), "普查.kmz")
	if err := os.Link(kml, kmz); err != nil {
		t.Fatal(err)
	}
	t.Run("beside what is known", func(t *testing.T) {
		t.Parallel()
		citygrid(t, known, "import", filepath.Join(c.dir, "components", "points.csv"), c.shapes()).want(t, 0)
		citygrid(t, known, "import", kmz).want(t, exitOpen, "1 questions are open", "--answer 'position=GCJ-02'")
		citygrid(t, known, "import", kmz, "--answer", "position=GCJ-02").want(t, 0, "11393 rows", " 0 refused")
		sameDigests(t, "KMZ", values(t, known), values(t, drawn))
		samePlaces(t, known, drawn, 0.05)
	})
	t.Run("declared", func(t *testing.T) {
		t.Parallel()
		url := c.registry(t)
		citygrid(t, url, "import", kml, "--crs", "GCJ-02").want(t, 0, "11393 rows: 11393 created")
		sameDigests(t, "KML", values(t, url), values(t, drawn))
		samePlaces(t, url, drawn, 0.05)
	})
}
