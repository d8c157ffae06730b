package intake

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
	"citygrid/registry/vector"
)

// MaxBytes is how large a file may be unless Config says otherwise: 256 MiB.
const MaxBytes int64 = 256 << 20

// Store is where batches and uploads are kept; *postgis.Store is one.
type Store interface {
	census.Store
	census.City
	// Batch is NotFound when there is none.
	Batch(ctx context.Context, id census.BatchID) (census.Batch, error)
	Batches(ctx context.Context, limit int) ([]census.Batch, error)
	// RejectInterrupted gives up the batches that no living process holds.
	RejectInterrupted(ctx context.Context, now time.Time) (int, error)
	// ForgetInterrupted removes a batch that was rejected as interrupted or needs answers, so that it may begin anew under its id.
	ForgetInterrupted(ctx context.Context, id census.BatchID) error
	// AddUpload records an upload. When its sender has used its idempotency key before, nothing is recorded: the earlier one is returned, and
	// added is false.
	AddUpload(ctx context.Context, u Upload) (recorded Upload, added bool, err error)
	// Upload is NotFound when there is none.
	Upload(ctx context.Context, id census.BatchID) (Upload, error)
	// Uploads are the latest, at most limit, the last received first.
	Uploads(ctx context.Context, limit int) ([]Upload, error)
	// KeptUploads are all whose file is kept, the first received first.
	KeptUploads(ctx context.Context) ([]Upload, error)
	// IssueCounts is how many issues of each code and severity are kept of a batch, the most frequent first.
	IssueCounts(ctx context.Context, id census.BatchID) ([]IssueCount, error)
	// IssuePage are the issues of a batch by sheet, row and column, of one severity or, where that is empty, of all, at most limit of those after
	// the first ones.
	IssuePage(ctx context.Context, id census.BatchID, only census.Severity, after int64, limit int) ([]census.Issue, error)
	// Questions are what is open about the file of a batch, and the answers that were applied; NotFound when there is no such batch.
	Questions(ctx context.Context, id census.BatchID) (open []census.Question, applied []census.Answer, err error)
	// Crew is what is remembered of a survey crew, NotFound when nothing is; RememberCrew adds to it, in place of what was said before.
	Crew(ctx context.Context, name string) (census.Crew, error)
	RememberCrew(ctx context.Context, name string, said map[string]census.Said, at time.Time) error
	// SaveAnswers keeps the answers to what an upload leaves open, and removes its batch where that needs answers, so that it may begin anew under its id.
	SaveAnswers(ctx context.Context, id census.BatchID, answers map[string]string) error
	// SaveFound keeps what was fixed in an upload, the largest first, and its bad rows, as [census.Report.Rejected] has them. Fixes and Rejected are
	// what was kept, NotFound when there is no such upload.
	SaveFound(ctx context.Context, id census.BatchID, fixes []census.FixedCount, rejected []int64) error
	Fixes(ctx context.Context, id census.BatchID) ([]census.FixedCount, error)
	Rejected(ctx context.Context, id census.BatchID) ([]int64, error)
	// Difference, Changes and ChangeShapes say what the promotion of a staged batch would change; Conflict when it is not staged.
	Difference(ctx context.Context, id census.BatchID, scope census.Scope) (census.Difference, error)
	Changes(ctx context.Context, id census.BatchID, after int64, limit int) ([]census.Change, error)
	ChangeShapes(ctx context.Context, id census.BatchID, codes []string) (map[string]census.ChangeShape, error)
	// MissingShapes are what a staged batch lacks of a scope; Conflict when it is not staged.
	MissingShapes(ctx context.Context, id census.BatchID, scope census.Scope) ([]census.MissingShape, error)
	// UndoBatch takes a promoted batch back; Conflict when it is not promoted, Invalid without a reason.
	UndoBatch(ctx context.Context, act registry.Act, id census.BatchID) (census.Undone, error)
	// SaveUpload records what changes after AddUpload: Kept, and what the check said.
	SaveUpload(ctx context.Context, u Upload) error
}

// IssueCount is how many issues there are of a code and a severity.
type IssueCount struct {
	Code     string
	Severity census.Severity
	Count    int64
}

// Config is what a Desk works with. Store, Catalogue, Dir and Clock must be given.
type Config struct {
	Store     Store
	Catalogue *catalog.Catalog
	Dir       string // a folder of its own, made when the first file comes
	Clock     func() time.Time
	Log       *slog.Logger // nil: slog.Default
	Maps      *vector.Tool // nil: files of geographic information systems are refused

	MaxBytes int64         // 0: MaxBytes
	Running  int           // imports at once; 0: 2, which is how many connections the store has for them
	Waiting  int           // imports that wait for their turn; 0: 8
	Kept     int           // files kept at once, those of staged previews included; 0: 32. What is decided makes room
	Lifetime time.Duration // of a staged preview, and of a file in which something was found; 0: 24 hours
	Retry    time.Duration // how often what was interrupted is tried again and what is over is removed; 0: a minute
}

// Validate names what is missing.
func (c Config) Validate() error {
	switch {
	case c.Store == nil || c.Catalogue == nil || c.Clock == nil:
		return errors.New("intake config: Store, Catalogue and Clock must be given")
	case c.Dir == "":
		return errors.New("intake config: Dir is empty")
	case c.MaxBytes < 0 || c.Running < 0 || c.Waiting < 0 || c.Kept < 0 || c.Lifetime < 0 || c.Retry < 0:
		return errors.New("intake config: limits must not be negative")
	}
	return nil
}

func (c Config) orDefault() Config {
	c.MaxBytes, c.Running, c.Waiting = cmp.Or(c.MaxBytes, MaxBytes), cmp.Or(c.Running, 2), cmp.Or(c.Waiting, 8)
	c.Kept, c.Lifetime, c.Retry = cmp.Or(c.Kept, 32), cmp.Or(c.Lifetime, 24*time.Hour), cmp.Or(c.Retry, time.Minute)
	c.Log = cmp.Or(c.Log, slog.Default())
	return c
}
