package intake

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
)

// Desk takes files and works through them. It is safe for concurrent use; Run does the work.
type Desk struct {
	config  Config
	jobs    chan *job
	closing chan struct{} // closed when Run is told to end

	interrupted chan struct{} // told of work that may go better in a moment

	mu     sync.Mutex
	active map[census.BatchID]*job
	coming int // files being received
	stats  Stats
}

// New makes a Desk. Its error is that of [Config.Validate].
func New(c Config) (*Desk, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	c = c.orDefault()
	return &Desk{
		config: c, jobs: make(chan *job, c.Waiting), closing: make(chan struct{}), interrupted: make(chan struct{}, 1), active: map[census.BatchID]*job{},
	}, nil
}

// Catalogue is what files are checked by.
func (d *Desk) Catalogue() *catalog.Catalog { return d.config.Catalogue }

// MaxBytes is how large a file may be.
func (d *Desk) MaxBytes() int64 { return d.config.MaxBytes }

// Closing is closed when no more work is done: who waits for an import need not wait longer.
func (d *Desk) Closing() <-chan struct{} { return d.closing }

// Import is the import with an id; NotFound when there is none.
func (d *Desk) Import(ctx context.Context, id census.BatchID) (Import, error) {
	// Looked at first: what ends while the rest is read is shown as active, not as ended with half of its results.
	d.mu.Lock()
	j := d.active[id]
	d.mu.Unlock()
	u, err := d.config.Store.Upload(ctx, id)
	sent := err == nil
	if err != nil && registry.KindOf(err) != registry.NotFound {
		return Import{}, err
	}
	b, err := d.config.Store.Batch(ctx, id)
	switch {
	case err == nil && sent:
		return newImport(id, &b, &u).with(j), nil
	case err == nil:
		return newImport(id, &b, nil), nil
	case sent && registry.KindOf(err) == registry.NotFound:
		return newImport(id, nil, &u).with(j), nil
	}
	return Import{}, err
}

// Imports are the latest, at most limit, the last begun or received first.
func (d *Desk) Imports(ctx context.Context, limit int) ([]Import, error) {
	d.mu.Lock()
	active := maps.Clone(d.active)
	d.mu.Unlock()
	uploads, err := d.config.Store.Uploads(ctx, limit)
	if err != nil {
		return nil, err
	}
	batches, err := d.config.Store.Batches(ctx, limit)
	if err != nil {
		return nil, err
	}
	sent := map[census.BatchID]*Upload{}
	for i := range uploads {
		sent[uploads[i].ID] = &uploads[i]
	}
	var all []Import
	for i := range batches {
		b := &batches[i]
		all = append(all, newImport(b.ID, b, sent[b.ID]).with(active[b.ID]))
		delete(sent, b.ID)
	}
	for _, u := range uploads {
		if sent[u.ID] != nil {
			all = append(all, newImport(u.ID, nil, sent[u.ID]).with(active[u.ID]))
		}
	}
	slices.SortStableFunc(all, func(a, b Import) int { return b.began().Compare(a.began()) })
	return all[:min(limit, len(all))], nil
}

// Store is where the batches are, for who reads them.
func (d *Desk) Store() Store { return d.config.Store }

// with adds what only this process knows: how far the work is. j is nil where there is none.
func (i Import) with(j *job) Import {
	if j == nil {
		return i
	}
	i.Active = true
	p := j.progress()
	if p.State != "" && i.State != State(census.Promoted) {
		i.State = State(p.State)
	}
	i.Batch.Read, i.Batch.Bad = max(i.Batch.Read, p.Read), max(i.Batch.Bad, p.Bad)
	i.Estimate = max(j.estimate(), i.Batch.Read)
	return i
}

