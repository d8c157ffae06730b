package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
)

type crewsCommand struct {
	List   crewsListCommand   `cmd:"" default:"1" help:"List the crews of whose files something is remembered."`
	Show   crewsShowCommand   `cmd:"" help:"Show what is remembered of one crew: key, value, since when, by whom."`
	Forget crewsForgetCommand `cmd:"" help:"Forget one answer or option of a crew, or all of them."`
}

type crewsListCommand struct{}

// Run lists the crews.
func (crewsListCommand) Run(ctx context.Context, e *environment) error {
	d, err := e.openDatabase(ctx, true)
	if err != nil {
		return err
	}
	defer d.close(ctx, e)
	all, err := d.store.Crews(ctx)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		fmt.Println("nothing is remembered of any crew yet: import with --profile NAME / 尚未记住任何普查队")
		return nil
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "REMEMBERED\tSINCE\tCREW")
	for _, c := range all {
		fmt.Fprintf(out, "%d\t%s\t%s\n", len(c.Said), e.when(c.UpdatedAt), printable(c.Name))
	}
	return out.Flush()
}

type crewsShowCommand struct {
	Name string `arg:"" help:"The crew, as --profile named it."`
}

// Run shows a crew.
func (c crewsShowCommand) Run(ctx context.Context, e *environment) error {
	d, err := e.openDatabase(ctx, true)
	if err != nil {
		return err
	}
	defer d.close(ctx, e)
	crew, err := d.store.Crew(ctx, c.Name)
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, key := range slices.Sorted(maps.Keys(crew.Said)) {
		said := crew.Said[key]
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", printable(key), printable(strings.ReplaceAll(said.Value, "\n", " / ")), e.when(said.At), printable(said.Actor))
	}
	return out.Flush()
}

type crewsForgetCommand struct {
	Name string `arg:"" help:"The crew."`
	Key  string `arg:"" optional:"" help:"What to forget, as citygrid crews show lists it; without it, everything."`
}

// Run forgets.
func (c crewsForgetCommand) Run(ctx context.Context, e *environment) error {
	d, err := e.openDatabase(ctx, true)
	if err != nil {
		return err
	}
	defer d.close(ctx, e)
	if err := d.store.ForgetCrew(ctx, c.Name, c.Key, e.now()); err != nil {
		return err
	}
	fmt.Printf("forgotten / 已忘记: %s %s\n", printable(c.Name), printable(c.Key))
	return nil
}
