package geo

import (
	"fmt"

	"github.com/paulmach/orb"
)

// Axis names one of the numbers of a position.
type Axis string

// The axes of a position, in the order in which they are written.
const (
	AxisLon Axis = "lon"
	AxisLat Axis = "lat"
	AxisZ   Axis = "z"
)

// PointError says which number of a position cannot be a coordinate. Its text is English; [PointError.ZH] is Chinese.
type PointError struct {
	Axis    Axis
	Value   float64
	Swapped bool // the two numbers would be a position the other way round
}

// Error names the axis, the value and, when the numbers look swapped, the cure.
func (e *PointError) Error() string {
	msg := fmt.Sprintf("%s %v is not within %s", e.Axis, e.Value, e.span())
	if e.Axis == AxisZ {
		msg = fmt.Sprintf("z %v is not a finite number", e.Value)
	}
	if e.Swapped {
		msg += "; latitude and longitude look swapped: write longitude first"
	}
	return msg
}

// ZH is the text of Error in Chinese.
func (e *PointError) ZH() string {
	name := map[Axis]string{AxisLon: "经度", AxisLat: "纬度", AxisZ: "高程"}[e.Axis]
	msg := fmt.Sprintf("%s %v 不在 %s 范围内", name, e.Value, e.span())
	if e.Axis == AxisZ {
		msg = fmt.Sprintf("%s %v 不是有限数值", name, e.Value)
	}
	if e.Swapped {
		msg += "；经纬度可能写反：应先写经度，后写纬度"
	}
	return msg
}

func (e *PointError) span() string {
	if e.Axis == AxisLat {
		return "[-90, 90]"
	}
	return "[-180, 180]"
}

// CheckPoint makes a point of two numbers in degrees. It refuses, with a [*PointError], what is not a number, infinite,
// beyond 180 degrees of longitude or 90 of latitude.
func CheckPoint(lon, lat float64) (orb.Point, error) {
	if onEarth(lon, lat) {
		return orb.Point{lon, lat}, nil
	}
	e := &PointError{Axis: AxisLon, Value: lon, Swapped: onEarth(lat, lon)}
	if within(lon, 180) {
		e.Axis, e.Value = AxisLat, lat
	}
	return orb.Point{}, e
}

func onEarth(lon, lat float64) bool { return within(lon, 180) && within(lat, 90) }

// within is false for NaN, which compares false with everything.
func within(v, limit float64) bool { return v >= -limit && v <= limit }

// SRID is the spatial reference identifier that PostGIS gives to longitude and latitude on WGS 84.
const SRID = 4326
