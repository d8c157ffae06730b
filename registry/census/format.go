package census

import (
	"fmt"
	"io"
	"path"
	"strings"
)

// Format is how a survey file is written.
type Format string

// The formats that are read.
const (
	FormatCSV     Format = "csv"
	FormatGeoJSON Format = "geojson"
)

// FormatOf tells the format by a file's name: .csv, .tsv, .txt (a table as well), .geojson or .json, in any case. It looks at nothing else; a file of another
// kind under that name is refused when it is read.
func FormatOf(name string) (Format, error) {
	switch ext := strings.ToLower(path.Ext(name)); ext {
	case ".csv", ".tsv", ".txt":
		return FormatCSV, nil
	case ".geojson", ".json":
		return FormatGeoJSON, nil
	default:
		return "", fmt.Errorf("survey file %.60q: only .csv, .tsv, .txt and .geojson are read, not %.20q", name, ext)
	}
}

// NewReader reads r, which starts at the file's first byte, as a survey file of a format. Its errors are those of [NewCSV].
func NewReader(f Format, r io.Reader) (Reader, error) {
	switch f {
	case FormatCSV:
		return NewCSV(r)
	case FormatGeoJSON:
		return NewGeoJSON(r), nil
	}
	return nil, fmt.Errorf("survey file: unknown format %.20q", f)
}
