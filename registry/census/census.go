package census

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"time"

	"citygrid/geo/crs"
	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/vector"
)

// Census takes survey files. It keeps nothing between files and is safe for concurrent use, each file in its own call.
type Census struct{ config Config }

// New makes a Census. Its error is that of [Config.Validate].
func New(c Config) (*Census, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	return &Census{c.orDefault()}, nil
}

// File is a survey file. It is read twice, once for its digest.
type File struct {
	ID     BatchID // of the batch that it is to be; zero: a new one
	Name   string
	Format Format
	// Encoding of its text; empty: told from the whole file. GeoJSON is UTF-8 always.
	Encoding Encoding
	// Sheets are the names of the sheets of a workbook that are read; none: all.
	Sheets []string
	// Columns names the attribute (ObjID, 标识码) of columns whose own name does not say it; "" makes a column an extension attribute. Columns
	// that the file does not have are left aside, so that one list serves every file of a crew.
	Columns map[string]string
	// CRS is the system of the positions, one that crs computes; 0: degrees of WGS 84 or CGCS2000. In a Gauss-Krüger zone columns X and Y are north and
	// east, as surveyors have them; in degrees they are longitude and latitude. See [ParseCRS].
	CRS crs.System
	// Grid is the name of a grid of the city's own, in place of CRS; empty: none. Its columns X and Y are north and east too.
	Grid string
	// Scope is what the file is declared to hold in full: what its promotion leaves missing there can be removed later, by somebody else.
	Scope Scope
	// KeepBlank says that an empty cell leaves what the component has; else it clears it.
	KeepBlank bool
	// Answers are what was answered to questions, by key. Answers to what the file does not leave open are left aside, so that one list serves every
	// file of a crew; {AnswerEverything: AnswerRefuse} leaves no question open.
	Answers map[string]string
	// Maps reads files of FormatMaps; nil: they are refused, with the line that installs what is missing.
	Maps *vector.Tool
	Body io.ReadSeeker // at its first byte; of FormatMaps an io.ReaderAt too

	lossy bool // some bytes are not of the Encoding: they are read as U+FFFD
}

// Report is what became of a file.
type Report struct {
	Batch    Batch
	Revision int64  // of the promotion; 0 before it, and when it changed nothing
	Same     *Batch // the last promoted batch that came from an identical file, nil when there is none
	// Recognised says how the file was read, where that could have been otherwise: its encoding, its separator, the meaning of its columns.
	Recognised []catalog.Text
	// Positions is how the positions were read, and the best other ways to read them. Empty where no row has one, and of a city folder.
	Positions []TriedReading
	Questions []Question // what is open, when the Batch is NeedsAnswers: the counts and Issues are then those of refusing every question
	Answered  []Answer   // what was applied, by key
	Issues    []Issue    // in the order of their discovery, at most Config.MaxIssues, errors in preference to warnings and these to what was fixed
	Errors    int64      // all issues, also those past MaxIssues
	Warnings  int64
	Fixed     int64
	Totals    []Total      // of all issues, also those past MaxIssues
	Rejected  []int64      // the bad rows, all of them, in order, by [Batch.Place]
	Fixes     []FixedCount // what was fixed by column and code, the largest first
}

// LeftOut is how many issues were found and are not among Issues.
func (r Report) LeftOut() int64 { return r.Errors + r.Warnings + r.Fixed - int64(len(r.Issues)) }

// Stage reads and checks a file and leaves its good rows staged: Report.Batch is then Staged, and the caller promotes it or calls
// Discard. A file that cannot be taken is no error but a Report whose Batch is Rejected, with the Issues that say why, or NeedsAnswers, with the Questions. Invalid for an
// answer that is no option of its question. Any other error means that the file or
// the store failed; the batch is then Rejected too, as far as the store can be reached.
func (c *Census) Stage(ctx context.Context, f File) (Report, error) {
	report, err := c.stage(ctx, f)
	if err != nil {
		return report, fmt.Errorf("stage %s: %w", path.Base(f.Name), err)
	}
	return report, nil
}

// Import stages a file and promotes it at once, in a change of its own. Its results are those of Stage, with Promoted instead of
// Staged. The same file again writes nothing: every row is counted as Unchanged.
func (c *Census) Import(ctx context.Context, f File) (Report, error) {
	report, err := c.Stage(ctx, f)
	if err != nil || report.Batch.State != Staged {
		return report, err
	}
	b, revision, err := c.Promote(ctx, report.Batch)
	if err != nil {
		c.Discard(ctx, &report.Batch)
		return report, err
	}
	report.Batch, report.Revision = b, revision
	return report, nil
}

