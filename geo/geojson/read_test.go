package geojson_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
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
			fmt.Fprintf(&b, " %s\n", written(f.Geometry))
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

func TestReadPassesOverABadFeatureAndGoesOn(t *testing.T) {
	t.Parallel()
	const good = `{"type":"Feature","geometry":null}`
	point := func(coordinates string) string { return feature(`{"type":"Point","coordinates":` + coordinates + `}`) }
	for text, want := range map[string]string{
		`17`:                                  geojson.FaultType,
		`null`:                                geojson.FaultType,
		`{"type":"Feature","geometry":nul}`:   geojson.FaultJSON,
		`{"type":"Feature","geometry":null,}`: geojson.FaultJSON,
		`{"type":"Feature" "geometry":null}`:  geojson.FaultJSON,
		`{type:"Feature"}`:                    geojson.FaultJSON,
		`{"type":"Feature","geometry":null,"id":01}`:                                 geojson.FaultJSON,
		`{"type":"Feature","geometry":null,"id":"a` + "\n" + `b"}`:                   geojson.FaultJSON,
		`{"type":"Feature","geometry":null,"id":"\x"}`:                               geojson.FaultJSON,
		`{"type":"Feature","geometry":null,"id":"\ud83d"}`:                           geojson.FaultJSON,
		`{"type":"Feature","geometry":null,"properties":{"a":"\ude00"}}`:             geojson.FaultJSON,
		`{"type":"Feature","geometry":null,"id":"` + "\xff" + `"}`:                   geojson.FaultJSON,
		`{"type":"Feature","geometry":null]`:                                         geojson.FaultJSON,
		`{"type":"Feature","geometry":null,"type":"Feature"}`:                        geojson.FaultDuplicate,
		`{"type":"Feature","geometry":null,"properties":{"a":1,"\u0061":2}}`:         geojson.FaultDuplicate,
		`{"type":"Feature","geometry":null,"properties":{"a":[{"b":1,"b":2}]}}`:      geojson.FaultDuplicate,
		`{"type":"Feature","geometry":null,"properties":{"a":[[[[[]]]]]}}`:           geojson.FaultDepth,
		`{"type":"Feature","geometry":null,"id":"` + strings.Repeat("x", 600) + `"}`: geojson.FaultBytes,
		`{"type":"feature","geometry":null}`:                                         geojson.FaultType,
		`{"geometry":null}`:                                                          geojson.FaultType,
		`{"type":"Feature"}`:                                                         geojson.FaultMember,
		`{"type":"Feature","geometry":[]}`:                                           geojson.FaultMember,
		`{"type":"Feature","geometry":null,"properties":[]}`:                         geojson.FaultMember,
		`{"type":"Feature","geometry":null,"id":null}`:                               geojson.FaultMember,
		feature(`{"type":"Point"}`):                                                  geojson.FaultMember,
		feature(`{"coordinates":[1,2]}`):                                             geojson.FaultMember,
		feature(`{"type":5,"coordinates":[1,2]}`):                                    geojson.FaultMember,
		feature(`{"type":"GeometryCollection","geometries":[null]}`):                 geojson.FaultType,
		feature(`{"type":"point","coordinates":[1,2]}`):                              geojson.FaultType,
		feature(`{"type":"Point","coordinates":[1,2],"coordinates":[3,4]}`):          geojson.FaultDuplicate,
		point(`[]`):            geojson.FaultPosition,
		point(`[1]`):           geojson.FaultPosition,
		point(`[1,2,3,4]`):     geojson.FaultPosition,
		point(`[1,"2"]`):       geojson.FaultPosition,
		point(`[1,null]`):      geojson.FaultPosition,
		point(`[1,1e999]`):     geojson.FaultPosition,
		point(`[[1,2]]`):       geojson.FaultPosition,
		point(`null`):          geojson.FaultPosition,
		point(`{"x":1}`):       geojson.FaultPosition,
		point(`[1,NaN]`):       geojson.FaultJSON,
		point(`[1,91]`):        string(geo.ProblemPosition),
		point(`[30.7,111.28]`): string(geo.ProblemPosition),
		feature(`{"type":"MultiPoint","coordinates":7}`):                                     geojson.FaultPosition,
		feature(`{"type":"MultiPoint","coordinates":[]}`):                                    string(geo.ProblemEmpty),
		feature(`{"type":"MultiPoint","coordinates":[[1,2],[1,2,3]]}`):                       geojson.FaultPosition,
		feature(`{"type":"LineString","coordinates":[[1,2]]}`):                               string(geo.ProblemShort),
		feature(`{"type":"LineString","coordinates":[1,2]}`):                                 geojson.FaultPosition,
		feature(`{"type":"LineString","coordinates":[[1,2],[1,3],[1,4],[1,5],[1,6],[1,7]]}`): string(geo.ProblemPositions),
		feature(`{"type":"Polygon","coordinates":[]}`):                                       string(geo.ProblemEmpty),
		feature(`{"type":"Polygon","coordinates":[[]]}`):                                     string(geo.ProblemEmpty),
		feature(`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]}`):              string(geo.ProblemUnclosed),
		feature(`{"type":"MultiPolygon","coordinates":[[]]}`):                                string(geo.ProblemEmpty),
		`{"type":"Feature","geometry":null,"crs":{"properties":{"name":"EPSG:4490"}}}`:       geojson.FaultCRS,
	} {
		document := head + good + "," + text + "," + good + tail
		got := outcome(strings.NewReader(document), geo.Limits{FeatureBytes: 500, Positions: 5})
		lines := strings.Split(got, "\n")
		if len(lines) != 4 || !strings.HasPrefix(lines[0], "0 line 1 byte") || !strings.HasPrefix(lines[2], "2 line ") ||
			lines[1] != "1 line 1 bad: "+want {
			t.Errorf("%s: %s\nwant %s", text, got, want)
		}
	}
}

