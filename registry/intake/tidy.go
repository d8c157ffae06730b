package intake

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
)

// arriving ends the name of a file until it is received and recorded.
const arriving = ".part"

// firstLook is how soon it is looked whether there is something to do, at first and after an interruption; then half as often each time, down to
// Config.Retry.
const firstLook = time.Second

// look tidies now and then, until ctx ends.
func (d *Desk) look(ctx context.Context) {
	wait := min(firstLook, d.config.Retry)
	timer := time.NewTimer(wait)
	defer timer.Stop()
	var hurried time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.interrupted:
			if now := d.config.Clock(); now.Sub(hurried) >= d.config.Retry { // what fails again and again is not tried without a pause
				hurried, wait = now, min(firstLook, d.config.Retry)
				timer.Reset(wait)
			}
			continue
		case <-timer.C:
		}
		d.tidy(ctx)
		wait = min(2*wait, d.config.Retry)
		timer.Reset(wait)
	}
}

// hurry has it looked soon.
func (d *Desk) hurry() {
	select {
	case d.interrupted <- struct{}{}:
	default:
	}
}

// tidy gives up what was interrupted, takes up again what is not decided, ends what waited too long, and removes what is nobody's.
func (d *Desk) tidy(ctx context.Context) {
	now := d.config.Clock()
	kept, err := d.config.Store.KeptUploads(ctx)
	if err == nil {
		_, err = d.config.Store.RejectInterrupted(ctx, now)
	}
	if err != nil {
		if ctx.Err() == nil {
			d.config.Log.Warn("uploads not looked at, tried again later / 未能检查上传的文件，稍后重试", "err", err)
		}
		return
	}
	wanted := map[string]bool{}
	for _, u := range kept {
		wanted[u.ID.String()] = true
		if err := d.attend(ctx, u.ID, now); err != nil && ctx.Err() == nil {
			d.config.Log.Warn("an upload is looked at again later / 上传的文件稍后处理", "import", u.ID.String(), "err", err)
		}
	}
	d.sweep(ctx, wanted, now.Add(-d.config.Lifetime))
}

// attend does what is due for an upload that nobody is working on. The batch is read first and the upload last: who has just ended the work on it has
// written both before it ceases to be active.
func (d *Desk) attend(ctx context.Context, id census.BatchID, now time.Time) error {
	b, err := d.config.Store.Batch(ctx, id)
	begun := err == nil
	if err != nil && registry.KindOf(err) != registry.NotFound {
		return err
	}
	d.mu.Lock()
	busy := d.active[id] != nil
	d.mu.Unlock()
	if busy {
		return nil
	}
	u, err := d.config.Store.Upload(ctx, id)
	if err != nil || !u.Kept {
		return err
	}
	interrupted := begun && b.State == census.Rejected && b.Reason == census.ReasonInterrupted
	switch {
	case begun && !interrupted && (b.State == census.Promoted || b.State == census.Rejected): // and its process could not say so
		u.Kept, u.FailureCode, u.Failure = false, "", catalog.Text{}
		if _, u.Revision, _, err = d.config.Store.Promotion(ctx, id); err != nil {
			return err
		}
		d.save(ctx, u)
	case now.Sub(u.ReceivedAt) > d.config.Lifetime:
		return d.giveUp(ctx, u, census.ReasonExpired)
	case begun && !interrupted: // staged, by this process or one beside it
	default:
		if !d.here(u.ID) {
			return nil // in the folder of another server
		}
		return d.enqueue(newJob(u))
	}
	return nil
}

// giveUp rejects an upload for a reason.
func (d *Desk) giveUp(ctx context.Context, u Upload, reason string) error {
	err := d.config.Store.RejectBatch(ctx, census.Batch{ID: u.ID, Reason: reason, FinishedAt: d.config.Clock()})
	if err != nil {
		return err
	}
	u.Kept, u.FailureCode, u.Failure = false, reason, map[string]catalog.Text{
		census.ReasonDiscarded: {ZH: "已放弃", EN: "it was discarded"},
		census.ReasonExpired:   {ZH: "期限内无人确认", EN: "nobody decided in time"},
	}[reason]
	if err := d.config.Store.SaveUpload(ctx, u); err != nil {
		return err
	}
	d.remove(u.ID)
	return nil
}

// here reports whether the file of a recorded upload is in the folder. Where a process died between the two it gets its name now.
func (d *Desk) here(id census.BatchID) bool {
	if _, err := os.Stat(d.path(id)); !errors.Is(err, fs.ErrNotExist) {
		return true
	}
	part := d.path(id) + arriving
	held := abandoned(part)
	if held == nil {
		return false
	}
	defer held.Close()
	return os.Rename(part, d.path(id)) == nil
}

// abandoned takes hold of a file that no process receives any more; nil where one does. While it is held nobody begins to receive it.
func abandoned(part string) *os.File {
	f, err := os.Open(part)
	if err != nil {
		return nil
	}
	if syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) != nil {
		f.Close()
		return nil
	}
	return f
}

// sweep removes files that were written before a moment and are not wanted, what is decided was kept for its report, and those that a process received, or
// was about to remove, when it died.
func (d *Desk) sweep(ctx context.Context, wanted map[string]bool, before time.Time) {
	files, err := os.ReadDir(d.config.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		d.config.Log.Warn("the folder of uploads cannot be read / 无法读取上传目录", "err", err)
		return
	}
	for _, f := range files {
		d.sweepFile(ctx, f, wanted, before)
	}
}

func (d *Desk) sweepFile(ctx context.Context, f fs.DirEntry, wanted map[string]bool, before time.Time) {
	info, err := f.Info()
	name, part := strings.CutSuffix(f.Name(), arriving)
	id, ours := census.ParseBatchID(name)
	if err != nil || !ours || wanted[name] {
		return
	}
	path := filepath.Join(d.config.Dir, f.Name())
	if part {
		held := abandoned(path)
		if held == nil {
			return
		}
		defer held.Close()
	}
	old := part || info.ModTime().Before(before)
	u, err := d.config.Store.Upload(ctx, id) // it may have been recorded since
	if old && registry.KindOf(err) == registry.NotFound || err == nil && !u.Kept && (old || !u.reported()) {
		os.Remove(path) // if not now, the next time
	}
}
