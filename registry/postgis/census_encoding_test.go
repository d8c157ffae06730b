package postgis_test

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"citygrid/registry"
	"citygrid/registry/census"
	"citygrid/registry/census/report"
)

// mixed is a file in GBK of which one line is UTF-8, as two files that were put together.
func mixed(t *testing.T) string {
	t.Helper()
	lines := strings.SplitAfter(lamps(4, "完好"), "\n")
	for _, i := range []int{0, 1, 3, 4} {
		text, err := simplifiedchinese.GBK.NewEncoder().String(lines[i])
		if err != nil {
			t.Fatal(err)
		}
		lines[i] = text
	}
	lines[2] = strings.Replace(lines[2], "市路灯管理处", "市路灯管理处\xff", 1)
	return strings.Join(lines, "")
}

func TestTrap1AFileInTwoEncodingsIsAskedAndWhatDoesNotFitIsRefused(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.config.Accept = census.AcceptGood
	file := mixed(t)
	r := s.asked("lamps.csv", file)
	if got := strings.Join(keys(r), "|"); got != "encoding 0 GB18030" || r.Batch.State != census.NeedsAnswers {
		t.Fatalf("%q %+v", got, r)
	}
	q := r.Questions[0]
	if got := strings.Join(optionsOf(q), " "); got != "UTF-8 GB18030 UTF-16LE UTF-16BE refuse" {
		t.Errorf("the options are %s", got)
	}
	if len(q.Evidence) != 4 || q.Evidence[0].EN != "of 5 lines 4 are not UTF-8 and 1 are not GB18030" ||
		!strings.HasPrefix(q.Evidence[1].EN, "line 2 (from byte ") || !strings.Contains(q.Evidence[1].ZH, "按 GB18030 读：4205020118000001,路灯,") ||
		!strings.HasPrefix(q.Evidence[2].EN, "line 3 ") || !strings.Contains(q.Evidence[2].EN, "as UTF-8: 4205020118000002,路灯,") {
		t.Errorf("the evidence is %+v", q.Evidence)
	}
	for _, is := range append(briefs(r), q.Evidence[1].ZH) {
		if strings.Contains(is, "\x00") {
			t.Errorf("%q", is)
		}
	}
	s.empty()
	if r := s.asked("lamps.csv", file, "encoding=refuse"); r.Batch.Reason != census.ReasonFile || len(r.Questions) != 0 {
		t.Errorf("%+v", r)
	}
	if _, err := s.answered("lamps.csv", file, "encoding=Big5"); registry.KindOf(err) != registry.Invalid {
		t.Errorf("%v", err)
	}
	answers := map[string]string{census.KeyEncoding: "GB18030"}
	r = s.asked("lamps.csv", file, "encoding=GB18030")
	if r.Batch.Counts.Created != 3 || r.Batch.Bad != 1 || len(r.Answered) != 1 {
		t.Fatalf("%+v", r)
	}
	if got := briefs(r); !strings.Contains(strings.Join(got, "|"), "3 DeptName1 damaged_text error") {
		t.Errorf("%q", got)
	}
	if n := s.count(`select count(*) from component where name like '%' || chr(65533) || '%' or dept1_name like '%' || chr(65533) || '%'`); n != 0 {
		t.Errorf("%d components have replacement characters", n)
	}
	var out bytes.Buffer
	n, err := report.WriteRejects(t.Context(), &out, census.File{Name: "lamps.csv", Format: census.FormatCSV, Body: strings.NewReader(file), Answers: answers}, r)
	if lines := strings.SplitAfter(file, "\n"); err != nil || n != 1 || out.String() != lines[0]+lines[2] {
		t.Errorf("%d %v %q", n, err, out.String())
	}
	// As UTF-8 the other rows are damaged, and nothing of them comes in.
	if r := s.asked("lamps.csv", file, "encoding=UTF-8"); r.Batch.State != census.Rejected || r.Batch.Bad != 4 {
		t.Errorf("%+v", r)
	}
	if r := s.asked("lamps.csv", lamps(3, "完好"), "encoding=GB18030"); r.Batch.Counts.Unchanged != 2 || len(r.Answered) != 0 {
		t.Errorf("an answer to what is not asked: %+v", r)
	}
}
