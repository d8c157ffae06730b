package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"citygrid/geo/areaindex"
)

// tiny is the least that every part can work with.
func tiny() size {
	return size{
		name: "tiny", rounds: 1, seed: 1, points: 2_000, one: 20, lists: 1_500,
		memory:  []int{16 << 10},
		town:    plan{name: "town", cells: 20, components: 50},
		country: plan{name: "country", cells: 60},
		crowded: plan{name: "crowded", cells: 16, components: 1_000},
		load:    time.Second, questions: 20, batch: 100, file: 2_000, page: 10, walk: 100,
		survey: plan{name: "survey", cells: 16, components: 1_000}, imports: 1, workbook: 500, weighed: []int{1_000, 2_000},
	}
}

func testLab(t *testing.T) *lab {
	t.Helper()
	l, err := newLab(tiny(), t.Logf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func TestEachPartMeasuresWhatItSays(t *testing.T) {
	t.Parallel()
	var progress bytes.Buffer
	text, err := measure(t.Context(), tiny(), parts(), &progress)
	if err != nil {
		t.Fatalf("%v\n%s", err, &progress)
	}
	var headings []string
	for line := range strings.Lines(text) {
		if heading, ok := strings.CutPrefix(line, "## "); ok {
			headings = append(headings, strings.TrimSpace(heading))
		}
	}
	want := []string{"How to read it", "Machine and date", "What was wanted", "Memory", "Point to cell, in process", "Agreement with PostGIS",
		"Point to cell, by PostGIS", "GET /locate", "POST /locate", "GET /whats-here", "Features of a collection", "citygrid locate --file", "citygrid import", "citygrid import, files of maps"}
	if !slices.Equal(headings, want) {
		t.Errorf("headings: %q", headings)
	}
	for _, row := range []string{
		`\| CityGrid: .areaindex.Index.Locate. \| \d+`, // the figures themselves are the machine's
		`\| R-tree, then .planar.MultiPolygonContains. \(orb\) \| [\d,]+ .* \| at least 25 × \|`,
		`\| Allocations a point, 20 cells \| 0 \| 0 \| met \|`,
		`\| 20 \| as above \| 2,000 \| \d+ \| 0 \|`,
		`\| 60 \| every vertex and edge midpoint \| [\d,]+ \| [\d,]+ \| 0 \|`,
		`\| PostGIS, in arrays \| `,
		`\| the same bytes, stored \| .* \| at least 0.85 × \|`,
		`\| Tile38's best, quoted \| 117,763 \(117,763–117,763\) \|`,
		`\| KNN query in PostGIS \| .* \| at least 5 × \|`,
		`\| .ST_AsGeoJSON. in PostGIS \| .* \| at least 1.60 × \|`,
		`\| CityGrid, page 1 \| .* \| at least 0.77 × \|`,
		`\| a constant 304 \| .* \| at least 0.8 × \|`,
		`\| Memory of a page of 1,000 features \| at most [\d.]+ kB, its text \| [\d.]+ kB \|`,
		`\| Features lost by a walk while others come and go \| 0 \| 0 \| met \|`,
		`\| Features repeated by a walk while others come and go \| 0 \| 0 \| met \|`,
		`\| .citygrid locate --file. \| [\d,]+ `,
		`\| pgx CopyFrom \| .* \| at least 0.5 × \|`,
		`\| ogr2ogr \| .* \| at least 1 × \|`,
		`\| excelize's streaming reader \| .* \| at least 0.5 × \|`,
		`\| CityGrid, the first time \| .* \| at least 3 × \|`,
		`\| ogr2ogr to CSV, then CityGrid \| .* \| at least 0.67 × \|`,
		`\| CityGrid, weighing \| [\d,.]+ `,
		`\| Peak memory of the importer, 2,000 rows \| at most 512 MB \| \d+(\.\d+)? MB \| met \|`,
		`PostgreSQL: \d+\.\d+`, `PostGIS: 3\.\d+`, `plain city of 16 cells and 1,000 components, seed 1, SHA-256 [0-9a-f]{16}…`,
	} {
		if !regexp.MustCompile(row).MatchString(text) {
			t.Errorf("nothing like %s in\n%s", row, text)
		}
	}
}

func TestOneDifferentAnswerFailsTheRun(t *testing.T) {
	t.Parallel()
	l := testLab(t)
	c, err := l.city(t.Context(), l.size.town)
	if err != nil {
		t.Fatal(err)
	}
	points := mixedPoints(1, 1_000, c.cells())
	if _, err := l.agree(t.Context(), c, points); err != nil {
		t.Errorf("before: %v", err)
	}
	var items []areaindex.Item
	for i := 1; i < c.index.Len(); i++ { // all but the first
		items = append(items, areaindex.Item{Code: c.index.Code(i), Area: c.index.Area(i)})
	}
	missing := c.index.Code(0)
	if c.index, err = areaindex.Build(items); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf(`lies in "" by the index and in %q by PostGIS`, missing)
	if _, err := l.agree(t.Context(), c, points); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestFailedPartLeavesTheReportOfThoseBeforeIt(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	chosen := []part{
		{"first", func(context.Context, *lab) (section, error) { return section{title: "First"}, nil }},
		{"second", func(context.Context, *lab) (section, error) { return section{}, broken }},
		{"third", func(context.Context, *lab) (section, error) { return section{title: "Third"}, nil }},
	}
	text, err := measure(t.Context(), tiny(), chosen, io.Discard)
	if !errors.Is(err, broken) || !strings.Contains(text, "## First") || strings.Contains(text, "## Third") {
		t.Errorf("%v:\n%s", err, text)
	}
	if text, err := measure(t.Context(), tiny(), chosen[1:], io.Discard); !errors.Is(err, broken) || text != "" {
		t.Errorf("%v:\n%s", err, text)
	}
}

func TestInterruptedRunLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	l := testLab(t)
	if _, err := l.city(ctx, l.size.town); err != nil {
		t.Fatal(err)
	}
	stop()
	if _, err := locate(ctx, l); err == nil {
		t.Error("it went on")
	}
	if err := l.close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(l.dir); !os.IsNotExist(err) {
		t.Errorf("the folder is still there: %v", err)
	}
	l.cluster, l.cities = nil, nil // closed
}

func TestArgumentsChooseParts(t *testing.T) {
	t.Parallel()
	for list, want := range map[string]string{
		"": "memory locate agreement postgis http batch near features file import maps", " ": "memory locate agreement postgis http batch near features file import maps",
		"locate": "locate", "near,memory": "memory near", "http batch": "http batch",
	} {
		chosen, err := choose(list)
		var names []string
		for _, p := range chosen {
			names = append(names, p.name)
		}
		if got := strings.Join(names, " "); err != nil || got != want {
			t.Errorf("%q chooses %q (%v)", list, got, err)
		}
	}
	if _, err := choose("locate,speed"); err == nil {
		t.Error("a part that does not exist is chosen")
	}
}

func TestOnlyAWholeRunAtFullSizeIsWritten(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "benchmarks.md")
	var out, progress bytes.Buffer
	if err := run(t.Context(), []string{"-quick", "-only", "memory", "-write", file}, &out, &progress); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "its figures mean nothing") {
		t.Errorf("a quick run does not say so:\n%s", &out)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("written: %v", err)
	}
}
