package imports_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long a program may take for anything, on a busy machine.
const patience = 2 * time.Minute

// tidyWithin is how long a server that runs may take to give back what an interruption left.
const tidyWithin = 20 * time.Second

// program is one run of citygrid.
type program struct {
	*exec.Cmd
	cancel context.CancelFunc
	out    spoken
	ended  chan struct{} // closed when it has
}

// spoken is what a program has said so far.
type spoken struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *spoken) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (p *program) said() string {
	p.out.mu.Lock()
	defer p.out.mu.Unlock()
	return p.out.text.String()
}

// begin starts citygrid on the trial's database, or on what leads to it.
func (r *trial) begin(databaseURL string, args ...string) (*program, error) {
	path, err := citygrid()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	p := &program{Cmd: exec.CommandContext(ctx, path, append([]string{"--data", filepath.Join(r.dir, "data")}, args...)...), cancel: cancel, ended: make(chan struct{})}
	p.Env = append(os.Environ(), "DATABASE_URL="+databaseURL, "MIGRATE_DATABASE_URL=", "TMPDIR="+filepath.Join(r.dir, "tmp"))
	p.Stdout, p.Stderr = &p.out, &p.out
	p.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	p.WaitDelay = 5 * time.Second
	if err := p.Start(); err != nil {
		cancel()
		return nil, err
	}
	go func() {
		defer close(p.ended)
		defer cancel()
		_ = p.Wait() // its state says how it ended
	}()
	return p, nil
}

// run runs citygrid to its end.
func (r *trial) run(args ...string) *program {
	p, err := r.begin(r.url, args...)
	if err != nil {
		p = &program{ended: make(chan struct{})}
		p.out.Write([]byte(err.Error()))
		return p
	}
	<-p.ended
	return p
}

// code is how a program ended; -1 by a signal.
func (p *program) code() int {
	if p.Cmd == nil {
		return -1
	}
	return p.ProcessState.ExitCode()
}

// want fails the test unless a program ended with a code and said each of the texts.
func (p *program) want(t *testing.T, code int, texts ...string) {
	t.Helper()
	if fault := p.fault(code, texts...); fault != "" {
		t.Fatal(fault)
	}
}

// fault says what is wrong with how a program ended, "" for nothing.
func (p *program) fault(code int, texts ...string) string {
	said := p.said()
	if p.Cmd == nil {
		return said
	}
	what := "citygrid " + strings.Join(p.Args[3:], " ")
	if got := p.code(); got != code {
		return what + " ended with " + p.ProcessState.String() + ":\n" + said
	}
	for _, text := range texts {
		if !strings.Contains(said, text) {
			return what + " does not say " + text + ":\n" + said
		}
	}
	return ""
}

// kill ends it as kill -9 does. It may be gone already.
func (p *program) kill() { _ = p.Process.Kill() }

// stop asks it to end, as service managers do.
func (p *program) stop() error {
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-p.ended:
		if p.code() != 0 {
			return errors.New("a stopped server: " + p.ProcessState.String() + "\n" + p.said())
		}
		return nil
	case <-time.After(patience):
		return io.ErrNoProgress
	}
}
