package registry

import (
	"github.com/paulmach/orb"

	"citygrid/registry/catalog"
)

// AreaRef names an area.
type AreaRef struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// Person names a member of staff.
type Person struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// GridRef names a grid cell and its inspector, if it has one.
type GridRef struct {
	AreaRef
	Inspector *Person `json:"inspector"`
}

// CommunityRef names a community and its officer, if it has one.
type CommunityRef struct {
	AreaRef
	Officer *Person `json:"officer"`
}

// Neighbour is another cell within 5 m of the point.
type Neighbour struct {
	AreaRef
	Metres float64 `json:"metres"`
}

// UnitRef names a unit.
type UnitRef struct {
	Code UnitCode `json:"code"`
	Name string   `json:"name"`
}

// Ground is the fact on which a unit answers.
type Ground struct {
	By      string   `json:"by"`   // recorded, rule or territory
	Role    Role     `json:"role"` // the unit's role in it
	Area    *AreaRef `json:"area,omitempty"`
	Level   Level    `json:"level,omitempty"`
	Kind    string   `json:"kind,omitempty"`
	Subject string   `json:"subject,omitempty"`
}

// Candidate is a unit that could answer, on what ground, and why it does not (or does).
type Candidate struct {
	Unit    UnitRef `json:"unit"`
	Rule    Ground  `json:"rule"`
	Because Text    `json:"because"`
}

// Responsible says who answers, by which rule and why.
type Responsible struct {
	Unit       UnitRef     `json:"unit"`
	Rule       Ground      `json:"rule"`
	Because    Text        `json:"because"`
	Competent  *UnitRef    `json:"competent"` // 主管, a component's recorded Supervisor first; null where it is Unit
	PassedOver []Candidate `json:"passed_over"`
}

// Placement is everything that the registry knows of a point inside the city's grid.
type Placement struct {
	Point       orb.Point    `json:"point"` // longitude, latitude
	Grid        GridRef      `json:"grid"`
	Community   CommunityRef `json:"community"`
	Street      AreaRef      `json:"street"`
	District    AreaRef      `json:"district"`
	Managed     []AreaRef    `json:"managed_areas"`
	Border      bool         `json:"border"` // more than one cell covers the point
	Neighbours  []Neighbour  `json:"neighbours"`
	Responsible *Responsible `json:"responsible"` // null where no subject was asked about or nobody is on record
	Revision    int64        `json:"revision"`
	// StaleSeconds is how long ago the answer's snapshot was last known to agree with the store, in whole seconds. It is 0 up to 10 s:
	// the store is asked every 5 s, and where in that time a question falls says nothing.
	StaleSeconds float64 `json:"stale_seconds"`
}

// Subject is what a placement is asked about.
type Subject struct {
	Kind     catalog.Kind         // empty: only where, not whose
	Subclass catalog.SubclassCode // of the active edition
	// Recorded departments of a given component; zero when none was given. Supervisor is the competent unit (主管), of role Competent.
	Supervisor, Owner, Maintainer Dept
}

// Placer answers, from memory, where a point is and who answers for it. locator.Locator is its implementation.
type Placer interface {
	// Place returns an OutsideError where no cell covers p.
	Place(p orb.Point, s Subject) (Placement, error)
	// Hold gives what answers now, for questions that belong together.
	Hold() (Places, error)
	// Uses reports whether the city's profile has a subclass.
	Uses(kind catalog.Kind, code catalog.SubclassCode) (bool, error)
	// Served is the city, with the classes of components of its profile, in code order; the list must not be changed.
	Served() (City, []catalog.Class, error)
}

// Places answers from one snapshot, whatever changes meanwhile. It is safe for concurrent use.
type Places interface {
	// Revision is that of every answer.
	Revision() int64
	// Cell is the code of the cell of p; ok is false where none covers it. It allocates nothing.
	Cell(p orb.Point) (code string, ok bool)
	// AppendCodes appends the code of the cell of each point as a JSON string, or null where none covers it, with a text between
	// them. It allocates nothing but room in dst.
	AppendCodes(dst []byte, points []orb.Point, between string) []byte
	// Place returns an OutsideError where no cell covers p.
	Place(p orb.Point, s Subject) (Placement, error)
}
