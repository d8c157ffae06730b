// Command bench measures CityGrid beside plain methods, on a PostGIS of its own, and writes what it finds as Markdown.
//
// A figure stands beside its baseline of the same run: the ways to do a thing take turns, round by round, and the order
// rotates. What two ways must agree in is compared too, and a disagreement fails the run.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures what the arguments ask for and prints the report on out, progress on progress.
func run(ctx context.Context, args []string, out, progress io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(progress)
	only := flags.String("only", "", "`parts` to run, separated by commas; empty: all. Parts: "+strings.Join(partNames(), ", "))
	quick := flags.Bool("quick", false, "small cities and few rounds: to see that everything runs, not to measure")
	file := flags.String("write", "", "`file` that a whole run, all parts at full size, is written to")
	if err := flags.Parse(args); err != nil {
		return err
	}
	chosen, err := choose(*only)
	if err != nil {
		return err
	}
	size := full()
	if *quick {
		size = small()
	}
	text, err := measure(ctx, size, chosen, progress)
	fmt.Fprint(out, text)
	if err != nil {
		return err
	}
	if *file == "" || *quick || len(chosen) < len(parts()) {
		return nil
	}
	if err := os.WriteFile(*file, []byte(text), 0o644); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// part is one thing to measure, by the name that selects it.
type part struct {
	name string
	run  func(context.Context, *lab) (section, error)
}

// parts are in the order of the report.
func parts() []part {
	return []part{
		{"memory", memory},
		{"locate", locate},
		{"agreement", agreement},
		{"postgis", askPostGIS},
		{"http", askHTTP},
		{"batch", askBatch},
		{"near", askNear},
		{"features", askFeatures},
		{"file", askFile},
		{"import", askImport},
		{"maps", askMaps},
	}
}

func partNames() []string {
	var names []string
	for _, p := range parts() {
		names = append(names, p.name)
	}
	return names
}

// choose picks parts by a list of names.
func choose(list string) ([]part, error) {
	if strings.TrimSpace(list) == "" {
		return parts(), nil
	}
	names := strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
	for _, name := range names {
		if !slices.Contains(partNames(), name) {
			return nil, fmt.Errorf("there is no part %q: choose from %s", name, strings.Join(partNames(), ", "))
		}
	}
	return slices.DeleteFunc(parts(), func(p part) bool { return !slices.Contains(names, p.name) }), nil
}

// measure runs parts one after the other and renders the report. When one fails those before it are in the report all the same.
func measure(ctx context.Context, size size, chosen []part, progress io.Writer) (text string, err error) {
	began := time.Now()
	l, err := newLab(size, func(format string, args ...any) {
		fmt.Fprintf(progress, "bench: %5.0f s  %s\n", time.Since(began).Seconds(), fmt.Sprintf(format, args...))
	})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	busy, stolen := loadAverage(), newStolen()
	r := report{date: began, size: size.name}
	for _, p := range chosen {
		l.say("%s", p.name)
		s, failure := p.run(ctx, l)
		if failure != nil {
			err = fmt.Errorf("%s: %w", p.name, failure)
			break
		}
		r.sections = append(r.sections, s)
		l.forget()
	}
	if len(r.sections) == 0 {
		return "", err
	}
	machine, failure := l.machine(context.WithoutCancel(ctx))
	r.machine = append(machine,
		fact{"processes that wanted a core in the minute before the run (0: a quiet machine)", busy},
		fact{"processor time taken by other guests of the host during the run", stolen.percent()})
	r.took = time.Since(began)
	l.say("done")
	return r.markdown(), errors.Join(err, failure)
}
