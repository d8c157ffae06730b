package census

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	geom "github.com/twpayne/go-geom"
)

func collection(features ...string) string {
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",\n") + `]}`
}

func feature(geometry, properties string) string {
	return `{"type":"Feature","geometry":` + geometry + `,"properties":` + properties + `}`
}

const pointJSON = `{"type":"Point","coordinates":[111.285,30.705,58.5]}`

func readGeoJSON(text string) (rows []string, err error) {
	for row, err := range NewGeoJSON(strings.NewReader(text)).Rows() {
		switch {
		case err != nil:
			return rows, err
		case len(row.Faults) > 0:
			rows = append(rows, fmt.Sprintf("%d! %s", row.Line, row.Faults[0].Code))
		default:
			kind := "none"
			if row.Geometry != nil {
				kind = strings.TrimPrefix(fmt.Sprintf("%T", row.Geometry), "*geom.")
			}
			rows = append(rows, fmt.Sprintf("%d: %s %q %q", row.Line, kind, row.Columns, row.Values))
		}
	}
	return rows, nil
}

func TestGeoJSONPropertiesAreCellsAsWritten(t *testing.T) {
	t.Parallel()
	got, err := readGeoJSON(collection(
		feature(pointJSON, `{"ObjID":4205020118000001,"Note":"=1+1","Height":null,"Lit":true,"Tags":["a","b"]}`),
		feature("null", `{}`),
	))
	want := []string{
		`1: Point ["ObjID" "Note" "Height" "Lit" "Tags"] ["4205020118000001" "=1+1" "" "true" "[\"a\",\"b\"]"]`,
		`2: none [] []`,
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

func TestGeoJSONBrokenFeatureIsItsRowsFault(t *testing.T) {
	t.Parallel()
	got, err := readGeoJSON(collection(
		feature(`{"type":"Point","coordinates":[]}`, `{}`),
		feature(`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1]]]}`, `{}`),
		feature(pointJSON, `{"a":1,"a":2}`),
		feature(`{"type":"MultiPoint","coordinates":[]}`, `{}`),
		feature(pointJSON, `{"a":"1"}`),
	))
	want := []string{"1! bad_feature", "2! bad_geometry", "3! bad_feature", "4! no_position", `5: Point ["a"] ["1"]`}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

func TestGeoJSONDocumentFaultsRejectTheFile(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, code string }{
		{"not JSON", "ObjID,ObjName\n", CodeBadDocument},
		{"ends early", strings.TrimSuffix(collection(feature(pointJSON, `{}`)), "}"), CodeBadDocument},
		{"trap 1: GBK", collection(feature(pointJSON, "{\"ObjName\":\"\xc2\xb7\xb5\xc6\"}")), CodeNotUTF8},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := readGeoJSON(c.text)
			var fault *FileError
			if !errors.As(err, &fault) || fault.Issue.Code != c.code || fault.Issue.Message.ZH == "" {
				t.Errorf("got %v, want %s", err, c.code)
			}
		})
	}
}

func TestTrap40MultiGeometryOfOnePartBecomesThePart(t *testing.T) {
	t.Parallel()
	line := geom.NewLineStringFlat(geom.XY, []float64{1, 2, 3, 4})
	multi := geom.NewMultiLineString(geom.XY)
	if err := multi.Push(line); err != nil {
		t.Fatal(err)
	}
	if got := single(multi); !reflect.DeepEqual(got.FlatCoords(), line.FlatCoords()) || geometryOf(got) != "line" {
		t.Errorf("got %T %v", got, got.FlatCoords())
	}
	if err := multi.Push(line); err != nil {
		t.Fatal(err)
	}
	if got := single(multi); got != geom.T(multi) {
		t.Errorf("two parts became %T", got)
	}
}
