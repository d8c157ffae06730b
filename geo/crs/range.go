package crs

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"

	"citygrid/geo"
)

// RangeError says that two numbers are no position in a system, and what they look like instead. Its text is English;
// [RangeError.ZH] is Chinese.
type RangeError struct {
	System   System
	Axis     geo.Axis // the number at fault: AxisLon for x, AxisLat for y
	Value    float64
	Min, Max float64 // what is taken, in the unit of the system
	Swapped  bool    // the other way round they would be a position, here or in Instead
	Instead  System  // where they would be a position, 0 if nowhere
}

// Error names the number, its range, and the cure where there is one.
func (e *RangeError) Error() string {
	name := map[geo.Axis]string{geo.AxisLon: "x (east)", geo.AxisLat: "y (north)"}[e.Axis]
	msg := fmt.Sprintf("%s %s is not within [%s, %s] of %v", name, decimal(e.Value), decimal(e.Min), decimal(e.Max), e.System)
	if e.Swapped {
		msg += "; x and y look swapped: write east first, then north"
	}
	own, _ := e.System.zone()
	switch z, isZone := e.Instead.zone(); {
	case e.Instead == 0:
	case !isZone:
		msg += fmt.Sprintf("; these look like degrees: name %v", e.Instead)
	case z.prefix == 0:
		msg += fmt.Sprintf("; the zone prefix is missing: write %d before the easting, or name %v", own.prefix, e.Instead)
	default:
		msg += fmt.Sprintf("; the easting begins with the zone prefix %d: name %v", z.prefix, e.Instead)
	}
	return msg
}

// ZH is the text of Error in Chinese.
func (e *RangeError) ZH() string {
	name := map[geo.Axis]string{geo.AxisLon: "东坐标 x", geo.AxisLat: "北坐标 y"}[e.Axis]
	msg := fmt.Sprintf("%s %s 不在 %v 的 [%s, %s] 范围内", name, decimal(e.Value), e.System, decimal(e.Min), decimal(e.Max))
	if e.Swapped {
		msg += "；两个坐标可能写反：应先写东坐标，后写北坐标"
	}
	own, _ := e.System.zone()
	switch z, isZone := e.Instead.zone(); {
	case e.Instead == 0:
	case !isZone:
		msg += fmt.Sprintf("；看起来是度数：请写 %v", e.Instead)
	case z.prefix == 0:
		msg += fmt.Sprintf("；缺少带号：请在东坐标前加 %d，或写 %v", own.prefix, e.Instead)
	default:
		msg += fmt.Sprintf("；东坐标含带号 %d：请写 %v", z.prefix, e.Instead)
	}
	return msg
}

// NowhereError says that two numbers are no position of a system that PROJ converts, or none that comes back as the same numbers.
// Its text is English; [NowhereError.ZH] is Chinese.
type NowhereError struct {
	System System
	X, Y   float64
}

// Error gives the numbers and the cure.
func (e *NowhereError) Error() string {
	return fmt.Sprintf("x %s, y %s is no position in %v: write x (east or longitude) first, then y (north or latitude), in the unit of that system",
		decimal(e.X), decimal(e.Y), e.System)
}

// ZH is the text of Error in Chinese.
func (e *NowhereError) ZH() string {
	return fmt.Sprintf("x %s、y %s 不是 %v 中的位置：请先写 x（东坐标或经度），后写 y（北坐标或纬度），用该坐标系的单位",
		decimal(e.X), decimal(e.Y), e.System)
}

// decimal writes metres to the centimetre and without an exponent where they can be a coordinate.
func decimal(v float64) string { return fmt.Sprintf("%.10g", v) }

// outsideZone finds what two numbers that are no position in a zone look like.
func (s System) outsideZone(z zone, x, y float64) *RangeError {
	e := &RangeError{System: s, Axis: geo.AxisLat, Value: y, Max: maxNorthing}
	if !z.holdsEasting(x) {
		e.Axis, e.Value, e.Min, e.Max = geo.AxisLon, x, z.easting()-reach, z.easting()+reach
	}
	if e.Instead = z.instead(x, y); e.Instead != 0 {
		return e
	}
	e.Swapped = z.holds(y, x)
	if e.Swapped {
		return e
	}
	e.Instead = z.instead(y, x)
	e.Swapped = e.Instead != 0
	return e
}

// instead is the system in which two numbers that are no position in z would be one, 0 where none is likely.
func (z zone) instead(x, y float64) System {
	if _, err := geo.CheckPoint(x, y); err == nil {
		return CGCS2000
	}
	if z.prefix > 0 {
		plain := z.plain()
		if other, _ := plain.zone(); other.holds(x, y) {
			return plain
		}
	}
	if math.IsNaN(x) || x < 0 || x > 100*prefixStep { // a prefix has two digits
		return 0
	}
	if s, exists := withPrefix(int(x / prefixStep)); exists {
		if other, _ := s.zone(); other.holds(x, y) {
			return s
		}
	}
	return 0
}

func (s System) outsideShiftedArea(p orb.Point) *RangeError {
	e := &RangeError{System: s, Axis: geo.AxisLon, Value: p[0], Min: shiftedArea.Min[0], Max: shiftedArea.Max[0],
		Swapped: shiftedArea.Contains(orb.Point{p[1], p[0]})}
	if e.Min <= p[0] && p[0] <= e.Max {
		e.Axis, e.Value, e.Min, e.Max = geo.AxisLat, p[1], shiftedArea.Min[1], shiftedArea.Max[1]
	}
	return e
}
