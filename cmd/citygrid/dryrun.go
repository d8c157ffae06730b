package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"strings"
	"time"

	"citygrid/registry"
	"citygrid/registry/census"
	crew "citygrid/registry/census/report"
	"citygrid/registry/postgis"
)

// dryRun is how an import is tried out: staged, compared, and given up.
type dryRun struct {
	DryRun bool   `help:"Change nothing: say what each file would create, update, move or leave out."`
	Scope  string `placeholder:"SCOPE" help:"What the file holds in full: grid=PREFIX,subclass=CODE (several of each, with commas between), or all. What stands there and is in no row is missing: listed by --dry-run, and after an import by citygrid remove-missing. An import itself removes nothing."`

	Changes string `placeholder:"PATH.csv" help:"With --dry-run: write every row that would change, column by column, as a table. Of several files each gets its own, as with --report."`

	scope census.Scope
}

const (
	changesShown = 20
	columnsShown = 12
	missingShown = 20
)

// settle makes one of the two ways to ask for a dry run. It then takes the good rows, to say what they would change; whether the file would be refused for
// the others is said.
func (c *dryRun) settle(accept *string) (err error) {
	c.DryRun = c.DryRun || *accept == "none"
	if c.scope, err = census.ParseScope(c.Scope); err != nil {
		return err
	}
	if c.DryRun {
		*accept = string(census.AcceptAll) // no row is left behind, so that there is no reject file
	}
	switch {
	case c.Changes == "":
	case !c.DryRun:
		return registry.InvalidField("--changes", c.Changes, "只有试运行（--dry-run）才列出将有的变化", "only a --dry-run lists what would change")
	case !strings.EqualFold(filepath.Ext(c.Changes), ".csv"):
		return registry.InvalidField("--changes", c.Changes, "变化清单的扩展名应为 .csv", "a list of changes ends with .csv")
	}
	return nil
}

// staging is the policy by which rows are staged.
func (c *dryRun) staging(accept string) census.Accept {
	if c.DryRun {
		return census.AcceptGood
	}
	return census.Accept(accept)
}

// print says what became of a file, or would, and returns the exit code for it.
func (c *dryRun) print(ctx context.Context, store *postgis.Store, now time.Time, name, list string, r census.Report) (int, error) {
	if !c.DryRun || r.Batch.State != census.Staged {
		code := printImport(name, r)
		return code, printLeftMissing(ctx, store, r.Batch)
	}
	difference, changes, err := c.compare(ctx, store, r.Batch.ID)
	if err == nil && list != "" {
		err = writeWhole(list, func(w io.Writer) error {
			return crew.WriteChanges(ctx, w, r.Batch, changesOf(ctx, store, r.Batch.ID), difference)
		})
	}
	given := r.Batch
	given.State, given.Reason, given.FinishedAt = census.Rejected, census.ReasonDiscarded, now
	if failed := store.RejectBatch(context.WithoutCancel(ctx), given); err == nil {
		err = failed
	}
	if err != nil {
		return 0, err
	}
	printFindings(name, r)
	printDifference(name, r, difference, changes)
	if list != "" {
		fmt.Printf("  all changes / 全部变化: %s\n", list)
	}
	if r.Batch.Bad > 0 {
		return exitPartly, nil
	}
	return 0, nil
}

func (c *dryRun) compare(ctx context.Context, store *postgis.Store, id census.BatchID) (census.Difference, []census.Change, error) {
	difference, err := store.Difference(ctx, id, c.scope)
	if err != nil {
		return difference, nil, err
	}
	changes, err := store.Changes(ctx, id, 0, changesShown+1)
	return difference, changes, err
}

// changesOf are all changes of a staged batch.
func changesOf(ctx context.Context, store *postgis.Store, id census.BatchID) iter.Seq2[census.Change, error] {
	return func(yield func(census.Change, error) bool) {
		enough := errors.New("enough")
		err := store.EachChange(ctx, id, func(c census.Change) error {
			if !yield(c, nil) {
				return enough
			}
			return nil
		})
		if err != nil && !errors.Is(err, enough) {
			yield(census.Change{}, err)
		}
	}
}

