package locator

import (
	"encoding/json"
	"hash/fnv"
)

// Digest is a number made, anew at each call, of everything in memory that answers come from: the index of the cells, what is known
// of each cell, the rules and units, and the codes in use. Snapshots of the same data have the same digest, in any process.
// It takes a moment: 4 to 15 µs a cell, by the size of the grid of pixels.
func (s *Snapshot) Digest() uint64 {
	h := fnv.New64a()
	e := json.NewEncoder(h) // maps come in the order of their keys; nothing here can fail to be encoded
	e.Encode([]any{s.revision, s.areas, s.cells.Digest(), s.quoted, s.rules.Digest(), s.inUse})
	for i := range s.places {
		p := &s.places[i]
		e.Encode([]any{p.grid, p.community, p.street, p.district, p.managed, p.within})
	}
	return h.Sum64()
}
