package geojson_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"citygrid/geo"
	"citygrid/geo/geojson"
)

// outcome tells what a document reads as: one line a feature or error.
func outcome(r io.Reader, lim geo.Limits) string {
	var b strings.Builder
	for f, err := range geojson.Read(r, lim) {
		var bad *geojson.FeatureError
		var broken *geojson.DocumentError
		var fault *geojson.Fault
		var shape *geo.ShapeError
		code := "?"
		switch {
		case errors.As(err, &fault):
			code = fault.Code
		case errors.As(err, &shape):
			code = string(shape.Problem)
		case err != nil:
			code = err.Error()
		}
		switch {
		case errors.As(err, &bad):
			fmt.Fprintf(&b, "%d line %d bad: %s\n", f.Index, f.Line, code)
		case errors.As(err, &broken):
			fmt.Fprintf(&b, "broken at line %d byte %d: %s\n", broken.Line, broken.Offset, code)
		default:
			fmt.Fprintf(&b, "%d line %d byte %d id=%q", f.Index, f.Line, f.Offset, f.ID)
			for _, m := range f.Properties {
				fmt.Fprintf(&b, " %s=%s", m.Name, m.Value)
			}
			fmt.Fprintf(&b, " %s\n", geojson.AppendGeometry(nil, f.Geometry))
		}
	}
	return b.String()
}

const head, tail = `{"type":"FeatureCollection","features":[`, `]}`

func feature(geometry string) string {
	return `{"type":"Feature","properties":null,"geometry":` + geometry + `}`
}

func TestReadGivesFeaturesInOrderWithWhereTheyStand(t *testing.T) {
	t.Parallel()
	document := "\xef\xbb\xbf" + `{ "name": "井盖", "type": "FeatureCollection",
"crs": {"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}},
"features": [
 {"type":"Feature","id":7,"properties":{"b":"x\u00e9","a":[1,{"k":null}]},"geometry":{"type":"Point","coordinates":[111.28,30.7,55.125]}},
 {"geometry":null,"id":"a","type":"Feature","properties":{}}
 ,
 {"type":"Feature","properties":null,"geometry":{"coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]],"type":"MultiPolygon"}}
] , "bbox":[0,0,1,1] }
`
	const want = `0 line 4 byte 145 id="7" b="x\u00e9" a=[1,{"k":null}] {"type":"Point","coordinates":[111.28,30.7,55.125]}
1 line 5 byte 284 id="a" null
2 line 7 byte 348 id="" {"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]}
`
	if got := outcome(strings.NewReader(document), geo.Limits{}); got != want {
		t.Errorf("whole:\n%s\nwant:\n%s", got, want)
	}
	if got := outcome(iotest.OneByteReader(strings.NewReader(document)), geo.Limits{}); got != want {
		t.Errorf("byte by byte:\n%s", got)
	}
}