// Commit promotes what was staged: all of it, refused when a row has an error, or the good rows. It returns when that is done or ctx ends,
// whichever is first; the work goes on then.
func (d *Desk) Commit(ctx context.Context, id census.BatchID, accept Accept, actor string) (Import, error) {
	i, err := d.Import(ctx, id)
	if err != nil {
		return i, err
	}
	if !i.Committable() {
		return i, notStaged(i)
	}
	if accept == AcceptAll && i.Batch.Bad > 0 {
		return i, registry.NewError(registry.Conflict, census.ReasonRows,
			fmt.Sprintf("有 %d 行不合格，不能整批入库；请改正后重新提交，或用 accept=good 只取合格的行", i.Batch.Bad),
			fmt.Sprintf("%d rows have errors, so not all can be taken: mend them and send the file again, or take the good ones with accept=good", i.Batch.Bad))
	}
	j := newJob(*i.Upload)
	j.promote, j.actor = true, actor
	if err := d.enqueue(j); err != nil {
		return i, err
	}
	select {
	case <-j.done:
		if j.err != nil {
			return i, j.err
		}
	case <-ctx.Done():
	case <-d.closing:
	}
	return d.Import(context.WithoutCancel(ctx), id)
}

// Discard gives up what was not promoted: a staged preview, a file that waits, one that is being checked.
func (d *Desk) Discard(ctx context.Context, id census.BatchID) (Import, error) {
	i, err := d.Import(ctx, id)
	if err != nil {
		return i, err
	}
	d.mu.Lock()
	j := d.active[id]
	d.mu.Unlock()
	switch {
	case i.Upload == nil || !i.Upload.Kept:
		return i, notStaged(i)
	case j != nil && j.promote:
		return i, registry.NewError(registry.Conflict, registry.CodeBusy, "正在入库，不能放弃", "it is being promoted and cannot be discarded")
	case j != nil && !d.withdraw(j):
		j.cancel(errDiscarded)
		select {
		case <-j.done:
		case <-ctx.Done():
			return i, ctx.Err()
		}
		if i, err = d.Import(ctx, id); err != nil || !i.Upload.Kept { // it was faster
			return i, cmp.Or(err, notStaged(i))
		}
	}
	if err := d.giveUp(ctx, *i.Upload, census.ReasonDiscarded); err != nil {
		return i, err
	}
	return d.Import(ctx, id)
}

// withdraw takes back what no worker has begun.
func (d *Desk) withdraw(j *job) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if j.begun || d.active[j.upload.ID] != j {
		return false
	}
	delete(d.active, j.upload.ID)
	return true
}

func notStaged(i Import) error {
	return registry.NewError(registry.Conflict, "batch_not_staged",
		fmt.Sprintf("该批次不是待确认的预览（状态：%s）", i.State),
		fmt.Sprintf("this import is no preview that waits for a decision: it is %s", i.State))
}

// enqueue hands work over; Unavailable when too much waits, Conflict when the import is being worked on.
func (d *Desk) enqueue(j *job) error {
	if err := d.claim(j); err != nil {
		return err
	}
	if err := d.push(j); err != nil {
		d.release(j)
		return err
	}
	return nil
}

// claim makes j the work on its import; Conflict when there is some.
func (d *Desk) claim(j *job) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	select {
	case <-d.closing:
		return registry.NewError(registry.Unavailable, "stopping", "服务正在停止，请稍后重试", "the server is stopping: try again shortly")
	default:
	}
	if d.active[j.upload.ID] != nil {
		return registry.NewError(registry.Conflict, registry.CodeBusy, "该批次正在处理中", "this import is being worked on")
	}
	d.active[j.upload.ID] = j
	return nil
}

// push gives what was claimed to the workers; Unavailable when too much waits.
func (d *Desk) push(j *job) error {
	select {
	case d.jobs <- j:
		return nil
	default:
		return full()
	}
}

// release gives back what was claimed and not pushed.
func (d *Desk) release(j *job) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.active[j.upload.ID] == j {
		delete(d.active, j.upload.ID)
	}
}

func full() error {
	return registry.NewError(registry.Unavailable, "imports_full", "等待处理的文件过多，请稍后重试", "too many files wait to be imported: try again later")
}

// began is when an import was received, or begun.
func (i Import) began() time.Time {
	if i.Upload != nil {
		return i.Upload.ReceivedAt
	}
	return i.Batch.StartedAt
}
