package registry

import (
	"encoding/json"
	"time"

	"citygrid/geo"
	"citygrid/registry/catalog"
)

// State is a component's state (状态) as the standards list it.
type State string

// The five states. Only Removed takes a component out of collections, counts and what-stands-here answers.
const (
	Intact    State = "完好"
	Damaged   State = "破损"
	Missing   State = "丢失"
	Abandoned State = "废弃"
	Removed   State = "移除"
)

// States lists the states in the standard's order.
func States() []State { return []State{Intact, Damaged, Missing, Abandoned, Removed} }

// Dept is a department as a survey records it: a code that should be a Unit's, and the name written beside it.
type Dept struct {
	Code UnitCode
	Name string
}

// Component is a thing that stands in a street (部件), with the attributes of CJ/T 214-2007 and its successors.
type Component struct {
	ID            int64                 // immutable; 0 before it is stored
	Code          catalog.ComponentCode // identifier (标识码) in the city's active edition: the public feature id
	Name          string                // ObjName
	Supervisor    Dept                  // DeptCode1/DeptName1 主管部门: the competent unit, of role Competent
	Owner         Dept                  // DeptCode2/DeptName2 权属单位
	Maintainer    Dept                  // DeptCode3/DeptName3 养护单位
	Grid          string                // computed from the geometry; empty when no cell holds it
	GridsAlso     []string
	StatedGrid    string // BGID as surveyed
	State         State
	FirstSurveyed time.Time // ORDate; a date
	ChangedOn     time.Time // CHDate; a date, zero when unchanged
	DataSource    string
	Note          string
	Extra         json.RawMessage // extension attributes, a JSON object or nil
	Geometry      geo.EWKB        // EPSG:4326, XY or XYZ (metres)
}

// Subject returns what a placement is asked about this component: its subclass and its recorded departments.
func (c Component) Subject() Subject {
	return Subject{
		Kind: catalog.KindComponent, Subclass: c.Code.Subclass(),
		Supervisor: c.Supervisor, Owner: c.Owner, Maintainer: c.Maintainer,
	}
}

// Near is a component with its distance from the point that was asked about, in metres.
type Near struct {
	Component
	Metres float64
}
