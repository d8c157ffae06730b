package synth_test

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"citygrid/data/synth"
	"citygrid/geo"
	"github.com/paulmach/orb"
)

// drawn is a city in a folder of its own.
type drawn struct {
	dir    string
	report synth.Report
}

func yichang(t *testing.T, seed uint64) drawn {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "city")
	report, err := synth.Yichang(t.Context(), dir, synth.Options{Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	return drawn{dir, report}
}

func (d drawn) read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(d.dir, filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// rows reads a CSV file as one map a row.
func (d drawn) rows(t *testing.T, path string) []map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join(d.dir, filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, r := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			row[name] = r[i]
		}
		out = append(out, row)
	}
	return out
}

// area is one feature of an area file.
type area struct {
	code, name string
	cover      geo.Area
}

func (d drawn) areas(t *testing.T, path string) []area {
	t.Helper()
	var out []area
	for _, f := range d.features(t, path) {
		var mp orb.MultiPolygon
		switch g := f.shape(t).(type) {
		case orb.Polygon:
			mp = orb.MultiPolygon{g}
		case orb.MultiPolygon:
			mp = g
		default:
			t.Fatalf("%s: %s is a %s", path, f.Properties["code"], f.Geometry.Type)
		}
		cover, err := geo.NewArea(mp)
		if err != nil {
			t.Fatalf("%s: %s: %v", path, f.Properties["code"], err)
		}
		out = append(out, area{f.Properties["code"], f.Properties["name"], cover})
	}
	return out
}

type feature struct {
	Properties map[string]string `json:"properties"`
	Geometry   struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
	} `json:"geometry"`
}

func (d drawn) features(t *testing.T, path string) []feature {
	t.Helper()
	var collection struct {
		Type     string    `json:"type"`
		Features []feature `json:"features"`
	}
	if err := json.Unmarshal(d.read(t, path), &collection); err != nil || collection.Type != "FeatureCollection" {
		t.Fatalf("%s: %s: %v", path, collection.Type, err)
	}
	return collection.Features
}

// shape is the geometry without elevation.
func (f feature) shape(t *testing.T) orb.Geometry {
	t.Helper()
	var err error
	read := func(into any) { err = json.Unmarshal(f.Geometry.Coordinates, into) }
	var out orb.Geometry
	switch f.Geometry.Type {
	case "LineString":
		var g orb.LineString
		read(&g)
		out = g
	case "Polygon":
		var g orb.Polygon
		read(&g)
		out = g
	case "MultiPolygon":
		var g orb.MultiPolygon
		read(&g)
		out = g
	default:
		t.Fatalf("geometry %q", f.Geometry.Type)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

const (
	districtsFile   = "areas/districts.geojson"
	streetsFile     = "areas/streets.geojson"
	communitiesFile = "areas/communities.geojson"
	cellsFile       = "areas/grid-cells.geojson"
)

// managed is the set of cells of the managed area.
func (d drawn) managed(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for _, r := range d.rows(t, "areas/managed-cells.csv") {
		out[r["cell"]] = true
	}
	return out
}
