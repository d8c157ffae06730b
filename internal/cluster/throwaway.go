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

// Throwaway is a cluster for tests: without fsync, in a temporary folder, ended by the kernel when this process dies.
type Throwaway struct{ *Cluster }

// StartThrowaway starts such a cluster in about 2 s; cfg.Dir is ignored. The folders of earlier ones whose process was killed are
// swept away first.
func StartThrowaway(ctx context.Context, cfg Config) (*Throwaway, error) {
	dir, lock, err := throwawayFolder(filepath.Join(os.TempDir(), "citygrid-throwaway-"+strconv.Itoa(os.Geteuid())))
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
