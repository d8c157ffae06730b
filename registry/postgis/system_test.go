package postgis_test

import (
	"errors"
	"os/exec"
	"strings"
	"testing"

	"citygrid/geo/crs"
	"citygrid/registry"
)

// GDAL says of each system which axis comes first, from PROJ's own tables.
func TestAxesOfASystemAreThoseOfItsAuthority(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	for _, name := range []string{"EPSG:4326", "EPSG:4490", "EPSG:3857", "EPSG:4546", "EPSG:4525", "EPSG:4491", "EPSG:32649", "EPSG:32749", "EPSG:2326", "EPSG:3034", "EPSG:3035",
		"EPSG:2154", "EPSG:27700", "EPSG:3067", "EPSG:3395", "EPSG:2056", "EPSG:28992", "EPSG:4258", "EPSG:3826"} {
		system, err := crs.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		text, err := exec.Command("gdalsrsinfo", "-o", "wkt2", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		_, axes, _ := strings.Cut(string(text), "CS[")
		if i := strings.LastIndex(string(text), "CS["); i >= 0 { // a system in the plane holds its geographic one
			axes = string(text)[i:]
		}
		_, first, _ := strings.Cut(axes, `",`)
		want := registry.System{Number: system.Number(), NorthFirst: strings.HasPrefix(first, "north"), Degrees: strings.HasPrefix(axes, "CS[ellipsoidal")}
		if got, err := w.System(t.Context(), system); err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, want)
		}
	}
	var unknown *crs.UnknownError
	for _, system := range []crs.System{crs.GCJ02, 4978, 7, 9999} {
		if got, err := w.System(t.Context(), system); !errors.As(err, &unknown) {
			t.Errorf("%v: %+v, %v", system, got, err)
		}
	}
}
