package cluster

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

const (
	port       = "5432" // only names the socket file: there is no TCP
	maxSocket  = 107    // bytes of a Unix socket path: sun_path is 108 with its terminating zero
	socketFile = ".s.PGSQL." + port
	maxLog     = 16 << 20 // bytes of server log kept before it is moved aside at the next start
)

// folder is the layout of a data folder.
type folder struct {
	dir    string // the data folder itself
	data   string // dir/pg: PGDATA
	socket string // dir/run, or a short path elsewhere
	log    string // dir/postgres.log: what the server has to say
}

// FolderError says that a data folder cannot be made where it was asked for.
type FolderError struct {
	Dir string
	Err error
}

// Error says what to do, in English and Chinese.
func (e *FolderError) Error() string {
	return fmt.Sprintf("cluster: cannot make the data folder %s, choose another with --data / 无法建立数据目录 %[1]s，可用 --data 另行指定: %v", e.Dir, e.Err)
}

// Unwrap returns what the system said.
func (e *FolderError) Unwrap() error { return e.Err }

// openFolder makes the folders that are missing and checks that the account can reach them.
func openFolder(dir string, a account, bin binaries) (folder, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return folder{}, &FolderError{Dir: dir, Err: err}
	}
	dir, err := filepath.EvalSymlinks(dir) // /proc shows resolved paths, and they are compared with these
	if err != nil {
		return folder{}, fmt.Errorf("cluster: data folder: %w", err)
	}
	if err := a.checkReach(bin, dir); err != nil {
		return folder{}, err
	}
	f := folder{dir: dir, data: filepath.Join(dir, "pg"), log: filepath.Join(dir, "postgres.log")}
	f.socket, err = socketFolder(dir, a)
	return f, err
}

// socketFolder returns dir/run, or, where that makes the socket's path too long, a folder below the temporary folder whose name is
// a digest of dir.
func socketFolder(dir string, a account) (string, error) {
	sum := sha256.Sum256([]byte(dir))
	short := "citygrid-" + hex.EncodeToString(sum[:6])
	for _, path := range []string{filepath.Join(dir, "run"), filepath.Join(os.TempDir(), short), filepath.Join("/tmp", short)} {
		if len(filepath.Join(path, socketFile)) <= maxSocket {
			return path, privateFolder(path, a)
		}
	}
	return "", fmt.Errorf("cluster: no socket path of at most %d bytes", maxSocket)
}

// privateFolder makes a folder that only the account can enter, or checks that the one in its place is such a folder: in a shared
// place like /tmp somebody else may have put one there to listen in.
func privateFolder(path string, a account) error {
	err := os.Mkdir(path, 0o700)
	if err == nil {
		if err := a.own(path); err != nil {
			return fmt.Errorf("cluster: private folder: %w", err)
		}
		return nil
	}
	if !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("cluster: private folder: %w", err)
	}
	info, err := os.Lstat(path)
	if err != nil {
		return fmt.Errorf("cluster: private folder: %w", err)
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || info.Mode().Perm() != 0o700 || !ok || int(owner.Uid) != a.uid {
		// Killed between Mkdir and own: still ours (root's), still empty, and so safe to give away.
		if info.IsDir() && a.switched && ok && owner.Uid == 0 && os.Remove(path) == nil {
			return privateFolder(path, a)
		}
		return fmt.Errorf("cluster: %s must be a folder of account %s with mode 0700; remove it / %[1]s 的属主或权限不正确，请删除后重试", path, a.name)
	}
	return nil
}

// openLog opens the server's log for appending; a big one is moved to postgres.log.1 first.
func (f folder) openLog() (*os.File, error) {
	if info, err := os.Stat(f.log); err == nil && info.Size() > maxLog {
		if err := os.Rename(f.log, f.log+".1"); err != nil {
			return nil, fmt.Errorf("cluster: server log: %w", err)
		}
	}
	file, err := os.OpenFile(f.log, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o640)
	if err != nil {
		return nil, fmt.Errorf("cluster: server log: %w", err)
	}
	return file, nil
}
