package geojson_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	geom "github.com/twpayne/go-geom"

	"citygrid/geo"
	"citygrid/geo/geojson"
)

// written is a geometry as text, null for none, and the error where it cannot be written.
func written(g geom.T) string {
	if g == nil {
		return "null"
	}
	text, err := geojson.AppendEWKB(nil, geo.AppendEWKB(nil, g))
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func TestGeometryIsWrittenInEachKindAndDimension(t *testing.T) {
	t.Parallel()
	ring := []float64{0, 0, 1, 0, 1, 1, 0, 0}
	two := append(append([]float64{}, ring...), ring...)
	for want, g := range map[string]geom.T{
		`{"type":"Point","coordinates":[111.28,30.7]}`:                                                    geo.NewGeometry(geo.KindPoint, false, []float64{111.28, 30.7}, [][]int{{2}}),
		`{"type":"Point","coordinates":[111.28,30.7,-0.125]}`:                                             geo.NewGeometry(geo.KindPoint, true, []float64{111.28, 30.7, -0.125}, [][]int{{3}}),
		`{"type":"LineString","coordinates":[[0,0],[1,0]]}`:                                               geo.NewGeometry(geo.KindLineString, false, ring[:4], [][]int{{4}}),
		`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]],[[0,0],[1,0],[1,1],[0,0]]]}`:          geo.NewGeometry(geo.KindPolygon, false, two, [][]int{{8, 16}}),
		`{"type":"MultiPoint","coordinates":[[0,0],[1,0]]}`:                                               geo.NewGeometry(geo.KindMultiPoint, false, ring[:4], [][]int{{2}, {4}}),
		`{"type":"MultiLineString","coordinates":[[[0,0],[1,0]],[[1,1],[0,0]]]}`:                          geo.NewGeometry(geo.KindMultiLineString, false, ring, [][]int{{4}, {8}}),
		`{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]],[[[0,0],[1,0],[1,1],[0,0]]]]}`: geo.NewGeometry(geo.KindMultiPolygon, false, two, [][]int{{8}, {16}}),
		`{"type":"MultiPoint","coordinates":[[0,0,1],[0,1,1]]}`:                                           geo.NewGeometry(geo.KindMultiPoint, true, []float64{0, 0, 1, 0, 1, 1}, [][]int{{3}, {6}}),
	} {
		got, err := geojson.AppendEWKB([]byte("x"), geo.AppendEWKB(nil, g))
		if err != nil || string(got) != "x"+want {
			t.Errorf("%s, %v, want %s", got, err, want)
		}
	}
}

func TestNumbersAreRoundedToSevenDecimalsAndElevationToThree(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		x, y, z float64
		want    string
	}{
		{111.28000004, 30.70000006, 1.2344, "[111.28,30.7000001,1.234]"},
		{-0.00000004, 0.1, -0.0004, "[0,0.1,0]"},
		{-0.0000001, math.Copysign(0, -1), -12.0005, "[-0.0000001,0,-12]"},
		{-179.9999999, 89.99999999, 8848.86, "[-179.9999999,90,8848.86]"},
		{5e-324, 0.30000000000000004, 1e300, "[0,0.3,1e+300]"},
		{180, -90, 1e12, "[180,-90,1000000000000]"},
	} {
		g := geom.NewPointFlat(geom.XYZ, []float64{c.x, c.y, c.z})
		if got, want := written(g), `{"type":"Point","coordinates":`+c.want+`}`; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestCoordinatesOfSevenDecimalsAreWrittenAsTheyWereRead(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		text := strconv.FormatFloat(float64(rnd.IntN(3_600_000_000)-1_800_000_000)/1e7, 'f', -1, 64)
		x, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		got := written(geom.NewPointFlat(geom.XY, []float64{x, 0}))
		if want := `{"type":"Point","coordinates":[` + text + `,0]}`; got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	}
}

func TestAppendEWKBGivesBackItsInputOnAnError(t *testing.T) {
	t.Parallel()
	good := geo.AppendEWKB(nil, geom.NewLineStringFlat(geom.XY, []float64{1, 2, 3, 4}))
	bad := map[string][]byte{
		"nothing":         nil,
		"cut":             good[:len(good)-1],
		"too long":        append(good[:len(good):len(good)], 0),
		"not a number":    geo.AppendEWKB(nil, geom.NewPointFlat(geom.XY, []float64{math.NaN(), 2})),
		"infinite height": geo.AppendEWKB(nil, geom.NewPointFlat(geom.XYZ, []float64{1, 2, math.Inf(1)})),
		"lying count":     {1, 2, 0, 0, 0, 255, 255, 255, 255},
		"other part":      append([]byte{1, 4, 0, 0, 0, 1, 0, 0, 0}, good...),
	}
	for name, b := range bad {
		got, err := geojson.AppendEWKB([]byte("x"), b)
		var shape *geo.ShapeError
		if string(got) != "x" || !errors.As(err, &shape) {
			t.Errorf("%s: %q %v", name, got, err)
		}
	}
}

func TestAppendEWKBAllocatesNothing(t *testing.T) { // not parallel: it counts
	b := geo.AppendEWKB(nil, geo.NewGeometry(geo.KindMultiPolygon, true, []float64{111.28, 30.7, 5, 111.29, 30.7, 5, 111.29, 30.71, 5.5, 111.28, 30.7, 5}, [][]int{{12}}))
	dst := make([]byte, 0, 1<<10)
	if n := testing.AllocsPerRun(100, func() {
		if _, err := geojson.AppendEWKB(dst, b); err != nil {
			t.Error(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestStringsAreEscapedSoThatTheyReadTheSame(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"":                      `""`,
		"井盖 😀":                  `"井盖 😀"`,
		"a\"b\\c/":              `"a\"b\\c/"`,
		"\x00\x1f\n\r\t\x7f":    `"\u0000\u001f\n\r\t` + "\x7f" + `"`,
		"a\xffb\xc3":            `"a` + "\ufffd" + `b` + "\ufffd" + `"`,
		"\u2028</script>\ufffd": "\"\u2028</script>\ufffd\"",
	} {
		if got := string(geojson.AppendString([]byte("x"), s)); got != "x"+want {
			t.Errorf("%q: %s, want %s", s, got, want)
		}
	}
}

func FuzzAppendString(f *testing.F) {
	f.Add("井盖\n\"\x00")
	f.Add("\xf0\x9f\x98")
	f.Fuzz(func(t *testing.T, s string) {
		var got string
		if err := json.Unmarshal(geojson.AppendString(nil, s), &got); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		if got != s && utf8.ValidString(s) {
			t.Errorf("%q reads as %q", s, got)
		}
	})
}

func FuzzAppendEWKB(f *testing.F) {
	f.Add(geo.AppendEWKB(nil, geom.NewPointFlat(geom.XYZ, []float64{111.28, 30.7, 1})))
	f.Add(geo.AppendEWKB(nil, geo.NewGeometry(geo.KindMultiPolygon, false, []float64{0, 0, 1, 0, 1, 1, 0, 0}, [][]int{{8}})))
	f.Add([]byte{1, 6, 0, 0, 0, 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, b []byte) {
		g, decodeErr := geo.DecodeEWKB(b)
		text, err := geojson.AppendEWKB(nil, b)
		if err != nil {
			if decodeErr == nil && geo.CheckGeometry(g, geo.Limits{}) == nil {
				t.Errorf("%x is a good geometry: %v", b, err)
			}
			return
		}
		if decodeErr != nil || !json.Valid(text) {
			t.Errorf("%x gives %s, decoding %v", b, text, decodeErr)
		}
	})
}

func BenchmarkAppendEWKB(b *testing.B) {
	point := geo.AppendEWKB(nil, geom.NewPointFlat(geom.XYZ, []float64{111.2812345, 30.7123456, 55.125}))
	dst := make([]byte, 0, 1<<10)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := geojson.AppendEWKB(dst, point); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	feature := `{"type":"Feature","id":"4205021120000001","properties":{"name":"雨水井盖","class":"0102","owner":"城管局","state":"完好"},` +
		`"geometry":{"type":"Point","coordinates":[111.2812345,30.7123456,55.125]}}`
	document := head + strings.Repeat(feature+",\n", 9_999) + feature + tail
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range geojson.Read(strings.NewReader(document), geo.Limits{}) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}
