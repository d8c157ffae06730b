package query

import (
	"context"
	"strconv"

	"github.com/paulmach/orb"

	"citygrid/geo/crs"
	"citygrid/registry"
)

// Point reads the parameters lon and lat, both required, and crs, and gives degrees on WGS 84. Without crs lon and lat are such
// degrees; with it they are east and north in that system, in this order whatever the system's own. Every fault of the
// three is reported at once. For a system that [Parameters.NeedsStore] it fails with Unavailable while that is away.
func (p Parameters) Point(ctx context.Context, places *registry.Registry) (orb.Point, error) {
	var n [2]float64
	var fields []registry.Field
	system, bad := p.system()
	if bad != nil {
		fields = append(fields, *bad)
	}
	for i, name := range [...]string{"lon", "lat"} {
		text, given := p[name]
		example := [...]string{"111.2846", "30.7012"}[i]
		zh, en := "度数，例如 "+example, "degrees, such as "+example
		if system != crs.WGS84 {
			zh, en = "该坐标系的数值", "it in the unit of crs"
		}
		v, ok := parseNumber(text)
		switch {
		case !given:
			fields = append(fields, field(name, "", "缺少该参数：请写"+zh, "missing: write "+en))
		case !ok:
			fields = append(fields, field(name, text, "不是有限的十进制数：请写"+zh, "is not a finite decimal number: write "+en))
		}
		n[i] = v
	}
	if len(fields) > 0 {
		return orb.Point{}, invalid(fields...)
	}
	point := []orb.Point{n}
	misplaced, err := places.Positions(ctx, system, point)
	switch fault, ofSystem := systemFault(p["crs"], err); {
	case ofSystem:
		return orb.Point{}, invalid(fault)
	case err != nil:
		return orb.Point{}, err
	case len(misplaced) > 0:
		return orb.Point{}, p.nowhere(system, misplaced[0].Err)
	}
	return point[0], nil
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
