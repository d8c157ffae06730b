package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

const (
	memoryDisk   = "/dev/shm"
	memoryNeeded = 4 << 30    // bytes free: two test processes at once, each with write-ahead log and some dozens of databases
	tmpfsMagic   = 0x01021994 // TMPFS_MAGIC of statfs(2)
)

// Throwaway is a cluster for tests: without fsync, in a temporary folder, ended by the kernel when this process dies.
type Throwaway struct{ *Cluster }

// StartThrowaway starts such a cluster in about 2 s, in a new folder below cfg.Dir; when that is empty, below the memory disk or,
// if that is small, the temporary folder. The folders of earlier ones whose process was killed are swept away first.
func StartThrowaway(ctx context.Context, cfg Config) (*Throwaway, error) {
	if cfg.Dir == "" {
		cfg.Dir = fastDir()
	}
	dir, lock, err := throwawayFolder(filepath.Join(cfg.Dir, "citygrid-throwaway-"+strconv.Itoa(os.Geteuid())))
	if err != nil {
		return nil, err
	}
	cfg.Dir = dir
	c, err := start(ctx, cfg.withDefaults(), manner{settings: fleeting(), tied: true, lock: lock})
	if err != nil {
		lock.release()
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return &Throwaway{Cluster: c}, nil
}

// Stop ends the server and deletes its folder.
func (t *Throwaway) Stop(ctx context.Context) error {
	return errors.Join(t.Cluster.Stop(ctx), os.RemoveAll(t.folder.socket), os.RemoveAll(t.folder.dir))
}

// fastDir is the memory disk where there is plenty of it: a database is some 300 small files, and making them costs a disk ten
// times as long.
func fastDir() string {
	var disk syscall.Statfs_t
	err := syscall.Statfs(memoryDisk, &disk)
	if err == nil && disk.Type == tmpfsMagic && disk.Bavail*uint64(disk.Bsize) >= memoryNeeded {
		return memoryDisk
	}
	return os.TempDir()
}

// throwawayFolder makes and locks a new folder below parent. A lock on the parent keeps one process from sweeping away what
// another has made and not locked yet.
func throwawayFolder(parent string) (string, *folderLock, error) {
	if err := ownFolder(parent); err != nil {
		return "", nil, err
	}
	gate, err := os.OpenFile(filepath.Join(parent, "gate.lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return "", nil, fmt.Errorf("cluster: throwaway: %w", err)
	}
	defer gate.Close()
	if err := syscall.Flock(int(gate.Fd()), syscall.LOCK_EX); err != nil {
		return "", nil, fmt.Errorf("cluster: throwaway: %w", err)
	}
	sweep(parent)
	dir, err := os.MkdirTemp(parent, "")
	if err != nil {
		return "", nil, fmt.Errorf("cluster: throwaway: %w", err)
	}
	if err := os.Chmod(dir, 0o711); err != nil { // the server's account has to pass through
		return "", nil, fmt.Errorf("cluster: throwaway: %w", err)
	}
	lock, err := lockFolder(dir)
	return dir, lock, err
}

// ownFolder makes a folder that everybody may pass and only we may write, or checks that the one in its place is like that.
func ownFolder(path string) error {
	if err := os.MkdirAll(path, 0o711); err != nil {
		return fmt.Errorf("cluster: throwaway: %w", err)
	}
	info, err := os.Lstat(path)
	if err != nil {
		return fmt.Errorf("cluster: throwaway: %w", err)
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || info.Mode().Perm()&0o022 != 0 || !ok || int(owner.Uid) != os.Geteuid() {
		return fmt.Errorf("cluster: throwaway: %s is not a folder of ours alone; remove it", path)
	}
	return nil
}

// sweep deletes the folders that no living process holds and no server runs on. What it cannot delete, the next sweep may.
func sweep(parent string) {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return
	}
	for _, entry := range entries {
		dir := filepath.Join(parent, entry.Name())
		if !entry.IsDir() {
			continue
		}
		lock, err := lockFolder(dir)
		if err != nil {
			continue
		}
		if len(processesOf(filepath.Join(dir, "pg"))) == 0 {
			_ = os.RemoveAll(dir)
		}
		lock.release()
	}
}
