package main

import (
	"context"
	"fmt"

	"citygrid/registry"
)

type undoCommand struct {
	Batch  string `arg:"" help:"The batch: its id, or enough of the beginning. citygrid batches lists them."`
	Reason string `required:"" help:"Why; it is kept in the change log."`
}

// Run takes a batch back and lists what it leaves.
func (c undoCommand) Run(ctx context.Context, e *environment) error {
	d, err := e.openDatabase(ctx, true)
	if err != nil {
		return err
	}
	defer d.close(ctx, e)
	b, err := d.store.FindBatch(ctx, c.Batch)
	if err != nil {
		return err
	}
	u, err := d.store.UndoBatch(ctx, registry.Act{Actor: e.actor, Reason: c.Reason, At: e.now()}, b.ID)
	if err != nil {
		return err
	}
	fmt.Printf("batch %s of %s is undone: %d components are as before, %d that it had created are gone, %d left / 已撤销\n",
		b.ID, printable(b.Source), u.Restored, u.Withdrawn, u.LeftCount)
	if u.Photos > 0 {
		fmt.Printf("  %d photos are their components' no more; citygrid sweep-photos removes the files / %[1]d 张照片已取消挂接\n", u.Photos)
	}
	if u.LeftCount == 0 {
		return nil
	}
	fmt.Println("  changed since, and left as they are: decide on each / 之后又有改动，保持现状，请逐一处理:")
	for i, l := range u.Left {
		if i == maxFaultsShown {
			fmt.Printf("  … and %d more / 另有 %[1]d 个\n", u.LeftCount-int64(i))
			break
		}
		fmt.Printf("  %s  %s  %s  %s", l.Code, e.when(l.At), printable(l.Actor), printable(l.Reason))
		if l.Batch != "" {
			fmt.Printf("  (batch %s)", l.Batch)
		}
		fmt.Println()
	}
	return exitError(exitPartly)
}
