package photo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"citygrid/registry"
)

// Folder is a Shelf on the disk: ab/abcd… below a folder of its own, which is made when the first photo comes.
type Folder struct{ dir string }

var _ Shelf = Folder{}

// NewFolder is the shelf in a folder.
func NewFolder(dir string) Folder { return Folder{dir} }

// part is how names begin of what is being written.
const part = "part-"

// Put writes a photo under another name and renames it when it is on the disk.
func (f Folder) Put(_ context.Context, d Digest, body []byte) error {
	return stored(f.put(d.String(), body))
}

func (f Folder) put(name string, body []byte) (err error) {
	dir := filepath.Join(f.dir, name[:2])
	if err := f.makeFolders(dir); err != nil {
		return err
	}
	out, err := os.CreateTemp(dir, part)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(out.Name())
		}
	}()
	if _, err = out.Write(body); err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return err
	}
	if err = os.Rename(out.Name(), filepath.Join(dir, name)); err != nil {
		return err
	}
	return syncFolder(dir)
}

// makeFolders makes the folder of a photo, which nobody else may enter.
func (f Folder) makeFolders(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(f.dir), 0o755); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return syncFolder(f.dir)
}

// syncFolder makes the names in a folder survive a crash.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Open opens the file of a photo.
func (f Folder) Open(_ context.Context, d Digest) (io.ReadSeekCloser, error) {
	in, err := os.Open(f.path(d.String()))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, Lost(d)
	case err != nil:
		return nil, stored(err)
	}
	return in, nil
}

// Items goes through the folder.
func (f Folder) Items(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		err := filepath.WalkDir(f.dir, func(name string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil && errors.Is(err, fs.ErrNotExist):
				return nil // no photo came yet, or it has just gone
			case err != nil:
				return err
			case entry.Type().IsRegular() && f.ours(name) && !yield(itemOf(name), nil):
				return fs.SkipAll
			}
			return ctx.Err()
		})
		if err != nil {
			yield("", stored(err))
		}
	}
}

// ours holds for the names that put makes, and where it makes them.
func (f Folder) ours(name string) bool {
	base, dir := filepath.Base(name), filepath.Base(filepath.Dir(name))
	if filepath.Dir(filepath.Dir(name)) != filepath.Clean(f.dir) {
		return false
	}
	_, ok := ParseDigest(base)
	return ok && base[:2] == dir || strings.HasPrefix(base, part)
}

// itemOf is a photo's digest, or of what is half done its folder too.
func itemOf(name string) string {
	base := filepath.Base(name)
	if strings.HasPrefix(base, part) {
		return filepath.Base(filepath.Dir(name)) + "/" + base
	}
	return base
}

// Remove removes a file of Items.
func (f Folder) Remove(_ context.Context, item string) error {
	err := os.Remove(f.path(item))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return stored(err)
}

func (f Folder) path(item string) string {
	if dir, base, half := strings.Cut(item, "/"); half {
		return filepath.Join(f.dir, dir, base)
	}
	return filepath.Join(f.dir, item[:2], item)
}

// stored is a failure of the disk, for who sends or asks for a photo; nil stays nil.
func stored(err error) error {
	if err == nil {
		return nil
	}
	e := registry.NewError(registry.Internal, "internal", "内部错误", "internal error")
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		e = registry.NewError(registry.Unavailable, "storage_full", "存放照片的空间已满；腾出空间后重试", "the storage of photos is full: make room and try again")
	}
	e.Err = fmt.Errorf("store photos: %w", err)
	return e
}
