package cluster

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestMissingPostgreSQLIsNamedWithTheInstallLine(t *testing.T) {
	t.Parallel()
	empty := t.TempDir()
	_, err := Start(t.Context(), Config{Dir: newDir(t), BinDir: empty})
	var missing *MissingError
	if !errors.As(err, &missing) || *missing != (MissingError{What: "PostgreSQL (postgres)", Where: empty, Major: "15"}) {
		t.Fatalf("got %v", err)
	}
	if strings.Count(err.Error(), "apt-get install -y postgresql-15 postgresql-15-postgis-3") != 2 || !strings.Contains(err.Error(), "未找到") {
		t.Errorf("the install line is not there in both languages: %s", err)
	}
}

func TestMissingPostGISIsNamedForTheVersionOfPostgreSQLFound(t *testing.T) {
	t.Parallel()
	bin, share := t.TempDir(), t.TempDir()
	for program, says := range map[string]string{"postgres": "postgres (PostgreSQL) 16.2 (Debian 16.2-1)", "pg_config": share, "initdb": "", "pg_controldata": ""} {
		if err := os.WriteFile(filepath.Join(bin, program), []byte("#!/bin/sh\necho '"+says+"'\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	_, err := findBinaries(t.Context(), bin, "")
	want := &MissingError{What: "PostGIS (postgis.control)", Where: filepath.Join(share, "extension"), Major: "16"}
	if !reflect.DeepEqual(err, error(want)) {
		t.Errorf("got %v, want %v", err, want)
	}
}

func TestDataOfAnotherMajorVersionIsRefused(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	if err := os.MkdirAll(filepath.Join(dir, "pg"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "pg", "PG_VERSION"), []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), Config{Dir: dir})
	want := &MissingError{What: "PostgreSQL (postgres)", Where: "/usr/lib/postgresql/9/bin", Major: "9"}
	if !reflect.DeepEqual(err, error(want)) {
		t.Errorf("got %v, want %v", err, want)
	}
	newest := debianDir("")
	if _, err := Start(t.Context(), Config{Dir: dir, BinDir: newest}); err == nil || !strings.Contains(err.Error(), "made by PostgreSQL 9") {
		t.Errorf("got %v", err)
	}
}

// Root meets a folder that the server's account cannot enter; anybody else meets one that they cannot write.
func TestFolderThatCannotBeUsedIsNamedWithTheCure(t *testing.T) {
	t.Parallel()
	closed := filepath.Join(newDir(t), "closed")
	mode := os.FileMode(0o700)
	if os.Geteuid() != 0 {
		mode = 0o500
	}
	if err := os.Mkdir(closed, mode); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(closed, "deep", "data")
	_, err := Start(t.Context(), Config{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), closed) || !strings.Contains(err.Error(), "--data") {
		t.Fatalf("got %v", err)
	}
	var unreachable *UnreachableError
	if os.Geteuid() == 0 && (!errors.As(err, &unreachable) || *unreachable != (UnreachableError{Dir: dir, Folder: closed, User: "postgres"})) {
		t.Errorf("got %v", err)
	}
}

func TestPathTooLongForASocketMovesTheSocket(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(newDir(t), strings.Repeat("long-", 20), strings.Repeat("城", 10))
	c := mustStart(t, dir)
	if got := len(filepath.Join(c.folder.socket, socketFile)); got > maxSocket || filepath.Dir(c.folder.socket) == dir {
		t.Errorf("socket in %s", c.folder.socket)
	}
	write(t, c.URL("postgres"), 1)
	if err := c.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(c.folder.socket); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is left behind: %v", c.folder.socket, err)
	}
}

func TestFolderThatOthersCouldHavePreparedIsRefused(t *testing.T) {
	t.Parallel()
	self := account{name: "self", uid: os.Geteuid(), gid: os.Getegid()}
	dir := newDir(t)
	for name, prepare := range map[string]func(string) error{
		"open":      func(p string) error { return errors.Join(os.Mkdir(p, 0o700), os.Chmod(p, 0o777)) },
		"link":      func(p string) error { return os.Symlink(t.TempDir(), p) },
		"file":      func(p string) error { return os.WriteFile(p, nil, 0o700) },
		"elsewhose": func(p string) error { return os.Mkdir(p, 0o700) },
	} {
		path, who := filepath.Join(dir, name), self
		if err := prepare(path); err != nil {
			t.Fatal(err)
		}
		if name == "elsewhose" {
			who.uid++
		}
		if err := privateFolder(path, who); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if err := errors.Join(privateFolder(filepath.Join(dir, "good"), self), privateFolder(filepath.Join(dir, "good"), self)); err != nil {
		t.Errorf("a folder of our own: %v", err)
	}
}

func TestUnfinishedDatabaseIsStartedOver(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	if err := os.MkdirAll(filepath.Join(dir, "pg.new", "base"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "pg.new", "PG_VERSION"), []byte("15\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if c := mustStart(t, dir); c.Recovery() != Fresh {
		t.Errorf("Recovery = %s", c.Recovery())
	}
	if _, err := os.Stat(filepath.Join(dir, "pg.new")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the draft is left behind: %v", err)
	}
}

func TestFolderWithOtherFilesIsNotTouched(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	file := filepath.Join(dir, "pg", "thesis.txt")
	if err := errors.Join(os.Mkdir(filepath.Dir(file), 0o755), os.WriteFile(file, []byte("only copy"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), Config{Dir: dir}); err == nil || !strings.Contains(err.Error(), "holds no database") {
		t.Errorf("got %v", err)
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "only copy" {
		t.Errorf("the file is %q, %v", text, err)
	}
}

// PostgreSQL takes a living process of its own account, whatever it is, for the server named in a stale lock file.
func TestStaleLockFileWithAReusedNumberDoesNotStopTheStart(t *testing.T) {
	t.Parallel()
	other := mustStart(t, newDir(t))
	dir := newDir(t)
	c := mustStart(t, dir)
	if err := c.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, "pg", "postmaster.pid"), filepath.Join(dir, "run", socketFile+".lock")} {
		if err := errors.Join(os.WriteFile(path, []byte(strconv.Itoa(other.server.pid)+"\n"), 0o600), c.account.own(path)); err != nil {
			t.Fatal(err)
		}
	}
	if c = mustStart(t, dir); c.Recovery() != Clean {
		t.Errorf("Recovery = %s", c.Recovery())
	}
}

func TestThrowawayDiesWithItsProcessAndIsSweptAway(t *testing.T) {
	t.Parallel()
	child, url := startChild(t, "throwaway")
	_, host, _ := strings.Cut(url, "host=")
	host, _, _ = strings.Cut(strings.ReplaceAll(host, "%2F", "/"), "&")
	dir := filepath.Dir(host)
	kill(t, child)
	for range 200 {
		if len(processesOf(filepath.Join(dir, "pg"))) == 0 {
			break
		}
		time.Sleep(pollInterval)
	}
	c, err := StartThrowaway(t.Context(), Config{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there: %v", dir, err)
	}
	if err := c.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(c.folder.dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is left behind: %v", c.folder.dir, err)
	}
}

func TestServerGetsTheCacheThatIsAskedFor(t *testing.T) {
	t.Parallel()
	c, err := StartThrowaway(t.Context(), Config{SharedBuffers: "24MB"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	var got string
	if err := connect(t, c.URL("postgres")).QueryRow(t.Context(), `show shared_buffers`).Scan(&got); err != nil || got != "24MB" {
		t.Errorf("shared_buffers = %s (%v)", got, err)
	}
}
