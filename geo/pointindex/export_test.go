package pointindex

// Bytes is the memory that the index takes.
func (x *Index) Bytes() int {
	n := len(x.ids)*8 + len(x.at)*8
	for _, boxes := range x.levels {
		n += len(boxes) * 16
	}
	return n
}

// MovePoint puts point i elsewhere, as a fault of memory would.
func (x *Index) MovePoint(i int, to Position) { x.at[i] = to }

// NarrowBox takes box n of a level away from what it holds.
func (x *Index) NarrowBox(level, n int) { x.levels[level][n].low.X++ }
