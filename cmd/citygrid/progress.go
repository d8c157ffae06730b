package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// progress shows how far long work has come: one moving line on a terminal, a plain line a step elsewhere.
type progress struct {
	out     io.Writer
	moving  bool
	now     func() time.Time
	step    string
	started time.Time
	drawn   time.Time
}

const redrawEvery = 100 * time.Millisecond

func newProgress(out *os.File, now func() time.Time) *progress {
	return &progress{out: out, moving: term.IsTerminal(int(out.Fd())), now: now}
}

// show says that step has done count units of its work ("rows"); 0 means that the step does not count.
func (p *progress) show(step string, count int64, unit string) {
	now := p.now()
	if step != p.step {
		p.done()
		p.step, p.started = step, now
		if !p.moving {
			fmt.Fprintf(p.out, "%s …\n", step)
		}
	} else if now.Sub(p.drawn) < redrawEvery {
		return
	}
	if !p.moving {
		return
	}
	p.drawn = now
	line := step
	if seconds := now.Sub(p.started).Seconds(); count > 0 && seconds > 0 {
		line = fmt.Sprintf("%s  %d %s  %.0f/s", step, count, unit, float64(count)/seconds)
	}
	fmt.Fprintf(p.out, "\r\x1b[K%s …", line)
}

// showPart is show on a terminal, with a bar of how much of size bytes is behind, and how long the rest will take; 0 means that nobody knows.
// Elsewhere it says nothing.
func (p *progress) showPart(step string, count int64, unit string, behind, size int64) {
	if !p.moving {
		return
	}
	if size > 0 {
		const width = 30
		part := min(float64(behind)/float64(size), 1)
		full := int(part * width)
		unit = fmt.Sprintf("%s  [%s%s] %.0f %%", unit, strings.Repeat("#", full), strings.Repeat("-", width-full), 100*part)
		if gone := p.now().Sub(p.started).Seconds(); step == p.step && gone >= 1 && part > 0 {
			unit += fmt.Sprintf("  %.0f s left", gone*(1-part)/part)
		}
	}
	p.show(step, count, unit)
}

// done ends the moving line.
func (p *progress) done() {
	if p.moving && p.step != "" {
		fmt.Fprintf(p.out, "\r\x1b[K%s  %.1f s\n", p.step, p.now().Sub(p.started).Seconds())
	}
	p.step = ""
}
