package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// outcome is what a door says of a file. What it lists is in an order of the test's own: the command tells as it finds, the server by row.
type outcome struct {
	State, SHA256           string
	Rows, Good, Bad         int
	Created, Updated, Same  int
	Errors, Warnings, Fixed int
	Recognised              []bilingual
	Positions               []triedReading
	Totals, Issues          []string
	Questions               []string // the keys of what was asked first
	CSV, Rejects            []string // lines of the report for spreadsheets, and of the refused rows
}

// told fills in what the door told and returned.
func (o *outcome) told(t *testing.T, totals []issueTotal, issues []importIssue, table, rejects []byte) {
	t.Helper()
	for _, total := range totals {
		o.Totals = append(o.Totals, fmt.Sprintf("%+v", total))
	}
	for _, issue := range issues {
		o.Issues = append(o.Issues, fmt.Sprintf("%+v", issue))
	}
	o.CSV = strings.Split(string(table), "\r\n")
	if !bytes.HasPrefix(rejects, []byte("PK")) {
		o.Rejects = strings.Split(string(rejects), "\n")
	} else {
		book, err := excelize.OpenReader(bytes.NewReader(rejects))
		if err != nil {
			t.Fatal(err)
		}
		defer book.Close()
		for _, sheet := range book.GetSheetList() {
			rows, err := book.GetRows(sheet)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows {
				o.Rejects = append(o.Rejects, sheet+": "+strings.Join(row, "|"))
			}
		}
	}
	for _, list := range [][]string{o.Totals, o.Issues, o.CSV, o.Questions} {
		slices.Sort(list)
	}
}

