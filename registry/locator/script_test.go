package locator_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"citygrid/data/synth"
	"citygrid/registry/catalog"
)

// A script asks and says what must be answered, one question a line:
//
//	city crossing                 a folder of testdata, or "yichang 1": drawn with that seed
//	day 2026-11-23                by which rules are judged from here on
//	locate LON LAT -> grid CODE [border]
//	above LON LAT -> community CODE, street CODE, district CODE[, managed CODE]…
//	near LON LAT -> CODE M m[, CODE M m]… | none
//	staff LON LAT -> inspector CODE, officer CODE | none
//	outside LON LAT -> nearest CODE M m
//	whose LON LAT (event|component) SUBCLASS -> UNIT GROUND[, competent UNIT] | nobody
//	whose LON LAT component CODE -> …
//	passed (as whose) -> UNIT GROUND[, UNIT GROUND]… | none
//
// GROUND is "recorded maintainer", "recorded owner", "rule AREA" or "territory AREA".
type script struct {
	city  string
	lines []question
}

// question is one line of a script.
type question struct {
	line      int
	text      string
	day       string
	verb      string
	point     orb.Point
	kind      catalog.Kind
	subclass  catalog.SubclassCode
	component string
	want      string
}

// answerer is somebody who can be asked: the program, or PostGIS.
type answerer interface {
	answer(ctx context.Context, q question) (string, error)
}

func TestScripts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) < 3 {
		t.Fatalf("found %q, %v", files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			s := readScript(t, file)
			at := openCity(t, s.city)
			for _, q := range s.lines {
				for _, who := range []answerer{memory{at}, tables{at}} {
					got, err := who.answer(t.Context(), q)
					if err != nil || got != q.want {
						t.Errorf("%s:%d: %s\n%T says %s %v", file, q.line, q.text, who, got, err)
					}
				}
			}
		})
	}
}

// openCity applies a folder of testdata or draws the synthetic city.
func openCity(t *testing.T, city string) *town {
	t.Helper()
	if seed, drawn := strings.CutPrefix(city, "yichang "); drawn {
		n, err := strconv.ParseUint(seed, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(t.TempDir(), "city")
		if _, err := synth.Yichang(t.Context(), dir, synth.Options{Seed: n}); err != nil {
			t.Fatal(err)
		}
		return newTown(t, os.DirFS(dir))
	}
	return newTown(t, os.DirFS(filepath.Join("testdata", city)))
}

func readScript(t *testing.T, file string) script {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var s script
	day, number := "2026-11-23", 0
	for line := range strings.Lines(string(text)) {
		number++
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		switch {
		case len(words) == 0:
		case words[0] == "city":
			s.city = strings.Join(words[1:], " ")
		case words[0] == "day" && len(words) == 2:
			day = words[1]
		default:
			q, err := parseQuestion(line)
			if err != nil {
				t.Fatalf("%s:%d: %v", file, number, err)
			}
			q.line, q.day = number, day
			s.lines = append(s.lines, q)
		}
	}
	if _, err := time.Parse(time.DateOnly, day); err != nil || s.city == "" || len(s.lines) == 0 {
		t.Fatalf("%s: city %q, %d questions, %v", file, s.city, len(s.lines), err)
	}
	return s
}

func parseQuestion(line string) (question, error) {
	asked, want, ok := strings.Cut(line, "->")
	words := strings.Fields(asked)
	subject := map[string]int{"locate": 0, "above": 0, "near": 0, "staff": 0, "outside": 0, "whose": 2, "passed": 2}
	if more, known := subject[words[0]]; !ok || !known || len(words) != 3+more {
		return question{}, fmt.Errorf("not a question: %q", line)
	}
	q := question{text: strings.TrimSpace(line), verb: words[0], want: strings.Join(strings.Fields(want), " ")}
	for i := range q.point {
		var err error
		if q.point[i], err = strconv.ParseFloat(words[1+i], 64); err != nil {
			return question{}, err
		}
	}
	if len(words) == 5 {
		q.kind = catalog.Kind(words[3])
		if len(words[4]) > 5 {
			q.component = words[4]
		} else {
			q.subclass = catalog.SubclassCode(words[4])
		}
	}
	return q, nil
}
