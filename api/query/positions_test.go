package query

import (
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/geo/crs"
	"citygrid/registry"
)

func TestPairsBecomeDegreesOfTheirSystem(t *testing.T) {
	t.Parallel()
	const text = "[[527302.198,3398303.251],[500000,3398000]]"
	points, err := ReadPoints(strings.NewReader(text), JSON)
	if err != nil {
		t.Fatal(err)
	}
	system, err := crs.Parse("EPSG:4546")
	if err != nil {
		t.Fatal(err)
	}
	var want []orb.Point
	for _, p := range points.List {
		position, err := system.ToWGS84(p[0], p[1])
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, position)
	}
	if err := points.ToWGS84(t.Context(), noStore(), system); err != nil || points.List[0] != want[0] || points.List[1] != want[1] || len(points.List) != 2 {
		t.Errorf("got %v, %v; want %v", points.List, err, want)
	}
}

func TestPairThatIsNoPositionInItsSystemIsNamedByItsPlace(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ crs, pairs, name, value string }{
		{"CRS84", "[[1,2],[181,2]]", "body/1/0", "181"},
		{"CRS84", "[[1,2],[1,-90.5]]", "body/1/1", "-90.5"},
		{"EPSG:4490", "[[30.7,111.28]]", "body/0/1", "111.28"},
		{"EPSG:4546", "[[527302.198,3398303.251],[527302.198,1e7]]", "body/1/1", "10000000"},
		{"EPSG:4546", "[[1e300,2]]", "body/0/0", "1e+300"},
		{"BD-09", "[[111.29,30.7],[111.29,30.7],[0,0]]", "body/2/0", "0"},
	} {
		points, err := ReadPoints(strings.NewReader(tt.pairs), JSON)
		if err != nil {
			t.Fatal(err)
		}
		system, err := Parameters{"crs": tt.crs}.System()
		if err != nil {
			t.Fatal(err)
		}
		if got, want := refused(t, points.ToWGS84(t.Context(), noStore(), system)), invalidParameter(tt.name, tt.value); got != want {
			t.Errorf("%s %s: got %+v, want %+v", tt.crs, tt.pairs, got, want)
		}
	}
	if system, err := (Parameters{}).System(); system != crs.WGS84 || err != nil {
		t.Errorf("absent: %v, %v", system, err)
	}
	_, err := Parameters{"crs": "EPSG:70000"}.System()
	if got, want := refused(t, err), (refusal{registry.Invalid, "invalid_parameter", "crs", "EPSG:70000"}); got != want {
		t.Errorf("unknown: got %+v, want %+v", got, want)
	}
}
