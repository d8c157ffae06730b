package postgis_test

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/geo/crs"
	"citygrid/registry"
	"citygrid/registry/catalog"
)

// unscoped are the reads that take no scope: what every caller may know, and what only the program itself asks.
var unscoped = []string{"Editions", "FilingStandards", "HeardRevisions", "Key", "LocatorData", "Revisions", "SubclassesInUse", "System", "ToWGS84"}

// asked are arguments, after the context and the scope, for which newTown with one lamp has an answer.
func asked() map[string][]any {
	return map[string][]any{
		"City":              {},
		"Components":        {registry.ComponentQuery{Page: registry.Page{Limit: 10}}},
		"EachComponent":     {registry.ComponentQuery{Page: registry.Page{Limit: 10}}, func(*registry.Component) error { return nil }},
		"Component":         {lampCode(1)},
		"ComponentsNear":    {orb.Point{111.285, 30.705}, 500.0, 10},
		"ComponentsAmong":   {orb.Point{111.285, 30.705}, registry.Candidates{Points: []int64{1}}},
		"ComponentsSummary": {catalog.ClassCode("")},
		"ComponentCounts":   {},
		"AreasSummary":      {registry.LevelDistrict},
		"Areas":             {registry.AreaQuery{Level: registry.LevelGrid, Page: registry.Page{Limit: 10}}},
		"Area":              {registry.LevelGrid, townCell(0)},
		"Units":             {},
		"BaseLayer":         {"parks"},
		"Editions":          {},
		"SubclassesInUse":   {catalog.KindComponent},
		"FilingStandards":   {catalog.KindComponent, catalog.SubclassCode("0118")},
		"LocatorData":       {},
		"Key":               {"k1"},
		"HeardRevisions":    {},
		"Revisions":         {},
		"ToWGS84":           {crs.System(32649), []orb.Point{{527254, 3396522}}},
	}
}

// eachRead calls visit for each method of registry.Store.
func eachRead(t *testing.T, visit func(name string, method reflect.Method, args []any)) {
	t.Helper()
	reads, questions := reflect.TypeFor[registry.Store](), asked()
	for i := range reads.NumMethod() {
		m := reads.Method(i)
		args, ok := questions[m.Name]
		if !ok {
			t.Errorf("no question is known for the read %s: add one to asked()", m.Name)
			continue
		}
		visit(m.Name, m, args)
	}
}

// read calls a method of the town's store and returns its results without the error.
func (w *town) read(name string, method reflect.Method, scope registry.Scope, args []any) ([]any, error) {
	w.t.Helper()
	in := []reflect.Value{reflect.ValueOf(w.t.Context())}
	if takesScope(method) {
		in = append(in, reflect.ValueOf(scope))
	}
	for _, a := range args {
		in = append(in, reflect.ValueOf(a))
	}
	out := reflect.ValueOf(w.Store).MethodByName(name).Call(in)
	err, _ := out[len(out)-1].Interface().(error)
	var results []any
	for _, v := range out[:len(out)-1] {
		results = append(results, v.Interface())
	}
	return results, err
}

func takesScope(method reflect.Method) bool {
	return method.Type.NumIn() > 1 && method.Type.In(0) == reflect.TypeFor[context.Context]() && method.Type.In(1) == reflect.TypeFor[registry.Scope]()
}

func anything(results []any) bool {
	return slices.ContainsFunc(results, func(v any) bool { return v != nil && !reflect.ValueOf(v).IsZero() })
}

func TestEveryReadTakesAScopeOrIsKnownToNeedNone(t *testing.T) {
	t.Parallel()
	eachRead(t, func(name string, method reflect.Method, _ []any) {
		if takesScope(method) == slices.Contains(unscoped, name) {
			t.Errorf("%s: takes a scope: %v", name, takesScope(method))
		}
	})
}

