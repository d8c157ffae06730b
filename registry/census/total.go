package census

import (
	"cmp"
	"iter"
	"slices"
	"strings"
)

// Total is how many issues of a file have a code and a severity.
type Total struct {
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`
	Count    int64    `json:"count"`
}

// TotalsOf counts issues, of a batch that was read back for instance. The order is errors, warnings, what was fixed; in these the
// commonest first and then by code. Its error is that of issues.
func TotalsOf(issues iter.Seq2[Issue, error]) ([]Total, error) {
	counts := map[Total]int64{}
	for i, err := range issues {
		if err != nil {
			return nil, err
		}
		counts[Total{Code: i.Code, Severity: i.Severity}]++
	}
	return sortedTotals(counts), nil
}

func sortedTotals(counts map[Total]int64) []Total {
	totals := make([]Total, 0, len(counts))
	for t, n := range counts {
		t.Count = n
		totals = append(totals, t)
	}
	slices.SortFunc(totals, func(a, b Total) int {
		return cmp.Or(cmp.Compare(a.Severity.rank(), b.Severity.rank()), cmp.Compare(b.Count, a.Count), strings.Compare(a.Code, b.Code))
	})
	return totals
}

// rank is 0 for what is worst.
func (s Severity) rank() int { return slices.Index([]Severity{Error, Warning, Fixed}, s) }

// sortedLines sorts in place: the checks of the whole file come after those of the rows.
func sortedLines(lines []int64) []int64 {
	slices.Sort(lines)
	return slices.Compact(lines)
}
