package query

import (
	"errors"
	"strconv"

	"github.com/paulmach/orb"

	"citygrid/geo"
	"citygrid/registry"
)

// Point reads the parameters lon and lat, both required, in degrees. Every fault of the two is reported at once.
func (p Parameters) Point() (orb.Point, error) {
	var n [2]float64
	var fields []registry.Field
	for i, name := range [...]string{"lon", "lat"} {
		text, given := p[name]
		example := [...]string{"111.2846", "30.7012"}[i]
		v, ok := parseNumber(text)
		switch {
		case !given:
			fields = append(fields, field(name, "", "缺少该参数：请给出十进制度数，例如 "+example, "missing: give it in decimal degrees, such as "+example))
		case !ok:
			fields = append(fields, field(name, text, "不是有限的十进制数：请写度数，例如 "+example, "is not a finite decimal number: write degrees, such as "+example))
		}
		n[i] = v
	}
	if len(fields) > 0 {
		return orb.Point{}, invalid(fields...)
	}
	point, err := geo.CheckPoint(n[0], n[1])
	var bad *geo.PointError
	if errors.As(err, &bad) {
		return orb.Point{}, invalid(offEarth(string(bad.Axis), p[string(bad.Axis)], bad))
	}
	return point, err
}

// offEarth is the fault of a number that is no longitude or latitude. Where the two look swapped the error itself has the cure.
func offEarth(name, value string, bad *geo.PointError) registry.Field {
	zh, en := bad.ZH(), bad.Error()
	if !bad.Swapped {
		zh += "：请写 WGS 84 度数，先经度后纬度，例如 111.2846 与 30.7012"
		en += ": write degrees on WGS 84, longitude first, such as 111.2846 and 30.7012"
	}
	return field(name, value, zh, en)
}

// Radius reads the parameter radius in metres, registry.DefaultRadius when absent; more than registry.MaxRadius is refused.
func (p Parameters) Radius() (float64, error) {
	text, given := p["radius"]
	if !given {
		return registry.DefaultRadius, nil
	}
	v, ok := parseNumber(text)
	if !ok || v <= 0 || v > registry.MaxRadius {
		most := strconv.FormatFloat(registry.MaxRadius, 'f', -1, 64)
		return 0, invalid(field("radius", text, "应为大于 0 且不超过 "+most+" 的数（米）", "write a number of metres above 0 and at most "+most))
	}
	return v, nil
}
