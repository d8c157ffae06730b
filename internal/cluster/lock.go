package cluster

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// BusyError says that another process owns the data folder.
type BusyError struct {
	Dir string
	PID int // of the owner; 0 when it could not be read
}

// Error names the owner and what to do, in English and Chinese.
func (e *BusyError) Error() string {
	return fmt.Sprintf("cluster: data folder %s is in use by process %d; stop that process, or choose another folder with --data"+
		" / 数据目录 %[1]s 正被进程 %[2]d 使用，请先停止该进程，或用 --data 指定其他目录", e.Dir, e.PID)
}

// folderLock is an flock: the kernel takes it back when its owner dies, however it dies.
type folderLock struct{ file *os.File }

// lockFolder makes this process the owner of dir, or fails with a *BusyError. The file stays behind after release: removing it
// would let two processes lock two files of the same name.
func lockFolder(dir string) (*folderLock, error) {
	file, err := os.OpenFile(filepath.Join(dir, "citygrid.lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("cluster: lock data folder: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer file.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("cluster: lock data folder %s: %w", dir, err)
		}
		text, _ := os.ReadFile(file.Name()) // the number is for the reader's comfort only
		pid, _ := strconv.Atoi(strings.TrimSpace(string(text)))
		return nil, &BusyError{Dir: dir, PID: pid}
	}
	if err := errors.Join(file.Truncate(0), writeAt(file, strconv.Itoa(os.Getpid())+"\n")); err != nil {
		file.Close()
		return nil, fmt.Errorf("cluster: lock data folder: %w", err)
	}
	return &folderLock{file: file}, nil
}

func (l *folderLock) release() { l.file.Close() }

func writeAt(file *os.File, text string) error {
	_, err := file.WriteAt([]byte(text), 0)
	return err
}
