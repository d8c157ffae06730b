package registry

// UnitCode names a unit (单位), such as U01 for an office of the city bureau.
type UnitCode string

// Scope says which rows a read may see. Every read of the store takes one; the zero value sees nothing.
type Scope struct {
	All    bool       // everything: the owner's commands and background work
	Units  []UnitCode // components whose supervising, owning or maintaining unit is one of these
	Public bool       // what the city publishes: areas, units, catalogue and components
}

// Empty reports whether the scope sees nothing at all.
func (s Scope) Empty() bool { return !s.All && !s.Public && len(s.Units) == 0 }

// Everything reports whether the scope sees every component.
func (s Scope) Everything() bool { return s.All || s.Public }
