package census

import (
	"iter"

	geom "github.com/twpayne/go-geom"
)

// Row is one record of a survey file as it stands there.
type Row struct {
	// Sheet is the sheet of a workbook, empty in formats without.
	Sheet string
	// Line is what the crew's own editor shows: the line on which a CSV record begins, a sheet's row, the place of a GeoJSON feature in its
	// collection, from 1. It names a row within its Sheet.
	Line int64
	// Columns are the names, Values the cells below them. Both are read only; Values holds until the next Row.
	Columns []string
	Values  []string
	// Geometry is nil where the format keeps positions in columns, and where the record has none.
	Geometry geom.T
	// Faults say why the record cannot be read; its cells are then not looked at.
	Faults []Issue
	// Issues are what the Reader found in single cells; the rest of the record is checked all the same.
	Issues []Issue
	// Sample marks a row below a header that does not say what its columns mean. It is not counted: its cells are shown with the question.
	Sample bool
	// Note marks what is no component, and not counted as one: its Issues alone are told.
	Note bool

	drawn *drawnAs // of a drawing
	layer *layer   // of a file of maps; Columns are those of all its rows
}

// Reader yields the rows of a survey file. A record that cannot be read is a Row with Faults and reading goes on; an error ends
// the rows and is a [*FileError], or the failure of the stream below.
type Reader interface {
	// Columns are the names in the file's header, nil for formats in which each record names its own.
	Columns() []string
	// Rows may be called once.
	Rows() iter.Seq2[Row, error]
}

// The limits of what is read (docs: limits of the product). A cell is as long in every format.
const (
	MaxColumns   = 256
	MaxCellBytes = 32 << 10
	MaxRows      = 5_000_000
)
