package postgis_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"citygrid/registry"
	"citygrid/registry/census"
)

func TestTheSameRowsInAnyEncodingAreTheSameComponents(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	text := lamps(5, "完好")
	tabs := strings.ReplaceAll(text, ",", "\t")
	s.take("first.csv", text)
	for name, body := range map[string]string{
		"gbk.csv":     encode(t, simplifiedchinese.GBK, text),
		"gb18030.tsv": encode(t, simplifiedchinese.GB18030, tabs),
		"unicode.txt": encode(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), tabs),
		"mark.csv":    "\ufeff" + text,
	} {
		if r := s.take(name, body); r.Batch.State != census.Promoted || r.Batch.Counts != (census.Counts{Unchanged: 5}) {
			t.Errorf("%s: %+v %q", name, r.Batch, briefs(r))
		}
	}
}

func encode(t *testing.T, e encoding.Encoding, text string) string {
	t.Helper()
	out, err := e.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestABatchAndItsIssuesAreReadAsTheyWereReported(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	good := s.take("good.csv", lamps(2, "完好"))
	bad := s.take("bad.csv", lamps(3, "崭新"))
	all, err := s.store.Batches(t.Context(), 10)
	if err != nil || !reflect.DeepEqual(all, []census.Batch{bad.Batch, good.Batch}) {
		t.Errorf("%+v, %v", all, err)
	}
	if last, err := s.store.Batches(t.Context(), 1); err != nil || !reflect.DeepEqual(last, []census.Batch{bad.Batch}) {
		t.Errorf("%+v, %v", last, err)
	}
	if b, err := s.store.Batch(t.Context(), good.Batch.ID); err != nil || !reflect.DeepEqual(b, good.Batch) {
		t.Errorf("%+v, %v", b, err)
	}
	var issues []census.Issue
	for i, err := range s.store.BatchIssues(t.Context(), bad.Batch.ID) {
		if err != nil {
			t.Fatal(err)
		}
		issues = append(issues, i)
	}
	if !slices.Equal(issues, bad.Issues) || len(issues) != 3 {
		t.Errorf("%+v, not %+v", issues, bad.Issues)
	}
	if _, err := s.store.Batch(t.Context(), census.NewBatchID()); registry.KindOf(err) != registry.NotFound {
		t.Errorf("%v", err)
	}
}
