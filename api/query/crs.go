package query

import (
	"errors"

	"citygrid/geo"
	"citygrid/geo/crs"
	"citygrid/registry"
)

// system reads the parameter crs, the coordinate system of lon and lat: crs.WGS84 when absent. The fault of one that is not
// converted here names those that are.
func (p Parameters) system() (crs.System, *registry.Field) {
	text, given := p["crs"]
	if !given {
		return crs.WGS84, nil
	}
	system, err := crs.Parse(text)
	var unknown *crs.UnknownError
	if errors.As(err, &unknown) {
		bad := field("crs", text, unknown.ZH(), unknown.Error())
		return 0, &bad
	}
	return system, nil
}

// nowhere turns the refusal of two numbers by their coordinate system into one of the parameter at fault. Every other error is
// given back as it is.
func (p Parameters) nowhere(system crs.System, err error) error {
	var off *geo.PointError
	var out *crs.RangeError
	switch {
	case errors.As(err, &off):
		name := string(off.Axis)
		return invalid(offEarth(name, p[name], system, off))
	case errors.As(err, &out):
		name := string(out.Axis)
		return invalid(field(name, p[name], out.ZH(), out.Error()))
	}
	return err
}

// offEarth is the fault of a number that is no longitude or latitude. Where the two look swapped the error itself has the cure.
func offEarth(name, value string, system crs.System, bad *geo.PointError) registry.Field {
	zh, en := bad.ZH(), bad.Error()
	if !bad.Swapped {
		datum := "WGS 84"
		if system != crs.WGS84 {
			datum = system.String()
		}
		zh += "：请写 " + datum + " 度数，先经度后纬度，例如 111.2846 与 30.7012"
		en += ": write degrees on " + datum + ", longitude first, such as 111.2846 and 30.7012"
	}
	return field(name, value, zh, en)
}
