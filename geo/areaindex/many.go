package areaindex

import "github.com/paulmach/orb"

// None is what LocateMany says of a point that no area covers.
const None = -1

// block is how many points are looked up side by side.
const block = 64

// LocateMany writes into found the area of each point as Locate finds it, or None. found must be as long as points. It allocates
// nothing.
//
// Points are looked up in blocks, each step for all of them before the next: the pixels first, then what is drawn on those that have
// borders. No point waits for another in a step, so the processor fetches for many at a time, which takes less than half as long where
// the grid does not fit its caches.
func (x *Index) LocateMany(found []int32, points []orb.Point) {
	for len(points) > block {
		x.locateBlock(found[:block], points[:block])
		found, points = found[block:], points[block:]
	}
	x.locateBlock(found, points)
}

func (x *Index) locateBlock(found []int32, points []orb.Point) {
	g := x.grid
	var (
		at    [block]pixel
		spots [block]spot
		heads [block]head
		asked [block + 1]uint8 // the points in pixels that are not one area's
		n     = 0
	)
	for i, p := range points {
		east, north, ok := g.find(p)
		if ok {
			at[i] = g.pixels[(north>>stepBits)*uint64(g.columns)+east>>stepBits]
		}
		spots[i] = spot{int16(east % steps), int16(north % steps)}
		found[i] = int32(at[i]) - 1
		asked[n] = uint8(i)
		n += int(at[i] >> 31) // drawn or crowded
	}
	for _, i := range asked[:n] {
		if at[i] != crowded {
			heads[i] = g.head(uint32(at[i] - drawn))
		}
	}
	for _, i := range asked[:n] {
		found[i] = int32(x.ask(at[i], heads[i], spots[i], points[i])) - 1
	}
}

// spot is a point of a pixel, in steps from its south-west corner.
type spot struct{ x, y int16 }

// ask decides for a point of a pixel that is not one area's.
func (x *Index) ask(at pixel, h head, s spot, p orb.Point) pixel {
	if at != crowded {
		if area, known := x.grid.ask(uint32(at-drawn), h, int64(s.x), int64(s.y)); known {
			return area
		}
	}
	if i, ok := x.locateInTree(p); ok {
		return pixel(i + 1)
	}
	return 0
}
