package postgis_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
	"citygrid/registry/census/report"
)

// poles names neither the code nor the state as any list does.
const poles = "灯杆号,品牌,现状,ORDate,Lon,Lat\n" +
	"4205020118000001,甲,完好,2011-12-31,111.285,30.705\n4205020118000002,乙,破损,2011-12-31,111.286,30.706\n4205020118000003,,完好,2011-12-31,111.287,30.707\n"

func TestAColumnThatNoNameTellsIsAskedAndTheAnswerIsItsName(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	for _, f := range []struct{ name, body string }{{"poles.csv", poles}, {"poles.xlsx", workbookOf(t, poles)}} {
		r := s.asked(f.name, f.body)
		want := []string{"column.ObjID 0 灯杆号", "column.ObjState 0 现状"}
		if got := keys(r); !reflect.DeepEqual(got, want) || r.Batch.State != census.NeedsAnswers {
			t.Fatalf("%s: %q %+v", f.name, got, r)
		}
		q := r.Questions[0]
		if got, want := optionsOf(q), []string{"灯杆号", "品牌", "现状", "refuse"}; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: the options are %q, want %q", f.name, got, want)
		}
		evidence := []catalog.Text{
			{ZH: "“灯杆号”：4205020118000001、4205020118000002、4205020118000003（前 3 行中有 3 行符合）",
				EN: "灯杆号: 4205020118000001, 4205020118000002, 4205020118000003 (3 of the first 3 rows fit)"},
			{ZH: "“品牌”：甲、乙", EN: "品牌: 甲, 乙"}, {ZH: "“现状”：完好、破损", EN: "现状: 完好, 破损"},
		}
		if !reflect.DeepEqual(q.Evidence, evidence) {
			t.Errorf("%s: the evidence is %+v", f.name, q.Evidence)
		}
		s.empty()
		if r := s.asked(f.name, f.body, "column.ObjID=灯杆号", "column.ObjState=refuse"); r.Batch.State != census.Rejected ||
			!strings.Contains(strings.Join(briefs(r), "|"), "1 ObjState missing_column error") {
			t.Errorf("%s: %+v", f.name, r)
		}
		for _, wrong := range []string{"column.ObjID=杆号", "column.ObjID=none", "column.ObjID=ORDate"} {
			if _, err := s.answered(f.name, f.body, wrong); registry.KindOf(err) != registry.Invalid {
				t.Errorf("%s: %s gives %v", f.name, wrong, err)
			}
		}
	}
	r := s.asked("poles.csv", poles, "column.ObjID=灯杆号", "column.ObjState=现状", "column.Note=品牌")
	if want := (census.Counts{Created: 3}); r.Batch.Counts != want || len(r.Answered) != 2 {
		t.Fatalf("%+v", r)
	}
	if c := s.component("4205020118000002"); c.State != registry.Damaged || string(c.Extra) != `{"品牌": "乙"}` {
		t.Errorf("%+v", c)
	}
	r = s.asked("poles.xlsx", workbookOf(t, poles), "column.ObjID=灯杆号", "column.ObjState=现状")
	if want := (census.Counts{Unchanged: 3}); r.Batch.Counts != want {
		t.Errorf("%+v", r)
	}
}

func optionsOf(q census.Question) []string {
	var values []string
	for _, o := range q.Options {
		values = append(values, o.Value)
	}
	return values
}

func TestTrap21ANameTwiceIsReadByItsPlaceAndAskedWhereItMeansSomething(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	const header = "ObjID,ObjState,ORDate,Lon,Lat,备注,备注,品牌,品牌\n"
	const row = "4205020118000001,完好,2011-12-31,111.285,30.705,东,西,甲,乙\n"
	for _, f := range []struct{ name, body string }{{"a.csv", header + row}, {"a.xlsx", workbookOf(t, header+row)}} {
		r := s.asked(f.name, f.body)
		if got := keys(r); !reflect.DeepEqual(got, []string{"column.Note 0"}) {
			t.Fatalf("%s: %q %+v", f.name, got, r)
		}
		if got, want := optionsOf(r.Questions[0]), []string{"备注", "备注#2", "none", "refuse"}; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q", f.name, got)
		}
	}
	for code, want := range map[string][3]string{
		"4205020118000001": {"备注", "东", `{"品牌": "甲", "品牌#2": "乙", "备注#2": "西"}`},
		"4205020118000002": {"备注#2", "西", `{"品牌": "甲", "备注": "东", "品牌#2": "乙"}`},
		"4205020118000003": {"none", "", `{"品牌": "甲", "备注": "东", "品牌#2": "乙", "备注#2": "西"}`},
	} {
		body := strings.NewReplacer("4205020118000001", code, "111.285", "111.28"+code[15:]).Replace(header + row)
		if r := s.asked("a.csv", body, "column.Note="+want[0]); r.Batch.State != census.Promoted {
			t.Fatalf("%+v", r)
		}
		if c := s.component(code); c.Note != want[1] || string(c.Extra) != want[2] {
			t.Errorf("%s: %q %s", want[0], c.Note, c.Extra)
		}
	}
	// None of them is the note, so that the file says nothing about it: it stays.
	s.asked("a.csv", header+row, "column.Note=none")
	if c := s.component("4205020118000001"); c.Note != "东" {
		t.Errorf("%q %s", c.Note, c.Extra)
	}
}

func TestTwoCodesOfAFeatureAreAsked(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	const file = `{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[111.285,30.705]},
"properties":{"标识码":"4205020118000001","部件编码":"4205020118000009","ObjState":"完好","ORDate":"2011-12-31","经度":"1","东经":"2"}}]}`
	r := s.asked("a.geojson", file)
	if got := keys(r); !reflect.DeepEqual(got, []string{"column.ObjID 0"}) {
		t.Fatalf("%q %+v", got, r)
	}
	if r := s.asked("a.geojson", file, "column.ObjID=部件编码"); r.Batch.Counts.Created != 1 {
		t.Fatalf("%+v", r)
	}
	s.component("4205020118000009")
	if _, err := s.answered("a.geojson", file, "column.ObjID=ObjState"); registry.KindOf(err) != registry.Invalid {
		t.Errorf("%v", err)
	}
}

func TestTheRowsOfAFileAnsweredAboutColumnsAreGivenBackToBeMended(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.config.Accept = census.AcceptGood
	book := workbookOf(t, strings.Replace(poles, "2011-12-31", "", 1))
	answers := map[string]string{"column.ObjID": "灯杆号", "column.ObjState": "现状"}
	f := census.File{Name: "poles.xlsx", Format: census.FormatXLSX, Body: strings.NewReader(book), Answers: answers}
	c, err := census.New(s.config)
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Import(t.Context(), f)
	if err != nil || r.Batch.Counts.Created != 2 || len(r.Rejected) != 1 {
		t.Fatalf("%v %+v", err, r)
	}
	f.Body = strings.NewReader(book)
	var out bytes.Buffer
	if n, err := report.WriteRejects(t.Context(), &out, f, r); err != nil || n != 1 {
		t.Fatalf("%d rows, %v", n, err)
	}
	if rows, err := opened(t, &out).GetRows("一"); err != nil || len(rows) != 2 || rows[0][0] != "灯杆号" || rows[1][0] != "4205020118000001" {
		t.Errorf("%q %v", rows, err)
	}
}
