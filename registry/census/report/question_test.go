package report

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"citygrid/registry/catalog"
	"citygrid/registry/census"
)

func TestWhatAFileLeavesOpenStandsInItsReports(t *testing.T) {
	t.Parallel()
	r := lampReport()
	r.Batch.State = census.NeedsAnswers
	r.Questions = []census.Question{{
		Key: "state.好", Rows: 1, Text: catalog.Text{ZH: "状态“好”是哪一种？", EN: "Which state is meant by 好?"},
		Evidence: []catalog.Text{{ZH: "1 行", EN: "1 row"}}, Options: []census.Option{{Value: census.AnswerRefuse}},
	}}
	c, err := ContentOf(t.Context(), r, csvFile(lampFile))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := c.WriteJSON(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	var got struct{ Questions []census.Question }
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || !reflect.DeepEqual(got.Questions, r.Questions) {
		t.Errorf("%v %+v", err, got)
	}
	b := &workbook{content: c}
	var said []string
	for _, l := range b.lines() {
		for _, cell := range l.cells {
			if text, ok := cell.(string); ok {
				said = append(said, text)
			}
		}
	}
	for _, want := range []string{"待答复 needs_answers", "状态“好”是哪一种？", "Which state is meant by 好?", "state.好"} {
		if !slices.Contains(said, want) {
			t.Errorf("%q is not in\n%s", want, strings.Join(said, "\n"))
		}
	}
}
