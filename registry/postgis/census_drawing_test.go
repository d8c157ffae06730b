package postgis_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"citygrid/registry"
	"citygrid/registry/census"
	"citygrid/registry/vector"
)

// drawing is a DXF in degrees.
type drawing struct{ strings.Builder }

func (d *drawing) groups(codesAndValues ...any) {
	for i := 0; i < len(codesAndValues); i += 2 {
		fmt.Fprintf(d, "%d\n%v\n", codesAndValues[i], codesAndValues[i+1])
	}
}

// insert puts a block down at the n-th place, with attributes TAG=VALUE.
func (d *drawing) insert(layer, block string, n int, attributes ...string) {
	at := []any{10, fmt.Sprintf("%.4f", 111.281+float64(n)*0.0005), 20, "30.7051", 30, "0.0"}
	d.groups(append([]any{0, "INSERT", 8, layer, 66, 1, 2, block}, at...)...)
	for _, a := range attributes {
		tag, value, _ := strings.Cut(a, "=")
		d.groups(append([]any{0, "ATTRIB", 8, layer, 40, "1.0", 1, value, 2, tag}, at...)...)
	}
	d.groups(0, "SEQEND", 8, layer)
}

// drawn imports a drawing with answers.
func (s *survey) drawn(d *drawing, answers ...string) census.Report {
	s.t.Helper()
	r, err := s.drawnWith(d, answers...)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

func (s *survey) drawnWith(d *drawing, answers ...string) (census.Report, error) {
	s.t.Helper()
	tool, err := vector.Find(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	given := map[string]string{}
	for _, text := range answers {
		key, value, err := census.ParseAnswer(text)
		if err != nil {
			s.t.Fatal(err)
		}
		given[key] = value
	}
	c, err := census.New(s.config)
	if err != nil {
		s.t.Fatal(err)
	}
	body := "0\nSECTION\n2\nENTITIES\n" + d.String() + "0\nENDSEC\n0\nEOF\n"
	return c.Import(s.t.Context(), census.File{Name: "地形图.dxf", Format: census.FormatMaps, Maps: tool, Body: strings.NewReader(body), Answers: given})
}

// issuesOf are the issues of a report that are no fixes, as "row code column".
func issuesOf(r census.Report) (list []string) {
	for _, i := range r.Issues {
		if i.Severity != census.Fixed {
			list = append(list, strings.TrimSpace(fmt.Sprint(i.Row, " ", i.Code, " ", i.Column)))
		}
	}
	return list
}

// TestBlocksOfADrawingAreAskedAboutAndItsLayersWhereTheySayMore: as in South CASS blocks say what is drawn; one sign on many layers does not.
func TestBlocksOfADrawingAreAskedAboutAndItsLayersWhereTheySayMore(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	var d drawing
	complete := []string{"状态=完好", "初始日期=2011-12-31"}
	with := func(code string) []string { return append([]string{"标识码=" + code}, complete...) }
	d.insert("独立地物", "GC013", 1, with("4205020118000001")...)
	d.insert("独立地物", "GC013", 2, with("4205020118000002")...)
	d.insert("独立地物", "GC020", 3, with("4205020101000001")...)
	d.insert("部件-路灯", "点", 4, with("4205020118000003")...)
	d.insert("自来水", "点", 5, with("4205020101000002")...)
	d.insert("路灯", "X", 6, with("4205020118000004")...)
	d.insert("别的", "*U12", 7)
	d.groups(0, "LINE", 8, "道路", 10, "111.281", 20, "30.7051", 11, "111.282", 21, "30.7051")
	d.groups(0, "TEXT", 8, "路灯", 10, "111.281", 20, "30.7051", 40, "1.0", 1, "灯")
	r := s.drawn(&d)
	want := []string{"block.GC013 2 0118", "block.GC020 1 0101", "layer.部件-路灯 1 0118", "layer.自来水 1 0101", "layer.别的 1", "layer.道路 1"}
	if got := keys(r); !reflect.DeepEqual(got, want) || r.Batch.State != census.NeedsAnswers {
		t.Fatalf("%q, want %q", got, want)
	}
	first := r.Questions[0]
	if o := first.Options; o[0].Value != "0118" || o[1].Value != census.AnswerSkip || o[len(o)-1].Value != census.AnswerRefuse || len(o) != 6 ||
		first.Evidence[0].EN != "layer 独立地物: 2 entities of block GC013" || first.Evidence[1].EN != "2 of them have a code of their own, 2 of sub-class 0118 路灯" {
		t.Errorf("%+v", first)
	}
	s.empty()
	answers := []string{"block.GC013=0118", "block.GC020=0101", "layer.部件-路灯=0118", "layer.自来水=0101", "layer.别的=skip", "layer.道路=skip"}
	if r = s.drawn(&d, answers...); r.Batch.State != census.Promoted || r.Batch.Good != 6 || r.Batch.Read != 6 || r.Batch.Bad != 0 {
		t.Fatalf("%+v, %q", r.Batch, issuesOf(r))
	}
	said := ""
	for _, how := range r.Recognised {
		said += how.EN + "\n"
	}
	for _, text := range []string{"layer 路灯 → 0118 路灯", "1 texts and 0 entities of layouts", "as answered: layer.别的 = skip (1 rows)", "as answered: block.GC013 = 0118 (2 rows)"} {
		if !strings.Contains(said, text) {
			t.Errorf("%q is not in %q", text, said)
		}
	}
	if _, err := s.drawnWith(&d, "block.GC013=0999"); registry.KindOf(err) != registry.Invalid {
		t.Errorf("a sub-class that is none: %v", err)
	}
	if r = s.drawn(&d, "*=refuse"); len(r.Questions) > 0 || r.Batch.Read != 8 || r.Batch.Bad != 2 {
		t.Errorf("taken by what they say themselves: %+v, %q", r.Batch, issuesOf(r))
	}
}

func TestTrap25ACodeOfAnotherSubclassThanWhatIsDrawnIsAnError(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	var d drawing
	d.insert("路灯", "L", 1, "ObjID=4205020118000001", "ObjState=完好", "ORDate=2011-12-31")
	d.insert("路灯", "L", 2, "ObjID=4205020101000001", "ObjState=完好", "ORDate=2011-12-31")
	d.insert("0101", "L", 3, "ObjID=4205020101000002", "ObjState=完好", "ORDate=2011-12-31")
	r := s.drawn(&d)
	if got := issuesOf(r); !slices.Equal(got, []string{"2 drawn_differs ObjID"}) {
		t.Fatalf("%q, %q", got, keys(r))
	}
	if text := r.Issues[0].Message; !strings.Contains(text.EN, "sub-class 0101 (上水井盖), but layer.路灯 says 0118 (路灯)") || !strings.Contains(text.ZH, "编码指小类 0101（上水井盖），而 layer.路灯 指小类 0118（路灯）") {
		t.Errorf("%+v", text)
	}
}

// TestTrap23ADrawingWithoutCodesIsToldThoseThatItsEntitiesCouldHave: by what was answered of its blocks.
func TestTrap23ADrawingWithoutCodesIsToldThoseThatItsEntitiesCouldHave(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	var d drawing
	d.insert("GXYZ", "GC013", 1)
	d.insert("GXYZ", "GC013", 2)
	r := s.drawn(&d)
	if got := keys(r); !slices.Equal(got, []string{"block.GC013 2"}) {
		t.Fatalf("%q", got)
	}
	r = s.drawn(&d, "block.GC013=0118")
	if got := keys(r); !slices.Equal(got, []string{"value.ObjState 2", "value.ORDate 2"}) {
		t.Fatalf("%q", got)
	}
	state, date := r.Questions[0], r.Questions[1]
	if date.Form != census.FormDate || date.Check("2011-05-01") != nil || date.Check("2011-13-01") == nil || date.Check("refuse") != nil || state.Form != "" || state.Check("完好") != nil || state.Check("2011-05-01") == nil {
		t.Errorf("%+v, %+v", state, date)
	}
	r = s.drawn(&d, "block.GC013=0118", "value.ObjState=完好", "value.ORDate=2011-05-01")
	if got := issuesOf(r); !slices.Equal(got, []string{"1 missing_value ObjID", "2 missing_value ObjID"}) || r.Batch.State != census.Rejected {
		t.Fatalf("%q, %+v", got, r.Batch)
	}
	for i, issue := range slices.DeleteFunc(slices.Clone(r.Issues), func(i census.Issue) bool { return i.Severity == census.Fixed }) {
		if want := fmt.Sprintf("420502011800000%d", i+1); issue.Instead != want {
			t.Errorf("%q is proposed, want %s: %s", issue.Instead, want, issue.Message.EN)
		}
	}
	for _, wrong := range []string{"value.ORDate=2012-01-02", "value.ORDate=soon", "value.ObjState=new"} {
		if _, err := s.drawnWith(&d, "block.GC013=0118", wrong); registry.KindOf(err) != registry.Invalid {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}

// TestWhatADrawingDoesNotSayHoldsForAllOfIt: what it does say goes before.
func TestWhatADrawingDoesNotSayHoldsForAllOfIt(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	var d drawing
	d.insert("路灯", "L", 1, "ObjID=4205020118000001", "ObjState=破损")
	d.insert("路灯", "L", 2, "ObjID=4205020118000002", "ORDate=2010-01-01")
	if r := s.drawn(&d); !slices.Equal(keys(r), []string{"value.ObjState 1", "value.ORDate 1"}) {
		t.Fatalf("%q", keys(r))
	}
	r := s.drawn(&d, "value.ObjState=完好", "value.ORDate=2011-05-01")
	if r.Batch.State != census.Promoted || r.Fixed != 2 {
		t.Fatalf("%+v, %q", r.Batch, issuesOf(r))
	}
	for code, want := range map[string]string{"4205020118000001": "破损 2011-05-01", "4205020118000002": "完好 2010-01-01"} {
		var got string
		if err := s.db.QueryRow(t.Context(), `select state || ' ' || first_surveyed from component where code = $1`, code).Scan(&got); err != nil || got != want {
			t.Errorf("%s: %q, want %q, %v", code, got, want, err)
		}
	}
	if r := s.drawn(&d, "value.ObjState=refuse", "value.ORDate=2011-05-01"); !slices.Equal(issuesOf(r), []string{"2 missing_value ObjState"}) {
		t.Errorf("refused: %q", issuesOf(r))
	}
}

// TestTrap39AClosedLineOfADrawingIsThePolygonThatItsSubclassUsuallyIs: a closed line of a railing stays one.
func TestTrap39AClosedLineOfADrawingIsThePolygonThatItsSubclassUsuallyIs(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	var d drawing
	for i, layer := range []string{"0301", "0211"} {
		d.groups(0, "LWPOLYLINE", 8, layer, 90, 3, 70, 1, 10, "111.2811", 20, "30.7051", 10, "111.2812", 20, "30.7051", 10, "111.2812", 20, "30.7052",
			1001, "CENSUS", 1000, fmt.Sprintf("ObjID=420502%s000001", layer), 1000, "ObjState=完好", 1000, fmt.Sprintf("ORDate=2011-12-0%d", i+1))
	}
	r := s.drawn(&d)
	if r.Batch.State != census.Promoted || r.Fixed != 1 || len(issuesOf(r)) != 0 || r.Issues[0].Code != census.CodeClosedLine {
		t.Fatalf("%+v, %q", r.Batch, issuesOf(r))
	}
	var shapes string
	if err := s.db.QueryRow(t.Context(), `select string_agg(code || ' ' || st_geometrytype(geom), ', ' order by code) from component`).Scan(&shapes); err != nil ||
		shapes != "4205020211000001 ST_LineString, 4205020301000001 ST_Polygon" {
		t.Errorf("%s, %v", shapes, err)
	}
}
