package query

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"citygrid/geo/crs"
	"citygrid/registry"
)

// System is a coordinate system in which features are served, with its name.
type System struct {
	URI string // as OGC names it
	registry.System
}

// The systems that have no number.
const (
	CRS84  = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
	CRS84h = "http://www.opengis.net/def/crs/OGC/0/CRS84h"
)

// EPSG names a system of EPSG.
func EPSG(s registry.System) System {
	return System{fmt.Sprintf("http://www.opengis.net/def/crs/EPSG/0/%d", s.Number), s}
}

// Systems are those in which features are always served: degrees, those of web maps, and the zone of CGCS2000 of a longitude, with its number before
// the easting and without; and more.
func Systems(lon float64, more []registry.System) []System {
	all := []System{{CRS84, registry.System{Degrees: true}}, {CRS84h, registry.System{Degrees: true}}}
	for _, s := range append([]registry.System{
		{Number: crs.WGS84.Number(), NorthFirst: true, Degrees: true},
		{Number: crs.CGCS2000.Number(), NorthFirst: true, Degrees: true},
		{Number: 3857},
		{Number: crs.ThreeDegreeZone(lon, false).Number(), NorthFirst: true},
		{Number: crs.ThreeDegreeZone(lon, true).Number(), NorthFirst: true},
	}, more...) {
		if !slices.ContainsFunc(all, func(known System) bool { return known.Number == s.Number }) {
			all = append(all, EPSG(s))
		}
	}
	return all
}

// served reads a parameter that names one of the systems in which a collection is served.
func (p Parameters) served(name string, c Collection) (System, error) {
	text, given := p[name]
	if !given {
		return c.Systems[0], nil
	}
	var number int
	if system, err := crs.Parse(strings.Trim(text, "[]")); err == nil {
		number = system.Number()
	}
	var known []string
	for _, s := range c.Systems {
		if s.URI == text || s.Number != 0 && s.Number == number && !strings.Contains(strings.ToUpper(text), "CRS84") {
			return s, nil
		}
		known = append(known, s.URI)
	}
	list := strings.Join(known, ", ")
	return System{}, invalid(field(name, text, "不提供该坐标系；可用的有："+list, "features are not served in it; there are "+list))
}

// area reads bbox in the system of bbox-crs: boxes in degrees, or the ring that a box of another system is there.
func (p Parameters) area(ctx context.Context, places *registry.Registry, c Collection) ([]orb.Bound, orb.Ring, error) {
	system, err := p.served("bbox-crs", c)
	if err != nil {
		return nil, nil, err
	}
	text, given := p["bbox"]
	if !given {
		return nil, nil, nil
	}
	if system.Number == 0 {
		boxes, err := ParseBBox(text)
		return boxes, nil, err
	}
	n, err := boxNumbers(text)
	if err != nil {
		return nil, nil, err
	}
	if system.NorthFirst {
		n[0], n[1], n[2], n[3] = n[1], n[0], n[3], n[2]
	}
	if system.Degrees {
		boxes, err := boxOf(text, n)
		return boxes, nil, err
	}
	if n[0] > n[2] || n[1] > n[3] {
		return nil, nil, invalid(field("bbox", text, "最小值大于最大值；坐标次序按 bbox-crs 的轴序", "a least number is above its greatest; their order is that of the axes of bbox-crs"))
	}
	n[0], n[1], n[2], n[3] = n[0]-onEdge, n[1]-onEdge, n[2]+onEdge, n[3]+onEdge
	ring, err := places.ToWGS84(ctx, crs.System(system.Number), edges(n))
	if err != nil {
		return nil, nil, err
	}
	for _, at := range ring {
		if at[0]-at[0] != 0 || at[1]-at[1] != 0 {
			return nil, nil, invalid(field("bbox", text, "超出该坐标系的使用范围", "reaches beyond where the system of bbox-crs can be used"))
		}
	}
	return nil, ring, nil
}

// onEdge is how far outside of a box a feature may stand, in metres: positions are shown in millimetres, and who asks for the box of those that were
// shown means them too.
const onEdge = 0.001

// edgeSteps is in how many steps an edge of a box is carried over, because it may be bent in degrees: of 100 km in a zone, by less than a metre.
const edgeSteps = 16

// edges is a ring along a box of west, south, east and north.
func edges(n [4]float64) []orb.Point {
	corners := []orb.Point{{n[0], n[1]}, {n[2], n[1]}, {n[2], n[3]}, {n[0], n[3]}, {n[0], n[1]}}
	ring := []orb.Point{corners[0]}
	for i, to := range corners[1:] {
		from := corners[i]
		for step := 1; step <= edgeSteps; step++ {
			part := float64(step) / edgeSteps
			ring = append(ring, orb.Point{from[0] + (to[0]-from[0])*part, from[1] + (to[1]-from[1])*part})
		}
	}
	ring[len(ring)-1] = ring[0]
	return ring
}
