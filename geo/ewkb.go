package geo

import (
	"encoding/binary"
	"fmt"
	"math"

	geom "github.com/twpayne/go-geom"
)

// The flags of an EWKB type word (PostGIS, liblwgeom.h) and the only byte order that is read and written here.
const (
	ewkbZ        = 0x80000000
	ewkbM        = 0x40000000
	ewkbSRID     = 0x20000000
	littleEndian = 1
)

// AppendEWKB appends a checked geometry as PostGIS reads it: little-endian EWKB with SRID 4326, elevation kept.
func AppendEWKB(dst []byte, g geom.T) []byte {
	s, err := shapeOf(g)
	if err != nil {
		return dst
	}
	dst = s.appendHeader(dst, s.kind, ewkbSRID)
	dst = binary.LittleEndian.AppendUint32(dst, SRID)
	part, multi := s.kind.Multi()
	if multi {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(len(s.parts)))
	}
	for i := range s.parts {
		if multi {
			dst = s.appendHeader(dst, part, 0)
		}
		if part == KindPolygon {
			dst = binary.LittleEndian.AppendUint32(dst, uint32(len(s.parts[i])))
		}
		for j := range s.parts[i] {
			numbers := s.numbers(i, j)
			if part != KindPoint {
				dst = binary.LittleEndian.AppendUint32(dst, uint32(len(numbers)/s.stride))
			}
			for _, v := range numbers {
				dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(v))
			}
		}
	}
	return dst
}

func (s shape) appendHeader(dst []byte, k Kind, flags uint32) []byte {
	if s.stride == 3 {
		flags |= ewkbZ
	}
	return binary.LittleEndian.AppendUint32(append(dst, littleEndian), uint32(k)|flags)
}

// DecodeEWKB reads one geometry of the six kinds, with SRID 4326 or none given, and sets 4326 on it. It allocates in
// proportion to the bytes it is given, whatever counts they claim, and nests no deeper than a Multi geometry. Its errors
// are [*ShapeError]. Positions are not checked: that is [CheckGeometry].
func DecodeEWKB(b []byte) (geom.T, error) {
	r := NewEWKBReader(b)
	kind, err := r.Header()
	if err != nil {
		return nil, err
	}
	parts := 1
	part, multi := kind.Multi()
	if multi {
		if parts, err = r.Count(); err != nil {
			return nil, err
		}
	}
	var flat []float64
	var endss [][]int
	for range parts {
		if multi {
			if err := r.PartHeader(part); err != nil {
				return nil, err
			}
		}
		rings := 1
		if part == KindPolygon {
			if rings, err = r.Count(); err != nil {
				return nil, err
			}
		}
		var ends []int
		for range rings {
			positions := 1
			if part != KindPoint {
				if positions, err = r.Count(); err != nil {
					return nil, err
				}
			}
			if flat, err = r.appendPositions(flat, positions); err != nil {
				return nil, err
			}
			ends = append(ends, len(flat))
		}
		endss = append(endss, ends)
	}
	if err := r.End(); err != nil {
		return nil, err
	}
	return NewGeometry(kind, r.z, flat, endss), nil
}

// EWKBReader walks along the bytes of one geometry without allocating. The caller asks for what the kind says comes next;
// each answer has been checked against the bytes that are left.
type EWKBReader struct {
	rest []byte
	z    bool
}

// NewEWKBReader starts at the first byte of b.
func NewEWKBReader(b []byte) EWKBReader { return EWKBReader{rest: b} }

// Header reads the byte order, the type and the SRID.
func (r *EWKBReader) Header() (Kind, error) {
	kind, flags, err := r.word()
	if err != nil {
		return 0, err
	}
	r.z = flags&ewkbZ != 0
	if flags&ewkbSRID != 0 {
		if len(r.rest) < 4 {
			return 0, truncated("SRID")
		}
		if srid := r.uint32(); srid != SRID {
			e := wholeShape(ProblemSRID, nil)
			e.Count = int(srid)
			return 0, e
		}
	}
	return kind, nil
}

