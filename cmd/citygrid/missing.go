package main

import (
	"context"
	"fmt"
	"strconv"

	"citygrid/registry"
	"citygrid/registry/census"
	"citygrid/registry/postgis"
)

type missingCommand struct {
	Batch  string `arg:"" help:"The batch, imported with --scope: its id, or enough of the beginning. citygrid batches lists them."`
	Yes    bool   `help:"Remove them; without it they are listed and nothing is changed."`
	Reason string `help:"Why, with --yes; it is kept in the change log."`
	Share  int    `default:"${share}" placeholder:"PERCENT" help:"The largest part of the scope that is removed (${share} %)."`
}

// Validate bounds the share.
func (c missingCommand) Validate() error {
	if c.Share < 1 || c.Share > 100 {
		return fmt.Errorf("--share %d is not a percentage from 1 to 100", c.Share)
	}
	return nil
}

// Run lists what a batch lacks of its scope, or removes it: as somebody else than who brought the batch in, by --actor or the account.
func (c missingCommand) Run(ctx context.Context, e *environment) error {
	d, err := e.openDatabase(ctx, true)
	if err != nil {
		return err
	}
	defer d.close(ctx, e)
	b, err := d.store.FindBatch(ctx, c.Batch)
	if err != nil {
		return err
	}
	if !c.Yes {
		r, err := d.store.MissingOf(ctx, b.ID)
		if err != nil {
			return err
		}
		printMissing(r)
		if r.Missing > 0 {
			fmt.Printf("  nothing was changed; somebody else than %s removes them / 未作更改，须由另一人移除: citygrid --actor NAME remove-missing %s --yes --reason '…'\n",
				printable(b.Actor), b.ID)
		}
		return nil
	}
	r, err := d.store.RemoveMissing(ctx, registry.Act{Actor: e.actor, Reason: c.Reason, At: e.now()}, b.ID, c.Share)
	if err != nil {
		return err
	}
	printMissing(r)
	if r.Missing > 0 {
		fmt.Printf("  %d components are removed (移除) by %s, as batch %s; back with / 如需恢复: citygrid undo %[3]s --reason '…'\n",
			r.Missing, printable(e.actor), r.Removed)
	}
	return nil
}

func printMissing(r census.Removal) {
	fmt.Printf("batch %s of %s, declared to hold %s in full: %d components stand there, %d of them in no row of the file / 申报范围内 %[4]d 个，缺失 %[5]d 个\n",
		r.Batch.ID, printable(r.Batch.Source), r.Batch.Scope, r.InScope, r.Missing)
	if r.Changed > 0 {
		fmt.Printf("  %d more were missing, changed since, and are left / 另有 %[1]d 个之后有改动，不处理\n", r.Changed)
	}
	for i, m := range r.Listed {
		if i == maxFaultsShown {
			fmt.Printf("  … and %d more / 另有 %[1]d 个\n", r.Missing-int64(i))
			break
		}
		fmt.Printf("  %s  %s\n", m.Code, m.Grid)
	}
}

// printLeftMissing says after an import with a declared scope what the file lacks, and what can be done about it.
func printLeftMissing(ctx context.Context, store *postgis.Store, b census.Batch) error {
	if b.State != census.Promoted || !b.Scope.Declared() {
		return nil
	}
	if b.Unnamed > 0 {
		fmt.Printf("  %d rows have no code that can be read, so that nobody can say what is missing from the scope / 有 %[1]d 行标识码无法读取，无法判断缺失\n", b.Unnamed)
		return nil
	}
	r, err := store.MissingOf(ctx, b.ID)
	if err == nil && r.Missing > 0 {
		fmt.Printf("  %d of %d components of the declared scope are in no row, and stay; to see them / 申报范围内缺失，未移除，查看: citygrid remove-missing %s\n",
			r.Missing, r.InScope, b.ID)
	}
	return err
}

// shareDefault is census.DefaultShare for the help.
func shareDefault() string { return strconv.Itoa(census.DefaultShare) }
