package intake

import (
	"time"

	"citygrid/registry/catalog"
	"citygrid/registry/census"
)

// Accept says what is promoted without asking again.
type Accept string

// The policies.
const (
	AcceptAll  Accept = "all"  // the whole file, or nothing of it when a row has an error
	AcceptGood Accept = "good" // the good rows
	AcceptNone Accept = "none" // nothing: the file is checked and waits for a commit
)

// ParseAccept reads a policy; ok is false for what is none.
func ParseAccept(text string) (a Accept, ok bool) {
	switch a = Accept(text); a {
	case AcceptAll, AcceptGood, AcceptNone:
		return a, true
	}
	return "", false
}

// Upload is a survey file as it was sent, and what its check said.
type Upload struct {
	ID             census.BatchID // of the batch that it becomes
	Name           string         // as the sender calls the file; never a path of ours
	Digest         string         // SHA-256 in hexadecimal
	Bytes          int64
	Accept         Accept
	Encoding       census.Encoding   // empty: told from the file
	Sheets         []string          // as census.File has it
	Columns        map[string]string // as census.File has it
	Answers        map[string]string // to what it leaves open
	Profile        string            // the crew whose file it is, or empty
	KeepBlank      bool              // as census.File has it
	CRS            string            // for [census.ParseCRS]
	Scope          string            // what it claims to hold in full, for [census.ParseScope]
	KeyID          string
	Actor          string
	IdempotencyKey string // of the sender, or empty
	ReceivedAt     time.Time
	Kept           bool // the file is still here: nothing is final

	Revision   int64           // of the promotion
	Same       *census.BatchID // the last promoted batch from an identical file
	Recognised []catalog.Text
	Positions  []census.TriedReading
	Errors     int64
	Warnings   int64
	Fixed      int64
	// Why it failed, or why it is tried again later: code and message, or empty.
	FailureCode string
	Failure     catalog.Text
}

// reported says that something was found in the file: its report is made from it.
func (u Upload) reported() bool { return u.Errors+u.Warnings+u.Fixed > 0 }

// maxFixes is of how many columns and codes is kept how often they were fixed.
const maxFixes = 200

// State is how far an import has come: a state of its batch, or one of those below.
type State string

// The states that no batch has.
const (
	Queued State = "queued" // waits for its turn, also for another try
	Failed State = "failed" // cannot be taken, by no fault of single rows; Upload.Failure says why
)

// Import is an upload with its batch, or the batch of a file that came another way.
type Import struct {
	ID     census.BatchID
	State  State
	Batch  census.Batch // zero while it has not begun
	Upload *Upload      // nil: it did not come through here
	// Active says that the server works on it, or will as soon as it can.
	Active bool
	// Estimate is how many rows there will be, as far as read; 0: nobody knows.
	Estimate int64
}

// Committable reports whether a commit would be accepted, errors in rows aside.
func (i Import) Committable() bool {
	return i.Upload != nil && i.Upload.Kept && !i.Active && i.State == State(census.Staged)
}

func newImport(id census.BatchID, b *census.Batch, u *Upload) Import {
	i := Import{ID: id, Upload: u}
	if b != nil {
		i.Batch, i.State = *b, State(b.State)
	}
	if u == nil {
		return i
	}
	switch interrupted := b == nil || b.State == census.Rejected && b.Reason == census.ReasonInterrupted; {
	case u.Kept && interrupted, u.Kept && b.State == census.Staged && u.Accept != AcceptNone: // its promotion was interrupted
		i.State, i.Active = Queued, true
	case u.Kept && (b.State == census.Received || b.State == census.Checked): // its process works on it, or is gone and the next one will
		i.Active = true
	case interrupted && (u.FailureCode == census.ReasonDiscarded || u.FailureCode == census.ReasonExpired):
		i.State, i.Batch.Reason = State(census.Rejected), u.FailureCode
	case interrupted, !u.Kept && u.FailureCode != "" && b.FinishedAt.IsZero():
		i.State = Failed
	}
	return i
}
