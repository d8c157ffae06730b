package query

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"citygrid/registry"
)

// wellRefused checks that an error is a refusal of a parameter, with its cure.
func wellRefused(t *testing.T, err error, name string) {
	t.Helper()
	var e *registry.Error
	if !errors.As(err, &e) || e.Kind != registry.Invalid || len(e.Fields) == 0 || !strings.Contains(e.Fields[0].Name, name) || e.Fields[0].Message.EN == "" {
		t.Errorf("%v is no refusal of %s", err, name)
	}
}

func FuzzDatetime(f *testing.F) {
	for _, text := range []string{
		"2026-01-31", "2022-04-03T", "../2022-04-03", "2022-04-03/..", "0000-01-01T00:00:00Z/2020-01-01T00:00:00Z", "2020-01-01/9999-12-31", "/", "..", "2020-01-01/2019-01-01",
		"2026-01-31T08:00:00+08:00/2026-01-31T08:00:00Z", "2026-01-31T23:59:60Z", "2026-01-31T08:00:00,5Z",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		during, err := Parameters{"datetime": text}.during()
		if err != nil {
			wellRefused(t, err, "datetime")
			return
		}
		if !during.From.IsZero() && !during.To.IsZero() && during.From.After(during.To) {
			t.Errorf("%q ends before it begins: %v", text, during)
		}
		for _, end := range []time.Time{during.From, during.To} {
			if !end.IsZero() && (end.Year() < 1 || end.Year() > 9998 || end != dayOf(end)) {
				t.Errorf("%q has the end %v", text, end)
			}
		}
		back := func(end time.Time) string {
			if end.IsZero() {
				return ".."
			}
			return end.Format(time.DateOnly)
		}
		if again, err := (Parameters{"datetime": back(during.From) + "/" + back(during.To)}).during(); err != nil || again != during {
			t.Errorf("%q is read as %v, which is written as %v, %v", text, during, again, err)
		}
	})
}

func FuzzSystemName(f *testing.F) {
	for _, text := range []string{
		CRS84, CRS84h, "http://www.opengis.net/def/crs/EPSG/0/4326", "http://www.opengis.net/def/crs/EPSG/9.9/4546", "urn:ogc:def:crs:EPSG::4490", "EPSG:3857", "[EPSG:4525]",
		"CRS84", "4326", "http://www.opengis.net/def/crs/0/unsupported", "EPSG:2382", "GCJ-02", "",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, name := range []string{"crs", "bbox-crs"} {
			system, err := Parameters{name: text}.served(name, things)
			if err != nil {
				wellRefused(t, err, name)
				continue
			}
			if !slices.Contains(things.Systems, system) {
				t.Errorf("%q is %v, which is not served", text, system)
			}
			if again, err := (Parameters{name: system.URI}).served(name, things); err != nil || again != system {
				t.Errorf("%q is %v, whose address is %v, %v", text, system, again, err)
			}
			if strings.HasPrefix(text, "http://www.opengis.net/def/crs/OGC/") && system.NorthFirst {
				t.Errorf("%q has latitude first", text)
			}
		}
	})
}

func FuzzSortby(f *testing.F) {
	for _, text := range []string{"name", "-changed_on,name", "+code", " code", "code,code", "--code", "+-code", "extra", "", ",", "code,", "a,b,c,d,e", "name desc", "code;drop"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		order, err := Parameters{"sortby": text}.order(things)
		if err != nil {
			wellRefused(t, err, "sortby")
			return
		}
		var parts []string
		for _, o := range order {
			if p, ok := things.named(o.Property, true); !ok || !p.Scalar() {
				t.Errorf("%q sorts by %q", text, o.Property)
			}
			if o.Descending {
				o.Property = "-" + o.Property
			}
			parts = append(parts, o.Property)
		}
		if again, err := (Parameters{"sortby": strings.Join(parts, ",")}).order(things); err != nil || !slices.Equal(again, order) || len(order) < 1 || len(order) > maxOrder {
			t.Errorf("%q is %v, and written again %v, %v", text, order, again, err)
		}
	})
}

func FuzzProperties(f *testing.F) {
	for _, text := range []string{"name", "code,extra,grids_also", "", ",", "name,,code", "geometry", "NAME", "name,name", "name'"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		names, err := Parameters{"properties": text}.chosen(things)
		if err != nil {
			wellRefused(t, err, "properties")
			return
		}
		for _, name := range names {
			if _, ok := things.named(name, false); !ok {
				t.Errorf("%q chooses %q", text, name)
			}
		}
		if names == nil || strings.Join(names, ",") != text {
			t.Errorf("%q chooses %q", text, names)
		}
	})
}

// FuzzSelected reads a text as the value of each property: what is taken can be sent to the store, and is the same when it is read again.
func FuzzSelected(f *testing.F) {
	for _, text := range []string{"路灯", "", "2021-02-28", "0000-01-01", "-infinity", "1e400", "1e-400", "0x1p4", "1_0", "NaN", "a\x00", "\xff", "完好", "12.50"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, of := range []Collection{things, streets} {
			for _, name := range of.Parameters() {
				equal, err := Parameters{name: text}.selected(of)
				if err != nil {
					wellRefused(t, err, name)
					continue
				}
				value := equal[0].Value
				if len(equal) != 1 || equal[0].Property != name || !utf8.ValidString(value) || strings.ContainsRune(value, 0) {
					t.Errorf("%s=%q selects %q", name, text, equal)
				}
				if again, err := (Parameters{name: value}).selected(of); err != nil || again[0].Value != value {
					t.Errorf("%s=%q is %q, and that %q, %v", name, text, value, again, err)
				}
			}
		}
	})
}

// FuzzCursorKeys puts any keys behind right checksums, as anybody can: what is taken can be sent to the store.
func FuzzCursorKeys(f *testing.F) {
	f.Add("2021-01-01", "12.5", "路灯", "4205020118000001")
	f.Add("-infinity", "1e-400", "", "")
	f.Add("infinity", "NaN", "a\x00", "\xff")
	f.Add("", "", "", "\x00")
	f.Fuzz(func(t *testing.T, day, number, word, code string) {
		for order, keys := range map[string]registry.Keys{"changed_on,-note": {day, word, code}, "first_surveyed": {day, code}, "code": {code}, "-state": {word, code}} {
			takesKeys(t, things, order, keys)
		}
		takesKeys(t, streets, "square_metres,name", registry.Keys{number, word, code})
	})
}

func takesKeys(t *testing.T, of Collection, order string, keys registry.Keys) {
	p := Parameters{"sortby": order}
	first, err := p.Items(t.Context(), noStore(), of)
	if err != nil {
		t.Fatal(err)
	}
	p["cursor"] = EncodeCursor(keys, false, first.selection())
	q, err := p.Items(t.Context(), noStore(), of)
	if err != nil {
		wellRefused(t, err, "cursor")
		return
	}
	for i, key := range q.After {
		if !utf8.ValidString(key) || strings.ContainsRune(key, 0) {
			t.Errorf("%s takes %q", order, keys)
		}
		name := registry.CodeProperty
		if i < len(q.Order) {
			name = q.Order[i].Property
		}
		property, _ := of.named(name, true)
		if property.Type == registry.DateProperty && key != registry.NoDateKey {
			if _, err := time.Parse(time.DateOnly, key); err != nil {
				t.Errorf("%s takes %q as a day", order, key)
			}
		}
		if again, err := property.Parse(key); property.Type == registry.NumberProperty && (err != nil || again != key) {
			t.Errorf("%s takes %q as a number", order, key)
		}
	}
}
