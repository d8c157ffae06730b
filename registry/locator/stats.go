package locator

import "time"

// Stats is how a Locator fares, for metrics; the counts are since New.
type Stats struct {
	Revision      int64         // of the snapshot that answers, 0 before the first
	Cells         int           // in it
	StaleSeconds  float64       // as in its answers
	Refreshes     int64         // snapshots taken from the store
	Failures      int64         // calls of Refresh that failed
	Refresh       time.Duration // that the last of Refreshes took: asking, reading and building
	Verifications int64         // snapshots compared with the store
	Differences   int64         // of these, those that differed
	DifferedAt    time.Time     // when the last of Differences was found, and mended; zero: never
}

// Stats returns them as they are now.
func (l *Locator) Stats() Stats {
	l.mu.Lock()
	out := l.counts
	l.mu.Unlock()
	if s := l.state.Load(); s != nil {
		out.Revision, out.Cells, out.StaleSeconds = s.revision, s.cells.Len(), stale(l.now().Sub(s.confirmed))
	}
	return out
}

func (l *Locator) count(change func(*Stats)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change(&l.counts)
}
