package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"citygrid/internal/dbtest"
	"citygrid/registry/census"
)

// surveyed is a folder with a city applied, and two files of ten of its components: in points.csv the third has a state that there is none.
func surveyed(t *testing.T) (url, dir string) {
	t.Helper()
	url, city, dir := dbtest.URL(t), yichang(t), t.TempDir()
	citygrid(t, url, "profile", "apply", city).want(t, 0)
	text, err := os.ReadFile(filepath.Join(city, "components", "points.csv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")[:11]
	put(t, filepath.Join(dir, "more.csv"), strings.Join(lines, ""))
	lines[3] = strings.Replace(lines[3], ",完好,", ",好,", 1)
	put(t, filepath.Join(dir, "points.csv"), strings.Join(lines, ""))
	return url, dir
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func textOf(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAnImportWritesItsReportAndTheRefusedRowsToBeMended(t *testing.T) {
	t.Parallel()
	url, dir := surveyed(t)
	points, rejects := filepath.Join(dir, "points.csv"), filepath.Join(dir, "points.rejects.csv")
	book, list := filepath.Join(dir, "report.xlsx"), filepath.Join(dir, "report.json")
	citygrid(t, url, "import", points, "--answer", "*=refuse", "--report", list).want(t, exitRefused, "1  error unknown_state", list)
	if _, err := os.Stat(rejects); err == nil {
		t.Error("there are rejects of a file that was refused whole")
	}
	citygrid(t, url, "import", points, "--answer", "*=refuse", "--accept", "good", "--report", book).want(t, exitPartly, "9 unchanged, 1 refused", "1 refused rows are in "+rejects, book)
	lines := strings.SplitAfter(textOf(t, points), "\n")
	if got, want := textOf(t, rejects), lines[0]+lines[3]; got != want {
		t.Errorf("the rejects are %q, want %q", got, want)
	}
	x, err := excelize.OpenFile(book)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if rows, err := x.GetRows("数据 Data"); err != nil || len(rows) != 11 || !strings.Contains(strings.Join(rows[3], "|"), "unknown_state") {
		t.Errorf("%q %v", rows, err)
	}

	citygrid(t, url, "import", points, "--answer", "*=refuse", "--accept", "good").want(t, exitRefused, rejects, "--force", "文件已存在")
	citygrid(t, url, "import", filepath.Join(dir, "more.csv"), "--report", list).want(t, exitRefused, list, "--force")
	citygrid(t, url, "import", filepath.Join(dir, "more.csv"), "--report", list, "--force").want(t, 0, list)
	citygrid(t, url, "import", points, "--report", points, "--force").want(t, exitRefused, "write over a file that is imported")

	put(t, rejects, strings.Replace(textOf(t, rejects), ",好,", ",破损,", 1))
	citygrid(t, url, "import", rejects).want(t, 0, "1 rows: 0 created, 1 updated")
	if left, err := filepath.Glob(filepath.Join(dir, ".*")); err != nil || len(left) > 0 {
		t.Errorf("%v are left, %v", left, err)
	}
}

func TestSeveralFilesHaveAReportEach(t *testing.T) {
	t.Parallel()
	url, dir := surveyed(t)
	points, more := filepath.Join(dir, "points.csv"), filepath.Join(dir, "more.csv")
	citygrid(t, url, "import", points, more, "--answer", "*=refuse", "--accept", "good", "--report", filepath.Join(dir, "out.json"), "--rejects", filepath.Join(dir, "bad.csv")).
		want(t, exitPartly, "out.points.json", "out.more.json", "bad.points.csv")
	for name, bad := range map[string]int64{"out.points.json": 1, "out.more.json": 0} {
		var got struct {
			File  string
			Batch struct{ Bad, Rows int64 }
		}
		if err := json.Unmarshal([]byte(textOf(t, filepath.Join(dir, name))), &got); err != nil || got.Batch.Bad != bad || got.Batch.Rows != 10 {
			t.Errorf("%s: %+v %v", name, got, err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "bad.more.csv")); err == nil {
		t.Error("there is a reject file without rejects")
	}
}

// The database address leads nowhere: what cannot be written is refused before anything is read.
func TestPapersAreRefusedBeforeTheImport(t *testing.T) {
	t.Parallel()
	const nowhere = "postgres://127.0.0.1:1/none"
	dir := t.TempDir()
	file, twin := filepath.Join(dir, "a.csv"), filepath.Join(dir, "a.geojson")
	put(t, file, "")
	put(t, twin, "")
	citygrid(t, nowhere, "import", file, "--report", filepath.Join(dir, "out.pdf")).want(t, exitRefused, ".xlsx", "扩展名")
	citygrid(t, nowhere, "import", file, "--rejects", filepath.Join(dir, "bad.csv")).want(t, exitRefused, "--accept good")
	citygrid(t, nowhere, "import", file, "--accept", "good", "--rejects", filepath.Join(dir, "none", "bad.csv")).want(t, exitRefused, "make it, or name another", "不能在此文件夹写入")
	citygrid(t, nowhere, "import", file, "--report", filepath.Join(dir, "none", "out.json"), "--force").want(t, exitRefused, "make it, or name another")
	if err := os.Mkdir(filepath.Join(dir, "out.csv"), 0o755); err != nil {
		t.Fatal(err)
	}
	citygrid(t, nowhere, "import", file, "--report", filepath.Join(dir, "out.csv"), "--force").want(t, exitRefused, "name a file in it")
	if left, err := filepath.Glob(filepath.Join(dir, ".*")); err != nil || len(left) > 0 {
		t.Errorf("%v are left, %v", left, err)
	}
	citygrid(t, nowhere, "import", file, twin, "--report", filepath.Join(dir, "out.json")).want(t, exitRefused, "out.a.json", "one by one")
}

func TestAFileThatFailsWhileItIsWrittenLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out := importOutputs{Force: true}
	all, err := out.plan([]string{filepath.Join(dir, "a.csv")}, census.AcceptGood, "")
	if err != nil {
		t.Fatal(err)
	}
	put(t, all[0].rejects, "of yesterday")
	f, err := os.Open(dir) // a folder cannot be read as a file
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := census.Report{Batch: census.Batch{State: census.Promoted}, Rejected: []int64{2}}
	if err := all[0].write(t.Context(), "a.csv", census.File{Format: census.FormatCSV, Body: f}, r); err == nil {
		t.Error("it does not fail")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 || textOf(t, all[0].rejects) != "of yesterday" {
		t.Errorf("%v are left, %v", left, err)
	}
}

func TestRefusedRowsAreWrittenAlsoWhereTheReportCannotBe(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := papers{report: filepath.Join(dir, "gone", "report.json"), rejects: filepath.Join(dir, "rejects.csv")}
	r := census.Report{Batch: census.Batch{State: census.Promoted}, Rejected: []int64{3}}
	f := census.File{Name: "a.csv", Format: census.FormatCSV, Body: strings.NewReader("ObjID\n1\n2\n")}
	err := p.write(t.Context(), "a.csv", f, r)
	if err == nil || !strings.Contains(err.Error(), "a.csv is imported all the same") || !strings.Contains(err.Error(), "文件已入库") {
		t.Errorf("it says %v", err)
	}
	if got := textOf(t, p.rejects); got != "ObjID\n2\n" {
		t.Errorf("the rejects are %q", got)
	}
}

func TestWhatAFileSaysMovesNoCursor(t *testing.T) {
	t.Parallel()
	url, dir := surveyed(t)
	sly := filepath.Join(dir, "a\x1b[2J\nb.csv")
	put(t, sly, strings.Replace(textOf(t, filepath.Join(dir, "more.csv")), "LocateDSC", "Locate\x1b[2JDSC", 1))
	p := citygrid(t, url, "import", "--dry-run", sly)
	p.want(t, 0, "a�[2J�b.csv: dry run", "Locate�[2JDSC")
	if said := p.out.String() + p.err.String(); strings.Contains(said, "\x1b") {
		t.Errorf("an escape reaches the terminal: %q", said)
	}
	put(t, filepath.Join(dir, "none.csv"), "")
	citygrid(t, url, "import", filepath.Join(dir, "none.csv")).want(t, exitRefused, "none.csv: 文件为空")
}
