package postgis_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/registry"
)

func TestOfThoseThatStandEquallyFarTheLowestCodesAreNear(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	p := orb.Point{111.285, 30.705}
	var things []thing
	for n := range 60 { // codes against the order of creation: forty in one spot, and twenty in pairs due east and west
		x := 111.285
		if n >= 40 {
			x += []float64{-1e-4, 1e-4}[n%2] * float64(n/2-18)
		}
		units := [3]string{[]string{"U01", "U02"}[n%2], "", ""}
		things = append(things, thing{code: lampCode(60 - n), units: units, wkt: fmt.Sprintf("POINT(%.7f 30.705)", x)})
	}
	things = append(things, thing{code: lampCode(70), wkt: "LINESTRING(111.284 30.705, 111.286 30.705)"})
	w.place(things...)
	one := registry.Scope{Units: []registry.UnitCode{"U01"}}
	for _, claim := range []struct {
		scope  registry.Scope
		metres float64
		limit  int
		want   []int // lamps
	}{
		{everyone, 1, 5, []int{21, 22, 23, 24, 25}},
		{everyone, 1, 100, append(span(21, 60, 1), 70)},
		{everyone, 30, 44, append(span(21, 60, 1), 70, 19, 20, 17)},
		{one, 1, 3, []int{22, 24, 26}},
		{one, 30, 22, append(span(22, 60, 2), 20, 18)},
	} {
		want := []string{}
		for _, n := range claim.want {
			want = append(want, lampCode(n))
		}
		near, err := w.ComponentsNear(t.Context(), claim.scope, p, claim.metres, claim.limit)
		if got := nearCodes(near); err != nil || !slices.Equal(got, want) {
			t.Errorf("%d within %v m for %+v: %v, want %v, %v", claim.limit, claim.metres, claim.scope, got, want, err)
		}
		all := registry.Candidates{Points: w.ids(w.texts(`select code from component where st_dimension(geom) = 0`)...), Shapes: w.ids(lampCode(70))}
		among, _, err := w.ComponentsAmong(t.Context(), claim.scope, p, all)
		if among = registry.Nearest(among, claim.metres, claim.limit); err != nil || !reflect.DeepEqual(near, among) {
			t.Errorf("%d within %v m: %+v\namong candidates %+v, %v", claim.limit, claim.metres, near, among, err)
		}
	}
}

// span is every step-th number from one to another.
func span(from, to, step int) []int {
	var out []int
	for n := from; n <= to; n += step {
		out = append(out, n)
	}
	return out
}
