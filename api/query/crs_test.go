package query

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"citygrid/registry"
)

// noStore is a registry for questions that nothing need be asked for.
func noStore() *registry.Registry { return registry.New(nil, nil) }

func TestPointInASystemIsGivenInDegreesOfWGS84(t *testing.T) {
	t.Parallel()
	for system, at := range map[string][2]string{
		"EPSG:4326": {"111.285", "30.705"},
		"EPSG:4490": {"111.285", "30.705"},
		"EPSG:4546": {"527302.198", "3398303.251"},
		"EPSG:4525": {"37527302.198", "3398303.251"},
		"GCJ-02":    {"111.2906574", "30.7025654"},
		"BD-09":     {"111.2972235", "30.7082664"},
	} {
		got, err := (Parameters{"lon": at[0], "lat": at[1], "crs": system}).Point(t.Context(), noStore())
		if err != nil || math.Abs(got[0]-111.285) > 1e-7 || math.Abs(got[1]-30.705) > 1e-7 {
			t.Errorf("%s: got %v, %v", system, got, err)
		}
	}
}

func TestPointThatIsNowhereInItsSystemIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		given       Parameters
		name, value string
	}{
		{Parameters{"lon": "1", "lat": "2", "crs": "EPSG:0"}, "crs", "EPSG:0"},
		{Parameters{"lon": "527302", "lat": "3398303", "crs": "EPSG:2434"}, "crs", "EPSG:2434"},
		{Parameters{"lon": "x", "lat": "3398303", "crs": "EPSG:32649"}, "lon", "x"},
		{Parameters{"lon": "1", "lat": "2", "crs": ""}, "crs", ""},
		{Parameters{"lon": "111.285", "lat": "30.705", "crs": "4546"}, "lon", "111.285"},
		{Parameters{"lon": "527302", "lat": "-1", "crs": "4546"}, "lat", "-1"},
		{Parameters{"lon": "181", "lat": "30", "crs": "GCJ-02"}, "lon", "181"},
		{Parameters{"lon": "11", "lat": "30", "crs": "BD-09"}, "lon", "11"},
		{Parameters{"lon": "NaN", "lat": "30", "crs": "4546"}, "lon", "NaN"},
		{Parameters{"lat": "30", "crs": "4546"}, "lon", ""},
	} {
		_, err := c.given.Point(t.Context(), noStore())
		if got, want := refused(t, err), invalidParameter(c.name, c.value); got != want {
			t.Errorf("%v: got %+v, want %+v", c.given, got, want)
		}
	}
}

func TestSystemAndBothNumbersAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := Parameters{"lon": "x", "crs": "nowhere"}.Point(t.Context(), noStore())
	var e *registry.Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	var names []string
	for _, f := range e.Fields {
		names = append(names, f.Name)
	}
	if want := []string{"crs", "lon", "lat"}; !slices.Equal(names, want) {
		t.Errorf("got %v, want %v", names, want)
	}
}

func TestCureIsInTheUnitOfTheSystem(t *testing.T) {
	t.Parallel()
	for want, given := range map[string]Parameters{
		"missing: write degrees, such as 111.2846": {"lat": "1"},
		"missing: write it in the unit of crs":     {"lat": "1", "crs": "4546"},
		"write degrees on WGS 84":                  {"lon": "181", "lat": "1"},
		"write degrees on EPSG:4490":               {"lon": "181", "lat": "1", "crs": "4490"},
		"write 37 before the easting":              {"lon": "527302", "lat": "3398303", "crs": "4525"},
	} {
		_, err := given.Point(t.Context(), noStore())
		var e *registry.Error
		if !errors.As(err, &e) || len(e.Fields) != 1 || !strings.Contains(e.Fields[0].Message.EN, want) {
			t.Errorf("%v: got %v, want %s", given, err, want)
		}
	}
}

func TestOnlySystemsThatAreNotComputedNeedTheStore(t *testing.T) {
	t.Parallel()
	for system, want := range map[string]bool{"EPSG:4546": false, "GCJ-02": false, "EPSG:2434": false, "nowhere": false, "EPSG:32649": true, "3857": true} {
		if got := (Parameters{"crs": system}).NeedsStore(); got != want {
			t.Errorf("%s: %v", system, got)
		}
	}
	if (Parameters{}).NeedsStore() {
		t.Error("degrees need the store")
	}
}
