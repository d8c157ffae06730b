package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/rand/v2"

	"github.com/paulmach/orb"
)

const (
	metresPerDegree = 111_320 // of latitude
	nearBorder      = 10.0    // metres, standard deviation
	frameWidth      = 0.1     // of the city's width and height
)

// mixedPoints draws points as questions come: of ten, four lie anywhere in the box of some cell, which at the rim of the city may
// be outside it, four near a border, normally distributed round it, and two in a frame round the box of all cells. No index has
// a say in it. Equal seeds give equal points.
func mixedPoints(seed uint64, n int, cells []orb.MultiPolygon) []orb.Point {
	rnd := rand.New(rand.NewPCG(seed, 1))
	box := cells[0].Bound()
	for _, cell := range cells {
		box = box.Union(cell.Bound())
	}
	dx, dy := frameWidth*(box.Max[0]-box.Min[0]), frameWidth*(box.Max[1]-box.Min[1])
	anywhere := func(b orb.Bound) orb.Point {
		return orb.Point{b.Min[0] + rnd.Float64()*(b.Max[0]-b.Min[0]), b.Min[1] + rnd.Float64()*(b.Max[1]-b.Min[1])}
	}
	outer := orb.Bound{Min: orb.Point{box.Min[0] - dx, box.Min[1] - dy}, Max: orb.Point{box.Max[0] + dx, box.Max[1] + dy}}
	points := make([]orb.Point, n)
	for i := range points {
		switch rnd.IntN(10) {
		case 0, 1, 2, 3:
			points[i] = anywhere(cells[rnd.IntN(len(cells))].Bound())
		case 4, 5, 6, 7:
			points[i] = besideBorder(rnd, cells[rnd.IntN(len(cells))])
		default:
			for points[i] = anywhere(outer); box.Contains(points[i]); {
				points[i] = anywhere(outer)
			}
		}
	}
	return points
}

func besideBorder(rnd *rand.Rand, cell orb.MultiPolygon) orb.Point {
	polygon := cell[rnd.IntN(len(cell))]
	ring := polygon[rnd.IntN(len(polygon))]
	i, t := rnd.IntN(len(ring)-1), rnd.Float64()
	a, b := ring[i], ring[i+1]
	lat := a[1] + t*(b[1]-a[1]) + rnd.NormFloat64()*nearBorder/metresPerDegree
	east := metresPerDegree * math.Cos(lat*math.Pi/180)
	return orb.Point{a[0] + t*(b[0]-a[0]) + rnd.NormFloat64()*nearBorder/east, lat}
}

// borderPoints are the vertices and the middles of the edges of cells: the points whose cell the tie rule decides.
func borderPoints(cells []orb.MultiPolygon) []orb.Point {
	seen := map[orb.Point]bool{}
	var points []orb.Point
	add := func(p orb.Point) {
		if !seen[p] {
			seen[p] = true
			points = append(points, p)
		}
	}
	for _, cell := range cells {
		for _, polygon := range cell {
			for _, ring := range polygon {
				for i := 1; i < len(ring); i++ {
					a, b := ring[i-1], ring[i]
					add(a)
					add(orb.Point{(a[0] + b[0]) / 2, (a[1] + b[1]) / 2})
				}
			}
		}
	}
	return points
}

// digest is the SHA-256 of the points' coordinates.
func digest(points []orb.Point) string {
	h := sha256.New()
	var b [16]byte
	for _, p := range points {
		binary.LittleEndian.PutUint64(b[:8], math.Float64bits(p[0]))
		binary.LittleEndian.PutUint64(b[8:], math.Float64bits(p[1]))
		h.Write(b[:])
	}
	return hex.EncodeToString(h.Sum(nil))
}