// PartHeader reads the header of one part of a Multi geometry, which must be of kind want.
func (r *EWKBReader) PartHeader(want Kind) error {
	kind, flags, err := r.word()
	if err != nil {
		return err
	}
	if kind != want || (flags&ewkbZ != 0) != r.z || flags&ewkbSRID != 0 {
		return wholeShape(ProblemEncoding, fmt.Errorf("a part is not the %v that its whole promises", want))
	}
	return nil
}

// Count reads how many parts, rings or positions follow: at least one, and no more than the bytes left can hold.
func (r *EWKBReader) Count() (int, error) {
	if len(r.rest) < 4 {
		return 0, truncated("count")
	}
	n := r.uint32()
	if n == 0 {
		return 0, wholeShape(ProblemEmpty, nil)
	}
	// The smallest thing counted is an element's own count.
	if uint64(n)*4 > uint64(len(r.rest)) {
		return 0, wholeShape(ProblemEncoding, fmt.Errorf("%d elements are claimed and %d bytes left", n, len(r.rest)))
	}
	return int(n), nil
}

// Position reads one position; z is 0 when the geometry is not HasZ.
func (r *EWKBReader) Position() (x, y, z float64, err error) {
	size := r.positionSize()
	if len(r.rest) < size {
		return 0, 0, 0, truncated("position")
	}
	x = math.Float64frombits(binary.LittleEndian.Uint64(r.rest))
	y = math.Float64frombits(binary.LittleEndian.Uint64(r.rest[8:]))
	if r.z {
		z = math.Float64frombits(binary.LittleEndian.Uint64(r.rest[16:]))
	}
	r.rest = r.rest[size:]
	return x, y, z, nil
}

// HasZ tells whether positions carry an elevation; it is known after Header.
func (r *EWKBReader) HasZ() bool { return r.z }

// End refuses bytes after the geometry.
func (r *EWKBReader) End() error {
	if len(r.rest) > 0 {
		return wholeShape(ProblemEncoding, fmt.Errorf("%d bytes follow the geometry", len(r.rest)))
	}
	return nil
}

func (r *EWKBReader) word() (Kind, uint32, error) {
	if len(r.rest) < 5 {
		return 0, 0, truncated("header")
	}
	if r.rest[0] != littleEndian {
		return 0, 0, wholeShape(ProblemEncoding, fmt.Errorf("byte order %d, only little-endian (1) is read", r.rest[0]))
	}
	r.rest = r.rest[1:]
	word := r.uint32()
	kind, flags := word&^(ewkbZ|ewkbM|ewkbSRID), word&(ewkbZ|ewkbM|ewkbSRID)
	if flags&ewkbM != 0 {
		return 0, 0, wholeShape(ProblemLayout, fmt.Errorf("it has a measure (M)"))
	}
	if kind < uint32(KindPoint) || kind > uint32(KindMultiPolygon) {
		return 0, 0, wholeShape(ProblemType, fmt.Errorf("EWKB type %d", kind))
	}
	return Kind(kind), flags, nil
}

func (r *EWKBReader) uint32() uint32 {
	v := binary.LittleEndian.Uint32(r.rest)
	r.rest = r.rest[4:]
	return v
}

func (r *EWKBReader) positionSize() int {
	if r.z {
		return 24
	}
	return 16
}

// appendPositions grows flat once, after checking that the bytes are there.
func (r *EWKBReader) appendPositions(flat []float64, n int) ([]float64, error) {
	if n*r.positionSize() > len(r.rest) {
		return nil, truncated("positions")
	}
	for range n {
		x, y, z, err := r.Position()
		if err != nil {
			return nil, err
		}
		if flat = append(flat, x, y); r.z {
			flat = append(flat, z)
		}
	}
	return flat, nil
}

func truncated(what string) error {
	return wholeShape(ProblemEncoding, fmt.Errorf("the bytes end within the %s", what))
}
