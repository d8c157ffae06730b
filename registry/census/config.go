package census

import (
	"errors"
	"fmt"
	"time"

	"citygrid/geo/areaindex"
	"citygrid/geo/crs"
	"citygrid/registry"
	"citygrid/registry/catalog"
)

// Accept says which rows of a file with errors are taken.
type Accept string

// The policies.
const (
	AcceptAll  Accept = "all"  // all rows or none: one bad row rejects the file
	AcceptGood Accept = "good" // the good rows
)

// Config is what a Census compares files with and where it puts them.
type Config struct {
	Store      Store
	Catalogue  *catalog.Catalog // every edition, to say what a code means elsewhere
	Edition    catalog.Edition  // by which codes are read: the city's active one
	Subclasses []catalog.SubclassCode
	Units      []registry.Unit
	Extent     [4]float64       // west, south, east, north in degrees
	Cells      *areaindex.Index // the grid
	// AreasRevision is the revision of the registry's areas that Cells shows, 0 before the first, or AreasOfChange.
	AreasRevision int64
	Grids         []crs.Grid // those of the city's own that are stored
	Clock         func() time.Time
	Actor         string

	// Whole says that a file is all there is to say of its components: a column that it lacks clears the value. Else the value is kept.
	// Nobody is there to be asked about it: every question is refused.
	Whole bool

	Accept    Accept         // empty: AcceptAll
	MaxIssues int            // how many issues of a file are kept, all are counted; 0: 100,000
	Progress  func(Progress) // called now and then from the goroutine that imports; nil: nobody listens
}

// AreasOfChange says that rows are placed by areas which the change that promotes the batch puts into the registry itself.
const AreasOfChange int64 = -1

// Progress is how far an import has come.
type Progress struct {
	Batch BatchID
	State State
	Read  int64 // rows so far
	Bad   int64
}

const defaultMaxIssues = 100_000

// Validate names what is missing.
func (c Config) Validate() error {
	switch {
	case c.Store == nil || c.Catalogue == nil || c.Cells == nil || c.Clock == nil:
		return errors.New("census config: Store, Catalogue, Cells and Clock must be given")
	case c.Actor == "":
		return errors.New("census config: Actor is empty: every batch says who sent it")
	case c.Edition.Title() == "":
		return fmt.Errorf("census config: unknown edition %q", c.Edition)
	case !(c.Extent[0] < c.Extent[2] && c.Extent[1] < c.Extent[3]):
		return fmt.Errorf("census config: extent %v is not west, south, east, north", c.Extent)
	case c.Accept != "" && c.Accept != AcceptAll && c.Accept != AcceptGood:
		return fmt.Errorf("census config: Accept is %q, not all or good", c.Accept)
	case c.AreasRevision < AreasOfChange:
		return fmt.Errorf("census config: AreasRevision is %d", c.AreasRevision)
	case c.MaxIssues < 0:
		return errors.New("census config: MaxIssues is negative")
	}
	return nil
}

func (c Config) orDefault() Config {
	if c.Accept == "" {
		c.Accept = AcceptAll
	}
	if c.MaxIssues == 0 {
		c.MaxIssues = defaultMaxIssues
	}
	if c.Progress == nil {
		c.Progress = func(Progress) {}
	}
	return c
}
