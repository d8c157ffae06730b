package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// report is a run in words.
type report struct {
	date     time.Time
	took     time.Duration
	size     string
	machine  []fact
	sections []section
}

// fact is a line of the description of machine and data.
type fact struct{ name, value string }

// section is what one part found.
type section struct {
	title    string
	about    string // what was measured, and how
	tables   []table
	verdicts []verdict
	notes    []string
}

// table is a table of text; the first column is to the left, the others are figures to the right.
type table struct {
	title  string
	header []string
	rows   [][]string
}

// verdict compares a figure with what is wanted.
type verdict struct {
	what, wanted, measured string
	met                    bool
}

// add puts the table of an outcome and its verdicts into the section.
func (s *section) add(o outcome) {
	t := table{title: o.what, header: []string{"way", o.unit, "CityGrid is better by", "wanted", ""}}
	for i, w := range o.ways {
		row := []string{w.name, o.figures[i].String(), "", "", ""}
		if i > 0 {
			row[2] = times(o.times[i])
		}
		if w.wanted > 0 {
			v := verdict{
				what:   o.what + ", beside " + w.name,
				wanted: "at least " + factor(w.wanted), measured: factor(o.times[i].median), met: o.times[i].median >= w.wanted,
			}
			s.verdicts = append(s.verdicts, v)
			row[3], row[4] = v.wanted, v.word()
		}
		t.rows = append(t.rows, row)
	}
	s.tables = append(s.tables, t)
}

func (v verdict) word() string {
	if v.met {
		return "met"
	}
	return "**not met**"
}

func (s spread) String() string {
	return fmt.Sprintf("%s (%s–%s)", number(s.median), number(s.low), number(s.high))
}

func times(s spread) string {
	return fmt.Sprintf("%s (%s–%s)", factor(s.median), number(s.low), number(s.high))
}

func factor(x float64) string { return number(x) + " ×" }

// number writes three digits that count, and thousands with commas.
func number(x float64) string {
	a := math.Abs(x)
	switch {
	case x == math.Trunc(x) && a < 1000, a >= 100 && a < 1000:
		return strconv.FormatFloat(x, 'f', 0, 64)
	case a >= 1000:
		digits := strconv.FormatFloat(x, 'f', 0, 64)
		for at := len(digits) - 3; at > 0 && digits[at-1] != '-'; at -= 3 {
			digits = digits[:at] + "," + digits[at:]
		}
		return digits
	case a >= 10:
		return strconv.FormatFloat(x, 'f', 1, 64)
	case a >= 1:
		return strconv.FormatFloat(x, 'f', 2, 64)
	}
	return strconv.FormatFloat(x, 'g', 2, 64)
}

const preface = `# Benchmarks

CityGrid beside plain methods, measured by ` + "`make bench`" + ` in one run. The program (` + "`cmd/bench`" + `) draws its cities, starts a
PostGIS of its own, loads them as ` + "`citygrid profile apply`" + ` would, and prints this page.

## How to read it

- Each table is one question. The first line is CityGrid; the others do the same with other people's code, or are the least that anybody
  would have to do, on the same data, in the same process or behind the same server.
- A figure is the median of the rounds with the lowest and the highest in brackets. In every round each way has one turn, and the order
  rotates from round to round; a round before the first is not counted.
- "CityGrid is better by" is the ratio within each round: median, lowest, highest. Above 1 CityGrid is faster, below 1 it is slower. What
  slows the machine down for a while slows both sides of a ratio; so ratios carry over to other machines, and absolute figures do not.
- "wanted" is the aim that was set beforehand. A median that misses it is marked **not met**.
`

// markdown renders the page. A run at less than full size says so.
func (r report) markdown() string {
	var b strings.Builder
	b.WriteString(preface)
	if r.size != "full" {
		fmt.Fprintf(&b, "\n**This run had the size %q: it shows that everything runs, its figures mean nothing.**\n", r.size)
	}
	b.WriteString("\n## Machine and date\n\n")
	facts := append([]fact{{"date", r.date.UTC().Format(time.DateOnly)}, {"the run took", fmt.Sprintf("%.0f min", math.Ceil(r.took.Minutes()))}}, r.machine...)
	for _, f := range facts {
		fmt.Fprintf(&b, "- %s: %s\n", f.name, f.value)
	}
	summary := table{header: []string{"what", "wanted", "measured", ""}}
	for _, s := range r.sections {
		for _, v := range s.verdicts {
			summary.rows = append(summary.rows, []string{v.what, v.wanted, v.measured, v.word()})
		}
	}
	if len(summary.rows) > 0 {
		b.WriteString("\n## What was wanted\n")
		summary.write(&b)
	}
	for _, s := range r.sections {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", s.title, s.about)
		for _, t := range s.tables {
			t.write(&b)
		}
		if len(s.notes) > 0 {
			b.WriteByte('\n')
		}
		for _, note := range s.notes {
			fmt.Fprintf(&b, "- %s\n", note)
		}
	}
	return b.String()
}

func (t table) write(b *strings.Builder) {
	b.WriteByte('\n')
	if t.title != "" {
		fmt.Fprintf(b, "**%s**\n\n", t.title)
	}
	fmt.Fprintf(b, "| %s |\n|---|%s\n", strings.Join(t.header, " | "), strings.Repeat("---:|", len(t.header)-1))
	for _, row := range t.rows {
		fmt.Fprintf(b, "| %s |\n", strings.Join(row, " | "))
	}
}
