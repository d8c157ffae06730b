package geo

import (
	"math"
	"math/big"

	"github.com/paulmach/orb"
)

// Orient is the sign of the turn a, b, c: +1 when c lies left of the line from a to b, -1 when right, 0 when the three are
// on one line. The sign is exact for all finite coordinates.
//
// Most turns are told by the signs of four differences or by one determinant whose rounding error is bounded (Shewchuk,
// "Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates", 1997, section 4). The rest are
// summed without rounding. Nothing is allocated unless a coordinate is nearer to zero than 2^-480.
func Orient(a, b, c orb.Point) int {
	// Differences of floats may be rounded, but their signs are exact. The conversions keep a compiler for a processor
	// with fused multiply-add from changing the rounding that the bound is made for.
	acx, acy := a[0]-c[0], a[1]-c[1]
	bcx, bcy := b[0]-c[0], b[1]-c[1]
	left, right := float64(acx*bcy), float64(acy*bcx)
	leftSign, rightSign := sign(acx)*sign(bcy), sign(acy)*sign(bcx)
	if leftSign != rightSign || leftSign == 0 {
		return compare(leftSign, rightSign)
	}
	const epsilon = 0x1p-53
	bound := (3+16*epsilon)*epsilon*(math.Abs(left)+math.Abs(right)) + 0x1p-1000 // the last term covers underflow
	if det := left - right; det > bound || -det > bound {
		return sign(det)
	}
	return orientExact(a, b, c)
}

// orientExact sums the six products of the 3x3 determinant as a non-overlapping expansion, whose last non-zero component
// carries the sign.
func orientExact(a, b, c orb.Point) int {
	for _, v := range [...]float64{a[0], a[1], b[0], b[1], c[0], c[1]} {
		if v != 0 && math.Abs(v) < 0x1p-480 { // the low half of a product could underflow
			return orientBig(a, b, c)
		}
	}
	var e expansion
	e.addProduct(a[0], b[1])
	e.addProduct(-a[1], b[0])
	e.addProduct(b[0], c[1])
	e.addProduct(-b[1], c[0])
	e.addProduct(c[0], a[1])
	e.addProduct(-c[1], a[0])
	return e.sign()
}

// expansion is an exact sum of up to twelve float64, held as components that do not overlap, smallest first.
type expansion struct {
	part [12]float64
	n    int
}

func (e *expansion) addProduct(x, y float64) {
	high := float64(x * y)
	e.add(math.FMA(x, y, -high)) // what rounding took from high, exactly
	e.add(high)
}

// add is Shewchuk's GROW-EXPANSION with Knuth's two-sum.
func (e *expansion) add(v float64) {
	for i := 0; i < e.n; i++ {
		p := e.part[i]
		sum := v + p
		tail := sum - v
		e.part[i] = (v - (sum - tail)) + (p - tail)
		v = sum
	}
	e.part[e.n] = v
	e.n++
}

func (e *expansion) sign() int {
	for i := e.n - 1; i >= 0; i-- {
		if e.part[i] != 0 {
			return sign(e.part[i])
		}
	}
	return 0
}

// exactBits is a precision at which no sum of products of coordinates is rounded: a difference of two coordinates spans
// the bits from 2^-1074 to 2^9, a product of two differences twice that, and 2^100 such products fit above it.
const exactBits = 2400

func orientBig(a, b, c orb.Point) int {
	sub := func(x, y float64) *big.Float {
		return new(big.Float).SetPrec(exactBits).Sub(big.NewFloat(x), big.NewFloat(y))
	}
	mul := func(x, y *big.Float) *big.Float { return new(big.Float).SetPrec(exactBits).Mul(x, y) }
	return mul(sub(a[0], c[0]), sub(b[1], c[1])).Cmp(mul(sub(a[1], c[1]), sub(b[0], c[0])))
}

func sign(v float64) int {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

func compare(a, b int) int {
	switch {
	case a > b:
		return 1
	case a < b:
		return -1
	}
	return 0
}
