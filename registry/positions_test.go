package registry_test

import (
	"errors"
	"math"
	"reflect"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/geo"
	"citygrid/geo/crs"
	"citygrid/registry"
)

func TestPositionsAreConvertedInTheirPlaceAndTheMisplacedListed(t *testing.T) {
	t.Parallel()
	r := crossing(t)
	here := orb.Point{111.2846, 30.7012}
	for system, c := range map[crs.System]struct {
		points []orb.Point
		want   []registry.Misplaced
	}{
		crs.WGS84: {[]orb.Point{{181, 30}, here, {30.7, 111.28}}, []registry.Misplaced{
			{0, &geo.PointError{Axis: geo.AxisLon, Value: 181}}, {2, &geo.PointError{Axis: geo.AxisLat, Value: 111.28, Swapped: true}}}},
		4546: {[]orb.Point{{527264.9479, 3397881.8663}, {527264, -1}}, []registry.Misplaced{
			{1, &crs.RangeError{System: 4546, Axis: geo.AxisLat, Value: -1, Max: 6_700_000}}}},
		32649: {[]orb.Point{{1e9, 3e6}, {527254.0419, 3396522.7136}, {5, 1e300}}, []registry.Misplaced{
			{0, &crs.NowhereError{System: 32649, X: 1e9, Y: 3e6}}, {2, &crs.NowhereError{System: 32649, X: 5, Y: 1e300}}}},
	} {
		given := append([]orb.Point(nil), c.points...)
		got, err := r.Positions(t.Context(), system, c.points)
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v: got %v, %v; want %v", system, got, err, c.want)
		}
		bad := map[int]bool{}
		for _, m := range c.want {
			bad[m.Index] = true
		}
		for i, p := range c.points {
			if bad[i] && p != given[i] || !bad[i] && math.Hypot(p[0]-here[0], p[1]-here[1]) > 1e-8 {
				t.Errorf("%v, point %d: got %v", system, i, p)
			}
		}
	}
}

func TestSystemsThatAreComputedNeedNoStore(t *testing.T) {
	t.Parallel()
	r := registry.New(nil, nil)
	for _, system := range []crs.System{crs.WGS84, crs.CGCS2000, crs.GCJ02, crs.BD09} {
		if bad, err := r.Positions(t.Context(), system, []orb.Point{{111.2846, 30.7012}}); bad != nil || err != nil {
			t.Errorf("%v: %v, %v", system, bad, err)
		}
	}
}

func TestSystemsThatNobodyConvertsAreRefusedAsSuch(t *testing.T) {
	t.Parallel()
	r := crossing(t)
	_, err := r.Positions(t.Context(), 30000, []orb.Point{{1, 2}})
	var unknown *crs.UnknownError
	if !errors.As(err, &unknown) {
		t.Errorf("no such number: %v", err)
	}
	_, err = r.Positions(t.Context(), 3828, []orb.Point{{250000, 2650000}})
	var datum *crs.DatumError
	if !errors.As(err, &datum) {
		t.Errorf("TWD67: %v", err)
	}
}
