package areaindex

import (
	"math"
	"math/bits"

	"github.com/paulmach/orb"
)

// Digest is a number made, anew at each call, of everything in memory that answers come from: the codes, the coordinates
// and boxes of the areas, the tree, and the grid with what it holds of the areas. Indexes built of the same items have
// the same digest, in any process. One word that differs always shows; for several it is as good as a random number of
// 64 bits, though none that withstands who wants to deceive.
func (x *Index) Digest() uint64 {
	var d digest
	d.add(uint64(len(x.items)))
	for _, item := range x.items {
		d.text(item.Code)
		d.bound(item.Area.Bound())
		for _, polygon := range item.Area.MultiPolygon() {
			d.add(uint64(len(polygon)))
			for _, ring := range polygon {
				d.points(ring)
			}
		}
	}
	x.tree.Scan(func(low, high [2]float64, at int32) bool {
		d.bound(orb.Bound{Min: low, Max: high})
		d.add(uint64(at))
		return true
	})
	x.grid.digest(&d)
	return d.sum
}

func (g *grid) digest(d *digest) {
	for _, v := range []float64{g.west, g.south, g.width, g.height, g.across, g.along, g.wide, g.high} {
		d.add(math.Float64bits(v))
	}
	d.add(uint64(g.columns))
	d.add(uint64(g.rows))
	if g.apart {
		d.add(1)
	}
	addPairs(d, g.pixels)
	addPairs(d, g.sheets)
}

// digest takes words one after the other. Each step is one-to-one both in the word and in the sum so far, so a single
// word that differs cannot be lost.
type digest struct{ sum uint64 }

func (d *digest) add(word uint64) {
	d.sum = bits.RotateLeft64((d.sum^word)*0x9e3779b97f4a7c15, 29) + 0x632be59bd9b4e019
}

// addPairs takes two words of 32 bits at a time.
func addPairs[T ~uint32](d *digest, words []T) {
	d.add(uint64(len(words)))
	for ; len(words) >= 2; words = words[2:] {
		d.add(uint64(words[0]) | uint64(words[1])<<32)
	}
	if len(words) > 0 {
		d.add(uint64(words[0]))
	}
}

func (d *digest) points(points []orb.Point) {
	d.add(uint64(len(points)))
	for _, p := range points {
		d.add(math.Float64bits(p[0]))
		d.add(math.Float64bits(p[1]))
	}
}

func (d *digest) bound(b orb.Bound) { d.points([]orb.Point{b.Min, b.Max}) }

func (d *digest) text(s string) {
	d.add(uint64(len(s)))
	for i := range len(s) {
		d.add(uint64(s[i]))
	}
}
