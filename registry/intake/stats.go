package intake

// Stats is how a Desk fares.
type Stats struct {
	Active   int   // imports that wait for a turn or are worked on
	Taken    int64 // files received since the start
	Promoted int64 // of them, and of those that a process before left
	Failed   int64 // tries that failed for other reasons than what stands in a file
}

// Stats counts since the start.
func (d *Desk) Stats() Stats {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.stats
	s.Active = len(d.active)
	return s
}

// count adds to the Stats.
func (d *Desk) count(add func(*Stats)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	add(&d.stats)
}
