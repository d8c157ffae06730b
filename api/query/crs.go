package query

import (
	"errors"

	"citygrid/geo"
	"citygrid/geo/crs"
	"citygrid/registry"
)

// system reads the parameter crs, the coordinate system of lon and lat: crs.WGS84 when absent. The fault of one that cannot be
// converted names those that can, or the cure.
func (p Parameters) system() (crs.System, *registry.Field) {
	text, given := p["crs"]
	if !given {
		return crs.WGS84, nil
	}
	system, err := crs.Parse(text)
	if bad, ok := systemFault(text, err); ok {
		return 0, &bad
	}
	return system, nil
}

// NeedsStore reports whether positions in crs are converted by the store.
func (p Parameters) NeedsStore() bool {
	system, bad := p.system()
	return bad == nil && !system.Computed()
}

// systemFault turns the refusal of a coordinate system, as text names it, into one of crs; ok is false for every other error.
func systemFault(text string, err error) (fault registry.Field, ok bool) {
	var unknown *crs.UnknownError
	var datum *crs.DatumError
	switch {
	case errors.As(err, &unknown):
		return field("crs", text, unknown.ZH(), unknown.Error()), true
	case errors.As(err, &datum):
		return field("crs", text, datum.ZH(), datum.Error()), true
	}
	return registry.Field{}, false
}

// nowhere turns the refusal of two numbers by their coordinate system into one of the parameter at fault, lon where it may be either.
func (p Parameters) nowhere(system crs.System, err error) error {
	var off *geo.PointError
	var out *crs.RangeError
	var none *crs.NowhereError
	switch {
	case errors.As(err, &off):
		name := string(off.Axis)
		return invalid(offEarth(name, p[name], system, off))
	case errors.As(err, &out):
		name := string(out.Axis)
		return invalid(field(name, p[name], out.ZH(), out.Error()))
	case errors.As(err, &none):
		return invalid(field("lon", p["lon"], none.ZH(), none.Error()))
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
