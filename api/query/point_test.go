package query

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/registry"
)

func TestPointIsLongitudeThenLatitude(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lon, lat string
		want     orb.Point
	}{
		{"111.28", "30.7", orb.Point{111.28, 30.7}},
		{"-180", "90", orb.Point{-180, 90}},
		{"1e2", "-.5", orb.Point{100, -.5}},
	} {
		if got, err := (Parameters{"lon": c.lon, "lat": c.lat}).Point(t.Context(), noStore()); err != nil || got != c.want {
			t.Errorf("%s %s: got %v, %v; want %v", c.lon, c.lat, got, err, c.want)
		}
	}
}

func TestPointThatIsNowhereIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		given       Parameters
		name, value string
	}{
		{Parameters{"lat": "1"}, "lon", ""},
		{Parameters{"lon": "1"}, "lat", ""},
		{Parameters{"lon": "NaN", "lat": "1"}, "lon", "NaN"},
		{Parameters{"lon": "1", "lat": "+Inf"}, "lat", "+Inf"},
		{Parameters{"lon": "181", "lat": "1"}, "lon", "181"},
		{Parameters{"lon": "1", "lat": "-90.1"}, "lat", "-90.1"},
		{Parameters{"lon": "1e400", "lat": "1"}, "lon", "1e400"},
		{Parameters{"lon": "", "lat": "1"}, "lon", ""},
	} {
		_, err := c.given.Point(t.Context(), noStore())
		if got, want := refused(t, err), invalidParameter(c.name, c.value); got != want {
			t.Errorf("%v: got %+v, want %+v", c.given, got, want)
		}
	}
}

func TestBothFaultsOfAPointAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := Parameters{"lon": "x"}.Point(t.Context(), noStore())
	var e *registry.Error
	if !errors.As(err, &e) || len(e.Fields) != 2 {
		t.Errorf("got %v", err)
	}
}

func TestSwappedCoordinatesAreTold(t *testing.T) {
	t.Parallel()
	_, err := Parameters{"lon": "30.7", "lat": "111.28"}.Point(t.Context(), noStore())
	if err == nil || !strings.Contains(err.Error(), "swapped") {
		t.Errorf("got %v", err)
	}
}

func TestNumberThatIsNoPlaceComesWithItsCure(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]registry.Text{
		"181": {ZH: "经度 181 不在 [-180, 180] 范围内：请写 WGS 84 度数，先经度后纬度，例如 111.2846 与 30.7012",
			EN: "lon 181 is not within [-180, 180]: write degrees on WGS 84, longitude first, such as 111.2846 and 30.7012"},
		"NaN": {ZH: "不是有限的十进制数：请写度数，例如 111.2846", EN: "is not a finite decimal number: write degrees, such as 111.2846"},
	} {
		_, err := Parameters{"lon": text, "lat": "1"}.Point(t.Context(), noStore())
		var e *registry.Error
		if want := []registry.Field{{Name: "lon", Value: text, Message: want}}; !errors.As(err, &e) || !slices.Equal(e.Fields, want) {
			t.Errorf("%s: got %v, want %v", text, err, want)
		}
	}
}

func TestRadiusIsAboveZeroAndAtMost500Metres(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{"30": 30, "0.5": .5, "500": 500} {
		if got, err := (Parameters{"radius": text}).Radius(); err != nil || got != want {
			t.Errorf("%s: got %v, %v", text, got, err)
		}
	}
	if got, err := (Parameters{}).Radius(); err != nil || got != registry.DefaultRadius {
		t.Errorf("absent: got %v, %v", got, err)
	}
	for _, text := range []string{"", "0", "-1", "500.1", "NaN", "ten", "1e999"} {
		_, err := Parameters{"radius": text}.Radius()
		if got, want := refused(t, err), invalidParameter("radius", text); got != want {
			t.Errorf("%q: got %+v, want %+v", text, got, want)
		}
	}
}
