package geo_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/geo"
)

// orientRational is the sign of the turn in rational arithmetic.
func orientRational(a, b, c orb.Point) int {
	r := func(v float64) *big.Rat { return new(big.Rat).SetFloat64(v) }
	sub := func(x, y float64) *big.Rat { return new(big.Rat).Sub(r(x), r(y)) }
	mul := func(x, y *big.Rat) *big.Rat { return new(big.Rat).Mul(x, y) }
	return mul(sub(a[0], c[0]), sub(b[1], c[1])).Cmp(mul(sub(a[1], c[1]), sub(b[0], c[0])))
}

func TestOrientIsExactNextToTheLine(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	counts := map[int]int{}
	for range 20_000 {
		a := orb.Point{111 + rnd.Float64(), 30 + rnd.Float64()}
		b := orb.Point{111 + rnd.Float64(), 30 + rnd.Float64()}
		s := math.Ldexp(float64(rnd.IntN(17)), -4)
		c := orb.Point{a[0] + s*(b[0]-a[0]), a[1] + s*(b[1]-a[1])}
		for range rnd.IntN(3) {
			c[1] = math.Nextafter(c[1], 90*float64(1-2*rnd.IntN(2)))
		}
		want := orientRational(a, b, c)
		counts[want]++
		if got := geo.Orient(a, b, c); got != want {
			t.Fatalf("Orient(%v, %v, %v) = %d, want %d", a, b, c, got, want)
		}
		if got := geo.Orient(b, a, c); got != -want {
			t.Fatalf("Orient(%v, %v, %v) = %d, want %d", b, a, c, got, -want)
		}
	}
	for s := -1; s <= 1; s++ {
		if counts[s] < 500 {
			t.Errorf("only %d turns of sign %d were tried", counts[s], s)
		}
	}
}

func TestOrientIsExactWhereProductsUnderflow(t *testing.T) {
	t.Parallel()
	tiny := math.SmallestNonzeroFloat64
	for _, c := range [][3]orb.Point{
		{{0, 0}, {tiny, tiny}, {tiny, 2 * tiny}},
		{{0, 0}, {1e-200, 2e-200}, {2e-200, 4e-200}},
		{{0, 0}, {1e-200, 2e-200}, {2e-200, 4.0000000000000001e-200}},
		{{1e-300, -1e-300}, {180, 90}, {-180, -90}},
	} {
		if got, want := geo.Orient(c[0], c[1], c[2]), orientRational(c[0], c[1], c[2]); got != want {
			t.Errorf("Orient(%v) = %d, want %d", c, got, want)
		}
	}
}

func TestOrientAllocatesNothing(t *testing.T) { // not parallel: it counts
	a, b, c := orb.Point{111.1, 30.1}, orb.Point{111.3, 30.3}, orb.Point{111.2, 30.2}
	if n := testing.AllocsPerRun(100, func() { geo.Orient(a, b, c) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzOrientAgreesWithRationals(f *testing.F) {
	f.Add(0.0, 0.0, 1.0, 1.0, 0.5, 0.5)
	f.Add(111.28, 30.7, 111.29, 30.71, 111.285, 30.705)
	f.Add(1e-310, 0.0, 0.0, 1e-310, 1e-160, 1e-160)
	f.Fuzz(func(t *testing.T, ax, ay, bx, by, cx, cy float64) {
		for _, p := range [][2]float64{{ax, ay}, {bx, by}, {cx, cy}} {
			if _, err := geo.CheckPoint(p[0], p[1]); err != nil {
				return
			}
		}
		a, b, c := orb.Point{ax, ay}, orb.Point{bx, by}, orb.Point{cx, cy}
		if got, want := geo.Orient(a, b, c), orientRational(a, b, c); got != want {
			t.Errorf("Orient(%v, %v, %v) = %d, want %d", a, b, c, got, want)
		}
	})
}
