package geojson

import (
	"strconv"

	geom "github.com/twpayne/go-geom"

	"citygrid/geo"
)

// geometry reads a geometry object or null at the cursor and checks it.
func (v *value) geometry(lim geo.Limits) (geom.T, error) {
	v.space()
	if v.next() == 'n' {
		return nil, v.skip()
	}
	if v.next() != '{' {
		return nil, fault(FaultMember, "the geometry is neither an object nor null", "geometry 既不是对象也不是 null")
	}
	var kind geo.Kind
	var coordinates []byte
	err := v.object(func(name string) (err error) {
		switch name {
		case "type":
			kind, err = v.kind()
		case "coordinates":
			coordinates, err = v.raw()
		default:
			err = v.skip()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if kind == 0 {
		return nil, fault(FaultMember, "the geometry has no type", "几何缺少 type")
	}
	if coordinates == nil {
		return nil, fault(FaultMember, "the geometry has no coordinates", "几何缺少 coordinates")
	}
	p := positions{value: value{text: coordinates}, lim: lim}
	if err := p.read(kind); err != nil {
		return nil, err
	}
	g := geo.NewGeometry(kind, p.stride == 3, p.flat, p.parts)
	return g, geo.CheckGeometry(g, lim)
}

func (v *value) kind() (geo.Kind, error) {
	v.space()
	if v.next() != '"' {
		return 0, fault(FaultMember, "the type of the geometry is not a string", "几何的 type 不是字符串")
	}
	name, err := v.string()
	if err != nil {
		return 0, err
	}
	for k := geo.KindPoint; k <= geo.KindMultiPolygon; k++ {
		if k.String() == name {
			return k, nil
		}
	}
	return 0, faultf(FaultType, "the geometry type %q is not taken: use Point, LineString, Polygon or a Multi form of these",
		"不支持几何类型 %q：请使用 Point、LineString、Polygon 或其 Multi 形式", name)
}

// positions gathers the numbers of a coordinates member.
type positions struct {
	value
	lim    geo.Limits
	flat   []float64
	parts  [][]int
	stride int // numbers a position; 0 until the first is read
}

func (p *positions) read(kind geo.Kind) error {
	part, multi := kind.Multi()
	var err error
	if multi {
		err = p.array(func() error { return p.part(part) })
	} else {
		err = p.part(part)
	}
	if f, ok := err.(*Fault); ok && f.Code == FaultJSON {
		// They have been found to be JSON before: what is left is brackets that do not nest as the type says.
		return fault(FaultPosition, "the coordinates are not nested as the geometry type asks", "coordinates 的嵌套与几何类型不符")
	}
	return err
}

// part reads a point, a line or a polygon.
func (p *positions) part(kind geo.Kind) error {
	var ends []int
	run := func() error {
		err := p.array(p.position)
		ends = append(ends, len(p.flat))
		return err
	}
	var err error
	switch kind {
	case geo.KindPoint:
		err = p.position()
		ends = append(ends, len(p.flat))
	case geo.KindLineString:
		err = run()
	default:
		err = p.array(run)
	}
	p.parts = append(p.parts, ends)
	return err
}

// position reads exactly two or three numbers, as many as in the positions before (RFC 7946, section 3.1.1).
func (p *positions) position() error {
	n := 0
	err := p.array(func() error {
		p.space()
		if c := p.next(); c != '-' && (c < '0' || c > '9') {
			return fault(FaultPosition, "a position holds something that is not a number", "坐标中含有非数值内容")
		}
		text, err := p.number()
		if err != nil {
			return err
		}
		number, err := strconv.ParseFloat(string(text), 64)
		if err != nil {
			return faultf(FaultPosition, "the number %s is too large", "数值 %s 过大", text)
		}
		if n++; n > 3 {
			return fault(FaultPosition, "a position has more than 3 numbers", "坐标多于 3 个数")
		}
		p.flat = append(p.flat, number)
		return nil
	})
	if err != nil {
		return err
	}
	if n < 2 {
		return faultf(FaultPosition, "a position has %d numbers, 2 or 3 are needed", "坐标只有 %d 个数，应为 2 或 3 个", n)
	}
	if p.stride == 0 {
		p.stride = n
	}
	if n != p.stride {
		return fault(FaultPosition, "some positions have 2 numbers and some 3", "部分坐标为 2 个数，部分为 3 个数")
	}
	if count := len(p.flat) / n; count > p.lim.Positions {
		return &geo.ShapeError{Problem: geo.ProblemPositions, Part: -1, Ring: -1, Count: count, Limit: p.lim.Positions}
	}
	return nil
}
