package scratch_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"citygrid/internal/scratch"
)

// asVictim makes the test binary make a folder, say where, and wait to be killed.
const asVictim = "CITYGRID_TEST_VICTIM"

func TestMain(m *testing.M) {
	if os.Getenv(asVictim) != "" {
		f, err := scratch.Make()
		if err == nil {
			err = os.WriteFile(filepath.Join(f.Path, "half"), []byte("work"), 0o600)
		}
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(f.Path)
		select {}
	}
	dir, err := os.MkdirTemp("", "citygrid-test-")
	if err != nil {
		panic(err)
	}
	os.Setenv("TMPDIR", dir)
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

func there(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

func TestAFolderOfAKilledProcessIsSweptAwayAndOfALivingOneIsNot(t *testing.T) {
	victim := exec.Command(os.Args[0])
	victim.Env = append(os.Environ(), asVictim+"=1")
	out, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	defer victim.Process.Kill()
	var its string
	if _, err := fmt.Fscanln(out, &its); err != nil {
		t.Fatal(err)
	}
	own, err := scratch.Make()
	if err != nil {
		t.Fatal(err)
	}
	scratch.Sweep()
	if !there(its) || !there(own.Path) {
		t.Fatal("a folder of a living process is gone")
	}
	victim.Process.Kill()
	victim.Wait()
	scratch.Sweep()
	if there(its) || !there(own.Path) {
		t.Errorf("the dead one's is there: %v; the living one's is there: %v", there(its), there(own.Path))
	}
	if err := own.Remove(); err != nil || there(own.Path) {
		t.Errorf("%v, still there: %v", err, there(own.Path))
	}
}

func TestASweepFollowsNoLinksAndTakesNothingElse(t *testing.T) {
	victim := filepath.Join(t.TempDir(), "victim")
	if err := os.MkdirAll(filepath.Join(victim, "in it"), 0o755); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(os.TempDir(), "citygrid-work-link")
	file := filepath.Join(os.TempDir(), "citygrid-work-file")
	other := filepath.Join(os.TempDir(), "citygrid-other")
	if err := errors.Join(os.Symlink(victim, link), os.WriteFile(file, nil, 0o600), os.Mkdir(other, 0o700)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		os.Remove(link)
		os.Remove(file)
		os.Remove(other)
	})
	scratch.Sweep()
	for _, path := range []string{filepath.Join(victim, "in it"), link, file, other} {
		if !there(path) {
			t.Errorf("%s is gone", path)
		}
	}
}

func TestFoldersAreMadeAndKeptWhileOthersSweep(t *testing.T) {
	var all sync.WaitGroup
	done := make(chan struct{})
	for range 2 {
		all.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					scratch.Sweep()
				}
			}
		})
	}
	for range 300 {
		f, err := scratch.Make()
		if err == nil {
			err = os.WriteFile(filepath.Join(f.Path, "a"), nil, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Remove(); err != nil {
			t.Fatal(err)
		}
	}
	close(done)
	all.Wait()
}
