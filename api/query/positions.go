package query

import (
	"context"
	"errors"
	"math"
	"strconv"

	"citygrid/geo"
	"citygrid/geo/crs"
	"citygrid/registry"
)

// System reads the parameter crs for a list of points: crs.WGS84 when absent.
func (p Parameters) System() (crs.System, error) {
	system, bad := p.system()
	if bad != nil {
		return 0, invalid(*bad)
	}
	return system, nil
}

// ToWGS84 makes degrees on WGS 84, in place, of numbers that are east and north in a system, in this order whatever the system's own.
// It fails at the first that is no position there, and as [Parameters.Point] does.
func (p *Points) ToWGS84(ctx context.Context, places *registry.Registry, system crs.System) error {
	misplaced, err := places.Positions(ctx, system, p.List)
	switch fault, ofSystem := systemFault(system.String(), err); {
	case ofSystem:
		return invalid(fault)
	case err != nil:
		return err
	case len(misplaced) > 0:
		return p.fault(misplaced[0].Index, system, misplaced[0].Err)
	}
	return nil
}

// fault turns the refusal of pair i by its coordinate system into one of its place in the body. Every other error is given back as it is.
func (p *Points) fault(i int, system crs.System, err error) error {
	var off *geo.PointError
	var out *crs.RangeError
	var none *crs.NowhereError
	switch {
	case errors.As(err, &off):
		at, value := p.place(i, off.Axis)
		f := offEarth(at, value, system, off)
		return invalid(fieldOfLine(p.line(i), at, value, f.Message.ZH, f.Message.EN))
	case errors.As(err, &out):
		at, value := p.place(i, out.Axis)
		return invalid(fieldOfLine(p.line(i), at, value, out.ZH(), out.Error()))
	case errors.As(err, &none):
		value := strconv.FormatFloat(none.X, 'f', -1, 64)
		return invalid(fieldOfLine(p.line(i), pointer(i, 0), value, none.ZH(), none.Error()))
	}
	return err
}

// place is where a number of pair i stands in the body, and its text.
func (p *Points) place(i int, axis geo.Axis) (at, value string) {
	n := 0
	if axis == geo.AxisLat {
		n = 1
	}
	v, format := p.List[i][n], byte('f')
	if math.Abs(v) >= 1e21 { // as JavaScript writes it
		format = 'g'
	}
	return pointer(i, n), strconv.FormatFloat(v, format, -1, 64)
}

// line is that of pair i, 0 where lines do not count.
func (p *Points) line(i int) int {
	if i < len(p.lines) {
		return int(p.lines[i])
	}
	return 0
}