// byCommand imports a file with its answers, after it was asked.
func byCommand(t *testing.T, registry, path string, answers map[string]string) (o outcome) {
	t.Helper()
	dir := t.TempDir()
	base := []string{"import"}
	if len(answers) > 0 {
		asked := citygrid(t, registry, "import", "--accept", "good", path)
		asked.want(t, exitOpen)
		for line := range strings.Lines(asked.out.String()) {
			if key, refused := strings.CutSuffix(strings.Split(strings.TrimSpace(line), "'  ")[0], "=refuse"); refused {
				o.Questions = append(o.Questions, strings.TrimPrefix(key, "--answer '"))
			}
		}
	}
	for key, value := range answers {
		base = append(base, "--answer", key+"="+value)
	}
	citygrid(t, registry, append(base, "--dry-run", "--report", filepath.Join(dir, "report.csv"), path)...).code(t)
	citygrid(t, registry, append(base, "--accept", "good", "--rejects", filepath.Join(dir, "rejects"), "--report", filepath.Join(dir, "report.json"), path)...).code(t)
	r := readReport(t, filepath.Join(dir, "report.json"))
	o.State, o.SHA256, o.Rows, o.Good, o.Bad = r.Batch.State, r.Batch.SHA256, r.Batch.Rows, r.Batch.Good, r.Batch.Bad
	o.Created, o.Updated, o.Same = r.Batch.Created, r.Batch.Updated, r.Batch.Unchanged
	o.Errors, o.Warnings, o.Fixed, o.Recognised, o.Positions = r.Errors, r.Warnings, r.Fixed, r.Recognised, r.Positions
	var rejects []byte
	if o.Bad > 0 {
		rejects = read(t, filepath.Join(dir, "rejects"))
	}
	o.told(t, r.Totals, r.Issues, read(t, filepath.Join(dir, "report.csv")), rejects)
	return o
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// byServer sends a file, as a script does or as the page does: in a form, and committed when it was looked at.
func byServer(t *testing.T, of office, path string, answers map[string]string, asPage bool) (o outcome) {
	t.Helper()
	body, kind, accept := read(t, path), "application/octet-stream", "good"
	target := "/imports?name=" + url.QueryEscape(filepath.Base(path)) + "&accept="
	if asPage {
		var form bytes.Buffer
		w := multipart.NewWriter(&form)
		part, err := w.CreateFormFile("file", filepath.Base(path))
		if err != nil {
			t.Fatal(err)
		}
		part.Write(body)
		w.Close()
		body, kind, accept, target = form.Bytes(), w.FormDataContentType(), "none", "/imports?accept="
	}
	var s sent
	if err := json.Unmarshal(of.fetchAs("POST", target+accept, kind, body, http.StatusAccepted), &s); err != nil {
		t.Fatal(err)
	}
	s = of.settled(s)
	at := "/imports/" + s.ID
	if len(answers) > 0 {
		var open struct{ Questions []struct{ Key string } }
		of.ask("GET", at+"/questions", nil, http.StatusOK, &open)
		for _, q := range open.Questions {
			o.Questions = append(o.Questions, q.Key)
		}
		if s.State != "needs_answers" {
			t.Errorf("with open questions it is %s", s.State)
		}
		given, _ := json.Marshal(map[string]any{"answers": answers})
		of.fetchAs("POST", at+"/questions", "application/json", given, http.StatusAccepted)
		s = of.settled(s)
	}
	if asPage {
		if s.State != "staged" {
			t.Fatalf("before the commit it is %s", s.State)
		}
		of.fetch("POST", at+"/commit?accept=good", nil, http.StatusOK)
		s = of.settled(s)
	}
	o.State, o.SHA256, o.Rows, o.Good, o.Bad = s.State, s.SHA256, s.Rows.Read, s.Rows.Good, s.Rows.Bad
	o.Created, o.Updated, o.Same = s.Changes.Created, s.Changes.Updated, s.Changes.Unchanged
	o.Errors, o.Warnings, o.Fixed, o.Recognised, o.Positions = s.Issues.Errors, s.Issues.Warnings, s.Issues.Fixed, s.Recognised, s.Positions
	var page struct{ Issues []importIssue }
	of.ask("GET", at+"/issues?limit=10000", nil, http.StatusOK, &page)
	var rejects []byte
	if o.Bad > 0 {
		rejects = of.fetch("GET", at+"/rejects", nil, http.StatusOK)
	}
	o.told(t, s.Issues.ByCode, page.Issues, of.fetch("GET", at+"/report.csv", nil, http.StatusOK), rejects)
	return o
}

func TestCommandServerAndPageGiveTheSameOfTheSameFile(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	all := c.points(t)
	text := newTrapFile(t, all, textTraps(), 2)
	encoded, err := simplifiedchinese.GB18030.NewEncoder().Bytes(asCSV(t, append([][]string{text.header}, text.records...), true))
	if err != nil {
		t.Fatal(err)
	}
	sheets := newTrapFile(t, all, bookTraps(), 5)
	book := filepath.Join(t.TempDir(), "陷阱 表.xlsx")
	sheets.book(t, [][]string{sheets.header, append([]string{"900"}, all[900]...)}, book)
	byHand, sentTo, shown := c.registry(t), c.registry(t), c.registry(t)
	script, page := newOffice(t, sentTo), newOffice(t, shown)
	for _, f := range []struct {
		path    string
		answers map[string]string
	}{
		{file(t, "陷阱.csv", encoded), map[string]string{"state.坏了": "破损", "state.??": "refuse", "unit.U99": "refuse"}},
		{book, nil},
		{c.shapes(), nil},
	} {
		name := filepath.Base(f.path)
		want := byCommand(t, byHand, f.path, f.answers)
		for door, got := range map[string]outcome{"server": byServer(t, script, f.path, f.answers, false), "page": byServer(t, page, f.path, f.answers, true)} {
			got, want := reflect.ValueOf(got), reflect.ValueOf(want)
			for i := range got.NumField() {
				if g, w := got.Field(i).Interface(), want.Field(i).Interface(); !reflect.DeepEqual(g, w) {
					t.Errorf("%s by %s: %s is %.2000q, by command %.2000q", name, door, got.Type().Field(i).Name, fmt.Sprint(g), fmt.Sprint(w))
				}
			}
		}
	}
	want := digests(t, byHand)
	sameDigests(t, "by server", digests(t, sentTo), want)
	sameDigests(t, "by page", digests(t, shown), want)
}
