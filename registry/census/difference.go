package census

import (
	"fmt"
	"strings"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

// ChangeKind is what the promotion of a staged batch would do with a row, or what it leaves open.
type ChangeKind string

// The kinds. A row has exactly one of the first five; Renumbered and Missing are about components that no row names.
const (
	ChangeCreated    ChangeKind = "created"     // no component has the code
	ChangeUpdated    ChangeKind = "updated"     // a column differs
	ChangeMoved      ChangeKind = "moved"       // it stands elsewhere, by more than a millimetre; other columns may differ too
	ChangeFormatOnly ChangeKind = "format_only" // what differs is case, space or punctuation round a text, or less than a millimetre
	ChangeUnchanged  ChangeKind = "unchanged"   // nothing will be written
	// ChangeRenumbered: a created row stands where a missing component of its sub-class stands. Both are counted there as well.
	ChangeRenumbered ChangeKind = "renumbered"
	ChangeMissing    ChangeKind = "missing" // of the declared scope, and no good row names it
)

// Difference is what the promotion of a staged batch would change, as the registry is now.
type Difference struct {
	Kinds   []KindTotal   // in the order of sub-class and kind; no zeroes
	Columns []ColumnTotal // the most changed first, at most MaxColumnTotals
	// Renumbered and Missing are the first MaxListed, in code order; Kinds counts all. Both are empty without a Scope.
	Renumbered []Renumbering
	Missing    []MissingComponent
}

// Limits of a Difference.
const (
	MaxListed       = 1000
	MaxColumnTotals = 1000
	MaxChanges      = 1000 // in one page
)

// Total is how many there are of a kind, in every sub-class.
func (d Difference) Total(kind ChangeKind) (n int64) {
	for _, k := range d.Kinds {
		if k.Kind == kind {
			n += k.Count
		}
	}
	return n
}

// KindTotal is how many there are of a kind and sub-class: rows, and of Renumbered pairs, of Missing components.
type KindTotal struct {
	Subclass catalog.SubclassCode
	Kind     ChangeKind
	Count    int64
}

// ColumnTotal is how many rows change in a column. What is computed (grid, grids_also) is no change of its own where the row moved.
type ColumnTotal struct {
	Column  string // as in ColumnChange
	Rows    int64
	Format  int64 // of Rows: format only
	Cleared int64 // of Rows
	// Only is how many rows change in no other column, OnlyFormat how many of these in format only.
	Only, OnlyFormat int64
}

// Change is what promotion would do with one row of the file. An unchanged row has none.
type Change struct {
	Line    int64  // its number in the file: [Batch.Place] says where that is
	Code    string // as the file has it
	Kind    ChangeKind
	Columns []ColumnChange // of a row that is not created
	// Metres is how far it moves: between points, else the greatest distance from a vertex of one shape to the other shape, and between
	// the centres of two shapes with too many vertices for that.
	Metres float64
}

// ColumnChange is one column's old and new value, each cut at 100 characters. Column is the standard's short name; "extra.NAME" for an
// extension attribute; "geometry", "height", "grid" and "grids_also" for what stands in no column of its own.
type ColumnChange struct {
	Column  string `json:"column"`
	Old     string `json:"old"`
	New     string `json:"new"`
	Format  bool   `json:"format"`  // format only
	Cleared bool   `json:"cleared"` // an empty cell takes the old value away
}

// Renumbering is a pair that may be one component under a new code: nothing acts on it.
type Renumbering struct {
	Subclass catalog.SubclassCode
	Line     int64  // as Change.Line
	New, Old string // codes
	Metres   float64
}

// MissingComponent is in the scope and in no good row.
type MissingComponent struct {
	Subclass catalog.SubclassCode
	Code     string
	Grid     string
}

// Scope is what a delivery claims to hold in full: the components in these cells and of these sub-classes. The zero Scope claims nothing, and
// nothing is missing from it.
type Scope struct {
	Everything bool                   // all the city, with any sub-class unless some are named
	Grids      []string               // prefixes of cell codes; none: all cells
	Subclasses []catalog.SubclassCode // none: all
}

// Declared reports whether the scope claims anything.
func (s Scope) Declared() bool { return s.Everything || len(s.Grids)+len(s.Subclasses) > 0 }

// maxScope is how many cells and sub-classes a scope names at most.
const maxScope = 1000

// ParseScope reads "all", or "grid=420502001,420502002,subclass=0118": a value after a comma belongs to the key before it. The empty text
// is the zero Scope. Its error is Invalid.
func ParseScope(text string) (Scope, error) {
	var s Scope
	if text == "" {
		return s, nil
	}
	if text == "all" {
		return Scope{Everything: true}, nil
	}
	key := ""
	for n, part := range strings.Split(text, ",") {
		value := part
		if name, v, ok := strings.Cut(part, "="); ok {
			key, value = name, v
		}
		switch {
		case n >= maxScope:
			return Scope{}, badScope(text, fmt.Sprintf("最多 %d 项", maxScope), fmt.Sprintf("at most %d values", maxScope))
		case key == "grid" && digits(value, 1, 15):
			s.Grids = append(s.Grids, value)
		case key == "subclass" && digits(value, 4, 6):
			s.Subclasses = append(s.Subclasses, catalog.SubclassCode(value))
		default:
			return Scope{}, badScope(text, "应写作 all 或 grid=420502001,subclass=0118（网格编码前缀、小类代码）",
				"write all, or grid=420502001,subclass=0118: prefixes of cell codes, and codes of sub-classes")
		}
	}
	return s, nil
}

func badScope(text, zh, en string) error { return registry.InvalidField("scope", text, zh, en) }

func digits(text string, least, most int) bool {
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return least <= len(text) && len(text) <= most
}