func TestZeroScopeSeesNothingInAnyRead(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.place(thing{code: lampCode(1), wkt: "POINT(111.285 30.705)"})
	if err := w.CreateKey(t.Context(), registry.Key{ID: "k1", SecretSHA256: make([]byte, 32), Roles: []string{"viewer"}, CreatedAt: townAct.At}); err != nil {
		t.Fatal(err)
	}
	eachRead(t, func(name string, method reflect.Method, args []any) {
		seen, err := w.read(name, method, everyone, args)
		if err != nil || !anything(seen) {
			t.Errorf("%s shows nothing to the public: %v, %v", name, seen, err)
		}
		if !takesScope(method) {
			return
		}
		seen, err = w.read(name, method, registry.Scope{}, args)
		if anything(seen) || err != nil && registry.KindOf(err) != registry.NotFound {
			t.Errorf("%s shows the zero scope %v, %v", name, seen, err)
		}
		seen, err = w.read(name, method, registry.Scope{Units: []registry.UnitCode{}}, args)
		if anything(seen) || err != nil && registry.KindOf(err) != registry.NotFound {
			t.Errorf("%s shows the scope of no units %v, %v", name, seen, err)
		}
	})
}

func TestUnitsSeeTheComponentsThatTheySuperviseOwnOrMaintain(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.place(
		thing{code: lampCode(1), units: [3]string{"U01", "", ""}, wkt: "POINT(111.281 30.701)"},
		thing{code: lampCode(2), units: [3]string{"U02", "U01", ""}, wkt: "POINT(111.282 30.702)"},
		thing{code: lampCode(3), units: [3]string{"U02", "U03", "U01"}, wkt: "POINT(111.283 30.703)"},
		thing{code: lampCode(4), units: [3]string{"U02", "U03", ""}, wkt: "POINT(111.284 30.704)"},
		thing{code: lampCode(5), wkt: "POINT(111.285 30.705)"}, // of nobody
	)
	for name, c := range map[string]struct {
		scope  registry.Scope
		codes  []string
		extent orb.Bound
	}{
		"one unit": {registry.Scope{Units: []registry.UnitCode{"U01"}}, []string{lampCode(1), lampCode(2), lampCode(3)},
			orb.Bound{Min: orb.Point{111.281, 30.701}, Max: orb.Point{111.283, 30.703}}},
		"two units": {registry.Scope{Units: []registry.UnitCode{"U01", "U03"}}, []string{lampCode(1), lampCode(2), lampCode(3), lampCode(4)},
			orb.Bound{Min: orb.Point{111.281, 30.701}, Max: orb.Point{111.284, 30.704}}},
		"a unit of nothing": {registry.Scope{Units: []registry.UnitCode{"U09"}}, []string{}, orb.Bound{}},
		"everybody": {registry.Scope{All: true}, []string{lampCode(1), lampCode(2), lampCode(3), lampCode(4), lampCode(5)},
			orb.Bound{Min: orb.Point{111.281, 30.701}, Max: orb.Point{111.285, 30.705}}},
		"a unit and the public": {registry.Scope{Public: true, Units: []registry.UnitCode{"U09"}},
			[]string{lampCode(1), lampCode(2), lampCode(3), lampCode(4), lampCode(5)},
			orb.Bound{Min: orb.Point{111.281, 30.701}, Max: orb.Point{111.285, 30.705}}},
	} {
		page, err := w.Components(t.Context(), c.scope, registry.ComponentQuery{Page: registry.Page{Limit: 100}})
		if got := codesOf(page.Components); err != nil || !slices.Equal(got, c.codes) || page.Matched != int64(len(c.codes)) {
			t.Errorf("%s: Components %v of %d, %v", name, got, page.Matched, err)
		}
		near, err := w.ComponentsNear(t.Context(), c.scope, orb.Point{111.28, 30.70}, 5000, 100)
		if got := nearCodes(near); err != nil || !slices.Equal(got, c.codes) {
			t.Errorf("%s: ComponentsNear %v, %v", name, got, err)
		}
		all, err := w.ComponentsSummary(t.Context(), c.scope, "")
		if err != nil || all.Total != int64(len(c.codes)) || all.Bound != c.extent {
			t.Errorf("%s: ComponentsSummary %+v, %v", name, all, err)
		}
		for i := range 5 {
			_, err := w.Component(t.Context(), c.scope, lampCode(i+1))
			if visible := slices.Contains(c.codes, lampCode(i+1)); visible != (err == nil) || !visible && registry.KindOf(err) != registry.NotFound {
				t.Errorf("%s: Component %d: %v", name, i+1, err)
			}
		}
	}
}

func nearCodes(near []registry.Near) []string {
	out := []string{}
	for _, n := range near {
		out = append(out, n.Code.String())
	}
	return out
}
