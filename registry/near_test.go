package registry_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

// lamp is the n-th street lamp, at a distance.
func lamp(t *testing.T, n int, metres float64) registry.Near {
	t.Helper()
	code, err := catalog.ParseComponentCode(catalog.Edition2007, fmt.Sprintf("4205020118%06d", n))
	if err != nil {
		t.Fatal(err)
	}
	return registry.Near{Component: registry.Component{ID: int64(n), Code: code}, Metres: metres}
}

func TestTheNearestComeByCentimetresAndThenByCode(t *testing.T) {
	t.Parallel()
	for _, claim := range []struct {
		what   string
		metres []float64 // of the lamps 1, 2, 3 …
		limit  int
		want   []int64
	}{
		{"none", nil, 5, []int64{}},
		{"nearest first", []float64{3, 1, 2}, 5, []int64{2, 3, 1}},
		{"as far as another, but for how it was measured", []float64{67.00000002, 67.00000001, 67}, 5, []int64{1, 2, 3}},
		{"on one centimetre", []float64{67.004, 66.996, 67.006}, 5, []int64{1, 2, 3}},
		{"on the next", []float64{67.006, 67.004}, 5, []int64{2, 1}},
		{"as many as may be", []float64{2, 2, 1, 2}, 3, []int64{3, 1, 2}},
		{"at the radius and beyond it", []float64{100.00000001, 100, 99.999}, 5, []int64{2, 3}},
		{"no distance", []float64{math.NaN(), 0}, 5, []int64{2}},
	} {
		var near []registry.Near
		for i, metres := range claim.metres {
			near = append(near, lamp(t, i+1, metres))
		}
		for range 2 { // in whichever order they were found
			got := []int64{}
			for _, n := range registry.Nearest(near, 100, claim.limit) {
				if math.Float64bits(n.Metres) != math.Float64bits(claim.metres[n.ID-1]) {
					t.Errorf("%s: lamp %d is %v m away", claim.what, n.ID, n.Metres)
				}
				got = append(got, n.ID)
			}
			if !slices.Equal(got, claim.want) {
				t.Errorf("%s: %v, want %v", claim.what, got, claim.want)
			}
			slices.Reverse(near)
		}
	}
}
