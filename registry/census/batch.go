package census

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// BatchID names a batch: a random UUID (RFC 9562, version 4).
type BatchID [16]byte

// NewBatchID makes an id that no other batch has, from the system's random source.
func NewBatchID() BatchID {
	var id BatchID
	rand.Read(id[:]) // never fails: crypto/rand ends the program instead
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return id
}

// String is the id in the usual groups, lower case.
func (id BatchID) String() string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

// State is how far a batch has come.
type State string

// The states of a batch, in order; Rejected and StateUndone are final, and Promoted unless it is undone.
const (
	Received     State = "received"      // its rows are being read, checked one by one and staged
	Checked      State = "checked"       // every row was read; the checks that need the whole file are running
	Staged       State = "staged"        // its good rows wait for promotion
	Promoted     State = "promoted"      // its rows are visible
	NeedsAnswers State = "needs_answers" // it was read and leaves questions open; nothing of it is kept, the file is to be read again with answers
	Rejected     State = "rejected"      // nothing of it is visible; Batch.Reason says why
	StateUndone  State = "undone"        // it was promoted and taken back; Batch.Reason is what was said for it
)

// The reasons for which a batch is rejected.
const (
	ReasonRows        = "rows_with_errors" // a row has an error and the policy is [AcceptAll]
	ReasonFile        = "file_not_read"    // the file as a whole cannot be read
	ReasonEmpty       = "no_rows"          // there is no row to take
	ReasonInterrupted = "interrupted"      // its process ended, or gave up, before the promotion
	ReasonDiscarded   = "discarded"        // somebody looked at it and did not want it
	ReasonExpired     = "expired"          // nobody decided in time
)

// Batch is one survey file on its way into the store.
type Batch struct {
	ID     BatchID
	Source string // the file's base name
	Digest string // SHA-256 of the file, in hexadecimal
	State  State
	Reason string // of Rejected; else empty
	Actor  string
	// AreasRevision is the revision of the areas by which its rows were placed, or AreasOfChange.
	AreasRevision int64
	StartedAt     time.Time
	FinishedAt    time.Time // zero before NeedsAnswers, Promoted or Rejected
	Sheets        []string  // of a workbook, those with rows, in the order in which they were read
	Read          int64     // rows in the file, without header
	Good          int64     // rows that are, or were, staged
	Bad           int64     // rows with an error; a repeated identical row is neither good nor bad
	Counts        Counts    // of Promoted
	Scope         Scope     // what the file was declared to hold in full
	Unnamed       int64     // of Bad: rows without a code that can be read
}

// Counts says what a promotion did with the good rows.
type Counts struct {
	Created   int64
	Updated   int64
	Unchanged int64 // already in the store exactly so: nothing was written
}

// Changed reports whether anything was written.
func (c Counts) Changed() bool { return c.Created+c.Updated > 0 }

// ParseBatchID reads what String writes, in either case.
func ParseBatchID(text string) (BatchID, bool) {
	var id BatchID
	groups := strings.Split(text, "-")
	if len(groups) != 5 || len(text) != len(id.String()) {
		return id, false
	}
	n, err := hex.Decode(id[:], []byte(strings.Join(groups, "")))
	return id, err == nil && n == len(id) && id.String() == lower(text)
}
