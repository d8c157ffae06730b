package query

import (
	"testing"

	"github.com/paulmach/orb"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

func TestAskIsAPointWithOrWithoutASubject(t *testing.T) {
	t.Parallel()
	here := orb.Point{111.28, 30.7}
	for raw, want := range map[string]registry.Ask{
		"":                             {Point: here},
		"&kind=event&subclass=0102":    {Point: here, Kind: catalog.KindEvent, Subclass: "0102"},
		"&kind=component":              {Point: here, Kind: catalog.KindComponent},
		"&kind=event&subclass=01002":   {Point: here, Kind: catalog.KindEvent, Subclass: "01002"}, // the 2026 edition
		"&component=4205020102000123":  {Point: here, Component: "4205020102000123"},
		"&component=42050201002000123": {Point: here, Component: "42050201002000123"},
	} {
		p, err := ParseParameters("lon=111.28&lat=30.7"+raw, "lon", "lat", "kind", "subclass", "component")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := p.Ask(t.Context(), noStore()); err != nil || got != want {
			t.Errorf("%s: got %+v, %v; want %+v", raw, got, err, want)
		}
	}
}

func TestSubjectThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		given       Parameters
		name, value string
	}{
		{Parameters{"kind": "thing"}, "kind", "thing"},
		{Parameters{"kind": ""}, "kind", ""},
		{Parameters{"subclass": "0102"}, "kind", ""}, // of what?
		{Parameters{"kind": "event", "subclass": "102"}, "subclass", "102"},
		{Parameters{"kind": "event", "subclass": "0000"}, "subclass", "0000"},
		{Parameters{"kind": "event", "subclass": "01a2"}, "subclass", "01a2"},
		{Parameters{"component": "123"}, "component", "123"},
		{Parameters{"component": "4205020102000000"}, "component", "4205020102000000"},
		{Parameters{"component": "420502010200012x"}, "component", "420502010200012x"},
	} {
		c.given["lon"], c.given["lat"] = "1", "2"
		_, err := c.given.Ask(t.Context(), noStore())
		if got, want := refused(t, err), invalidParameter(c.name, c.value); got != want {
			t.Errorf("%v: got %+v, want %+v", c.given, got, want)
		}
	}
}
