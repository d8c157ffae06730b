// Package scratch makes folders for work in progress, which the next process removes where theirs was killed.
package scratch

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// names is how the folders of all our processes begin, in the temporary folder.
const names = "citygrid-work-"

// Folder is a folder of one process. While that lives it holds a lock on it.
type Folder struct {
	Path string
	lock *os.File
}

// Make makes an empty one that nobody else may enter. The caller removes it.
func Make() (*Folder, error) {
	for {
		path, err := os.MkdirTemp("", names)
		if err != nil {
			return nil, err
		}
		lock, err := open(path)
		if errors.Is(err, os.ErrNotExist) { // swept away before it was locked
			continue
		}
		if err != nil {
			return nil, errors.Join(err, os.Remove(path))
		}
		if locked(lock) && same(path, lock) {
			return &Folder{path, lock}, nil
		}
		lock.Close() // in the hands of a sweep
	}
}

// Remove removes it with all that is in it.
func (f *Folder) Remove() error {
	return errors.Join(os.RemoveAll(f.Path), f.lock.Close())
}

// Sweep removes the folders whose process is gone. What it cannot remove is for the next sweep.
func Sweep() {
	paths, _ := filepath.Glob(filepath.Join(os.TempDir(), names+"*")) // the pattern is well formed
	for _, path := range paths {
		lock, err := open(path)
		if err != nil {
			continue
		}
		if ours(lock) && locked(lock) {
			os.RemoveAll(path)
		}
		lock.Close()
	}
}

// open opens the folder itself: its lock needs no file in it, and ends with the process however that ends.
func open(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NOFOLLOW, 0)
}

func locked(folder *os.File) bool {
	return syscall.Flock(int(folder.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}

// same reports whether a path still leads to an open folder.
func same(path string, folder *os.File) bool {
	there, err := os.Lstat(path)
	if err != nil {
		return false
	}
	here, err := folder.Stat()
	return err == nil && os.SameFile(there, here)
}

// ours reports whether a folder is of this account, or one that root has lent to the user nobody.
func ours(folder *os.File) bool {
	const nobody = 65534
	info, err := folder.Stat()
	if err != nil {
		return false
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	return ok && (int(owner.Uid) == os.Geteuid() || os.Geteuid() == 0 && owner.Uid == nobody)
}
