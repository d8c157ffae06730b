package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// layersOf are the census as GeoJSON, a document for each kind of shape with and without heights: most formats of maps want that.
func layersOf(t *testing.T, c *city) map[string]string {
	t.Helper()
	var all struct {
		Features []struct {
			Type       string         `json:"type"`
			Properties map[string]any `json:"properties"`
			Geometry   struct {
				Type        string          `json:"type"`
				Coordinates json.RawMessage `json:"coordinates"`
			} `json:"geometry"`
		} `json:"features"`
	}
	if err := json.Unmarshal(asGeoJSON(t, c.points(t), c.shapes()), &all); err != nil {
		t.Fatal(err)
	}
	features := map[string][]any{}
	for _, f := range all.Features {
		first, _, _ := strings.Cut(strings.TrimLeft(string(f.Geometry.Coordinates), "["), "]")
		name := strings.ToLower(f.Geometry.Type) + fmt.Sprint(strings.Count(first, ",")+1)
		features[name] = append(features[name], f)
	}
	files, folder := map[string]string{}, t.TempDir()
	for name, list := range features {
		text, err := json.Marshal(map[string]any{"type": "FeatureCollection", "features": list})
		if err != nil {
			t.Fatal(err)
		}
		files[name] = filepath.Join(folder, name+".json")
		if err := os.WriteFile(files[name], text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// drawnWith has GDAL write each layer into a file of its own in a folder, or all into one where the name of a file is given.
func drawnWith(t *testing.T, layers map[string]string, driver, file, ext string, args ...string) string {
	t.Helper()
	folder := t.TempDir()
	for _, name := range slices.Sorted(maps.Keys(layers)) {
		to := filepath.Join(folder, name+ext)
		if file != "" {
			to = filepath.Join(folder, file)
		}
		command := append([]string{"-f", driver, to, layers[name], "-oo", "DATE_AS_STRING=YES", "-nln", name}, args...)
		if _, err := os.Stat(to); err == nil {
			command = append([]string{"-update"}, command...)
		}
		if out, err := exec.Command("ogr2ogr", command...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	if file != "" {
		return filepath.Join(folder, file)
	}
	return folder
}

// zipOf packs the files of a folder whose names do not end with one of left.
func zipOf(t *testing.T, folder string, left ...string) string {
	t.Helper()
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if slices.Contains(left, filepath.Ext(f.Name())) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		member, err := w.Create("普查/" + f.Name())
		if err == nil {
			_, err = member.Write(text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file(t, "普查成果.zip", packed.Bytes())
}

func TestTheSameCensusInFilesOfMapsGivesTheSameComponents(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	layers := layersOf(t, c)
	drawn := c.registry(t)
	citygrid(t, drawn, "profile", "apply", c.dir).want(t, 0, "created 11093", "created 300")
	want := digests(t, drawn)
	for _, form := range []struct {
		name, file string
		says       []string
	}{
		{"Shapefile", zipOf(t, drawnWith(t, layers, "ESRI Shapefile", "", ".shp", "-lco", "ENCODING=GBK"), ".cpg"), []string{"texts read as GB18030"}},
		{"GeoPackage", drawnWith(t, layers, "GPKG", "census.gpkg", ""), nil},
		{"FlatGeobuf", zipOf(t, drawnWith(t, layers, "FlatGeobuf", "", ".fgb")), nil},
		{"KML", zipOf(t, drawnWith(t, layers, "KML", "", ".kml")), nil},
	} {
		t.Run(form.name, func(t *testing.T) {
			t.Parallel()
			url := c.registry(t)
			citygrid(t, url, "import", form.file).want(t, 0, append([]string{"11393 rows: 11393 created", " 0 refused"}, form.says...)...)
			sameDigests(t, form.name, digests(t, url), want)
			citygrid(t, url, "import", form.file).want(t, 0, "nothing to do")
		})
	}
}
