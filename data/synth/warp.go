package synth

import "sort"

// warp bends the drawing board into the shape of the city. On the board x runs
// along the river, from north-west to south-east, and y away from it: straight
// cuts on the board become streets that follow the river's bend.
//
// It is a net of knots with a cubic surface through them (Catmull-Rom, made for
// uneven spacing), smooth and without folds; a test holds the second.
type warp struct {
	along, away []float64 // board coordinates of the knots, ascending
	knots       [][]vec   // [away][along] in metres from the origin
}

// at is where a place of the board lies in the city.
func (w *warp) at(p vec) vec {
	i, u := hermite(w.along, p.x)
	j, v := hermite(w.away, p.y)
	var sum vec
	for b := range v {
		var row vec
		r := w.knots[clamp(j+b-1, len(w.away))]
		for a := range u {
			row = row.add(r[clamp(i+a-1, len(w.along))].scale(u[a]))
		}
		sum = sum.add(row.scale(v[b]))
	}
	return sum
}

// swell is how many square metres of city one square metre of board becomes.
func (w *warp) swell(p vec) float64 {
	const h = 2
	dx := w.at(vec{p.x + h, p.y}).sub(w.at(vec{p.x - h, p.y}))
	dy := w.at(vec{p.x, p.y + h}).sub(w.at(vec{p.x, p.y - h}))
	return dx.cross(dy) / (4 * h * h)
}

// hermite gives the interval of knots that holds t and the weights of the four
// knots around it.
func hermite(knots []float64, t float64) (int, [4]float64) {
	n := len(knots)
	i := clamp(sort.SearchFloat64s(knots, t)-1, n-1)
	h := knots[i+1] - knots[i]
	u := (t - knots[i]) / h
	uu := float64(u * u)
	uuu := float64(uu * u)
	h01 := float64(3*uu) - float64(2*uuu)
	h00 := 1 - h01
	h10 := float64((uuu - float64(2*uu) + u) * h)
	h11 := float64((uuu - uu) * h)
	w := [4]float64{0, h00, h01, 0}
	if i > 0 {
		k := h10 / (knots[i+1] - knots[i-1])
		w[0] -= k
		w[2] += k
	} else {
		k := h10 / h
		w[1] -= k
		w[2] += k
	}
	if i+2 < n {
		k := h11 / (knots[i+2] - knots[i])
		w[1] -= k
		w[3] += k
	} else {
		k := h11 / h
		w[1] -= k
		w[2] += k
	}
	return i, w
}

func clamp(i, n int) int { return max(0, min(i, n-1)) }
