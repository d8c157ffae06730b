package census

import (
	"fmt"
	"math"
	"slices"

	"citygrid/registry/catalog"
	"citygrid/registry/evidence"
)

// TriedReading is what speaks for one way to read the positions of a file: a line of the table that every report shows.
type TriedReading struct {
	Reading string `json:"reading"` // as [evidence.Parse] reads it
	Taken   bool   `json:"taken"`   // the file was read so
	Rows    int    `json:"rows"`    // that were tried: all of a small file, every second, fourth … of a large one
	Inside  int    `json:"inside"`  // of these, in the city
	Known   int    `json:"known"`   // of these, rows whose component is known
	// Offset is how far the known rows stand from where they are known to be; nil where none is known, so that a shift of all cannot be seen.
	Offset *Offset `json:"offset,omitempty"`
}

// Offset is a median vector in metres, and how far half of the rows are from it, at most.
type Offset struct {
	East   float64 `json:"east"`
	North  float64 `json:"north"`
	Spread float64 `json:"spread"`
}

// Share is how many rows lie in the city, from 0 to 1.
func (t TriedReading) Share() float64 { return float64(t.Inside) / float64(max(1, t.Rows)) }

// Text says the same in words.
func (t TriedReading) Text() catalog.Text {
	text := catalog.Text{
		ZH: fmt.Sprintf("%s：%d 行中 %d 行在本市范围内", t.Reading, t.Rows, t.Inside),
		EN: fmt.Sprintf("%s: %d of %d rows lie in the city", t.Reading, t.Inside, t.Rows),
	}
	if o := t.Offset; o != nil {
		text.ZH += fmt.Sprintf("；%d 个已知部件偏东 %.2f 米、偏北 %.2f 米（半数在 %.2f 米以内）", t.Known, o.East, o.North, o.Spread)
		text.EN += fmt.Sprintf("; %d known components stand %.2f m east and %.2f m north of where they are known (half of them within %.2f m of that)", t.Known, o.East, o.North, o.Spread)
	} else {
		text.ZH += "；没有已知部件可对照，无法判断是否有整体偏移"
		text.EN += "; no component of them is known yet, so a shift of all of them cannot be seen"
	}
	return text
}

// mostTried is how many readings a report shows: the one that was taken, and the best others.
const mostTried = 4

// triedReadings are the findings as a report shows them, the reading that was taken first.
func triedReadings(found []evidence.Finding, taken evidence.Reading) []TriedReading {
	var first, others []TriedReading
	for _, f := range found {
		if t := triedReading(f, taken); t.Taken {
			first = append(first, t)
		} else {
			others = append(others, t)
		}
	}
	return slices.Concat(first, others[:min(len(others), mostTried-len(first))])
}

func triedReading(f evidence.Finding, taken evidence.Reading) TriedReading {
	t := TriedReading{Reading: f.Reading.String(), Rows: f.Rows, Inside: f.Inside, Known: f.Known}
	t.Taken = t.Reading == taken.String()
	if f.Known > 0 {
		millimetres := func(v float64) float64 { return math.Round(v*1000)/1000 + 0 } // no -0
		t.Offset = &Offset{millimetres(f.East), millimetres(f.North), millimetres(f.Spread)}
	}
	return t
}
