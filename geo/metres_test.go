package geo_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/geo"
)

// near fails when got is not within a part tolerance of want.
func near(t *testing.T, what any, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Abs(want)) {
		t.Errorf("%v: %.9g, want %.9g within %g, off by %.2g", what, got, want, tolerance, got/want-1)
	}
}

func TestMetresAgreeWithGeography(t *testing.T) {
	t.Parallel()
	// ST_Distance of geography points, PostGIS 3.3.2 with PROJ 9.1.1, default spheroid WGS 84.
	for _, c := range []struct {
		a, b            orb.Point
		want, tolerance float64
	}{
		{orb.Point{111.28, 30.70}, orb.Point{111.28001, 30.70001}, 1.46522723, 2e-7}, // neighbours: degrees are known to 1e-14 only
		{orb.Point{111.28, 30.70}, orb.Point{111.29, 30.70}, 958.01936726, 1e-7},
		{orb.Point{111.28, 30.70}, orb.Point{111.28, 30.71}, 1108.64408281, 1e-7},
		{orb.Point{111.28, 30.70}, orb.Point{111.9, 31.1}, 74027.52400741, 1e-7},
		{orb.Point{111.28, 30.70}, orb.Point{112.0, 30.2}, 88627.10016433, 1e-7},
		{orb.Point{25, 60}, orb.Point{26, 60.5}, 78548.88704517, 1e-7},
		{orb.Point{179.9, 0}, orb.Point{-179.9, 0}, 22263.89815865, 1e-7},
		{orb.Point{0, 90}, orb.Point{10, 89.9}, 11169.39784126, 1e-7},
		{orb.Point{-70, -50}, orb.Point{-69.8, -50.3}, 36302.32816047, 1e-7},
		{orb.Point{0, 0}, orb.Point{0.5, 0.5}, 78451.24803124, 1e-7},
		{orb.Point{111.28, 30.7}, orb.Point{116.4, 39.9}, 1121380.76648281, 1e-5},
		{orb.Point{0, 0}, orb.Point{90, 0}, 10018754.17139462, 1e-3},
		{orb.Point{10, 20}, orb.Point{-120, -35}, 14872067.26366955, 1e-3},
	} {
		near(t, c.a, geo.Metres(c.a, c.b), c.want, c.tolerance)
		near(t, c.b, geo.Metres(c.b, c.a), c.want, c.tolerance)
	}
}

// behind is a triangle that shows p its edge from a to b: the third corner lies as far beyond the edge's middle as p lies
// before it.
func behind(t *testing.T, p, a, b orb.Point) geo.Area {
	t.Helper()
	return mustArea(t, orb.MultiPolygon{{{a, b, {a[0] + b[0] - p[0], a[1] + b[1] - p[1]}, a}}})
}

func TestAreaMetresAgreeWithGeography(t *testing.T) {
	t.Parallel()
	// ST_Distance of a geography point and line, as above. Its lines are geodesics, ours are straight in degrees.
	for _, c := range []struct {
		p, a, b orb.Point
		want    float64
	}{
		{orb.Point{111.28, 30.7}, orb.Point{111.2805, 30.69}, orb.Point{111.281, 30.71}, 71.83221646},
		{orb.Point{111.28, 30.7}, orb.Point{111.30, 30.72}, orb.Point{111.31, 30.69}, 2454.91639613},
		{orb.Point{111.28, 30.7}, orb.Point{111.5, 30.95}, orb.Point{111.56, 30.9}, 34563.19891524},
		{orb.Point{111.28, 30.7}, orb.Point{111.2801, 30.7001}, orb.Point{111.2802, 30.7003}, 14.65226941},
		{orb.Point{25, 60}, orb.Point{25.3, 60.1}, orb.Point{25.31, 60.12}, 20087.55867208},
	} {
		near(t, c.p, behind(t, c.p, c.a, c.b).Metres(c.p), c.want, 1e-4)
		near(t, c.p, behind(t, c.p, c.b, c.a).Metres(c.p), c.want, 1e-4)
	}
}

func TestAreaMetresToVertexAreThoseBetweenPoints(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(21, 22))
	for range 2000 {
		p := orb.Point{111.28, 120*rnd.Float64() - 60}
		v := orb.Point{p[0] + 0.4*rnd.Float64(), p[1] + 0.4*rnd.Float64()}
		a := mustArea(t, orb.MultiPolygon{{box(v[0], v[1], v[0]+0.001, v[1]+0.001)}})
		near(t, p, a.Metres(p), geo.Metres(p, v), 2e-5)
	}
}

