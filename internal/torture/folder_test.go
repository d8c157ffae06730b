package torture_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strconv"
	"testing/fstest"
	"time"

	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/postgis"
)

// folder is the town as profile.Apply takes it.
func (w *town) folder() fstest.MapFS {
	out := fstest.MapFS{}
	put := func(name string, text []byte) { out[name] = &fstest.MapFile{Data: text} }
	put("city.json", encode(w.city()))
	features := map[registry.Level][]map[string]any{}
	for _, code := range w.codes() {
		of, _ := level(code)
		shape, _ := w.shape(code)
		features[of] = append(features[of], map[string]any{
			"type": "Feature", "properties": map[string]string{"code": code, "name": w.names[code], "name_en": ""},
			"geometry": map[string]any{"type": "MultiPolygon", "coordinates": shape},
		})
	}
	for of, name := range map[registry.Level]string{
		registry.LevelDistrict: "districts", registry.LevelStreet: "streets", registry.LevelCommunity: "communities", registry.LevelGrid: "grid-cells",
	} {
		put("areas/"+name+".geojson", encode(map[string]any{"type": "FeatureCollection", "features": features[of]}))
	}
	managed, cells := [][]string{{"code", "name", "name_en"}}, [][]string{{"area", "cell"}}
	for _, m := range w.managedAreas() {
		managed = append(managed, []string{m.Code, m.Name, ""})
		for _, cell := range m.Cells {
			cells = append(cells, []string{m.Code, cell})
		}
	}
	units := [][]string{{"code", "name", "name_en", "kind", "ring", "parent"}}
	for _, u := range w.namedUnits() {
		units = append(units, []string{string(u.Code), u.Name, "", string(u.Kind), strconv.Itoa(u.Ring), string(u.Parent)})
	}
	rules := [][]string{{"area", "kind", "subject", "role", "unit", "valid_from", "valid_to"}}
	for _, r := range w.rules {
		rules = append(rules, []string{r.Area, r.Kind, r.Subject, string(r.Role), string(r.Unit), day(r.ValidFrom), day(r.ValidTo)})
	}
	staff := [][]string{{"code", "name", "role", "area"}}
	for _, p := range w.people() {
		staff = append(staff, []string{p.Code, p.Name, string(p.Role), p.Area})
	}
	catalogue := [][]string{{"kind", "subclass"}}
	for _, kind := range catalog.Kinds() {
		for _, code := range inUse()[kind] {
			catalogue = append(catalogue, []string{string(kind), string(code)})
		}
	}
	for name, table := range map[string][][]string{
		"areas/managed-areas.csv": managed, "areas/managed-cells.csv": cells, "units.csv": units,
		"responsibilities.csv": rules, "staff.csv": staff, "catalogue.csv": catalogue,
	} {
		var text bytes.Buffer
		if err := csv.NewWriter(&text).WriteAll(table); err != nil {
			panic(err) // a buffer takes everything
		}
		put(name, text.Bytes())
	}
	return out
}

// put makes the store's tables the town's without the folder and its checks.
func (w *town) put(ctx context.Context, c *postgis.Change) error {
	areas, ok := w.areas()
	if !ok {
		return fmt.Errorf("an area without an outline: the editor lets none pass")
	}
	diff := func(_ registry.Diff, err error) error { return err }
	return cmp.Or(
		c.StageAreas(ctx, areas),
		c.StageManaged(ctx, w.managedAreas()),
		diff(c.PutCity(ctx, w.city())),
		diff(c.PutAreas(ctx)),
		diff(c.PutManagedCells(ctx, w.managedAreas())),
		diff(c.PutUnits(ctx, w.namedUnits())),
		diff(c.PutResponsibilities(ctx, w.rules)),
		diff(c.PutStaff(ctx, w.people())),
	)
}

func encode(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // values of our own
	}
	return text
}

// day is a date as the folder writes it, empty for none.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}
