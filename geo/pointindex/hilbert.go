package pointindex

import "slices"

// curveBits is the fineness of the curve along each axis: cells of 1/65,536 of the box of all points, 2.3 m in a city of 150 km.
// Points of one cell keep the order in which they came.
const curveBits = 16

// alongCurve is the order of the items along a Hilbert curve through the box of them all: the place along it in the upper half
// of each number, the item's index in the lower.
func alongCurve(items []Item) []uint64 {
	all := box{items[0].At, items[0].At}
	for _, item := range items[1:] {
		all = all.with(box{item.At, item.At})
	}
	across := scale(all.low.X, all.high.X)
	up := scale(all.low.Y, all.high.Y)
	order := make([]uint64, len(items))
	for i, item := range items {
		order[i] = uint64(hilbert(across(item.At.X), up(item.At.Y)))<<32 | uint64(i)
	}
	slices.Sort(order)
	return order
}

// scale carries coordinates from low to high to the cells of the curve.
func scale(low, high int32) func(int32) uint32 {
	const last = 1<<curveBits - 1
	span := int64(high) - int64(low)
	if span == 0 {
		return func(int32) uint32 { return 0 }
	}
	return func(v int32) uint32 { return uint32((int64(v) - int64(low)) * last / span) }
}

// hilbert is how far along the curve a cell lies (Wikipedia, "Hilbert curve", xy2d).
func hilbert(x, y uint32) uint32 {
	var along uint32
	for s := uint32(1) << (curveBits - 1); s > 0; s /= 2 {
		right, top := x&s != 0, y&s != 0
		switch {
		case right && !top:
			along += 3 * s * s
		case right:
			along += 2 * s * s
		case top:
			along += s * s
		}
		x, y = x&(s-1), y&(s-1)
		if !top {
			if right {
				x, y = s-1-x, s-1-y
			}
			x, y = y, x
		}
	}
	return along
}
