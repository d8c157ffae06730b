package postgis_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"citygrid/geo/crs"
	"citygrid/internal/dbtest"
	"citygrid/registry"
	"citygrid/registry/postgis"
)

// degrees are equal when they are 0.1 mm apart or less.
const sameDegrees = 1e-9

func samePoint(a, b orb.Point) bool {
	return math.Abs(a[0]-b[0]) <= sameDegrees && math.Abs(a[1]-b[1]) <= sameDegrees
}

func TestStoreConvertsAsTheProgramComputes(t *testing.T) {
	t.Parallel()
	store := openStore(t, postgis.Config{URL: dbtest.URL(t)})
	for system, base := range map[crs.System]orb.Point{
		4546: {527264.948, 3397881.866}, 4525: {37527264.948, 3397881.866}, 4497: {19527264.948, 3397881.866}, 4490: {111.28, 30.70},
	} {
		step := 10.0
		if system == crs.CGCS2000 {
			step = 1e-4
		}
		var given, want []orb.Point
		for i := range 12_345 { // two chunks
			p := orb.Point{base[0] + step*float64(i%100), base[1] + step*float64(i/100)}
			computed, err := system.ToWGS84(p[0], p[1])
			if err != nil {
				t.Fatal(err)
			}
			given, want = append(given, p), append(want, computed)
		}
		got, err := store.ToWGS84(t.Context(), system, given)
		if err != nil || len(got) != len(want) {
			t.Fatalf("%v: %d points, %v", system, len(got), err)
		}
		for i := range got {
			if !samePoint(got[i], want[i]) {
				t.Fatalf("%v, point %d: got %v, want %v", system, i, got[i], want[i])
			}
		}
	}
}

func TestStoreConvertsWhatTheProgramDoesNotCompute(t *testing.T) {
	t.Parallel()
	store := openStore(t, postgis.Config{URL: dbtest.URL(t)})
	here := orb.Point{111.2846, 30.7012}
	for system, c := range map[crs.System]struct{ at, want orb.Point }{
		32649: {orb.Point{527254.0419165514, 3396522.7136061764}, here}, // UTM zone 49
		3857:  {orb.Point{12388145.005133132, 3594004.7714001955}, here},
		4979:  {here, here}, // a third number is not missed
		4258:  {here, here},
		2326:  {orb.Point{836000, 819000}, orb.Point{114.17427333257244, 22.309972131398087}}, // Hong Kong 1980, 320 m away on its own datum
	} {
		if got, err := store.ToWGS84(t.Context(), system, []orb.Point{c.at}); err != nil || len(got) != 1 || !samePoint(got[0], c.want) {
			t.Errorf("%v: got %v, %v; want %v", system, got, err, c.want)
		}
	}
	if got, err := store.ToWGS84(t.Context(), 32649, nil); err != nil || len(got) != 0 {
		t.Errorf("no points: %v, %v", got, err)
	}
}

func TestWhatIsNoPositionIsNowhereAndTheOthersAreConverted(t *testing.T) {
	t.Parallel()
	store := openStore(t, postgis.Config{URL: dbtest.URL(t)})
	good, want := orb.Point{527254.0419165514, 3396522.7136061764}, orb.Point{111.2846, 30.7012}
	bad := []orb.Point{
		{math.NaN(), 3396522}, {527254, math.Inf(1)}, {1e9, 3e6}, {1e300, -1e300}, {527254, 199_000_000}, // folded onto the earth
		{199_000_000, 3e6}, // PROJ: outside of projection domain
	}
	points := slices.Repeat([]orb.Point{good}, 300)
	for i, p := range bad {
		points[i*50] = p
	}
	got, err := store.ToWGS84(t.Context(), 32649, points)
	if err != nil || len(got) != len(points) {
		t.Fatalf("%d points, %v", len(got), err)
	}
	for i, p := range got {
		if isBad := i%50 == 0 && i/50 < len(bad); isBad != math.IsNaN(p[0]) || !isBad && !samePoint(p, want) {
			t.Errorf("point %d: got %v", i, p)
		}
	}
	for system, p := range map[crs.System]orb.Point{4258: {111, 95}, 4979: {511, 25}, 3857: {3e7, 3e6}} {
		if got, err := store.ToWGS84(t.Context(), system, []orb.Point{p}); err != nil || len(got) != 1 || !math.IsNaN(got[0][0]) {
			t.Errorf("%v %v: got %v, %v", system, p, got, err)
		}
	}
}

// A survey whose eastings begin with the zone's number, under a system without it: PROJ gives up at each.
func TestListOfNothingButFaultsIsToldWithinTheBudgetOfARequest(t *testing.T) {
	t.Parallel()
	store := openStore(t, postgis.Config{URL: dbtest.URL(t)})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	points := slices.Repeat([]orb.Point{{49527254.042, 3396522.714}}, 12_345)
	got, err := store.ToWGS84(ctx, 32649, points)
	if err != nil || len(got) != len(points) || slices.ContainsFunc(got, func(p orb.Point) bool { return !math.IsNaN(p[0]) }) {
		t.Errorf("%d points, %v", len(got), err)
	}
}

func TestSystemThatThereIsNotIsUnknown(t *testing.T) {
	t.Parallel()
	store := openStore(t, postgis.Config{URL: dbtest.URL(t)})
	for _, system := range []crs.System{1024, 30000, 32767, 5773, 4978} { // a height; geocentric
		got, err := store.ToWGS84(t.Context(), system, []orb.Point{{1, 2}})
		var unknown *crs.UnknownError
		if !errors.As(err, &unknown) || unknown.Text != system.String() || got != nil {
			t.Errorf("%v: %v, %v", system, got, err)
		}
	}
}

// TestShiftThatPROJLeavesOutIsRefused: where it has no transformation PROJ takes degrees on one datum for degrees on another, for
// TWD67 800 m away.
func TestShiftThatPROJLeavesOutIsRefused(t *testing.T) {
	t.Parallel()
	store := openStore(t, postgis.Config{URL: dbtest.URL(t)})
	for system, p := range map[crs.System]orb.Point{
		3828: {250000, 2650000}, 3821: {121, 24}, 4214: {111.2846, 30.7012}, 2434: {527264, 3397881}, 2382: {527264, 3397881}, 4610: {111.2846, 30.7012},
	} {
		got, err := store.ToWGS84(t.Context(), system, []orb.Point{p})
		var datum *crs.DatumError
		if !errors.As(err, &datum) || *datum != (crs.DatumError{System: system}) || got != nil {
			t.Errorf("%v: %v, %v", system, got, err)
		}
	}
}

func TestConversionWithoutADatabaseIsUnavailable(t *testing.T) {
	t.Parallel()
	wire, address := newCable(t, dbtest.URL(t))
	store := openStore(t, postgis.Config{URL: address})
	points := []orb.Point{{527254.0419165514, 3396522.7136061764}}
	wire.set(true)
	_, err := store.ToWGS84(t.Context(), 32649, points)
	wantError(t, "convert", err, registry.Unavailable, "database_away")
	wire.set(false)
	if got, err := store.ToWGS84(t.Context(), 32649, points); err != nil || !samePoint(got[0], orb.Point{111.2846, 30.7012}) {
		t.Errorf("when it is back: %v, %v", got, err)
	}
}
