package main

import (
	"fmt"
	"os"
	"text/tabwriter"

	"citygrid/registry/census"
)

// printPositions shows in which ways the positions of a file were tried, and what speaks for each.
func printPositions(name string, tried []census.TriedReading) {
	if len(tried) == 0 {
		return
	}
	fmt.Printf("%s: readings of positions, tried on %d rows / 坐标的读法，以 %[2]d 行试读\n", name, tried[0].Rows)
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(out, "\tin the city\tknown\teast m\tnorth m\tspread m\t")
	known := 0
	for _, t := range tried {
		known += t.Known
		east, north, spread, taken := "", "", "", ""
		if o := t.Offset; o != nil {
			east, north, spread = fmt.Sprintf("%.2f", o.East), fmt.Sprintf("%.2f", o.North), fmt.Sprintf("%.2f", o.Spread)
		}
		if t.Taken {
			taken = "  ← as read / 采用"
		}
		fmt.Fprintf(out, "  %s\t%.1f %%\t%d\t%s\t%s\t%s\t%s\n", printable(t.Reading), 100*t.Share(), t.Known, east, north, spread, taken)
	}
	out.Flush() // to standard output, as the lines round it
	if known == 0 {
		fmt.Println("  no component of them is known yet: a shift of all of them cannot be seen / 没有已知部件可对照，无法判断是否有整体偏移")
	}
}
