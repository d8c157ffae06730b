package intake

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
)

// importBudget is how long one import may take.
const importBudget = 30 * time.Minute

// errDiscarded ends the work on a file that nobody wants any more.
var errDiscarded = errors.New("discarded")

// job is work on one upload: to check it, or to promote it.
type job struct {
	upload  Upload
	promote bool
	actor   string // who promotes

	ctx    context.Context // ends when the work is not wanted any more
	cancel context.CancelCauseFunc
	begun  bool          // guarded by Desk.mu
	done   chan struct{} // closed when the work ended, with err
	err    error

	last   atomic.Pointer[census.Progress]
	offset atomic.Int64 // of the file, as far as read in the present pass
}

func newJob(u Upload) *job {
	j := &job{upload: u, done: make(chan struct{})}
	j.ctx, j.cancel = context.WithCancelCause(context.Background())
	return j
}

// progress is the last that the census said.
func (j *job) progress() census.Progress {
	if p := j.last.Load(); p != nil {
		return *p
	}
	return census.Progress{}
}

// estimate is how many rows there will be, when the rest of the file is like its beginning.
func (j *job) estimate() int64 {
	read, offset := j.progress().Read, j.offset.Load()
	if read == 0 || offset == 0 {
		return 0
	}
	return int64(float64(read) * float64(j.upload.Bytes) / float64(offset))
}

// Run works until ctx ends, and returns when all work has ended. What a process before this one left is taken up first. It may be called
// once.
func (d *Desk) Run(ctx context.Context) {
	d.tidy(ctx)
	var all sync.WaitGroup
	for range d.config.Running {
		all.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case j := <-d.jobs:
					d.do(ctx, j)
				}
			}
		})
	}
	all.Go(func() { d.look(ctx) })
	<-ctx.Done()
	d.mu.Lock()
	close(d.closing)
	d.mu.Unlock()
	all.Wait()
}

