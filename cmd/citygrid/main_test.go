package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"citygrid/internal/dbtest"
)

// asProgram makes the test binary be the program: the tests run it as a person would, with signals, exit codes and all.
const asProgram = "CITYGRID_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(run(os.Args[1:]))
	}
	code := dbtest.Main(m)
	if dir, err := drawn(); err == nil {
		os.RemoveAll(filepath.Dir(dir))
	}
	os.Exit(code)
}

// drawn is the synthetic city, drawn once for all tests into a folder that none of them changes.
var drawn = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "citygrid-test-city-")
	if err != nil {
		return "", err
	}
	dir := filepath.Join(folder, "yichang")
	p := exec.Command(os.Args[0], "synth", "yichang", "--out", dir)
	p.Env = append(os.Environ(), asProgram+"=1", "GORACE=atexit_sleep_ms=0")
	if out, err := p.CombinedOutput(); err != nil {
		return "", errors.Join(fmt.Errorf("%w: %s", err, out), os.RemoveAll(folder))
	}
	return dir, nil
})

// program is one run of citygrid.
type program struct {
	*exec.Cmd
	out, err bytes.Buffer
}

// citygrid prepares a run. With a database address the program uses that and starts no server.
func citygrid(t *testing.T, databaseURL string, args ...string) *program {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	t.Cleanup(cancel)
	p := &program{Cmd: exec.CommandContext(ctx, os.Args[0], args...)}
	p.Env = append(os.Environ(), asProgram+"=1", "DATABASE_URL="+databaseURL, "MIGRATE_DATABASE_URL=", "GORACE=atexit_sleep_ms=0")
	p.Stdout, p.Stderr = &p.out, &p.err
	p.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	p.Cancel = func() error { return p.Process.Signal(syscall.SIGTERM) }
	return p
}

// code runs the program to its end and returns its exit code.
func (p *program) code(t *testing.T) int {
	t.Helper()
	err := p.Run()
	if _, failed := err.(*exec.ExitError); err != nil && !failed {
		t.Fatal(err)
	}
	return p.ProcessState.ExitCode()
}

// want runs the program and fails the test unless it ends with a code and says each of the texts.
func (p *program) want(t *testing.T, code int, texts ...string) {
	t.Helper()
	got := p.code(t)
	said := p.out.String() + p.err.String()
	if got != code {
		t.Fatalf("citygrid %s ended with %d, want %d:\n%s", strings.Join(p.Args[1:], " "), got, code, said)
	}
	for _, text := range texts {
		if !strings.Contains(said, text) {
			t.Errorf("citygrid %s does not say %q:\n%s", strings.Join(p.Args[1:], " "), text, said)
		}
	}
}

func TestWrongUseEndsWith64AndPointsToHelp(t *testing.T) {
	t.Parallel()
	citygrid(t, "", "--no-such-flag").want(t, exitUsage, "citygrid --help")
	citygrid(t, "", "locate", "here", "there").want(t, exitUsage)
	citygrid(t, "", "--zone", "Mars/Olympus", "version").want(t, exitUsage, "Mars/Olympus")
}

func TestPositionThatIsNoneInItsSystemIsRefusedBeforeADatabaseIsAsked(t *testing.T) {
	t.Parallel()
	citygrid(t, "", "locate", "1", "2", "--crs", "EPSG:2382").want(t, exitRefused, "--crs", "Xian 1980", "西安")
	citygrid(t, "", "locate", "1", "2", "--crs", "nowhere").want(t, exitRefused, "--crs", "EPSG:4491", "不认识坐标系")
	citygrid(t, "", "locate", "3397881", "527264", "--crs", "4546").want(t, exitRefused, "swapped", "写反")
	citygrid(t, "", "locate", "30.7", "111.28").want(t, exitRefused, "swapped", "写反")
}

func TestHelpTeachesTheFirstSteps(t *testing.T) {
	t.Parallel()
	citygrid(t, "", "--help").want(t, 0, "citygrid serve --city yichang", "DATABASE_URL", "Exit codes")
}

func TestAnAddressBeyondThisMachineNeedsAFlag(t *testing.T) {
	t.Parallel()
	citygrid(t, "", "serve", "--listen", "0.0.0.0:0").want(t, exitRefused, "--public")
}

// The database address leads nowhere: who tries it says so instead.
func TestBadAddressesOfTheServerAreRefusedBeforeAnythingStarts(t *testing.T) {
	t.Parallel()
	const nowhere = "postgres://127.0.0.1:1/none"
	for _, flags := range [][]string{
		{"--origin", "*"}, {"--origin", "https://a.example", "--origin", "https://b.example/"}, {"--origin", "https://*.example.cn"},
		{"--base", "grid.example.cn"}, {"--base", "ftp://grid.example.cn"},
	} {
		p := citygrid(t, nowhere, append([]string{"serve", "--listen", "127.0.0.1:0"}, flags...)...)
		p.want(t, exitRefused, fmt.Sprintf("%s %q: write http://host or https://host", flags[len(flags)-2], flags[len(flags)-1]), "须写作 http://主机")
	}
}
