package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"citygrid/registry/census"
)

type batchesCommand struct {
	ID    string `arg:"" optional:"" help:"Show this one: its id, or enough of the beginning."`
	Limit int    `default:"20" help:"How many of the latest are listed."`
}

// Run lists the batches, the last begun first, or shows one.
func (c batchesCommand) Run(ctx context.Context, e *environment) error {
	d, err := e.openDatabase(ctx, true)
	if err != nil {
		return err
	}
	defer d.close(ctx, e)
	if c.ID != "" {
		b, err := d.store.FindBatch(ctx, c.ID)
		if err != nil {
			return err
		}
		return showBatch(ctx, e, d, b)
	}
	all, err := d.store.Batches(ctx, min(max(c.Limit, 1), 10_000))
	if err != nil {
		return err
	}
	if len(all) == 0 {
		fmt.Println("no census file has come in yet / 尚无批次")
		return nil
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "BATCH\tBEGUN\tBY\tSTATE\tROWS\tCREATED\tUPDATED\tUNCHANGED\tBAD\tFILE")
	for _, b := range all {
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%s\n", b.ID.String()[:13], e.when(b.StartedAt), printable(b.Actor), b.State,
			b.Read, b.Counts.Created, b.Counts.Updated, b.Counts.Unchanged, b.Bad, printable(b.Source))
	}
	return out.Flush()
}

func showBatch(ctx context.Context, e *environment, d *database, b census.Batch) error {
	totals, err := census.TotalsOf(d.store.BatchIssues(ctx, b.ID))
	if err != nil {
		return err
	}
	undo, err := d.store.BatchUndo(ctx, b.ID)
	if err != nil {
		return err
	}
	fmt.Printf("batch %s  %s\n", b.ID, b.State)
	fmt.Printf("  file %s, SHA-256 %s\n", printable(b.Source), b.Digest)
	fmt.Printf("  begun %s by %s\n", e.when(b.StartedAt), printable(b.Actor))
	if !b.FinishedAt.IsZero() {
		fmt.Printf("  finished %s\n", e.when(b.FinishedAt))
	}
	switch {
	case undo.Actor != "":
		fmt.Printf("  undone %s by %s: %s\n", e.when(undo.At), printable(undo.Actor), printable(undo.Reason))
	case b.Reason != "":
		fmt.Printf("  reason %s\n", b.Reason)
	}
	fmt.Printf("  %d rows: %d good, %d bad; %d created, %d updated, %d unchanged\n",
		b.Read, b.Good, b.Bad, b.Counts.Created, b.Counts.Updated, b.Counts.Unchanged)
	if b.Scope.Declared() {
		fmt.Printf("  declared to hold %s in full / 申报范围\n", b.Scope)
	}
	for _, t := range totals {
		fmt.Printf("  %6d  %s %s\n", t.Count, t.Severity, t.Code)
	}
	return nil
}

// when writes a moment in the city's time.
func (e *environment) when(t time.Time) string { return t.In(e.zone).Format("2006-01-02 15:04:05") }

// printable shows what would move a terminal's cursor, or hide, as �.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