func printDifference(name string, r census.Report, d census.Difference, changes []census.Change) {
	fmt.Printf("%s: dry run, nothing was changed; of %d rows / 试运行，未作更改:\n", name, r.Batch.Read)
	for _, k := range []struct {
		kind census.ChangeKind
		text string
	}{
		{census.ChangeCreated, "would be created / 新增"}, {census.ChangeUpdated, "updated / 更新"}, {census.ChangeMoved, "moved / 位移"},
		{census.ChangeFormatOnly, "changed in format only / 仅格式变化"}, {census.ChangeUnchanged, "unchanged / 无变化"},
		{census.ChangeRenumbered, "renumbered? / 疑似改号"}, {census.ChangeMissing, "missing from the declared scope / 申报范围内缺失"},
	} {
		if n := d.Total(k.kind); n > 0 {
			fmt.Printf("  %8d  %s%s\n", n, k.text, bySubclass(d, k.kind))
		}
	}
	if r.Batch.Bad > 0 {
		fmt.Printf("  %8d  with errors, not compared: refused, and without --accept good the whole file with them / 有错误，未参与比较\n", r.Batch.Bad)
	}
	if r.Same != nil {
		fmt.Printf("  the same file as batch %s / 与该批次文件相同\n", r.Same.ID)
	}
	for i, c := range d.Columns {
		if i == columnsShown {
			fmt.Printf("  … and %d more columns / 另有 %[1]d 列\n", len(d.Columns)-i)
			break
		}
		fmt.Printf("  column %s: %d rows, %d of them in format only, %d cleared; %d rows change in nothing else, %d of these in format only\n",
			printable(c.Column), c.Rows, c.Format, c.Cleared, c.Only, c.OnlyFormat)
	}
	for i, c := range changes {
		if i == changesShown {
			fmt.Println("  … and more rows / 另有更多行")
			break
		}
		fmt.Printf("  row %s  %s  %s%s\n", rowOf(r.Batch, c.Line), c.Code, c.Kind, columnsOf(c))
	}
	for i, p := range d.Renumbered {
		if i == missingShown {
			break
		}
		fmt.Printf("  renumbered? row %s: %s → %s, %.2f m apart / 疑似改号\n", rowOf(r.Batch, p.Line), p.Old, p.New, p.Metres)
	}
	for i, m := range d.Missing {
		if i == missingShown {
			fmt.Printf("  … and %d more missing / 另有 %[1]d 个缺失\n", d.Total(census.ChangeMissing)-int64(i))
			break
		}
		fmt.Printf("  missing: %s in %s; it stays / 缺失，不会自动移除\n", m.Code, m.Grid)
	}
}

// rowOf names a row as the crew's editor does, with its sheet where there are sheets.
func rowOf(b census.Batch, number int64) string {
	sheet, line := b.Place(number)
	if sheet == "" {
		return fmt.Sprint(line)
	}
	return fmt.Sprintf("%s!%d", printable(sheet), line)
}

// bySubclass splits a total when there are several sub-classes.
func bySubclass(d census.Difference, kind census.ChangeKind) string {
	var parts []string
	for _, k := range d.Kinds {
		if k.Kind == kind {
			parts = append(parts, fmt.Sprintf("%s: %d", k.Subclass, k.Count))
		}
	}
	if len(parts) < 2 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

func columnsOf(c census.Change) string {
	var b strings.Builder
	if c.Kind == census.ChangeMoved {
		fmt.Fprintf(&b, " by %.2f m", c.Metres)
	}
	for _, col := range c.Columns {
		fmt.Fprintf(&b, "  %s %q → %q", printable(col.Column), col.Old, col.New)
		switch {
		case col.Cleared:
			b.WriteString(" (cleared / 清空)")
		case col.Format:
			b.WriteString(" (format / 格式)")
		}
	}
	return b.String()
}
