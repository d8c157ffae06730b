package main

import (
	"context"
	"fmt"
	"os"

	"citygrid/data/synth"
)

type synthCommand struct {
	City       string `arg:"" optional:"" enum:"yichang," default:"" help:"The city to draw: yichang. Without it a plain city of any size is drawn."`
	Out        string `required:"" placeholder:"DIR" help:"The folder to write; a city folder that is already there is replaced."`
	Seed       uint64 `default:"1" help:"The same seed writes the same folder, byte for byte."`
	Cells      int    `default:"1000" help:"Grid cells of a plain city."`
	Components int    `default:"10000" help:"Components of a plain city."`
}

// Run writes the folder and prints its counts and digest.
func (c synthCommand) Run(ctx context.Context, e *environment) error {
	r, err := e.synthesise(ctx, c)
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d districts, %d streets, %d communities, %d grid cells, %d components\n", c.Out, r.Districts, r.Streets, r.Communities, r.Cells, r.Components)
	fmt.Printf("seed %d, sha256 %s\n", c.Seed, r.Digest)
	return nil
}

func (e *environment) synthesise(ctx context.Context, c synthCommand) (synth.Report, error) {
	bar := newProgress(os.Stderr, e.now)
	defer bar.done()
	step := func(file string, records int) { bar.show("writing "+file+" / 生成", int64(records), "records") }
	if c.City == "yichang" {
		return synth.Yichang(ctx, c.Out, synth.Options{Seed: c.Seed, Progress: step})
	}
	return synth.Scale(ctx, c.Out, synth.ScaleOptions{Cells: c.Cells, Components: c.Components, Seed: c.Seed, Progress: step})
}