func TestReadEndsAtABrokenDocument(t *testing.T) {
	t.Parallel()
	const good = `{"type":"Feature","geometry":null}`
	for document, want := range map[string]string{
		"":                 "byte 0: json",
		" \n":              "line 2 byte 2: json",
		"\xef\xbb":         "byte 2: json",
		"\xef\xbbx{":       "byte 2: json",
		"[]":               "byte 0: json",
		"{}":               ": type",
		`{"a"}`:            ": json",
		`{"a":}`:           ": json",
		`{"a":1,}`:         ": json",
		`{"a":1`:           ": json",
		`{'a':1}`:          ": json",
		`{"a":01}`:         ": json",
		`{"\ud800":1}`:     ": json",
		"{\"\xff\":1}":     ": json",
		"{\"a\":\"\xff\"}": ": json",
		`{"a":"` + strings.Repeat("x", 600) + `"}`:   ": too_many_bytes",
		`{"a":[[[[[[[[]]]]]]]]}`:                     ": too_deep",
		`{"type":"FeatureCollection"}`:               ": member",
		`{"type":7,"features":[]}`:                   ": member",
		`{"features":[]}`:                            ": type",
		`{"type":"Point","coordinates":[1,2]}`:       ": type",
		`{"type":"Topology","features":[]}`:          "byte 30: type",
		`{"type":"Feature","features":[]}`:           ": type",
		`{"features":[],"type":"Feature"}`:           ": type",
		`{"type":"FeatureCollection","features":{}}`: "byte 39: json",
		`{"features":[` + good + `],"features":[]}`:  ": duplicate_member",
		`{"type":"a","typ\u0065":"b"}`:               ": duplicate_member",
		head + good:                                  "byte 74: json",
		head + good + `,` + good[:12]:                ": json",
		head + good + good + tail:                    "byte 74: json",
		head + good + `,]}`:                          ": json",
		head + tail + `{}`:                           ": json",
		head + tail + "\x00":                         ": json",
		`{"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4547"}},"features":[]}`: ": crs",
		`{"crs":null,"features":[]}`:               ": crs",
		`{"crs":"EPSG:3857","features":[]}`:        ": crs",
		head + good + `],"crs":{"properties":{}}}`: ": crs",
	} {
		got := outcome(strings.NewReader(document), geo.Limits{FeatureBytes: 500})
		lines := strings.Split(strings.TrimSpace(got), "\n")
		if last := lines[len(lines)-1]; !strings.HasPrefix(last, "broken at line") || !strings.HasSuffix(last, want) {
			t.Errorf("%s: %s\nwant %s", document, got, want)
		}
	}
}