// do works on one job. A panic ends that job alone.
func (d *Desk) do(ctx context.Context, j *job) {
	d.mu.Lock()
	wanted := d.active[j.upload.ID] == j
	j.begun = wanted
	d.mu.Unlock()
	if !wanted {
		return
	}
	defer func() {
		if r := recover(); r != nil {
			d.config.Log.Error("panic", "import", j.upload.ID.String(), "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
			j.err = fmt.Errorf("panic: %v", r)
			d.settle(ctx, j)
		}
		d.mu.Lock()
		delete(d.active, j.upload.ID)
		d.mu.Unlock()
		if j.promote && outdated(j.err) {
			_ = d.enqueue(newJob(j.upload)) // where there is no room, tidy does it later
		}
		close(j.done)
	}()
	work, cancel := context.WithTimeout(j.ctx, importBudget)
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	if j.promote {
		j.err = d.promote(work, j)
	} else {
		j.err = d.check(work, j)
	}
	if j.err != nil && errors.Is(work.Err(), context.DeadlineExceeded) {
		j.err = registry.NewError(registry.TooLarge, "out_of_time", "未能在 30 分钟内处理完；请拆分后分别提交", "it took longer than 30 minutes: send the file in parts")
	}
	d.settle(ctx, j)
}

// check stages a file, and promotes it when its sender wants that.
func (d *Desk) check(ctx context.Context, j *job) error {
	if err := d.config.Store.ForgetInterrupted(ctx, j.upload.ID); err != nil {
		return err
	}
	accept := census.AcceptGood // a preview shows what is good beside what is bad
	if j.upload.Accept == AcceptAll {
		accept = census.AcceptAll
	}
	survey, err := d.survey(ctx, j, accept)
	if err != nil {
		return err
	}
	in, f, err := d.Open(j.upload)
	if err != nil {
		return err
	}
	defer in.Close()
	f.Body = &followed{in, &j.offset}
	report, err := survey.Stage(ctx, f)
	if err != nil {
		return err
	}
	u := &j.upload
	u.Recognised, u.Positions, u.Errors, u.Warnings, u.Fixed = report.Recognised, report.Positions, report.Errors, report.Warnings, report.Fixed
	err = d.config.Store.SaveFound(ctx, u.ID, report.Fixes[:min(maxFixes, len(report.Fixes))], report.Rejected)
	if err == nil && report.Batch.State == census.Staged {
		err = d.remember(ctx, u, f, report.Answered)
	}
	if err != nil {
		survey.Discard(ctx, &report.Batch)
		return err
	}
	if report.Same != nil {
		u.Same = &report.Same.ID
	}
	if report.Batch.State == census.Staged && u.Accept != AcceptNone {
		if report.Batch, u.Revision, err = survey.Promote(ctx, report.Batch); err != nil {
			survey.Discard(ctx, &report.Batch)
			return err
		}
		d.count(func(s *Stats) { s.Promoted++ })
	}
	u.Kept = report.Batch.State == census.Staged || report.Batch.State == census.NeedsAnswers
	return nil
}

// promote makes a staged file visible.
func (d *Desk) promote(ctx context.Context, j *job) error {
	survey, err := d.survey(ctx, j, census.AcceptGood)
	if err != nil {
		return err
	}
	b, err := d.config.Store.Batch(ctx, j.upload.ID)
	if err != nil {
		return err
	}
	_, revision, err := survey.Promote(ctx, b)
	if err == nil {
		j.upload.Revision, j.upload.Kept = revision, false
		d.count(func(s *Stats) { s.Promoted++ })
	} else if outdated(err) { // its check holds no longer: it is checked anew, and shown again
		survey.Discard(ctx, &b)
	}
	return err
}

func (d *Desk) survey(ctx context.Context, j *job, accept census.Accept) (*census.Census, error) {
	actor := j.upload.Actor
	if j.promote {
		actor = j.actor
	}
	return census.Present(ctx, d.config.Store, census.Config{
		Store: d.config.Store, Catalogue: d.config.Catalogue, Clock: d.config.Clock, Actor: actor, Accept: accept,
		Progress: func(p census.Progress) { j.last.Store(&p) },
	})
}

// settle records what became of an upload. What may go better another time is tried again by tidy.
func (d *Desk) settle(ctx context.Context, j *job) {
	u := j.upload
	u.FailureCode, u.Failure = "", catalog.Text{}
	switch cause := context.Cause(j.ctx); {
	case j.err != nil && (cause == errDiscarded || ctx.Err() != nil): // Discard records that; the next process goes on
		return
	case j.err == nil:
	default:
		d.count(func(s *Stats) { s.Failed++ })
		var known *registry.Error
		if !errors.As(j.err, &known) || known.Kind == registry.Internal {
			d.config.Log.Error("import failed / 导入失败", "import", u.ID.String(), "err", j.err)
			known = registry.NewError(registry.Internal, "internal", "内部错误，请联系管理员", "internal error: ask the operator")
		}
		u.FailureCode, u.Failure = known.Code, known.Message
		u.Kept = j.promote || known.Kind == registry.Unavailable || known.Kind == registry.Conflict
		if known.Kind == registry.Unavailable && known.Code != registry.CodeStorageFull { // a disk is not emptied in a moment
			d.hurry()
		}
	}
	d.save(ctx, u)
}

// save records an upload, and removes its file when its fate is known.
func (d *Desk) save(ctx context.Context, u Upload) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	if err := d.config.Store.SaveUpload(ctx, u); err != nil { // tidy finds out from the batch
		d.config.Log.Warn("an upload is not recorded as it is / 上传状态未能保存", "import", u.ID.String(), "err", err)
		return
	}
	if !u.Kept && !u.reported() { // else it stays until sweep removes it
		d.remove(u.ID)
	}
}

// farewell bounds how long it may take to record the end of something.
const farewell = 5 * time.Second

// outdated reports whether a promotion was refused because the file is to be checked again.
func outdated(err error) bool {
	var known *registry.Error
	return errors.As(err, &known) && known.Kind == registry.Conflict && known.Code != registry.CodeBusy
}

// followed is a file that says how far it was read.
type followed struct {
	*os.File
	offset *atomic.Int64
}

func (f *followed) Read(p []byte) (int, error) {
	n, err := f.File.Read(p)
	f.offset.Add(int64(n))
	return n, err
}

func (f *followed) Seek(offset int64, whence int) (int64, error) {
	at, err := f.File.Seek(offset, whence)
	f.offset.Store(at)
	return at, err
}
