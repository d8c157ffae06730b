package census

import (
	"math"
	"slices"

	"citygrid/geo"
	"citygrid/geo/pointindex"
)

// place is where one thing stands: a row of the file, or a component of the store that no row names.
type place struct {
	at  pointindex.Position
	who int64 // the row's line; of a component its id, negative
}

func (p place) stored() bool { return p.who < 0 }

// neighbour is what stands near a row.
type neighbour struct {
	row    int64
	who    int64 // the nearest, as place.who
	metres float64
	count  int // of all that are as near as they may not be
}

// crowded is how many places in one square of the tolerance are told of one by one; more are told of together. It bounds the work: a
// place is compared with what stands in at most a dozen squares, whatever the file says.
const crowded = 8

// sweep finds the places that stand at most metres from another, and reorders them. Each row is told of once, with the nearest among
// what the store holds, the rows before it and the crowds beside it, so that of two rows the later one is told of. What stands
// together in one square of that size, more than crowded and a row among them, goes to crowd instead. What is not alike is not near; nil: all is. Distances are those of the rounded positions.
func sweep(places []place, metres float64, alike func(p, q place) bool, near func(neighbour), crowd func([]place)) {
	if len(places) < 2 {
		return
	}
	b := newBands(places, metres)
	slices.SortFunc(places, b.compare)
	thronged := b.crowds(places, crowd)
	var from [3]int // of each of the three bands that reach to a place, the first that it may be near to
	for i, p := range places {
		if p.stored() || thronged[i] {
			continue
		}
		found := neighbour{row: p.who, metres: math.Inf(1)}
		for d := range from {
			band := b.of(p.at) + int64(d) - 1
			low, high := int64(p.at.X)-b.width, int64(p.at.X)+b.width
			for from[d] < len(places) && b.before(places[from[d]], band, low) {
				from[d]++
			}
			for j := from[d]; j < len(places) && b.of(places[j].at) == band && int64(places[j].at.X) <= high; j++ {
				q := places[j]
				if j == i || !q.stored() && q.who > p.who && !thronged[j] {
					continue
				}
				far := geo.Metres(p.at.Point(), q.at.Point())
				if far > metres || alike != nil && !alike(p, q) {
					continue
				}
				found.count++
				if far < found.metres || far == found.metres && q.who < found.who {
					found.who, found.metres = q.who, far
				}
			}
		}
		if found.count > 0 {
			near(found)
		}
	}
}

// bands are strips from west to east, as high as the distance asked about or a little more: what is that near to a place stands in its band or in
// one beside it.
type bands struct {
	south  int64 // steps of a pointindex.Position
	height int64
	width  int64 // that takes at least the distance from west to east
}

func newBands(places []place, metres float64) bands {
	const step = 110_000 / 1e7 // metres at least, of latitude; times the cosine of the latitude, of longitude
	south, north := places[0].at.Y, places[0].at.Y
	for _, p := range places {
		south, north = min(south, p.at.Y), max(north, p.at.Y)
	}
	farthest := max(math.Abs(float64(south)), math.Abs(float64(north))) / 1e7 // from the equator, where degrees of longitude are shortest
	steps := func(metres float64) int64 { return int64(min(math.Ceil(metres/step), math.MaxUint32)) }
	return bands{south: int64(south), height: steps(metres), width: steps(metres / math.Cos(farthest*math.Pi/180))}
}

// of is the number of the band in which a position is.
func (b bands) of(at pointindex.Position) int64 { return (int64(at.Y) - b.south) / b.height }

// compare orders by band, in a band from west to east, and what has one longitude by who it is.
func (b bands) compare(p, q place) int {
	if d := b.of(p.at) - b.of(q.at); d != 0 {
		return int(d)
	}
	if d := int64(p.at.X) - int64(q.at.X); d != 0 {
		return int(d)
	}
	return int(p.who - q.who)
}

// before reports whether p comes before everything of a band from x on.
func (b bands) before(p place, band, x int64) bool {
	at := b.of(p.at)
	return at < band || at == band && int64(p.at.X) < x
}

// crowds divides each band into squares, from the first place on, and says which places stand in a crowded one.
func (b bands) crowds(places []place, crowd func([]place)) []bool {
	thronged := make([]bool, len(places))
	for i := 0; i < len(places); {
		end, rows := i, 0
		for end < len(places) && !b.before(place{at: places[i].at}, b.of(places[end].at), int64(places[end].at.X)-b.width) {
			if !places[end].stored() {
				rows++
			}
			end++
		}
		if end-i > crowded {
			for k := i; k < end; k++ {
				thronged[k] = true
			}
			if rows > 0 {
				crowd(places[i:end])
			}
		}
		i = end
	}
	return thronged
}
