package crs

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
)

// metresApart is good for small distances.
func metresApart(a, b orb.Point) float64 {
	return math.Hypot((a[0]-b[0])*math.Cos(a[1]*math.Pi/180), a[1]-b[1]) * math.Pi / 180 * semiMajor
}

func TestShiftAtYichangIsAsMeasured(t *testing.T) {
	t.Parallel()
	p := orb.Point{111.2846, 30.7012}
	for _, c := range []struct {
		system      System
		shifted     orb.Point
		east, north float64
	}{
		{GCJ02, toGCJ02(p), 543, -270},
		{BD09, toBD09(toGCJ02(p)), 1170, 360},
	} {
		east := (c.shifted[0] - p[0]) * math.Pi / 180 * semiMajor * math.Cos(p[1]*math.Pi/180)
		north := (c.shifted[1] - p[1]) * math.Pi / 180 * semiMajor
		if math.Abs(east-c.east) > 5 || math.Abs(north-c.north) > 5 {
			t.Errorf("%v is %.0f m east and %.0f m north, want %v and %v", c.system, east, north, c.east, c.north)
		}
	}
}

// TestShiftsAgreeWithPublishedPairs holds the formulas against what others print for them.
func TestShiftsAgreeWithPublishedPairs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		got, want orb.Point
		metres    float64
	}{
		{"coordtransform, GCJ-02", toGCJ02(orb.Point{116.404, 39.915}), orb.Point{116.41024449916938, 39.91640428150164}, 1e-6},
		{"coordtransform, BD-09", toBD09(orb.Point{116.404, 39.915}), orb.Point{116.41036949371029, 39.92133699351021}, 1e-6},
		// eviltransform takes an earth of 6378137 m.
		{"eviltransform, Shanghai", toGCJ02(orb.Point{121.5272106, 31.1774276}), orb.Point{121.531541859215, 31.17530398364597}, 0.6},
		{"eviltransform, Shenzhen", toGCJ02(orb.Point{113.912316, 22.543847}), orb.Point{113.9171764808363, 22.540796131694766}, 0.6},
		{"eviltransform, Beijing", toGCJ02(orb.Point{116.377817, 39.911954}), orb.Point{116.38404722455657, 39.91334545536069}, 0.6},
	} {
		if d := metresApart(c.got, c.want); d > c.metres {
			t.Errorf("%s: got %v, want %v: %g m", c.name, c.got, c.want, d)
		}
	}
}

func TestShiftedPositionsComeBackToATenthOfAMillimetre(t *testing.T) {
	t.Parallel()
	checked := 0
	for lon := 73.0; lon <= 137; lon += 0.253 { // passes 105, where the formula has a corner
		for lat := 1.0; lat <= 55; lat += 0.211 {
			p := orb.Point{lon, lat}
			for system, shifted := range map[System]orb.Point{GCJ02: toGCJ02(p), BD09: toBD09(toGCJ02(p))} {
				got, err := system.ToWGS84(shifted[0], shifted[1])
				if err != nil || metresApart(got, p) > 1e-4 {
					t.Fatalf("%v at %v: got %v, %v: %g m", system, p, got, err, metresApart(got, p))
				}
				checked++
			}
		}
	}
	for _, lon := range []float64{105, math.Nextafter(105, 0), math.Nextafter(105, 200), 105 + 1e-12} {
		p := orb.Point{lon, 35}
		shifted := toGCJ02(p)
		if got, err := GCJ02.ToWGS84(shifted[0], shifted[1]); err != nil || metresApart(got, p) > 1e-4 {
			t.Errorf("%v: got %v, %v", p, got, err)
		}
	}
	if checked < 100_000 {
		t.Errorf("only %d positions", checked)
	}
}
