package census

import "time"

// Undone is what the undo of a batch did.
type Undone struct {
	Batch     Batch // StateUndone now
	Revision  int64 // of the undo; 0 when it changed no component
	Restored  int64 // components that are again as they were before the batch
	Withdrawn int64 // components that the batch had created, and that are gone: only their item takes their code up again
	Photos    int64 // that the batch had brought, and that their components have no more
	LeftCount int64 // components that were changed since and are left as they are
	Left      []Left
}

// Left is a component that an undo left alone, because it was changed after the batch. Undone.Left has the first MaxListed in code order.
type Left struct {
	Code   string
	Actor  string // who changed it last
	At     time.Time
	Reason string // of that change
	Batch  string // the id of the batch that wrote it last; empty when it is the undone one itself
}
