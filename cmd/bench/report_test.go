package main

import (
	"strings"
	"testing"
	"time"
)

func TestReportSaysWhatWasMeasuredBesideWhatWasWanted(t *testing.T) {
	t.Parallel()
	s := section{title: "Point to cell", about: "How it was done.", notes: []string{"A note."}}
	s.add(outcome{
		comparison: comparison{what: "A point", unit: "ns a point", ways: []way{{name: "CityGrid"}, {name: "tree", wanted: 8}, {name: "orb", wanted: 25}, {name: "loop"}}},
		figures:    []spread{{79.4, 75, 90}, {1158, 853, 1239}, {1580, 1575, 2250}, {493, 452, 545}},
		times:      []spread{{1, 1, 1}, {14.61, 11, 15}, {19.9, 21, 25}, {6.2, 6, 6.5}},
	})
	r := report{
		date: time.Date(2026, 11, 23, 23, 30, 0, 0, time.FixedZone("", 8*3600)), took: 61 * time.Second, size: "full",
		machine: []fact{{"kernel", "6.1"}}, sections: []section{s},
	}
	want := `
## Machine and date

- date: 2026-11-23
- the run took: 2 min
- kernel: 6.1

## What was wanted

| what | wanted | measured |  |
|---|---:|---:|---:|
| A point, beside tree | at least 8 × | 14.6 × | met |
| A point, beside orb | at least 25 × | 19.9 × | **not met** |

## Point to cell

How it was done.

**A point**

| way | ns a point | CityGrid is better by | wanted |  |
|---|---:|---:|---:|---:|
| CityGrid | 79.4 (75–90) |  |  |  |
| tree | 1,158 (853–1,239) | 14.6 × (11–15) | at least 8 × | met |
| orb | 1,580 (1,575–2,250) | 19.9 × (21–25) | at least 25 × | **not met** |
| loop | 493 (452–545) | 6.20 × (6–6.50) |  |  |

- A note.
`
	if got := strings.TrimPrefix(r.markdown(), preface); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestNumbersHaveThreeDigitsThatCount(t *testing.T) {
	t.Parallel()
	for x, want := range map[float64]string{
		0: "0", 5: "5", 0.85: "0.85", 0.0664: "0.066", 1.046: "1.05", 19.96: "20.0", 117.4: "117", 999: "999", 1234.5: "1,234", 1e6: "1,000,000", 117_763: "117,763",
		-1234: "-1,234",
	} {
		if got := number(x); got != want {
			t.Errorf("%v is written %s, want %s", x, got, want)
		}
	}
}
