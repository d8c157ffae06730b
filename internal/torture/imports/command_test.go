package imports_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"citygrid/internal/dbtest"
)

// manner is how a call is struck.
type manner struct {
	name  string
	after bool // when the database has done it
	kill  bool // the program dies; else its session is cut
}

func manners() []manner {
	return []manner{
		{"killed before the call", false, true}, {"killed before the answer", true, true},
		{"cut before the call", false, false}, {"cut before the answer", true, false},
	}
}

// drawnOf are the numbers of the calls that are struck, of so many: all of them, or a few from the whole range.
func drawnOf(calls, few int, n uint64) (numbers []int) {
	if *all {
		calls += 5 // it is not the same number every time; those past the last strike nothing
		few = calls
	}
	rng := draw(n)
	for i := range few {
		from, to := i*calls/few, (i+1)*calls/few
		numbers = append(numbers, 1+from+rng.IntN(max(1, to-from)))
	}
	return numbers
}

// side is how many trials go on at once.
const side = 2

// each does something with each number, some of them at once.
func each(numbers []int, do func(int)) {
	var workers sync.WaitGroup
	next := make(chan int)
	for range side {
		workers.Go(func() {
			for n := range next {
				do(n)
			}
		})
	}
	for _, n := range numbers {
		next <- n
	}
	close(next)
	workers.Wait()
}

// The command is struck at each of its calls, in each manner, and the same command line is given again.
func TestAnImportCommandStruckAtAnyDatabaseCallCanBeSentAgain(t *testing.T) {
	t.Parallel()
	w := newTown(t, dbtest.URL(t))
	file := survey(t, "survey.csv")
	calls := w.callsOfCommand(t, file)
	for i, how := range manners() {
		own := figures.of(t, "`citygrid import` "+how.name)
		each(drawnOf(calls, 2, uint64(i)), func(n int) { w.strikeCommand(t, own, file, n, how) })
	}
}

// callsOfCommand is how many calls an import makes that nobody disturbs.
func (w *town) callsOfCommand(t *testing.T, file string) int {
	t.Helper()
	r := w.trial(t)
	defer r.end()
	p := newProxy(t, r.url)
	defer p.close()
	run, err := r.begin(p.url(t, r.url), "import", file)
	if err != nil {
		t.Fatal(err)
	}
	<-run.ended
	run.want(t, 0)
	calls, _ := p.calls()
	return calls
}

func (w *town) strikeCommand(t *testing.T, own *tally, file string, n int, how manner) {
	r := w.trial(t)
	defer r.end()
	p := newProxy(t, r.url)
	defer p.close()
	started := make(chan *program, 1)
	p.arm(&strike{hits: func(c call) bool { return c.number == n }, after: how.after, do: func() {
		if how.kill {
			run := <-started
			run.kill()
			<-run.ended
		}
	}})
	run, err := r.begin(p.url(t, r.url), "import", file)
	if err != nil {
		t.Error(err)
		return
	}
	started <- run
	<-run.ended
	_, struck := p.calls()
	if struck == nil { // it has ended before
		if fault := run.fault(0); fault != "" {
			t.Error(fault)
		}
		return
	}
	p.close() // nothing of the program's is under way any more
	var faults []string
	half, whole := r.half()
	if half != "" {
		faults = append(faults, half)
	}
	taken, err := r.staged()
	if err != nil {
		t.Error(err)
	}
	again := r.run("import", file)
	text := fmt.Sprintf("%d created, %d updated, %d unchanged, 0 refused", created, updated, unchanged)
	if whole {
		text = "the same file as batch"
	}
	if fault := again.fault(0, text); fault != "" {
		faults = append(faults, fault)
	}
	recovery := time.Since(struck.at)
	faults = append(faults, r.faults(1)...)
	left, err := r.staged()
	if err != nil {
		t.Error(err)
	}
	figures.add(t, own, struck.String(), recovery, taken, left, faults)
}
