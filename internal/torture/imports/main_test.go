package imports_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"citygrid/internal/dbtest"
)

var (
	all     = flag.Bool("all", false, "strike at every database call; else at a few")
	seeding = flag.Uint64("seed", 0, "what the few are drawn by; 0: the clock")
	writing = flag.String("write", "", "a file whose table of figures is written anew")
)

func TestMain(m *testing.M) {
	flag.Parse()
	if *seeding == 0 {
		*seeding = uint64(time.Now().UnixNano())
	}
	fmt.Printf("torture of imports: -seed %d\n", *seeding)
	begun := time.Now()
	code := dbtest.Main(m)
	if dir, err := drawn(); err == nil {
		os.RemoveAll(dir)
	}
	if path, err := citygrid(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	if err := figures.publish(*writing, time.Since(begun)); err != nil {
		fmt.Println(err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// draw is the n-th source of chance of this run.
func draw(n uint64) *rand.Rand { return rand.New(rand.NewPCG(*seeding, n)) }

// citygrid is the program as `make build` makes it, pages aside.
var citygrid = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "citygrid-torture-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "citygrid")
	if out, err := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-o", path, "citygrid/cmd/citygrid").CombinedOutput(); err != nil {
		return "", errors.Join(fmt.Errorf("%w: %s", err, out), os.RemoveAll(dir))
	}
	return path, nil
})
