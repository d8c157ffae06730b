package synth

import (
	"encoding/json"
	"strconv"
)

// features writes a FeatureCollection, one feature a line.
func (d *folder) features(path string, body func(*sheet) error) error {
	return d.write(path, func(s *sheet) error {
		if err := s.text(`{"type":"FeatureCollection","features":[`); err != nil {
			return err
		}
		if err := body(s); err != nil {
			return err
		}
		return s.text("\n]}\n")
	})
}

// property is one property of a feature. Order is kept: the digest depends on it.
type property struct{ name, value string }

// feature writes one feature whose geometry is given as its JSON.
func (s *sheet) feature(props []property, geometry func([]byte) []byte) error {
	b := s.line[:0]
	if s.records > 0 {
		b = append(b, ',')
	}
	b = append(b, "\n"+`{"type":"Feature","properties":{`...)
	for i, p := range props {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendJSON(b, p.name), ':')
		b = appendJSON(b, p.value)
	}
	b = append(b, `},"geometry":`...)
	s.line = append(geometry(b), '}')
	return s.record(s.line)
}

func appendJSON(b []byte, text string) []byte {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string always has a JSON form
	}
	return append(b, quoted...)
}

// polygon is an outer ring, counter-clockwise, and its holes, clockwise. Rings do
// not repeat their first place; the file does.
type polygon [][]place

func appendPolygons(b []byte, polygons []polygon) []byte {
	if len(polygons) == 1 {
		b = append(b, `{"type":"Polygon","coordinates":`...)
		return append(appendPolygon(b, polygons[0], nil), '}')
	}
	b = append(b, `{"type":"MultiPolygon","coordinates":[`...)
	for i, p := range polygons {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendPolygon(b, p, nil)
	}
	return append(b, "]}"...)
}

// appendPolygon writes the rings; height, in metres, is the same at each place,
// or nil.
func appendPolygon(b []byte, p polygon, height *float64) []byte {
	b = append(b, '[')
	for i, ring := range p {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendLine(b, append(ring[:len(ring):len(ring)], ring[0]), height)
	}
	return append(b, ']')
}

func appendLine(b []byte, line []place, height *float64) []byte {
	b = append(b, '[')
	for i, p := range line {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		b = appendDegrees(b, p.lon)
		b = append(b, ',')
		b = appendDegrees(b, p.lat)
		if height != nil {
			b = append(b, ',')
			b = strconv.AppendFloat(b, *height, 'f', 2, 64)
		}
		b = append(b, ']')
	}
	return append(b, ']')
}

// appendDegrees writes 1e-7 degrees as decimal degrees with seven places.
func appendDegrees(b []byte, n int64) []byte {
	if n < 0 {
		b = append(b, '-')
		n = -n
	}
	b = strconv.AppendInt(b, n/1e7, 10)
	b = append(b, '.')
	rest := n % 1e7
	for unit := int64(1e6); unit > 0; unit /= 10 {
		b = append(b, byte('0'+rest/unit%10))
	}
	return b
}
