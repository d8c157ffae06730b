package geo

import (
	"math"
	"math/big"

	"github.com/paulmach/orb"
)

// checkRing says what is wrong with one ring, or nil. Self-intersection is not looked for: PostGIS does when areas are
// applied. The caller says of which part and ring it is.
func checkRing(r orb.Ring) *ShapeError {
	if len(r) < 4 {
		return &ShapeError{Problem: ProblemShort, Part: -1, Ring: -1, Count: len(r), Limit: 4}
	}
	for _, p := range r {
		if _, err := CheckPoint(p[0], p[1]); err != nil {
			return wholeShape(ProblemPosition, err)
		}
	}
	if r[0] != r[len(r)-1] {
		return wholeShape(ProblemUnclosed, nil)
	}
	if windingSign(r) == 0 {
		return wholeShape(ProblemFlat, nil)
	}
	return nil
}

// windingSign is the sign of a closed ring's area, +1 when it runs counter-clockwise, exactly.
func windingSign(r orb.Ring) int {
	o := r[0]
	var area, size float64
	for i := 1; i+1 < len(r); i++ {
		left := float64((r[i][0] - o[0]) * (r[i+1][1] - o[1]))
		right := float64((r[i][1] - o[1]) * (r[i+1][0] - o[0]))
		area += left - right
		size += math.Abs(left) + math.Abs(right)
	}
	// Each product carries three roundings and each sum one more for every term after it.
	bound := float64(len(r)+6)*0x1p-52*size + 0x1p-900
	if math.Abs(area) > bound {
		return sign(area)
	}
	sum := new(big.Float).SetPrec(exactBits)
	for i := 1; i < len(r); i++ {
		a, b := r[i-1], r[i]
		sum.Add(sum, product(a[0], b[1]))
		sum.Sub(sum, product(a[1], b[0]))
	}
	return sum.Sign()
}

func product(x, y float64) *big.Float {
	return new(big.Float).SetPrec(exactBits).Mul(big.NewFloat(x), big.NewFloat(y))
}

// ringSide says on which side of one closed ring p lies. The ray runs east from p; an edge is crossed when exactly one
// of its ends is above p, so that a ray through a vertex is counted once.
func ringSide(r orb.Ring, p orb.Point) Side {
	side := Outside
	a := r[0]
	aAbove := a[1] > p[1]
	for _, b := range r[1:] {
		bAbove := b[1] > p[1]
		switch {
		case aAbove == bAbove:
			if b[1] == p[1] && onLevel(a, b, p) {
				return Border
			}
		case p[0] > a[0] && p[0] > b[0]: // the edge lies west of p
		case p[0] < a[0] && p[0] < b[0]: // east: crossed
			side = -side
		default:
			turn := Orient(a, b, p)
			if turn == 0 {
				return Border
			}
			if (turn > 0) == bAbove {
				side = -side
			}
		}
		a, aAbove = b, bAbove
	}
	return side
}

// onLevel tells whether p lies on an edge that does not cross p's level and ends on it: on its end b (a is the end of the
// edge before) or within it when it is level itself.
func onLevel(a, b, p orb.Point) bool {
	if b[0] == p[0] {
		return true
	}
	return a[1] == p[1] && (a[0] < p[0]) != (b[0] < p[0])
}
