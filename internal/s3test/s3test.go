// Package s3test gives a test an S3-compatible store of its own: the Versity gateway over a folder, which scripts/setup installs.
package s3test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// Server is a store with one bucket, until the test ends.
type Server struct {
	URL    string // of the bucket
	Key    string
	Secret string
	Folder string // where the objects of the bucket lie
	stop   func()
}

const (
	bucket  = "photos"
	startup = 20 * time.Second
)

// Start starts a store on an address that nobody else uses.
func Start(t testing.TB) *Server {
	t.Helper()
	dir := t.TempDir()
	root, beside := filepath.Join(dir, "buckets"), filepath.Join(dir, "beside")
	for _, folder := range []string{filepath.Join(root, bucket), beside} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	address := freeAddress(t)
	s := &Server{URL: "http://" + address + "/" + bucket, Key: "citygrid", Secret: "a secret of this test", Folder: filepath.Join(root, bucket)}
	c := exec.Command(program(t), "--quiet", "--port", address, "posix", "--sidecar", beside, root)
	c.Env = []string{"ROOT_ACCESS_KEY_ID=" + s.Key, "ROOT_SECRET_ACCESS_KEY=" + s.Secret}
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	stopped := false
	s.stop = func() {
		if !stopped {
			stopped = true
			c.Process.Kill()
			c.Wait()
		}
	}
	t.Cleanup(s.stop)
	for waited := time.Duration(0); ; waited += 20 * time.Millisecond {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			return s
		} else if waited > startup {
			t.Fatalf("no S3 store at %s: %v", address, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// Stop ends the store.
func (s *Server) Stop() { s.stop() }

// freeAddress is one that was free a moment ago.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// program is the gateway in the folder .tools beside go.mod.
func program(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			path := filepath.Join(dir, ".tools", "versitygw")
			if _, err := os.Stat(path); err != nil {
				t.Fatal(fmt.Errorf("%w: make setup-test installs it", err))
			}
			return path
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("there is no go.mod above the test")
		}
	}
}
