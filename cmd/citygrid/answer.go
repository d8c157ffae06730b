package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"citygrid/registry"
	"citygrid/registry/census"
	"citygrid/registry/postgis"
)

// answering is what an import is told where its files leave something open.
type answering struct {
	Answer []string `sep:"none" placeholder:"KEY=VALUE" help:"Answer a question that a file leaves open (exit code 3); it was printed with its options. May be repeated. '*=refuse' takes all that is not answered as the errors that it is without answers."`

	Profile string `placeholder:"CREW" help:"The crew whose files these are: what was answered for it before is answered again, and what is said now (--answer, --column, --encoding, --crs, --sheet) is remembered once a file is staged. See citygrid crews."`

	answers map[string]string
	crew    census.Crew
}

// parse reads the answers and the name of the crew.
func (a *answering) parse() error {
	if a.Profile != "" {
		if err := census.CheckCrew(a.Profile); err != nil {
			return err
		}
	}
	a.answers = map[string]string{}
	for _, text := range a.Answer {
		key, value, err := census.ParseAnswer(text)
		if err != nil {
			return err
		}
		a.answers[key] = value
	}
	return nil
}

// remembered reads what is known of the crew.
func (a *answering) remembered(ctx context.Context, store *postgis.Store) (err error) {
	if a.Profile == "" {
		return nil
	}
	if a.crew, err = store.Crew(ctx, a.Profile); registry.KindOf(err) == registry.NotFound {
		a.crew.Name = a.Profile
		fmt.Printf("nothing is remembered of %s yet / 尚未记住该普查队\n", a.Profile)
		return nil
	}
	return err
}

// use is a file with what is remembered of the crew.
func (a *answering) use(f census.File) (census.File, error) { return a.crew.Applied(f) }

// remember says what was taken from the profile for a file, and adds what was said of it now.
func (a *answering) remember(ctx context.Context, e *environment, store *postgis.Store, given census.File, r census.Report) error {
	if a.Profile == "" || r.Batch.State != census.Staged && r.Batch.State != census.Promoted {
		return nil
	}
	said := given.Saying(r.Answered, e.now(), e.actor)
	for _, key := range slices.Sorted(maps.Keys(a.crew.Said)) {
		old := a.crew.Said[key]
		answered := slices.ContainsFunc(r.Answered, func(x census.Answer) bool { return x.Key == key })
		if _, now := said[key]; !now && (answered || strings.HasPrefix(key, "option.")) {
			fmt.Printf("  remembered from %s (%s): %s = %s / 沿用\n", old.At.In(e.zone).Format(time.DateOnly), printable(old.Actor), printable(key), printable(old.Value))
		}
	}
	if err := store.RememberCrew(ctx, a.Profile, said, e.now()); err != nil || len(said) == 0 {
		return err
	}
	fmt.Printf("  %d answers and options are remembered of %s / 已记住\n", len(said), a.Profile)
	return nil
}

// blame points to the profile when an answer was refused that may come from it.
func (a *answering) blame(err error) {
	if a.Profile != "" && registry.KindOf(err) == registry.Invalid {
		fmt.Fprintf(os.Stderr, "what is remembered of the crew: citygrid crews show %s; to forget an answer: citygrid crews forget %[1]s KEY / 可查看或忘记已记住的答复\n", quoted(a.Profile))
	}
}

// How much of a question is printed.
const (
	optionsShown  = 12
	evidenceShown = 20
)

// printQuestions says what a file leaves open, how to answer, and the exit code for that.
func printQuestions(name string, r census.Report) int {
	for _, q := range r.Questions {
		fmt.Printf("\n? %s / %s\n", printable(q.Text.ZH), printable(q.Text.EN))
		for i, e := range q.Evidence {
			if i == evidenceShown {
				fmt.Printf("    … and %d more / 另有 %[1]d 条\n", len(q.Evidence)-i)
				break
			}
			fmt.Printf("    %s / %s\n", printable(e.ZH), printable(e.EN))
		}
		if q.Form == census.FormDate {
			fmt.Printf("  --answer %s  任一日期 / any day\n", quoted(q.Key+"=2012-12-31"))
		}
		last := len(q.Options) - 1
		for i, o := range q.Options {
			if i >= optionsShown && i < last {
				if i == optionsShown {
					fmt.Printf("  … and %d more / 另有 %[1]d 项\n", last-i)
				}
				continue
			}
			text := printable(o.Text.ZH)
			if o.Text.EN != o.Text.ZH {
				text += " / " + printable(o.Text.EN)
			}
			if o.Value == q.Proposal {
				text += "  ← likely / 建议"
			}
			fmt.Printf("  --answer %s  %s\n", quoted(q.Key+"="+o.Value), text)
		}
	}
	fmt.Printf("\n%s: %d questions are open, nothing was changed; import it again with an --answer to each, or with --answer '*=refuse' / 有 %[2]d 个问题待答，未作更改；请加上 --answer 再导入\n",
		name, len(r.Questions))
	return exitOpen
}

// quoted is a text as a shell takes it for one word.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
