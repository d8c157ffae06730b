package pointindex

// MovePoint puts point i elsewhere, as a fault of memory would.
func (x *Index) MovePoint(i int, to Position) { x.at[i] = to }

// NarrowBox takes box n of a level away from what it holds.
func (x *Index) NarrowBox(level, n int) { x.levels[level][n].low.X++ }
