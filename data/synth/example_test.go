package synth_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"citygrid/data/synth"
)

func ExampleYichang() {
	parent, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(parent)
	report, err := synth.Yichang(context.Background(), filepath.Join(parent, "yichang"), synth.Options{Seed: 1})
	if err != nil {
		panic(err)
	}
	fmt.Println(report.Districts, report.Communities, report.Components)
	// Output: 5 127 11393
}

func ExampleScale() {
	parent, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(parent)
	report, err := synth.Scale(context.Background(), filepath.Join(parent, "city"), synth.ScaleOptions{Cells: 5000, Components: 20_000})
	if err != nil {
		panic(err)
	}
	fmt.Println(report.Districts, report.Streets, report.Communities, report.Cells, report.Components)
	// Output: 4 25 324 5000 20000
}
