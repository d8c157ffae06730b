package registry

import "time"

// UnitKind says what a Unit is.
type UnitKind string

// The kinds of units.
const (
	BureauUnit     UnitKind = "bureau_unit"     // 局属单位
	DistrictCentre UnitKind = "district_centre" // 区处理中心
	OutsideOwner   UnitKind = "outside_owner"   // 权属单位 outside the bureau
)

// Unit is a body that answers for something (责任单位).
type Unit struct {
	Code   UnitCode `json:"code"`
	Name   string   `json:"name"`
	NameEN string   `json:"name_en"`
	Kind   UnitKind `json:"kind"`
	Ring   int      `json:"ring"`   // 1 the bureau's own, 2 the districts' centres, 3 other bodies
	Parent UnitCode `json:"parent"` // empty at the root
}

// Role is what a Unit is to the things that it answers for.
type Role string

// The roles of decision 6 in the order in which they answer within one rule.
const (
	Maintainer Role = "maintainer" // 养护
	Owner      Role = "owner"      // 权属
	Competent  Role = "competent"  // 主管; on a component it is recorded as Supervisor, its standard's 主管部门
	Territory  Role = "territory"  // 属地
)

// Any matches every kind or every subject in a Responsibility.
const Any = "*"

// Responsibility is one rule: who answers for what, where, and when.
type Responsibility struct {
	Area      string // code of an Area or of the City
	Kind      string // component, event or Any
	Subject   string // a subclass code, a class code of two digits, or Any
	Role      Role
	Unit      UnitCode
	ValidFrom time.Time // zero: always was
	ValidTo   time.Time // the last day that counts; zero: open
}

// StaffRole is the post that a Staff member holds.
type StaffRole string

// The posts.
const (
	Inspector StaffRole = "inspector" // 监督员, of a grid cell
	Officer   StaffRole = "officer"   // 执法队员, of a community
)

// Staff gives one area to one person. A person may hold several areas.
type Staff struct {
	Code string
	Name string
	Role StaffRole
	Area string
}
