package census

import (
	"context"
	"iter"

	"github.com/paulmach/orb"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

// Store is where batches are kept; *postgis.Store is one.
type Store interface {
	// PromotedFrom finds the last promoted batch that came from a file with this digest.
	PromotedFrom(ctx context.Context, digest string) (Batch, bool, error)
	// OpenStaging records a batch in the state Received and makes room for its rows.
	OpenStaging(ctx context.Context, b Batch) (Staging, error)
	// PromoteStaged makes a batch in the state Staged visible in a change of its own and returns the change's revision, 0 when
	// every row was unchanged. Conflict when the batch is to be sent again, with the code registry.CodeBusy when another change was in
	// the way and the batch is still as it was.
	PromoteStaged(ctx context.Context, act registry.Act, b Batch) (Counts, int64, error)
	// Promotion is how a batch was promoted: what PromoteStaged returned, or would have, had its answer not been lost. It waits for a promotion under
	// way; ok is false when the batch is not promoted.
	Promotion(ctx context.Context, id BatchID) (counts Counts, revision int64, ok bool, err error)
	// RejectBatch gives up a batch that is not final: State, Reason and FinishedAt are b's, its staged rows are dropped.
	RejectBatch(ctx context.Context, b Batch) error
}

// Staging takes the rows of one batch. Until the batch is promoted or rejected, or its Staging closed unfinished, it counts as
// alive: no other process gives it up. It belongs to one goroutine.
type Staging interface {
	// Add stages a row. Rows are sent in portions; an error may be about an earlier row.
	Add(ctx context.Context, row StagedRow) error
	// Flush sends what Add still holds.
	Flush(ctx context.Context) error
	// Save records the batch's state and counts.
	Save(ctx context.Context, b Batch) error
	// Namesakes yields, group after group and by line within a group, the rows that name the same component: staged ones and
	// those given, which were not staged.
	Namesakes(ctx context.Context, unstaged []NamedLine) iter.Seq2[Namesake, error]
	// CrossedPolygons yields the staged rows whose polygon is not valid, with the reason in PostGIS's words.
	CrossedPolygons(ctx context.Context) iter.Seq2[CrossedPolygon, error]
	// Strayed yields, by line, the staged rows whose code is of another division than the cell in which they lie.
	Strayed(ctx context.Context) iter.Seq2[Strayed, error]
	// Standing yields where the live points of an edition's sub-classes stand that no staged row names, within a box in degrees.
	Standing(ctx context.Context, e catalog.Edition, subclasses []catalog.SubclassCode, box orb.Bound) iter.Seq2[StandingPoint, error]
	// StandingShapes yields the boxes around the live lines and polygons, as Standing does points.
	StandingShapes(ctx context.Context, e catalog.Edition, subclasses []catalog.SubclassCode, box orb.Bound) iter.Seq2[StandingShape, error]
	// Codes are the codes of staged rows, by line, and of components, by id.
	Codes(ctx context.Context, lines, ids []int64) (ofRows, ofComponents map[int64]string, err error)
	// HighestCodes are, of each prefix (division and sub-class), the highest code that was ever given to a component, also to one that was withdrawn, or
	// that a staged row has. A prefix without codes has none.
	HighestCodes(ctx context.Context, e catalog.Edition, prefixes []string) ([]string, error)
	// KnownPoints is where the components stand that the codes name, those that are points.
	KnownPoints(ctx context.Context, e catalog.Edition, codes []string) (map[string]orb.Point, error)
	// TakeOver puts what components keep, by StagedRow.Kept, into the staged rows that name them. The promotion does so once more.
	TakeOver(ctx context.Context) error
	// SetAside keeps the codes of rows that were not staged, while the batch is: what they name is not missing.
	SetAside(ctx context.Context, e catalog.Edition, unstaged []NamedLine) error
	// Remove takes rows out of the staged ones.
	Remove(ctx context.Context, lines []int64) error
	// Ask records the questions that are open, and the answers that were applied.
	Ask(ctx context.Context, open []Question, applied []Answer) error
	// Finish records the batch, which is Staged, NeedsAnswers or Rejected now, with its issues, and closes the Staging. Only of a staged batch the
	// rows are kept.
	Finish(ctx context.Context, b Batch, issues []Issue) error
	// Close gives back what an unfinished Staging holds. After Finish it does nothing.
	Close()
}

// NamedLine is a row that was not staged, by the code that it has all the same.
type NamedLine struct {
	Code string
	Line int64
}

// Namesake is one row of a group that names the same component, by one code or by two of its codes.
type Namesake struct {
	Group  string
	Line   int64
	Code   string
	Staged bool
	Image  string // equal for staged rows that are equal in every column
}

// CrossedPolygon is a row whose polygon crosses itself or is otherwise not simple.
type CrossedPolygon struct {
	Line   int64
	Code   string
	Reason string
}

// Strayed is a row whose code is of another division (区划) than its cell.
type Strayed struct {
	Line    int64
	Code    string
	Grid    string
	Excused bool // the registry knows the code, or a part of the shape lies in a cell of the code's division
}

// StandingPoint is a component that stands as one point.
type StandingPoint struct {
	ID       int64
	Subclass int // its place among those that were asked for
	At       orb.Point
}

// StandingShape is a component that stands as a line or polygon, or several.
type StandingShape struct {
	ID        int64
	Subclass  int // its place among those that were asked for
	Dimension int // 1 of lines, 2 of polygons
	Box       orb.Bound
}
