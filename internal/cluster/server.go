package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// pollInterval is how often something is looked at that cannot be waited for.
const pollInterval = 50 * time.Millisecond

var errServerEnded = errors.New("server ended")

// server is one running postmaster: our child, or one that an earlier process left behind.
type server struct {
	pid      int
	data     string
	ended    chan struct{} // closed when it is gone
	log      string        // path of its log, "" when adopted
	logStart int64         // where in the log its own words begin
}

// startServer starts postgres in a session of its own, so that the terminal's Ctrl-C does not reach it. With tied it gets SIGQUIT
// when this process dies. What decides who can connect is on the command line: no file and no ALTER SYSTEM can open it.
func startServer(bin binaries, a account, f folder, tied bool) (*server, error) {
	log, err := f.openLog()
	if err != nil {
		return nil, err
	}
	defer log.Close()
	logStart, err := log.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, fmt.Errorf("cluster: server log: %w", err)
	}
	cmd := a.command(context.Background(), f.data, bin.path("postgres"), "-D", f.data, "-k", f.socket, "-p", port,
		"-c", "listen_addresses=", "-c", "unix_socket_permissions=0700")
	cmd.Stdout, cmd.Stderr = log, log
	if tied {
		cmd.SysProcAttr.Pdeathsig = syscall.SIGQUIT
	}
	s := &server{data: f.data, ended: make(chan struct{}), log: f.log, logStart: logStart}
	started := make(chan error)
	go func() {
		defer close(s.ended)
		if tied { // Pdeathsig fires at the end of the thread that started the child, not of the process
			runtime.LockOSThread()
		}
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // how it ended is in its log
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("cluster: start postgres: %w", err)
	}
	s.pid = cmd.Process.Pid
	return s, nil
}

// findServer returns the server that runs on a data folder according to its postmaster.pid, if it still does, and its socket folder.
func findServer(data string) (*server, string) {
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return nil, ""
	}
	lines := strings.Split(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil || !serves(pid, data) {
		return nil, ""
	}
	socket := ""
	if len(lines) > 4 { // pid, folder, start time, port, socket folder, …
		socket = strings.TrimSpace(lines[4])
	}
	s := &server{pid: pid, data: data, ended: make(chan struct{})}
	go func() {
		defer close(s.ended)
		tick := time.NewTicker(pollInterval)
		defer tick.Stop()
		for serves(pid, data) {
			<-tick.C
		}
	}()
	return s, socket
}

// awaitReady waits until the server answers a query.
func (s *server) awaitReady(ctx context.Context, url string) error {
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		err := ping(ctx, url)
		if err == nil {
			return nil
		}
		select {
		case <-s.ended:
			return fmt.Errorf("cluster: postgres: %w: %s", errServerEnded, s.lastWords())
		case <-ctx.Done():
			return fmt.Errorf("cluster: postgres does not answer: %w (last: %w)", ctx.Err(), err)
		case <-tick.C:
		}
	}
}

// shutDown ends the server: an orderly shutdown within the grace time, else, or with no grace at all, at once.
func (s *server) shutDown(ctx context.Context, grace time.Duration) error {
	if grace > 0 {
		fast, cancel := context.WithTimeout(ctx, grace)
		defer cancel()
		if s.signal(syscall.SIGINT, fast.Done()) {
			return nil
		}
	}
	now, cancel := context.WithTimeout(context.WithoutCancel(ctx), immediateGrace)
	defer cancel()
	if s.signal(syscall.SIGQUIT, now.Done()) {
		return nil
	}
	return fmt.Errorf("cluster: postgres (process %d) does not end", s.pid)
}

// signal sends sig and waits for the end of the server; false means that the patience ran out.
func (s *server) signal(sig syscall.Signal, patience <-chan struct{}) bool {
	if serves(s.pid, s.data) {
		_ = syscall.Kill(s.pid, sig) // it may end by itself in this instant
	}
	select {
	case <-s.ended:
		return true
	case <-patience:
		return false
	}
}

// lastWords is the end of what the server wrote since it was started, for error messages.
func (s *server) lastWords() string {
	const most = 2048
	file, err := os.Open(s.log)
	if err != nil {
		return ""
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return ""
	}
	from := max(s.logStart, info.Size()-most)
	text, _ := io.ReadAll(io.NewSectionReader(file, from, most)) // part of the words is better than none
	return strings.TrimSpace(string(text))
}

func ping(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, `select 1`)
	return errors.Join(err, conn.Close(ctx))
}
