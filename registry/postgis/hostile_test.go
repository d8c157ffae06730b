package postgis_test

import (
	"reflect"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/postgis"
	"citygrid/registry/profile"
)

// payloads would do harm where a value became part of a statement, of a pattern or of JSON.
func payloads() []string {
	return []string{
		`'`, `"`, `''`, `\`, `\'`, `';`, `--`, `/*`, `*/`, `$1`, `$$`, `$q$`, `%`, `_`, `%s`, `{}`, `{"a":1}`, `[1]`, `null`, `NULL`, `true`, `*`, `,`, ` `,
		`'; drop table canary; --`, `' or '1'='1`, `' or 1=1 --`, `x' union select 'a' --`, `"; drop table canary; --`, `\'; drop table canary; --`,
		`1; update canary set n = 0`, `'||(select pg_sleep(10))||'`, `$$; drop table canary; $$`, `E'\''; drop table canary; --`,
		`＇; drop table canary; －－`, "\u02bc; drop table canary", "ʼ or ʼ1ʼ=ʼ1", "\u202e", "移除'", "a\nb", "a\rb", "\t", "\u2028", "\x7f", "{}'::text[]", `{"x'",NULL}`,
		"a\x00b", "\x00", "\xbf'; drop table canary; --", "\xff\xfe", "\xed\xa0\x80",
	}
}

// storable tells whether PostgreSQL can keep it as text.
func storable(payload string) bool {
	return utf8.ValidString(payload) && !slices.Contains([]byte(payload), 0)
}

func (w *town) plantCanary() (sings func()) {
	w.exec(`create table canary (n int)`)
	w.exec(`insert into canary values (42)`)
	before := w.everything()
	return func() {
		w.t.Helper()
		if after := w.everything(); after != before {
			w.t.Error("a read wrote something, or the canary is gone")
		}
	}
}

func TestTextInReadsIsNeverPartOfAStatement(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.place(thing{code: lampCode(1), wkt: "POINT(111.285 30.705)"})
	sings := w.plantCanary()
	calls := 0
	eachRead(t, func(name string, method reflect.Method, args []any) {
		for _, payload := range payloads() {
			for _, hostile := range withText(args, payload) {
				calls++
				w.askHostile(name, method, everyone, hostile, payload)
			}
			if takesScope(method) {
				calls++
				w.askHostile(name, method, registry.Scope{Units: []registry.UnitCode{registry.UnitCode(payload)}}, args, payload)
			}
		}
	})
	for _, payload := range payloads() {
		err := w.RevokeKey(t.Context(), payload, townAct.At)
		if kind := registry.KindOf(err); err == nil || kind != registry.NotFound && kind != registry.Invalid {
			t.Errorf("RevokeKey %q: %v", payload, err)
		}
	}
	if calls < 1000 {
		t.Errorf("only %d calls", calls)
	}
	sings()
}

// askHostile makes a call that may find something, nothing or refuse, but must not break.
func (w *town) askHostile(name string, method reflect.Method, scope registry.Scope, args []any, payload string) {
	w.t.Helper()
	_, err := w.read(name, method, scope, args)
	if kind := registry.KindOf(err); err != nil && kind != registry.NotFound && kind != registry.Invalid {
		w.t.Errorf("%s with %q: %v", name, payload, err)
	}
	if err != nil && storable(payload) && registry.KindOf(err) == registry.Invalid {
		w.t.Errorf("%s refuses %q: %v", name, payload, err)
	}
}

// withText returns the arguments once for each text in them, with the payload in its place.
func withText(args []any, payload string) [][]any {
	var out [][]any
	with := func(i int, v any) {
		changed := slices.Clone(args)
		changed[i] = v
		out = append(out, changed)
	}
	for i, arg := range args {
		v := reflect.New(reflect.TypeOf(arg)).Elem()
		v.Set(reflect.ValueOf(arg))
		switch v.Kind() {
		case reflect.String:
			v.SetString(payload)
			with(i, v.Interface())
		case reflect.Struct:
			for f := range v.NumField() {
				if v.Field(f).Kind() == reflect.String {
					old := v.Field(f).String()
					v.Field(f).SetString(payload)
					with(i, v.Interface())
					v.Field(f).SetString(old)
				}
			}
		}
	}
	return out
}

