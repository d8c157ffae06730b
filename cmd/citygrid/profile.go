package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"citygrid/data"
	"citygrid/registry/postgis"
	"citygrid/registry/profile"
)

type profileCommand struct {
	Apply profileApplyCommand `cmd:"" help:"Make the registry equal to a city folder, in one transaction or not at all."`
}

type profileApplyCommand struct {
	Dir string `arg:"" type:"existingdir" help:"The folder; its format is docs/profile-folder.md."`
}

// Run applies the folder and prints what differed, or what is wrong with it.
func (c profileApplyCommand) Run(ctx context.Context, e *environment) error {
	d, err := e.openDatabase(ctx, true)
	if err != nil {
		return err
	}
	defer d.close(ctx, e)
	return e.applyProfile(ctx, d.store, os.DirFS(c.Dir), e.actor)
}

// maxFaultsShown bounds what is printed of a refused folder; the number of all is always said.
const maxFaultsShown = 200

// applyProfile applies a folder with progress on standard error and a report on standard output.
func (e *environment) applyProfile(ctx context.Context, store *postgis.Store, folder fs.FS, actor string) error {
	lists, err := data.Catalog()
	if err != nil {
		return err
	}
	bar := newProgress(os.Stderr, e.now)
	r, err := profile.Apply(ctx, profile.Config{
		Store: postgis.ProfileStore{Store: store}, Lists: lists, Clock: e.now, Actor: actor,
		Progress: func(p profile.Progress) { bar.show(stepName(p), p.Rows, "rows") },
	}, folder)
	bar.done()
	var rejected *profile.RejectedError
	if errors.As(err, &rejected) {
		printFaults(rejected.Faults)
		fmt.Fprintf(os.Stderr, "citygrid: refused, nothing was changed: %d faults / 已拒绝，未作任何更改：%[1]d 处问题\n", rejected.Errors())
		return exitError(exitRefused)
	}
	if err != nil {
		return err
	}
	printReport(r)
	return nil
}

func stepName(p profile.Progress) string {
	switch p.Step {
	case profile.StepRead:
		return "reading the folder / 读取城市目录"
	case profile.StepComponents:
		return "checking " + p.File + " / 检查部件文件"
	case profile.StepShapes:
		return "checking areas / 检查区域"
	}
	return "applying / 写入"
}

func printFaults(faults []profile.Fault) {
	for i, f := range faults {
		if i == maxFaultsShown {
			fmt.Fprintf(os.Stderr, "… and %d more / 另有 %[1]d 处\n", len(faults)-i)
			return
		}
		fmt.Fprintln(os.Stderr, f)
	}
}

func printReport(r profile.Report) {
	printFaults(r.Warnings)
	if r.Revision == 0 {
		fmt.Printf("%s: nothing to do, the registry holds all of it / 无需更改\n", r.City.Name)
		return
	}
	fmt.Printf("%s: applied as revision %d / 已写入，版本 %[2]d\n", r.City.Name, r.Revision)
	for _, c := range r.Changes {
		fmt.Printf("  %-22s added %d, changed %d, removed %d / %s\n", c.What.EN, len(c.Added), len(c.Updated), len(c.Removed), c.What.ZH)
		printCodes("+", c.Added)
		printCodes("~", c.Updated)
		printCodes("-", c.Removed)
	}
	for _, f := range r.Files {
		fmt.Printf("  %-22s created %d, updated %d, unchanged %d\n", f.File, f.Created, f.Updated, f.Unchanged)
	}
	if r.Replaced > 0 {
		fmt.Printf("  components placed anew %d / 重新归格的部件\n", r.Replaced)
	}
}

// maxCodesShown is how many codes of one difference are listed; a first load is summed up instead.
const maxCodesShown = 20

func printCodes(sign string, codes []string) {
	if len(codes) > maxCodesShown {
		return
	}
	for _, code := range codes {
		fmt.Printf("    %s %s\n", sign, code)
	}
}
