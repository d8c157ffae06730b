package census

import (
	"fmt"
	"io"
	"path"
	"strings"

	"citygrid/registry/vector"
)

// Format is how a survey file is written.
type Format string

// The formats that are read.
const (
	FormatCSV     Format = "csv"
	FormatGeoJSON Format = "geojson"
	FormatXLSX    Format = "xlsx"
	// FormatGeoJSONSeq is one GeoJSON text a line, or after a record separator each (RFC 8142).
	FormatGeoJSONSeq Format = "geojsonseq"
	// FormatMaps is a file of a geographic information system that GDAL reads, or a zip archive of such: see package vector.
	FormatMaps Format = "maps"
)

// FileNames are the extensions that FormatOf knows, for messages.
const FileNames = ".csv, .tsv, .txt, .xlsx, .xls, .geojson, .geojsonl, .gpkg, .kml, .kmz, .dxf, .fgb, .zip (.shp, .tab, .mif, .gdb)"

// FormatOf tells the format by a file's name, in any case: .csv, .tsv, .txt (a table as well), .xlsx, .geojson, .json, .geojsonl, .geojsonseq, .ndjson, .zip, .kmz, or
// the main file of a set that package vector reads (.shp, .gpkg …).
// An import reads a file as what it is, whichever of these it is named as. The kinds of workbooks that are not read are FormatXLSX too, and .dwg, .mdb, .rar and .7z FormatMaps: the reader says what to do.
func FormatOf(name string) (Format, error) {
	switch ext := strings.ToLower(path.Ext(name)); ext {
	case ".csv", ".tsv", ".txt":
		return FormatCSV, nil
	case ".geojson", ".json":
		return FormatGeoJSON, nil
	case ".geojsonl", ".geojsonseq", ".ndjson":
		return FormatGeoJSONSeq, nil
	case ".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".et":
		return FormatXLSX, nil
	case ".zip", ".kmz":
		return FormatMaps, nil
	default:
		if _, ok := vector.KindOf(name); ok || vector.ForeignName(name) {
			return FormatMaps, nil
		}
		return "", fmt.Errorf("survey file %.60q: only %s are read, not %.20q", name, FileNames, ext)
	}
}

// NewReader reads r, which starts at the file's first byte, as a survey file of a format. Its errors are those of [NewCSV]. A workbook cannot be read from
// a stream: see [NewXLSX]; nor can FormatMaps.
func NewReader(f Format, r io.Reader) (Reader, error) {
	switch f {
	case FormatCSV:
		return NewCSV(r)
	case FormatGeoJSON:
		return NewGeoJSON(r), nil
	case FormatGeoJSONSeq:
		return NewGeoJSONSeq(r), nil
	}
	return nil, fmt.Errorf("survey file: unknown format %.20q", f)
}
