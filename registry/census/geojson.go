package census

import (
	"encoding/json"
	"errors"
	"io"
	"iter"

	"citygrid/geo"
	"citygrid/geo/geojson"
	"citygrid/registry/catalog"
)

// GeoJSON reads a FeatureCollection (RFC 7946): the properties are the cells, their names the columns. A feature that cannot be
// read is a row with a fault.
type GeoJSON struct{ r io.Reader }

// NewGeoJSON reads r, which must be UTF-8.
func NewGeoJSON(r io.Reader) *GeoJSON { return &GeoJSON{&utf8Reader{r: r}} }

// Columns is nil: each feature names its own.
func (*GeoJSON) Columns() []string { return nil }

// Rows yields the features; Row.Line is the feature's place in the collection, from 1.
func (g *GeoJSON) Rows() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for feature, err := range geojson.Read(g.r, geo.Limits{}) {
			row, err := featureRow(feature, err)
			if err == nil && row.Line > MaxRows {
				err = tooManyRows()
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

func featureRow(f geojson.Feature, err error) (Row, error) {
	var bad *geojson.FeatureError
	switch {
	case errors.As(err, &bad):
		return Row{Line: int64(bad.Index) + 1, Faults: []Issue{{
			Row: int64(bad.Index) + 1, Code: faultCode(bad), Severity: Error, Message: faultText(bad.Err),
		}}}, nil
	case err != nil:
		return Row{}, documentFault(err)
	}
	row := Row{
		Line: int64(f.Index) + 1, Geometry: f.Geometry,
		Columns: make([]string, len(f.Properties)), Values: make([]string, len(f.Properties)),
	}
	for i, p := range f.Properties {
		row.Columns[i], row.Values[i] = p.Name, memberText(p.Value)
	}
	return row, nil
}

// memberText is a property as a cell: a string's text, nothing for null, and JSON as written for all else, so that a code given
// as a number keeps its digits.
func memberText(raw json.RawMessage) string {
	var text string
	if len(raw) > 0 && raw[0] == '"' && json.Unmarshal(raw, &text) == nil {
		return text
	}
	if string(raw) == "null" {
		return ""
	}
	return string(raw)
}

func faultCode(bad *geojson.FeatureError) string {
	var shape *geo.ShapeError
	switch {
	case errors.As(bad, &shape) && shape.Problem == geo.ProblemEmpty:
		return CodeNoPosition
	case errors.As(bad, &shape):
		return CodeBadGeometry
	}
	return CodeBadFeature
}

func faultText(err error) catalog.Text {
	var shape *geo.ShapeError
	var fault *geojson.Fault
	switch {
	case errors.As(err, &shape):
		return catalog.Text{ZH: shape.ZH(), EN: shape.Error()}
	case errors.As(err, &fault):
		return catalog.Text{ZH: fault.ZH, EN: fault.EN}
	}
	return catalog.Text{ZH: err.Error(), EN: err.Error()}
}

// documentFault tells a document that is not GeoJSON from a stream that failed.
func documentFault(err error) error {
	var file *FileError
	var document *geojson.DocumentError
	var fault *geojson.Fault
	switch {
	case errors.As(err, &file):
		return file
	case errors.As(err, &document) && errors.As(err, &fault):
		return fileError(0, CodeBadDocument, "", fault.ZH, document.Error())
	}
	return err
}