func TestAreaMetresBesideAnEdgeErrByNoMoreThanItsBend(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(23, 24))
	const degree = math.Pi / 180
	for range 5000 {
		p, length, angle, at := orb.Point{111.28, 60 * rnd.Float64()}, 100+10_000*rnd.Float64(), 2*math.Pi*rnd.Float64(), rnd.Float64()
		dx, dy := length*math.Cos(angle)/111_320/math.Cos(p[1]*degree), length*math.Sin(angle)/111_000
		a, b := orb.Point{p[0] - at*dx, p[1] - at*dy}, orb.Point{p[0] + (1-at)*dx, p[1] + (1-at)*dy}
		area := mustArea(t, orb.MultiPolygon{{{a, b, {b[0] - dy, b[1] + dx}, {a[0] - dy, a[1] + dx}, a}}})
		bend := length * length * math.Tan(p[1]*degree) / 20 / 6_371_000
		if m := area.Metres(p); m > bend+2e-6*length {
			t.Fatalf("%v on the edge from %v to %v, %.0f m long, is %v m away, want no more than %v", p, a, b, length, m, bend)
		}
	}
}

func TestAreaMetresAreTheSameWithAPositionRepeated(t *testing.T) {
	t.Parallel()
	once := orb.Ring{{111.28, 30.7}, {111.29, 30.7}, {111.29, 30.71}, {111.28, 30.7}}
	twice := orb.Ring{{111.28, 30.7}, {111.28, 30.7}, {111.29, 30.7}, {111.29, 30.71}, {111.29, 30.71}, {111.28, 30.7}}
	for _, p := range []orb.Point{{111.27, 30.69}, {111.3, 30.72}, {111.285, 30.69}} {
		if got, want := mustArea(t, orb.MultiPolygon{{twice}}).Metres(p), mustArea(t, orb.MultiPolygon{{once}}).Metres(p); got != want {
			t.Errorf("%v is %v m away, want %v", p, got, want)
		}
	}
}

func TestSquareMetresAgreeWithGeography(t *testing.T) {
	t.Parallel()
	// ST_Area of geography, as above.
	for _, c := range []struct {
		p    orb.Polygon
		want float64
	}{
		{orb.Polygon{box(111.28, 30.70, 111.284, 30.704)}, 169932.81714105606},
		{orb.Polygon{{{111.28, 30.70}, {111.281, 30.7003}, {111.2807, 30.7011}, {111.28, 30.70}}}, 4726.343231409788},
		{orb.Polygon{box(25, 60, 25.05, 60.05)}, 15530344.382694244},
		{orb.Polygon{box(-70, -50, -69.99, -49.99), box(-69.995, -49.997, -69.992, -49.993)}, 701841.505979538},
	} {
		near(t, c.p, mustArea(t, orb.MultiPolygon{c.p}).SquareMetres(), c.want, 1e-5)
	}
}

func TestAreaMetresAreZeroWhenCoveredElseToTheNearestBorder(t *testing.T) {
	t.Parallel()
	a := mustArea(t, orb.MultiPolygon{{box(111.28, 30.70, 111.30, 30.72), box(111.288, 30.708, 111.292, 30.712)}})
	for _, p := range []orb.Point{{111.281, 30.701}, {111.28, 30.71}, {111.288, 30.708}} {
		if d := a.Metres(p); d != 0 {
			t.Errorf("covered point %v is %v m away", p, d)
		}
	}
	inHole, west := orb.Point{111.2885, 30.71}, orb.Point{111.279, 30.71}
	near(t, "in the hole", a.Metres(inHole), geo.Metres(inHole, orb.Point{111.288, 30.71}), 1e-6)
	near(t, "to the west", a.Metres(west), geo.Metres(west, orb.Point{111.28, 30.71}), 1e-6)
	if d := (geo.Area{}).Metres(west); !math.IsInf(d, 1) {
		t.Errorf("nothing is %v m away", d)
	}
}

func TestMetresAmongEdgesOfABoxAreThoseOfAllWhereTheBoxHoldsWhatIsAsNear(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(25, 26))
	ring := orb.Ring{}
	for k := range 60 { // about 200 m across, in and out
		sin, cos := math.Sincos(2 * math.Pi * float64(k) / 60)
		r := 0.0007 + 0.0004*rnd.Float64()
		ring = append(ring, orb.Point{111.28 + r*cos, 30.70 + r*sin})
	}
	area := mustArea(t, orb.MultiPolygon{{append(ring, ring[0]), orb.Ring{{111.2799, 30.6999}, {111.2799, 30.7001}, {111.2801, 30.7001}, {111.2801, 30.6999}, {111.2799, 30.6999}}}})
	near, far, covered := 0, 0, 0
	for range 20_000 {
		p := orb.Point{111.28 + 0.003*(rnd.Float64()-0.5), 30.70 + 0.003*(rnd.Float64()-0.5)}
		metres := 50 * rnd.Float64()
		box := orb.Bound{Min: p, Max: p}.Pad(metres / 95_000) // a degree of longitude has 95,800 m here, one of latitude more
		got, want := area.MetresAmong(p, box), area.Metres(p)
		switch {
		case want == 0:
			covered++
		case want <= metres:
			near++
		case got > metres && got >= want:
			far++
			continue
		}
		if got != want {
			t.Fatalf("%v within %v m: %v, want %v", p, metres, got, want)
		}
	}
	if near < 1000 || far < 1000 || covered < 1000 {
		t.Errorf("near %d, far %d, covered %d: want some of each", near, far, covered)
	}
}
