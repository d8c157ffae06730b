package torture_test

import (
	"flag"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"citygrid/internal/dbtest"
)

var (
	lasting = flag.Duration("for", 2*time.Second, "how long changes and questions go on; from a minute on a million points are compared")
	seeding = flag.Uint64("seed", 1, "what the town, its edits and the points are drawn by")
)

// long is from where on the tests take the time that they need.
const long = time.Minute

func TestMain(m *testing.M) { os.Exit(dbtest.Main(m)) }

// draw is the n-th source of chance of this run; each user has its own, so that what one draws does not depend on the others' pace.
func draw(n uint64) *rand.Rand { return rand.New(rand.NewPCG(*seeding, n)) }

// sayHowToRepeat adds the seed to a failure. The edits are the same again; when they fall, and so what readers see, is not.
func sayHowToRepeat(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("to repeat: go test -race -count=1 -timeout 0 -run '^%s$' ./internal/torture -args -for %v -seed %d", t.Name(), *lasting, *seeding)
		}
	})
}
