package main

import (
	"math"
	"runtime"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/tidwall/geojson/geometry"
	"github.com/tidwall/rtree"

	"citygrid/geo/areaindex"
)

// finder answers which cell, by its place in the order of codes, has a point; none where no cell does.
type finder func(orb.Point) int32

const none = int32(-1)

// method is a way to build a finder.
type method struct {
	name  string
	build func(*areaindex.Index) (finder, error)
	// How many times as fast as this CityGrid must be, with as many cells as a town has and with many.
	town, country float64
}

func methods() []method {
	return []method{
		{"CityGrid: `areaindex.Index.Locate`", buildOurs, 0, 0},
		{"R-tree, then `geometry.Poly` (tidwall)", buildPoly, 8, 6},
		{"R-tree, then `planar.MultiPolygonContains` (orb)", buildOrb, 25, 10},
	}
}

func buildOurs(x *areaindex.Index) (finder, error) {
	items := make([]areaindex.Item, x.Len())
	for i := range items {
		items[i] = areaindex.Item{Code: x.Code(i), Area: x.Area(i)}
	}
	own, err := areaindex.Build(items)
	return func(p orb.Point) int32 {
		if i, ok := own.Locate(p); ok {
			return int32(i)
		}
		return none
	}, err
}

func buildPoly(x *areaindex.Index) (finder, error) {
	var tree rtree.RTreeG[int32]
	cells := make([][]*geometry.Poly, x.Len())
	for i := range cells {
		for _, polygon := range x.Area(i).MultiPolygon() {
			var rings [][]geometry.Point
			for _, ring := range polygon {
				points := make([]geometry.Point, len(ring))
				for k, p := range ring {
					points[k] = geometry.Point{X: p[0], Y: p[1]}
				}
				rings = append(rings, points)
			}
			cells[i] = append(cells[i], geometry.NewPoly(rings[0], rings[1:], geometry.DefaultIndexOptions))
		}
		bound := x.Area(i).Bound()
		tree.Insert(bound.Min, bound.Max, int32(i))
	}
	return func(p orb.Point) int32 {
		found := none
		tree.Search(p, p, func(_, _ [2]float64, i int32) bool {
			for _, poly := range cells[i] {
				if poly.ContainsPoint(geometry.Point{X: p[0], Y: p[1]}) {
					found = i
					return false
				}
			}
			return true
		})
		return found
	}, nil
}

func buildOrb(x *areaindex.Index) (finder, error) {
	var tree rtree.RTreeG[int32]
	cells := make([]orb.MultiPolygon, x.Len())
	for i := range cells {
		cells[i] = x.Area(i).MultiPolygon()
		bound := x.Area(i).Bound()
		tree.Insert(bound.Min, bound.Max, int32(i))
	}
	return func(p orb.Point) int32 {
		found := none
		tree.Search(p, p, func(_, _ [2]float64, i int32) bool {
			if !planar.MultiPolygonContains(cells[i], p) {
				return true
			}
			found = i
			return false
		})
		return found
	}, nil
}

// weigh builds a finder and says by how many megabytes the heap has grown and how long it took.
func weigh(m method, x *areaindex.Index) (find finder, mega, seconds float64, err error) {
	before := heap()
	began := time.Now()
	find, err = m.build(x)
	seconds = time.Since(began).Seconds()
	mega = max(0, float64(heap())-float64(before)) / 1e6
	runtime.KeepAlive(find)
	return find, mega, seconds, err
}

// heap is the bytes in use after a collection.
func heap() uint64 {
	runtime.GC()
	runtime.GC() // what the first has found to be finalised
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// allocations is how many a point costs. The count is the process's: the least of some tries is free of what others allocate.
func allocations(find finder, points []orb.Point) float64 {
	least := math.Inf(1)
	points = points[:min(len(points), 10_000)]
	for range 5 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		all(find, points)
		runtime.ReadMemStats(&after)
		least = min(least, float64(after.Mallocs-before.Mallocs)/float64(len(points)))
	}
	return least
}
