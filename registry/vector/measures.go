package vector

import "encoding/binary"

// withHeights is the flag of EWKB for a third number of each position.
const withHeights = 0x80000000

// kindOf is a shape's kind from 1 on and whether it has heights and measures: GDAL writes heights alone as EWKB has them, and both as ISO 13249-3 does, 2001 and
// 3001 for points.
func kindOf(code uint32) (kind uint32, heights, measures bool) {
	switch {
	case code > 2000 && code < 2008:
		return code - 2000, false, true
	case code > 3000 && code < 3008:
		return code - 3000, true, true
	}
	return code &^ withHeights, code&withHeights != 0, false
}

// withoutMeasures leaves out of a shape what ArcGIS keeps beside each position (M values, mostly none); had says that there were any. A shape of another kind
// than the six simple ones, or one that does not hold what it says, stays as it is.
func withoutMeasures(shape []byte) (plain []byte, had bool) {
	if len(shape) < 5 {
		return shape, false
	}
	if _, _, measures := kindOf(binary.LittleEndian.Uint32(shape[1:])); !measures {
		return shape, false
	}
	m := measured{rest: shape, plain: make([]byte, 0, len(shape))}
	if !m.geometry(0) || len(m.rest) > 0 {
		return shape, false
	}
	return m.plain, true
}

// measured copies a shape.
type measured struct{ rest, plain []byte }

// take copies the next n bytes.
func (m *measured) take(n int) bool {
	if len(m.rest) < n {
		return false
	}
	m.plain, m.rest = append(m.plain, m.rest[:n]...), m.rest[n:]
	return true
}

// geometry copies one, of which the parts are at a depth.
func (m *measured) geometry(depth int) bool {
	if len(m.rest) < 5 || m.rest[0] != 1 || depth > 1 {
		return false
	}
	kind, heights, measures := kindOf(binary.LittleEndian.Uint32(m.rest[1:]))
	code, numbers := kind, 3 // of a position
	if heights {
		code, numbers = kind|withHeights, 4
	}
	m.plain, m.rest = binary.LittleEndian.AppendUint32(append(m.plain, 1), code), m.rest[5:]
	if !measures {
		return false
	}
	switch kind {
	case 1:
		return m.positions(1, numbers)
	case 2:
		n, ok := m.count()
		return ok && m.positions(n, numbers)
	case 3:
		rings, ok := m.count()
		for ; ok && rings > 0; rings-- {
			var n int
			n, ok = m.count()
			ok = ok && m.positions(n, numbers)
		}
		return ok
	case 4, 5, 6:
		parts, ok := m.count()
		for ; ok && parts > 0; parts-- {
			ok = m.geometry(depth + 1)
		}
		return ok
	}
	return false
}

// count copies a number of what follows.
func (m *measured) count() (int, bool) {
	if len(m.rest) < 4 {
		return 0, false
	}
	n := int(binary.LittleEndian.Uint32(m.rest))
	return n, m.take(4)
}

// positions copies all but the last number of each.
func (m *measured) positions(n, numbers int) bool {
	if n > len(m.rest)/(8*numbers) {
		return false
	}
	for ; n > 0; n-- {
		m.take(8 * (numbers - 1))
		m.rest = m.rest[8:]
	}
	return true
}