func TestHostileTextIsStoredAsItIs(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.exec(`create table canary (n int)`)
	w.exec(`insert into canary values (42)`)
	city, areas := townCity(), townAreas()
	var units []registry.Unit
	var rules []registry.Responsibility
	var staff []registry.Staff
	layers := map[string][]byte{}
	for i, payload := range payloads() {
		if !storable(payload) {
			continue
		}
		units = append(units, registry.Unit{Code: registry.UnitCode(payload), Name: payload, NameEN: payload, Kind: registry.OutsideOwner, Ring: 3})
		rules = append(rules, registry.Responsibility{Area: payload, Kind: "*", Subject: payload, Role: registry.Owner, Unit: registry.UnitCode(payload)})
		areas = append(areas, registry.Area{
			Code: payload, Level: registry.LevelDistrict, Name: payload, NameEN: payload, Geometry: squareArea(float64(i), 0, 1),
		})
		staff = append(staff, registry.Staff{Code: payload, Name: payload, Role: registry.Officer, Area: payload})
		layers[payload] = []byte(payload)
		city.Name, city.Notice, city.NoticeEN = payload, payload, payload
	}
	w.change(func(c *postgis.Change) error {
		for _, put := range []func() (registry.Diff, error){
			func() (registry.Diff, error) { return putTownAreas(t, c, areas) },
			func() (registry.Diff, error) { return c.PutCity(t.Context(), city) },
			func() (registry.Diff, error) { return c.PutUnits(t.Context(), units) },
			func() (registry.Diff, error) { return c.PutResponsibilities(t.Context(), rules) },
			func() (registry.Diff, error) { return c.PutStaff(t.Context(), staff) },
			func() (registry.Diff, error) { return c.PutBaseLayers(t.Context(), layers) },
			func() (registry.Diff, error) {
				return c.PutManagedCells(t.Context(), []profile.Managed{{Code: `'`, Cells: []string{`\`, `"`}}})
			},
		} {
			if _, err := put(); err != nil {
				return err
			}
		}
		return nil
	})
	d, err := w.LocatorData(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	byCode := map[string]registry.Area{}
	for _, a := range d.Areas {
		byCode[a.Code] = a
	}
	for _, a := range areas {
		if !reflect.DeepEqual(byCode[a.Code], a) {
			t.Errorf("area %q came back as %+v", a.Code, byCode[a.Code])
		}
	}
	for _, u := range units {
		if !slices.Contains(d.Units, u) {
			t.Errorf("unit %q is lost", u.Code)
		}
	}
	for _, r := range rules {
		if !slices.Contains(d.Rules, r) {
			t.Errorf("rule %q is lost", r.Subject)
		}
	}
	for _, s := range staff {
		if !slices.Contains(d.Staff, s) {
			t.Errorf("staff %q is lost", s.Code)
		}
	}
	for name, want := range layers {
		if got, err := w.BaseLayer(t.Context(), everyone, name); err != nil || string(got) != string(want) {
			t.Errorf("layer %q came back as %q, %v", name, got, err)
		}
	}
	if d.City != city || !reflect.DeepEqual(d.ManagedCells, map[string][]string{`'`: {`"`, `\`}}) {
		t.Errorf("city %+v, managed cells %v", d.City, d.ManagedCells)
	}
	if got := w.texts(`select n::text from canary`); !slices.Equal(got, []string{"42"}) {
		t.Errorf("canary: %v", got)
	}
}

func TestTextThatNoDatabaseKeepsIsRefusedAndLeavesNothing(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	before := w.everything()
	for _, payload := range payloads() {
		if storable(payload) {
			continue
		}
		for name, put := range map[string]func(*postgis.Change) error{
			"city": func(c *postgis.Change) error {
				_, err := c.PutCity(t.Context(), registry.City{Name: payload, Edition: catalog.Edition2007})
				return err
			},
			"layer": func(c *postgis.Change) error {
				_, err := c.PutBaseLayers(t.Context(), map[string][]byte{payload: nil})
				return err
			},
			"area": func(c *postgis.Change) error {
				_, err := putTownAreas(t, c, []registry.Area{{Code: "1", Level: registry.LevelDistrict, Name: payload, Geometry: squareArea(0, 0, 1)}})
				return err
			},
		} {
			if _, err := w.Change(t.Context(), townAct, put); registry.KindOf(err) != registry.Invalid {
				t.Errorf("%s with %q: %v", name, payload, err)
			}
		}
		err := w.CreateKey(t.Context(), registry.Key{ID: payload, SecretSHA256: []byte{}, Roles: []string{payload}, CreatedAt: townAct.At})
		if registry.KindOf(err) != registry.Invalid {
			t.Errorf("key with %q: %v", payload, err)
		}
	}
	if after := w.everything(); after != before {
		t.Error("something of it remains")
	}
}

func TestNearAtTheEndsOfTheEarthIsEmpty(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.place(thing{code: lampCode(1), wkt: "POINT(111.285 30.705)"})
	for _, p := range []orb.Point{{180, 90}, {-180, -90}, {111, 89.9999}, {0, 0}} {
		near, err := w.ComponentsNear(t.Context(), everyone, p, 500, 10)
		if err != nil || len(near) != 0 {
			t.Errorf("%v: %v, %v", p, near, err)
		}
	}
}
