package postgis_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"citygrid/registry/census"
)

// pointsAt writes a census file with a row for each "code state lon lat".
func pointsAt(rows ...string) string {
	var b strings.Builder
	b.WriteString(surveyHeader)
	for _, row := range rows {
		f := strings.Fields(row)
		fmt.Fprintf(&b, "420502%s,,,,,%s,2011-12-31,,,%s,%s,,\n", f[0], f[1], f[2], f[3])
	}
	return b.String()
}

// nearNames are the warnings of near-duplicates as "row value: message".
func nearNames(r census.Report) []string {
	var out []string
	for _, is := range r.Issues {
		if is.Code != census.CodeNearDuplicate {
			continue
		}
		text, _, _ := strings.Cut(is.Message.EN, ": was")
		text, _, _ = strings.Cut(text, ": is the")
		out = append(out, fmt.Sprintf("%d %s %s: %s", is.Row, is.Value, is.Severity, text))
	}
	return out
}

func TestTrap28NearDuplicatesAreNamedOncePerPair(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.take("a.csv", pointsAt(
		"0118000001 完好 111.2850000 30.7050000", // 0.43 m south of row 3
		"0118000002 移除 111.2860000 30.7050000",
		"0118000003 完好 111.2870000 30.7050000",
		"0118000004 完好 111.2880000 30.7050000",
	))
	r := s.take("b.csv", pointsAt(
		"0118000001 完好 111.2850000 30.7050000",  // the same lamp again
		"0118000011 完好 111.2850000 30.7050039",  // beside it
		"0101000011 完好 111.2850000 30.7050000",  // another sub-class
		"0118000012 完好 111.2860000 30.7050000",  // on a removed one
		"0118000003 完好 111.2871000 30.7050000",  // has moved away from
		"0118000013 完好 111.2870000 30.7050000",  // this place
		"0118000014 完好 111.2880020 30.7050000",  // 0.19 m from a stored one
		"0118000015 完好 111.2880040 30.7050000",  // and 0.19 m from both
		"0118000016 移除 111.2880041 30.7050000",  // removed: not there
		"0118000017 完好 111.2880100 30.7050000",  // 0.57 m off
		"0118000018 完好 111.28809999 30.7050000", // twice in the file
		"0118000018 完好 111.28809999 30.7050000", // but once in the registry
	))
	if r.Batch.State != census.Promoted {
		t.Fatalf("%+v", r)
	}
	got, want := nearNames(r), []string{
		"3 4205020118000011 warning: 0.43 m from 4205020118000001, row 2, of the same sub-class, which is surveyed to 0.5 m",
		"8 4205020118000014 warning: 0.19 m from 4205020118000004, in the registry, of the same sub-class, which is surveyed to 0.5 m",
		"9 4205020118000015 warning: 0.19 m from 4205020118000014, row 8, of the same sub-class, which is surveyed to 0.5 m; 2 are that near",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if again := nearNames(s.take("c.csv", pointsAt("0118000001 完好 111.2850000 30.7050000"))); len(again) != 1 {
		t.Errorf("beside the other: %q", again) // 4205020118000011 is in the registry now
	}
}

func TestTrap28CrowdIsOneWarning(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	var rows []string
	for i := range 12 {
		rows = append(rows, fmt.Sprintf("0118%06d 完好 111.2850000 30.7050000", i+1))
	}
	s.take("a.csv", pointsAt(rows[10:]...))
	r := s.take("b.csv", pointsAt(rows[:10]...))
	want := []string{"2 4205020118000001 warning: 12 components of the sub-class stand within a square of 0.5 m: rows 2, 3, 4, 5, 6, …, and 2 in the registry"}
	if got := nearNames(r); !reflect.DeepEqual(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestTrap28ToleranceIsThatOfTheAccuracyClass(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	r := s.take("a.csv", pointsAt(
		"0118000001 完好 111.2850000 30.7050000", // lamps are of class A
		"0118000002 完好 111.2850060 30.7050000",
		"0301000001 完好 111.2850000 30.7050000", // conveniences of class B
		"0301000002 完好 111.2850060 30.7050000",
	))
	want := []string{"5 4205020301000002 warning: 0.57 m from 4205020301000001, row 4, of the same sub-class, which is surveyed to 1 m"}
	if got := nearNames(r); !reflect.DeepEqual(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestWarningsPastTheLimitAreCounted(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.config.MaxIssues = 2
	var rows []string
	for i := range 5 {
		rows = append(rows,
			fmt.Sprintf("0118%06d 完好 111.28%02d000 30.7050000", 2*i+1, i), fmt.Sprintf("0118%06d 完好 111.28%02d001 30.7050000", 2*i+2, i))
	}
	r := s.take("a.csv", pointsAt(rows...))
	if len(nearNames(r)) != 2 || r.Warnings != 5 || r.LeftOut() != 3 {
		t.Errorf("%q, %d warnings, %d left out", nearNames(r), r.Warnings, r.LeftOut())
	}
}

// Right after a large import the planner knows nothing of the tables yet.
func TestSecondLargeFileRightAfterTheFirstIsNotSlower(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	const rows = 20_000
	file := func(from int) string {
		var lamps []string
		for i := range rows {
			lamps = append(lamps, fmt.Sprintf("0118%06d 完好 %.6f %.6f", from+i, 111.281+0.00009*float64(i%200), 30.701+0.00009*float64(i/200)+0.00003*float64(from/rows)))
		}
		return pointsAt(lamps...)
	}
	began := time.Now()
	s.take("a.csv", file(1))
	first := time.Since(began)
	for name, body := range map[string]string{"the same": file(1), "others": file(1 + rows)} {
		began = time.Now()
		s.take("b.csv", body)
		if took := time.Since(began); took > 5*first+5*time.Second {
			t.Errorf("%s took %v after %v", name, took, first)
		}
	}
}
