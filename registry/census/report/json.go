package report

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
)

// WriteJSON writes one document: the members of Summary, and "issues", a list of [Issue]. It holds one issue at a time. Its errors are
// those of w, of the issues and of ctx.
func (c Content) WriteJSON(ctx context.Context, w io.Writer) error {
	out := bufio.NewWriter(w)
	head, err := json.Marshal(c.Summary)
	if err != nil {
		return err
	}
	out.Write(head[:len(head)-1]) // bufio keeps its first error for Flush
	out.WriteString(`,"issues":[`)
	between := "\n"
	for issue, err := range c.all(ctx) {
		if err != nil {
			return err
		}
		line, err := json.Marshal(issue)
		if err != nil {
			return err
		}
		out.WriteString(between)
		if _, err := out.Write(line); err != nil {
			return err
		}
		between = ",\n"
	}
	out.WriteString("\n]}\n")
	return out.Flush()
}
