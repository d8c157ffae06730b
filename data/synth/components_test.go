package synth_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"citygrid/data"
	"citygrid/geo"
	"citygrid/registry/catalog"
	"github.com/paulmach/orb"
)

// thing is a component of either file: its columns, and its geometry.
type thing struct {
	column map[string]string
	shape  orb.Geometry
}

func (d drawn) components(t *testing.T) []thing {
	t.Helper()
	var out []thing
	for _, r := range d.rows(t, "components/points.csv") {
		lon, err1 := strconv.ParseFloat(r["Lon"], 64)
		lat, err2 := strconv.ParseFloat(r["Lat"], 64)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		out = append(out, thing{r, orb.Point{lon, lat}})
	}
	for _, f := range d.features(t, "components/shapes.geojson") {
		out = append(out, thing{f.Properties, f.shape(t)})
	}
	return out
}

func TestComponentsAreThoseOfTheCensus(t *testing.T) {
	t.Parallel()
	profile, err := data.Yichang()
	if err != nil {
		t.Fatal(err)
	}
	lists, err := data.Catalog()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, e := range profile.Entries {
		if e.Kind != catalog.KindComponent {
			continue
		}
		sub, _ := lists.Subclass(profile.Edition, e.Kind, e.Subclass)
		want[string(e.Subclass)] = fmt.Sprintf("%d %s %s %s owned outside: %v", e.Items, sub.NameZH, sub.Geometry, e.Unit, e.ExternalOwnerZH != "")
	}
	for _, seed := range []uint64{1, 3} {
		count, rest := map[string]int{}, map[string]string{}
		all := yichang(t, seed).components(t)
		for _, c := range all {
			code, err := catalog.ParseComponentCode(profile.Edition, c.column["ObjID"])
			if err != nil {
				t.Fatal(err)
			}
			sub := string(code.Subclass())
			count[sub]++
			kind := map[string]string{"Point": "point", "LineString": "line", "Polygon": "polygon"}[c.shape.GeoJSONType()]
			line := fmt.Sprintf("%s %s %s owned outside: %v", c.column["ObjName"], kind, c.column["DeptCode1"], c.column["DeptCode2"] != "")
			if rest[sub] != "" && rest[sub] != line {
				t.Errorf("%s: %s, others: %s", c.column["ObjID"], line, rest[sub])
			}
			rest[sub] = line
		}
		got := map[string]string{}
		for sub, n := range count {
			got[sub] = fmt.Sprintf("%d %s", n, rest[sub])
		}
		if len(all) != 11_393 || !maps.Equal(got, want) {
			t.Errorf("seed %d: %d components\n%v\nwant 11,393\n%v", seed, len(all), got, want)
		}
	}
}

func TestComponentsStandInTheCellTheyName(t *testing.T) {
	t.Parallel()
	d := yichang(t, 1)
	managed, cells := d.managed(t), d.areas(t, cellsFile)
	next := map[string]int{}
	onBorder, crossing := 0, map[string]int{}
	for _, c := range d.components(t) {
		id, named := c.column["ObjID"], c.column["BGID"]
		if id[:6] != named[:6] {
			t.Errorf("%s names cell %s of another division", id, named)
		}
		next[id[:10]]++
		if want := fmt.Sprintf("%s%06d", id[:10], next[id[:10]]); id != want {
			t.Errorf("%s follows where %s should", id, want)
		}
		var places []orb.Point
		switch s := c.shape.(type) {
		case orb.Point:
			places = []orb.Point{s}
		case orb.LineString:
			places = s
		case orb.Polygon:
			places = s[0]
		}
		held := map[string]bool{}
		for _, p := range places {
			cover := ""
			for _, cell := range cells { // by code: the first is the lowest
				if b := cell.cover.Bound(); !b.Contains(p) {
					continue
				}
				side := cell.cover.Side(p)
				if side == geo.Outside {
					continue
				}
				if side == geo.Border && cover == "" {
					onBorder++
				}
				if cover == "" {
					cover = cell.code
				}
			}
			if !managed[cover] {
				t.Errorf("%s at %v is outside the managed area", id, p)
			}
			held[cover] = true
		}
		if _, point := c.shape.(orb.Point); point && !held[named] || !held[named] && len(held) == 1 {
			t.Errorf("%s is in %v and names %s", id, slices.Collect(maps.Keys(held)), named)
		}
		if len(held) > 1 {
			crossing[id[6:10]]++
		}
	}
	if onBorder == 0 || onBorder > 100 {
		t.Errorf("%d places are on a border, want a few", onBorder)
	}
	if crossing["0211"] == 0 || crossing["0211"] > 60 || crossing["0205"] == 0 || len(crossing) > 2 {
		t.Errorf("across borders: %v, want a few guardrails (0211) and footbridges (0205) only", crossing)
	}
}

func TestSameKindsKeepTheirDistance(t *testing.T) {
	t.Parallel()
	type kind struct {
		subclass string
		x, y     int
	}
	seen := map[kind][]orb.Point{}
	for _, c := range yichang(t, 1).components(t) {
		p, ok := c.shape.(orb.Point)
		if !ok {
			continue
		}
		k := kind{c.column["ObjID"][6:10], int(p[0] * 20_000), int(p[1] * 20_000)}
		for _, q := range seen[k] {
			if m := geo.Metres(p, q); m < 1 {
				t.Errorf("%s stands %.2f m from another", c.column["ObjID"], m)
			}
		}
		seen[k] = append(seen[k], p)
	}
}

func TestStatesDatesAndElevationsAreThoseOfAFirstSurvey(t *testing.T) {
	t.Parallel()
	states, high := map[string]int{}, 0
	for _, c := range yichang(t, 1).components(t) {
		states[c.column["ObjState"]]++
		if date := c.column["ORDate"]; !strings.HasPrefix(date, "2011-") || c.column["CHDate"] != "" {
			t.Errorf("%s: surveyed %q, changed %q", c.column["ObjID"], date, c.column["CHDate"])
		}
		if c.column["DeptCode3"] != "" {
			t.Errorf("%s has a maintainer: rules should decide", c.column["ObjID"])
		}
		if h := c.column["Height"]; h != "" {
			high++
			if m, err := strconv.ParseFloat(h, 64); err != nil || m < 40 || m > 70 || len(h) != 5 {
				t.Errorf("%s: elevation %q", c.column["ObjID"], h)
			}
		}
	}
	if states["完好"] < 10_500 || states["破损"] < 100 || states["废弃"] < 20 || len(states) != 3 {
		t.Errorf("states: %v", states)
	}
	if high < 5000 || high > 8000 {
		t.Errorf("%d points have an elevation, want about six in ten", high)
	}
}
