package geojson

import (
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"

	"citygrid/geo"
)

// AppendEWKB appends the GeoJSON geometry object for EWKB bytes as PostGIS sends them: little-endian, of the six kinds,
// two or three dimensions, SRID 4326 or none. Longitude and latitude are rounded to 7 decimals (1 cm), elevation to 3. It
// allocates nothing but room in dst. On an error, a [*geo.ShapeError], dst is returned as it came. The order of rings is
// kept.
func AppendEWKB(dst, ewkb []byte) ([]byte, error) {
	return Form{Decimals: degreeDecimals}.AppendEWKB(dst, ewkb)
}

// Form is how positions are written where RFC 7946 does not say it: in coordinate systems other than its own.
type Form struct {
	Decimals   int  // of the first two numbers, at most 7 and without trailing zeros; heights have at most 3
	NorthFirst bool // the second number is written first
}

const (
	degreeDecimals = 7 // 1 cm
	heightDecimals = 3
)

// AppendEWKB is the function AppendEWKB in this form.
func (f Form) AppendEWKB(dst, ewkb []byte) ([]byte, error) {
	w := writer{dst: dst, from: geo.NewEWKBReader(ewkb), northFirst: f.NorthFirst, digits: min(max(f.Decimals, 0), degreeDecimals)}
	w.unit = math.Pow10(w.digits)
	if err := w.geometry(); err != nil {
		return dst, err
	}
	return w.dst, nil
}

// AppendString appends s as a JSON string. Bytes that are not UTF-8 become U+FFFD, as in encoding/json.
func AppendString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if size > 1 {
			i += size
			continue
		}
		dst = append(dst, s[start:i]...)
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c == '\r':
			dst = append(dst, '\\', 'r')
		case c == '\t':
			dst = append(dst, '\\', 't')
		case r == utf8.RuneError:
			dst = append(dst, "\ufffd"...)
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		i++
		start = i
	}
	return append(append(dst, s[start:]...), '"')
}

// writer carries one geometry from EWKB to text.
type writer struct {
	dst        []byte
	from       geo.EWKBReader
	northFirst bool
	digits     int
	unit       float64 // 10^digits
}

func (w *writer) geometry() error {
	kind, err := w.from.Header()
	if err != nil {
		return err
	}
	w.dst = append(w.dst, `{"type":"`...)
	w.dst = append(w.dst, kind.String()...)
	w.dst = append(w.dst, `","coordinates":`...)
	if part, multi := kind.Multi(); multi {
		err = w.parts(part)
	} else {
		err = w.coordinates(kind)
	}
	if err != nil {
		return err
	}
	w.dst = append(w.dst, '}')
	return w.from.End()
}

func (w *writer) parts(part geo.Kind) error {
	n, err := w.from.Count()
	if err != nil {
		return err
	}
	for i := range n {
		w.open(i)
		if err := w.from.PartHeader(part); err != nil {
			return err
		}
		if err := w.coordinates(part); err != nil {
			return err
		}
	}
	w.dst = append(w.dst, ']')
	return nil
}

// coordinates writes what a Point, a LineString or a Polygon has.
func (w *writer) coordinates(kind geo.Kind) error {
	switch kind {
	case geo.KindPoint:
		return w.position()
	case geo.KindLineString:
		return w.line()
	}
	rings, err := w.from.Count()
	if err != nil {
		return err
	}
	for i := range rings {
		w.open(i)
		if err := w.line(); err != nil {
			return err
		}
	}
	w.dst = append(w.dst, ']')
	return nil
}

func (w *writer) line() error {
	n, err := w.from.Count()
	if err != nil {
		return err
	}
	for i := range n {
		w.open(i)
		if err := w.position(); err != nil {
			return err
		}
	}
	w.dst = append(w.dst, ']')
	return nil
}

func (w *writer) position() error {
	x, y, z, err := w.from.Position()
	if err != nil {
		return err
	}
	if x-x != 0 || y-y != 0 || z-z != 0 { // NaN for what is not finite, which JSON cannot say
		return &geo.ShapeError{Problem: geo.ProblemPosition, Part: -1, Ring: -1, Err: fmt.Errorf("[%v %v %v] is not finite", x, y, z)}
	}
	if w.northFirst {
		x, y = y, x
	}
	w.dst = appendDecimal(append(w.dst, '['), x, w.unit, w.digits)
	w.dst = appendDecimal(append(w.dst, ','), y, w.unit, w.digits)
	if w.from.HasZ() {
		w.dst = appendDecimal(append(w.dst, ','), z, 1e3, heightDecimals)
	}
	w.dst = append(w.dst, ']')
	return nil
}

// open begins a list before its first element and separates the others.
func (w *writer) open(i int) {
	if i == 0 {
		w.dst = append(w.dst, '[')
	} else {
		w.dst = append(w.dst, ',')
	}
}

// appendDecimal writes v with at most digits decimals, without trailing zeros; unit is 10^digits. A value that was
// rounded so before is written exactly as it was, since v*unit is then within half of a whole number. Values beyond an
// int64 (which no position on Earth has) are written whole.
func appendDecimal(dst []byte, v, unit float64, digits int) []byte {
	scaled := math.RoundToEven(v * unit)
	if math.Abs(scaled) >= 1<<53 {
		return strconv.AppendFloat(dst, v, 'g', -1, 64)
	}
	n := int64(scaled)
	if n < 0 {
		dst = append(dst, '-')
		n = -n
	}
	whole, part := n/int64(unit), n%int64(unit)
	dst = strconv.AppendInt(dst, whole, 10)
	if part == 0 {
		return dst
	}
	dst = append(dst, '.')
	at := len(dst)
	dst = append(dst, "0000000"[:digits]...)
	for i := at + digits - 1; part > 0; i-- {
		dst[i] = byte('0' + part%10)
		part /= 10
	}
	end := len(dst)
	for dst[end-1] == '0' {
		end--
	}
	return dst[:end]
}
