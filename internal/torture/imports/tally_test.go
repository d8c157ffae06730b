package imports_test

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"
)

// tally is what came of one way to strike.
type tally struct {
	what       string
	strikes    int
	violations []string
	recoveries []time.Duration // from the strike to the end of the import that was sent again
	taken      int64           // bytes that strikes left behind
	left       int64           // of those, after recovery
}

// tallies are those of a run, safe for concurrent use.
type tallies struct {
	mu   sync.Mutex
	all  []*tally
	look sync.Once
	tty  *os.File // nil: nobody looks on
}

// figures are what this run has measured.
var figures = &tallies{}

// of begins a way to strike.
func (f *tallies) of(t *testing.T, what string) *tally {
	t.Helper()
	own := &tally{what: what}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all = append(f.all, own)
	return own
}

// add counts a strike and what was wrong after it, for which the test fails.
func (f *tallies) add(t *testing.T, own *tally, call string, recovery time.Duration, taken, left int64, faults []string) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	own.strikes++
	own.recoveries = append(own.recoveries, recovery)
	own.taken, own.left = own.taken+taken, own.left+left
	for _, fault := range faults {
		own.violations = append(own.violations, fault)
		t.Errorf("%s, at call %s: %s (-seed %d)", own.what, call, fault, *seeding)
	}
	f.progress(fmt.Sprintf("%s: %d strikes, %d violations; last at %s", own.what, own.strikes, len(own.violations), call), own.strikes)
}

// progress shows a line of a long run on the terminal, where there is one: what a test prints goes there through another program. Elsewhere it prints
// one now and then.
func (f *tallies) progress(line string, strikes int) {
	if !*all {
		return
	}
	f.look.Do(func() { f.tty, _ = os.OpenFile("/dev/tty", os.O_WRONLY, 0) })
	if f.tty != nil {
		fmt.Fprintf(f.tty, "\r\x1b[K%.150s", line)
	} else if strikes%100 == 0 {
		fmt.Println(line)
	}
}

// table is what was measured, in Markdown.
func (f *tallies) table() []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	var text bytes.Buffer
	text.WriteString("| what is struck | strikes | violations | recovery, median | recovery, longest | left behind | given back |\n|---|---:|---:|---:|---:|---:|---:|\n")
	slices.SortFunc(f.all, func(a, b *tally) int { return bytes.Compare([]byte(a.what), []byte(b.what)) })
	for _, own := range f.all {
		if own.strikes == 0 {
			continue
		}
		slices.Sort(own.recoveries)
		back := "–"
		if own.taken > 0 {
			back = fmt.Sprintf("%.1f %%", 100*float64(own.taken-own.left)/float64(own.taken))
		}
		fmt.Fprintf(&text, "| %s | %d | %d | %.2f s | %.2f s | %.1f MiB | %s |\n", own.what, own.strikes, len(own.violations),
			own.recoveries[len(own.recoveries)/2].Seconds(), own.recoveries[len(own.recoveries)-1].Seconds(), float64(own.taken)/(1<<20), back)
	}
	return text.Bytes()
}

// The table of a file is between these lines.
const (
	tableBegins = "<!-- make torture writes from here -->\n"
	tableEnds   = "<!-- to here -->\n"
)

// publish prints the table, and writes it into a file where one is named.
func (f *tallies) publish(path string, took time.Duration) error {
	table := append(f.table(), fmt.Sprintf("\nSeed %d, %.0f s in all.\n", *seeding, took.Seconds())...)
	fmt.Printf("\n%s", table)
	if path == "" {
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, begun := bytes.Cut(text, []byte(tableBegins))
	_, after, ended := bytes.Cut(rest, []byte(tableEnds))
	if !begun || !ended {
		return fmt.Errorf("%s has no place for the table", path)
	}
	return os.WriteFile(path, slices.Concat(before, []byte(tableBegins), table, []byte(tableEnds), after), 0o644)
}
