package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"citygrid/geo/crs"
	"citygrid/registry"
)

// maxRowsShown bounds how many faulty rows are named on standard error; the number of all is always said.
const maxRowsShown = 100

// locateFile writes the rows of --file with the areas that they are in.
func (c locateCommand) locateFile(ctx context.Context, e *environment, held *registry.Registry, system crs.System) error {
	places, err := held.Hold(registry.Scope{All: true})
	if err != nil {
		return err
	}
	if places.Revision() == 0 {
		return registry.NewError(registry.NotFound, "no_city",
			"登记库中尚无城市，请先运行 citygrid profile apply", "the registry has no city yet: run citygrid profile apply first")
	}
	in := os.Stdin
	if c.File != "-" {
		if in, err = os.Open(c.File); err != nil {
			return err
		}
		defer in.Close()
	}
	// Who waits for a pipe is woken; a regular file has no deadline and needs none.
	defer context.AfterFunc(ctx, func() { in.SetReadDeadline(time.Unix(1, 0)) })()
	out, err := createOutput(c.Out, in)
	if err != nil {
		return err
	}
	defer out.discard()
	table, err := openTable(in, c.LonColumn, c.LatColumn)
	if err != nil {
		return c.refusedFile(err)
	}
	run := fileRun{
		command: c, table: table, places: places, held: held, system: system, out: bufio.NewWriterSize(out, 1<<20),
		bar: newProgress(os.Stderr, e.now), size: sizeOf(in),
	}
	started := e.now()
	err = run.all(ctx)
	run.bar.done()
	if err != nil {
		return c.refusedFile(c.refusedSystem(err))
	}
	if err := out.keep(); err != nil {
		return err
	}
	return run.sum(e.now().Sub(started).Seconds())
}

// refusedFile makes a fault of the file as a whole one of --file. Every other error is given back as it is.
func (c locateCommand) refusedFile(err error) error {
	if bad, ok := err.(*tableError); ok {
		return registry.InvalidField("--file", c.File, bad.message.ZH, bad.message.EN)
	}
	return err
}

// fileRun is one walk through a file: a reader, as many placers as there are processors, and a writer that keeps the order.
type fileRun struct {
	command locateCommand
	table   *table
	places  registry.Places
	held    *registry.Registry
	system  crs.System
	out     *bufio.Writer
	bar     *progress
	size    int64 // of the file in bytes, 0 where nobody knows

	tally tally
}

// tally counts rows.
type tally struct{ inside, outside, faulty int64 }

func (t tally) rows() int64 { return t.inside + t.outside + t.faulty }

// all reads, places and writes until the end of the file. What is held in memory is a few parts, whatever the size of the file.
func (r *fileRun) all(ctx context.Context) error {
	if _, err := r.out.Write(r.table.appendHeader(nil, r.command.Names)); err != nil {
		return err
	}
	placers := runtime.GOMAXPROCS(0)
	work, written := make(chan *part, placers), make(chan *part, 2*placers)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(work)
		defer close(written)
		return r.read(ctx, work, written)
	})
	for range placers {
		group.Go(func() error {
			placer := newPlacer(r)
			for p := range work {
				if err := placer.place(ctx, p); err != nil {
					return err
				}
				close(p.placed)
			}
			return nil
		})
	}
	group.Go(func() error { return r.write(ctx, written) })
	return group.Wait()
}

// read hands each part to whoever places it and, in order, to the writer.
func (r *fileRun) read(ctx context.Context, work, written chan<- *part) error {
	for {
		p, err := r.table.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		for _, to := range []chan<- *part{work, written} {
			select {
			case to <- p:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
}

func (r *fileRun) write(ctx context.Context, written <-chan *part) error {
	for p := range written {
		select {
		case <-p.placed:
		case <-ctx.Done():
			return ctx.Err()
		}
		if _, err := r.out.Write(p.text); err != nil {
			return fmt.Errorf("write located rows: %w", err)
		}
		for i, f := range p.faults {
			if shown := r.tally.faulty + int64(i); shown < maxRowsShown {
				r.bar.done()
				fmt.Fprintf(os.Stderr, "%s:%d %s %q: %s / %s\n", r.command.File, f.line, f.Name, f.Value, f.Message.ZH, f.Message.EN)
			}
		}
		r.tally.inside += p.tally.inside
		r.tally.outside += p.tally.outside
		r.tally.faulty += p.tally.faulty
		r.bar.showPart("locating / 归格", r.tally.rows(), "points", p.end, r.size)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return r.out.Flush()
}

// sum says what became of the rows; some that were faulty make the exit code 2.
func (r *fileRun) sum(seconds float64) error {
	if more := r.tally.faulty - maxRowsShown; more > 0 {
		fmt.Fprintf(os.Stderr, "… and %d more / 另有 %[1]d 行\n", more)
	}
	t := r.tally
	fmt.Fprintf(os.Stderr, "%s: %d points, %d inside, %d outside, %d faulty; revision %d; %.1f s, %.0f points/s"+
		" / 共 %[2]d 点：网格内 %[3]d，网格外 %[4]d，有误 %[5]d；版本 %[6]d\n",
		r.command.File, t.rows(), t.inside, t.outside, t.faulty, r.places.Revision(), seconds, float64(t.rows())/max(seconds, 1e-3))
	if t.faulty > 0 {
		return exitError(exitPartly)
	}
	return nil
}

// sizeOf is a regular file's size, 0 for anything else.
func sizeOf(f *os.File) int64 {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return 0
	}
	return info.Size()
}