func TestReadTakesASingleFeatureWhateverTheOrderOfItsMembers(t *testing.T) {
	t.Parallel()
	const want = "0 line 1 byte 1 id=\"a\" n=\"x\" {\"type\":\"Point\",\"coordinates\":[1,2]}\n"
	for _, document := range []string{
		` {"type":"Feature","id":"a","geometry":{"type":"Point","coordinates":[1,2]},"properties":{"n":"x"}}`,
		` {"properties":{"n":"x"},"geometry":{"coordinates":[1,2],"type":"Point"},"crs":{"properties":{"name":"EPSG:4326"}},"id":"a","type":"Feature"}`,
	} {
		if got := outcome(strings.NewReader(document), geo.Limits{}); got != want {
			t.Errorf("%s: %s", document, got)
		}
	}
}

func TestReadStopsWhenTheCallerDoes(t *testing.T) {
	t.Parallel()
	document := head + strings.Repeat(feature("null")+",", 3) + "broken"
	n := 0
	for _, err := range geojson.Read(strings.NewReader(document), geo.Limits{}) {
		if n++; err != nil || n == 2 {
			break
		}
	}
	if n != 2 {
		t.Errorf("%d features", n)
	}
}

func TestReadReportsWhatTheReaderUnderneathSays(t *testing.T) {
	t.Parallel()
	failing := errors.New("the disk is gone")
	var last error
	for _, err := range geojson.Read(io.MultiReader(strings.NewReader(head+feature("null")), iotest.ErrReader(failing)), geo.Limits{}) {
		last = err
	}
	var broken *geojson.DocumentError
	if !errors.As(last, &broken) || !errors.Is(last, failing) {
		t.Errorf("error %v", last)
	}
}

// endless gives one feature over and over, without an end.
type endless struct{ rest string }

func (e *endless) Read(p []byte) (int, error) {
	if e.rest == "" {
		e.rest = feature(`{"type":"Point","coordinates":[111.28,30.7]}`) + ","
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

func TestReadHoldsOneFeatureAtATime(t *testing.T) {
	t.Parallel()
	n := 0
	for f, err := range geojson.Read(io.MultiReader(strings.NewReader(head), &endless{}), geo.Limits{}) {
		if err != nil || f.Index != n {
			t.Fatalf("feature %d: %v %v", n, f, err)
		}
		if n++; n == 20_000 { // 1.8 MB of a document that never ends
			return
		}
	}
}

func TestReadPassesOverAFeatureTooLargeWithoutHoldingIt(t *testing.T) { // not parallel: it measures
	huge := io.MultiReader(strings.NewReader(head+`{"id":"`), io.LimitReader(forever('x'), 16<<20), strings.NewReader(`"},`+feature("null")+tail))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got := outcome(huge, geo.Limits{FeatureBytes: 1 << 10})
	runtime.ReadMemStats(&after)
	if want := "0 line 1 bad: too_many_bytes\n1 line 1 byte 16777266 id=\"\" null\n"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("%d bytes were allocated for a feature of 16 MiB", n)
	}
}

type forever byte

func (f forever) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(f)
	}
	return len(p), nil
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		head + feature(`{"type":"Point","coordinates":[111.28,30.7,1]}`) + tail,
		head + feature(`{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]}`) + `,7,` + feature("null") + `],"crs":null}`,
		feature(`{"type":"LineString","coordinates":[[1e1,-2.5],[3,4]]}`),
		`{"type":"Feature","id":"\ud83d\ude00\n","geometry":null,"properties":{"a":[true,false,null,{}],"b":-0.5E+3}}`,
		"\xef\xbb\xbf{\"features\" :[ ] ,\t\"type\":\"FeatureCollection\"}\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		n, whole := 0, true
		for feature, err := range geojson.Read(bytes.NewReader(document), geo.Limits{FeatureBytes: 4 << 10}) {
			var bad *geojson.FeatureError
			switch {
			case errors.As(err, &bad):
				whole = false
			case err != nil:
				return
			}
			if feature.Index != n || feature.Offset < 0 || feature.Offset >= int64(len(document)) || document[feature.Offset] == ' ' {
				t.Errorf("feature %d says it is %d at byte %d", n, feature.Index, feature.Offset)
			}
			n++
			for _, m := range feature.Properties {
				if !json.Valid(m.Value) {
					t.Errorf("property %q: %s is not JSON", m.Name, m.Value)
				}
			}
			if text := written(feature.Geometry); !json.Valid([]byte(text)) {
				t.Errorf("geometry %s", text)
			}
		}
		if whole && !json.Valid(bytes.TrimPrefix(document, []byte("\xef\xbb\xbf"))) {
			t.Errorf("read without an error, yet not JSON: %q", document)
		}
	})
}
