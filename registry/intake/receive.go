package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"citygrid/registry"
	"citygrid/registry/census"
)

// Parcel is a file as it is sent.
type Parcel struct {
	Name           string // see [CleanName]
	Accept         Accept
	Encoding       census.Encoding
	Sheets         []string
	Columns        map[string]string
	CRS            string
	Answers        map[string]string
	Profile        string // see [census.CheckCrew]
	KeepBlank      bool
	Scope          string
	KeyID          string
	Actor          string
	IdempotencyKey string
	Body           io.Reader
}

// Receive writes a file down and queues it. An error of Body is returned as it is, and nothing is left of the file. TooLarge when the body
// is longer than MaxBytes; Unavailable when too much waits; when the sender has used its idempotency key before, the import of that time for
// the same file, and Conflict for another.
func (d *Desk) Receive(ctx context.Context, p Parcel) (Import, error) {
	leave, err := d.enter(ctx)
	if err != nil {
		return Import{}, err
	}
	defer leave()
	u := Upload{
		ID: census.NewBatchID(), Name: p.Name, Accept: p.Accept, Encoding: p.Encoding, Sheets: p.Sheets, Columns: p.Columns, CRS: p.CRS, Answers: p.Answers, Profile: p.Profile, KeepBlank: p.KeepBlank, Scope: p.Scope,
		KeyID: p.KeyID, Actor: p.Actor, IdempotencyKey: p.IdempotencyKey, ReceivedAt: d.config.Clock(), Kept: true,
	}
	if err := d.recall(ctx, &u); err != nil {
		return Import{}, err
	}
	var held *os.File
	if held, u.Bytes, u.Digest, err = d.write(u.ID, p.Body); err != nil {
		return Import{}, err
	}
	defer held.Close()
	recorded, added, err := d.config.Store.AddUpload(ctx, u)
	if registry.KindOf(err) == registry.Unavailable { // it may be recorded all the same: the next look finds out
		d.hurry()
		return Import{}, err
	}
	if err != nil || !added {
		os.Remove(held.Name())
	}
	if err != nil {
		return Import{}, err
	}
	if !added {
		if recorded.Digest != u.Digest {
			return Import{}, registry.NewError(registry.Conflict, CodeKeyReused,
				"该 Idempotency-Key 已用于另一个文件；请为每个文件使用不同的值", "this Idempotency-Key was used for another file: give each file its own")
		}
		return d.Import(ctx, recorded.ID)
	}
	if err := os.Rename(held.Name(), d.path(u.ID)); err != nil {
		return Import{}, stored(err)
	}
	d.count(func(s *Stats) { s.Taken++ })
	if err := d.enqueue(newJob(u)); err != nil { // between enter and here others may have come
		d.config.Log.Warn("an upload waits for the next look / 上传的文件稍后处理", "import", u.ID.String(), "err", err)
	}
	return d.Import(ctx, u.ID)
}

// CodeKeyReused is the code of an idempotency key that came before with another file.
const CodeKeyReused = "idempotency_key_reused"

// enter lets a file in while there is room for it.
func (d *Desk) enter(ctx context.Context) (leave func(), err error) {
	kept, err := d.config.Store.KeptUploads(ctx)
	if err != nil {
		return nil, err
	}
	d.makeRoom(ctx, kept)
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.jobs)+d.coming >= d.config.Waiting || len(kept)+d.coming >= d.config.Kept {
		return nil, full()
	}
	d.coming++
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.coming--
	}, nil
}

// makeRoom removes what is kept for reports alone when there are too many files.
func (d *Desk) makeRoom(ctx context.Context, kept []Upload) {
	files, err := os.ReadDir(d.config.Dir)
	if err != nil || len(files) < d.config.Kept {
		return // without a folder there is room
	}
	wanted := map[string]bool{}
	for _, u := range kept {
		wanted[u.ID.String()] = true
	}
	d.sweep(ctx, wanted, d.config.Clock())
}

