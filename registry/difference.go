package registry

import "fmt"

// DifferenceError says that what was in memory was not what the store holds at the same revision: memory or program were at fault. It was
// mended when this is returned.
type DifferenceError struct {
	Revision       int64  // of what was compared
	Memory, Stored uint64 // digests, of what answered and of what was made anew
}

// Error names both digests and the revision.
func (e *DifferenceError) Error() string {
	return fmt.Sprintf("at revision %d memory has digest %016x and the store %016x: everything was read anew", e.Revision, e.Memory, e.Stored)
}