// Promote makes a staged batch visible, as the store's PromoteStaged does, and returns it Promoted with the revision of that, 0 when
// every row was unchanged. When it fails the batch is as it was: the caller tries again or calls Discard.
func (c *Census) Promote(ctx context.Context, b Batch) (Batch, int64, error) {
	act := registry.Act{Actor: c.config.Actor, Reason: "census " + b.Source, At: c.config.Clock()}
	for try := 1; ; try++ {
		counts, revision, err := c.config.Store.PromoteStaged(ctx, act, b)
		if err = c.orLost(ctx, b.ID, err, &counts, &revision); err == nil {
			b.State, b.FinishedAt, b.Counts = Promoted, act.At, counts
			c.config.Progress(Progress{Batch: b.ID, State: b.State, Read: b.Read, Bad: b.Bad})
			return b, revision, nil
		}
		if try == promotions || !busy(err) {
			return b, 0, fmt.Errorf("promote %s: %w", b.Source, err)
		}
	}
}

// orLost asks what became of a promotion that failed because the store went away: only its answer may be lost.
func (c *Census) orLost(ctx context.Context, id BatchID, failed error, counts *Counts, revision *int64) error {
	if registry.KindOf(failed) != registry.Unavailable {
		return failed
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	if done, given, ok, err := c.config.Store.Promotion(ctx, id); err == nil && ok {
		*counts, *revision = done, given
		return nil
	}
	return failed
}

// promotions is how often a promotion is tried that failed because of another change: the file was read and checked in full, and
// is as good as before. A failure comes after the store's own time for waiting, so there is no pause.
const promotions = 3

func busy(err error) bool {
	var known *registry.Error
	return errors.As(err, &known) && known.Code == registry.CodeBusy
}

// farewell bounds how long giving up a batch may take when the caller's context has ended.
const farewell = 5 * time.Second

// Discard gives up a batch that is not final and sets its State. When the store cannot be reached the batch is left to the
// clean-up at the next start.
func (c *Census) Discard(ctx context.Context, b *Batch) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	b.State, b.Reason, b.FinishedAt = Rejected, ReasonInterrupted, c.config.Clock()
	_ = c.config.Store.RejectBatch(ctx, *b) // the caller is already failing, with the cause
}

func (c *Census) stage(ctx context.Context, f File) (Report, error) {
	chosen, err := choose(f.Columns, f.Answers)
	if err != nil {
		return Report{}, err
	}
	if err := checkSystem(f.CRS); err != nil {
		return Report{}, err
	}
	var seen sniffer
	digest, err := digestOf(f.Body, &seen)
	if err != nil {
		return Report{}, err
	}
	if f.ID == (BatchID{}) {
		f.ID = NewBatchID()
	}
	r := &run{config: c.config, checker: newChecker(c.config, chosen), totals: map[Total]int64{}, codes: map[string]string{}, batch: Batch{
		ID: f.ID, Source: path.Base(f.Name), Digest: digest, State: Received, Actor: c.config.Actor,
		AreasRevision: c.config.AreasRevision, StartedAt: c.config.Clock(), Scope: f.Scope,
	}}
	r.checker.keepBlank = f.KeepBlank
	r.checker.asked = newAsked(f.Answers, c.config.Whole)
	if err := r.checker.reads(f); err != nil {
		return Report{}, err
	}
	r.near = newNearness(r.checker.subclasses)
	same, found, err := c.config.Store.PromotedFrom(ctx, digest)
	if err != nil {
		return Report{}, err
	}
	if r.staging, err = c.config.Store.OpenStaging(ctx, r.batch); err != nil {
		return Report{Batch: r.batch}, err
	}
	defer r.staging.Close() // should a reader panic
	err = r.take(ctx, f, &seen)
	r.staging.Close()
	if err != nil {
		c.Discard(ctx, &r.batch)
	}
	report := Report{Batch: r.batch, Issues: r.kept(), Errors: r.errors, Warnings: r.warnings, Fixed: r.fixed, Recognised: append(r.recognised, r.checker.asked.recognised()...),
		Positions: r.tried, Questions: r.questions, Answered: r.checker.asked.applied(), Totals: sortedTotals(r.totals), Rejected: sortedLines(r.rejected), Fixes: r.fixes.largestFirst()}
	if found {
		report.Same = &same
	}
	return report, err
}

// digestOf reads body to its end, shows it to seen, and goes back to its beginning.
func digestOf(body io.ReadSeeker, seen *sniffer) (string, error) {
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(sum, seen), body); err != nil {
		return "", fmt.Errorf("read: %w", err)
	}
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		return "", fmt.Errorf("read again: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
