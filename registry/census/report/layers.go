package report

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/twpayne/go-geom/encoding/wkt"

	"citygrid/registry/census"
)

// rejectLayers writes the bad rows of a file of maps as a GeoPackage, layer by layer.
func rejectLayers(ctx context.Context, w io.Writer, reader census.Reader, f census.File, r census.Report) (found int64, err error) {
	maps, ok := reader.(*census.MapFile)
	if !ok || f.Maps == nil {
		return 0, fmt.Errorf("rejects of %.80s: it is no file of maps", f.Name)
	}
	out, err := f.Maps.NewPackage()
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	rest := r.Rejected // in the order of the rows
	for row, err := range reader.Rows() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return 0, err
		}
		if len(rest) == 0 {
			break
		}
		if sheet, line := r.Batch.Place(rest[0]); row.Sheet != sheet || row.Line != line {
			continue
		}
		rest = rest[1:]
		shape := ""
		if row.Geometry != nil {
			if shape, err = wkt.Marshal(row.Geometry); err != nil {
				return 0, err
			}
		}
		if err := out.Add(row.Sheet, maps.SRID(row.Sheet), row.Columns, row.Values, shape); err != nil {
			return 0, err
		}
		found++
	}
	return found, out.WriteTo(ctx, w)
}