// Open opens the file of an upload: NotFound when it is not kept any more.
func (d *Desk) Open(u Upload) (*os.File, census.File, error) {
	format, err := census.FormatOf(u.Name)
	if err != nil {
		return nil, census.File{}, err
	}
	system, grid, err := census.ParseCRS(u.CRS)
	if err != nil {
		return nil, census.File{}, err
	}
	scope, err := census.ParseScope(u.Scope)
	if err != nil {
		return nil, census.File{}, err
	}
	in, err := os.Open(d.path(u.ID))
	if errors.Is(err, os.ErrNotExist) {
		return nil, census.File{}, registry.NewError(registry.NotFound, "file_gone",
			"原文件已不再保存；问题清单仍可取 JSON 或 CSV", "the file is not kept any more; what was found in it is there as JSON and CSV")
	}
	if err != nil {
		return nil, census.File{}, stored(err)
	}
	return in, census.File{
		ID: u.ID, Name: u.Name, Format: format, Encoding: u.Encoding, Sheets: u.Sheets, Columns: u.Columns, CRS: system, Grid: grid, Scope: scope, Body: in,
		KeepBlank: u.KeepBlank, Answers: u.Answers, Maps: d.config.Maps,
	}, nil
}

// write puts a body on the disk, where it survives a crash, and counts and hashes it. The file is not named as an upload yet, and locked while it is open:
// one that nobody locks was left behind.
func (d *Desk) write(id census.BatchID, body io.Reader) (f *os.File, size int64, digest string, err error) {
	if err := d.makeFolder(); err != nil {
		return nil, 0, "", stored(err)
	}
	part := d.path(id) + arriving
	if f, err = createLocked(part); err != nil {
		return nil, 0, "", stored(err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(part)
		}
	}()
	sum := sha256.New()
	size, err = io.Copy(io.MultiWriter(onDisk{f}, sum), io.LimitReader(body, d.config.MaxBytes+1))
	switch {
	case registry.KindOf(err) == registry.Unavailable: // who is still sending would hear of a broken connection alone
		_, _ = io.Copy(io.Discard, io.LimitReader(body, d.config.MaxBytes-size))
	case err == nil && size == 0:
		err = registry.InvalidField("body", "", "文件为空", "the file is empty")
	case err == nil && size > d.config.MaxBytes:
		err = TooLarge(d.config.MaxBytes)
	case err == nil:
		err = stored(f.Sync())
	}
	return f, size, hex.EncodeToString(sum.Sum(nil)), err
}

// createLocked makes a file and locks it. Who looks between the two takes it for one that was left behind, and removes it: then it is made again.
func createLocked(name string) (*os.File, error) {
	for {
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return nil, err
		}
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
			return nil, errors.Join(err, f.Close(), os.Remove(name))
		}
		ours, err := f.Stat()
		there, gone := os.Stat(name)
		if err == nil && gone == nil && os.SameFile(ours, there) {
			return f, nil
		}
		if err := errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
	}
}

// makeFolder makes the folder of uploads, which nobody else may enter. Others may have use for the one above.
func (d *Desk) makeFolder() error {
	if err := os.MkdirAll(filepath.Dir(d.config.Dir), 0o755); err != nil {
		return err
	}
	if err := os.Mkdir(d.config.Dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return os.Chmod(d.config.Dir, 0o700) // it may have been there, open to all
}

// TooLarge is the refusal of a file beyond a limit in bytes.
func TooLarge(limit int64) error {
	return registry.NewError(registry.TooLarge, "file_too_large",
		fmt.Sprintf("文件过大，上限为 %d MiB；请拆分后分别提交", limit>>20), fmt.Sprintf("the file is larger than %d MiB: send it in parts", limit>>20))
}

// onDisk marks errors of the disk, as opposed to those of the sender.
type onDisk struct{ io.Writer }

func (w onDisk) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	return n, stored(err)
}

// stored is a failure to store a file, for who sends it; nil stays nil.
func stored(err error) error {
	if err == nil {
		return nil
	}
	e := registry.NewError(registry.Internal, "internal", "内部错误", "internal error")
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		e = registry.NewError(registry.Unavailable, registry.CodeStorageFull, "服务器存储空间已满，未作更改；请管理员腾出空间后重试", "the server's storage is full: nothing was changed; make room, then try again")
	}
	e.Err = fmt.Errorf("store the upload: %w", err)
	return e
}

// path is where a file lies: its name is that of the batch and nothing that a sender chose.
func (d *Desk) path(id census.BatchID) string { return filepath.Join(d.config.Dir, id.String()) }

func (d *Desk) remove(id census.BatchID) {
	if err := os.Remove(d.path(id)); err != nil && !errors.Is(err, os.ErrNotExist) {
		d.config.Log.Error("an upload cannot be removed / 无法删除上传的文件", "import", id.String(), "err", err)
	}
}
