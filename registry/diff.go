package registry

// Diff is what a change did to one kind of record, by code, each list in code order.
type Diff struct {
	Added   []string
	Updated []string
	Removed []string
}

// Empty reports whether nothing changed.
func (d Diff) Empty() bool { return len(d.Added)+len(d.Updated)+len(d.Removed) == 0 }
