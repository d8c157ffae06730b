package main

import (
	"fmt"
	"strings"

	"citygrid/registry/census"
)

// answering is what an import is told where its files leave something open.
type answering struct {
	Answer []string `sep:"none" placeholder:"KEY=VALUE" help:"Answer a question that a file leaves open (exit code 3); it was printed with its options. May be repeated. '*=refuse' takes all that is not answered as the errors that it is without answers."`

	answers map[string]string
}

// parse reads the answers.
func (a *answering) parse() error {
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
