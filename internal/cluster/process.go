package cluster

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// serves says whether the process is a PostgreSQL one of this data folder: all of them, postmaster and children, have it as their
// working folder. A process number alone proves nothing, it may have been given to another program since.
func serves(pid int, data string) bool {
	proc := filepath.Join("/proc", strconv.Itoa(pid))
	cwd, err := os.Readlink(filepath.Join(proc, "cwd"))
	if err != nil || cwd != data {
		return false
	}
	comm, err := os.ReadFile(filepath.Join(proc, "comm"))
	return err == nil && strings.TrimSpace(string(comm)) == "postgres"
}

// processesOf lists the PostgreSQL processes of a data folder.
func processesOf(data string) []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var found []int
	for _, entry := range entries {
		if pid, err := strconv.Atoi(entry.Name()); err == nil && serves(pid, data) {
			found = append(found, pid)
		}
	}
	return found
}

// clearStragglers waits for the children of a killed postmaster, which keep the shared memory that the next one must replace. Most
// leave within a moment; a backend in the middle of a statement works on, and is killed after 5 s: nobody waits for its result,
// and the recovery that follows settles whether its transaction had committed.
func clearStragglers(data string, giveUp <-chan struct{}) {
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	patience := time.After(5 * time.Second)
	for left := processesOf(data); len(left) > 0; left = processesOf(data) {
		select {
		case <-giveUp:
			return
		case <-patience:
			for _, pid := range left {
				_ = syscall.Kill(pid, syscall.SIGKILL) // gone already is as good
			}
			patience = nil
		case <-tick.C:
		}
	}
}

// dropReusedPID removes a lock file of a dead server whose process number now belongs to another program. PostgreSQL sees through
// a dead number by itself, but takes a living process of the same account for a server and refuses to start; after a reboot, or in
// a container, where numbers are small, that happens.
func dropReusedPID(lockFile, data string) {
	text, err := os.ReadFile(lockFile)
	if err != nil {
		return
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err == nil && syscall.Kill(pid, 0) == nil && !serves(pid, data) {
		_ = os.Remove(lockFile) // if that fails postgres says what is in its way
	}
}
