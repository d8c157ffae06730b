package postgis_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/geo"
	"citygrid/geo/areaindex"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
)

const numberHeader = "ObjID,ObjName,ObjState,ORDate,Lon,Lat\n"

// proposals are the codes proposed for rows without one, as "row code".
func proposals(issues []census.Issue) []string {
	var out []string
	for _, is := range issues {
		if is.Code == census.CodeMissingValue {
			out = append(out, strings.TrimSpace(fmt.Sprint(is.Row, " ", is.Instead)))
		}
	}
	return out
}

func TestTrap23RowsWithoutCodeAreRefusedWithTheCodesThatTheyCouldHave(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.config.Accept = census.AcceptGood
	s.take("before.csv", numberHeader+lamp(3)+",路灯,完好,2011-12-31,111.281,30.701\n")
	blank := []string{",路灯,完好,2011-12-31,111.282,30.701\n", "无,路灯,完好,2011-12-31,111.283,30.701\n", " , 路灯,破损,2011-12-31,111.284,30.701\n"}
	file := func(codes ...string) string {
		text := numberHeader + lamp(5) + ",路灯,完好,2011-12-31,111.285,30.701\n" // in the file
		for i, row := range blank {
			if codes != nil {
				_, rest, _ := strings.Cut(row, ",")
				row = codes[i] + "," + rest
			}
			text += row
		}
		return text + lamp(8) + ",路灯,新,2011-12-31,111.286,30.701\n" + // refused
			lamp(4) + ",路灯,完好,2011-12-31,111.287,30.701\n" + "4205020101000030,上水井盖,完好,2011-12-31,111.288,30.701\n"
	}
	r := s.take("lamps.csv", file())
	if want := []string{"3 " + lamp(9), "4 " + lamp(10), "5 " + lamp(11)}; !reflect.DeepEqual(proposals(r.Issues), want) || r.Batch.Bad != 4 || r.Batch.Counts.Created != 3 {
		t.Fatalf("proposed %q, want %q: %+v", proposals(r.Issues), want, r)
	}
	want := catalog.Text{
		ZH: "ObjID 为空，此列必须填写；建议编码 " + lamp(9) + "，目前无人使用，但不预留：写入文件后再导入，此行方可入库",
		EN: "ObjID is empty and must not be; " + lamp(9) + " is proposed, free as of now and not reserved: write it into the file and import that, and the row is taken",
	}
	if got := r.Issues[0].Message; got != want {
		t.Errorf("the message is %+v", got)
	}
	stored := s.list(`select row, instead from import_issue where batch_id = $1 and code = 'missing_value' order by row`, [16]byte(r.Batch.ID))
	if !reflect.DeepEqual(stored, proposals(r.Issues)) {
		t.Errorf("the store has %q", stored)
	}

	r = s.take("numbered.csv", file(lamp(9), lamp(10), lamp(11)))
	if r.Batch.Counts != (census.Counts{Created: 3, Unchanged: 3}) || r.Batch.Bad != 1 {
		t.Fatalf("%q, %+v", briefs(r), r)
	}
	got := s.list(`select code, name, state from component where code >= $1 order by code`, lamp(9))
	if want := []string{lamp(9) + " 路灯 完好", lamp(10) + " 路灯 完好", lamp(11) + "  路灯 破损"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q", got)
	}
	if r := s.take("next.csv", numberHeader+blank[0]); !reflect.DeepEqual(proposals(r.Issues), []string{"2 " + lamp(12)}) {
		t.Errorf("then proposed is %q", proposals(r.Issues))
	}
}

func TestTrap23TheNumberOfAWithdrawnComponentIsNotProposedAgain(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.undo(s.take("wrong.csv", numberHeader+lamp(7)+",路灯,完好,2011-12-31,111.281,30.701\n").Batch.ID)
	s.empty()
	r := s.take("next.csv", numberHeader+",路灯,完好,2011-12-31,111.282,30.701\n")
	if got := proposals(r.Issues); !reflect.DeepEqual(got, []string{"2 " + lamp(8)}) {
		t.Errorf("proposed is %q", got)
	}
}

// In each edition lamps have another sub-class, and codes of the other editions are no numbers of it.
func TestTrap23ProposalsAreCodesOfTheEditionAndTheDivision(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		edition  catalog.Edition
		subclass catalog.SubclassCode
		given    string // the highest of the first division
		want     []string
	}{
		{catalog.Edition2007, "0118", "4205020118000041", []string{"3 4205020118000042", "4 4205030118000001", "5 4205020118000043", "6 4205030118000002"}},
		{catalog.Edition2013, "0137", "4205020137000041", []string{"3 4205020137000042", "4 4205030137000001", "5 4205020137000043", "6 4205030137000002"}},
		{catalog.Edition2026, "01037", "42050201037000041", []string{"3 42050201037000042", "4 42050301037000001", "5 42050201037000043", "6 42050301037000002"}},
	} {
		s := newSurvey(t)
		s.config.Edition, s.config.Subclasses, s.config.Cells = c.edition, []catalog.SubclassCode{c.subclass}, twoDivisions(t)
		for _, e := range catalog.Editions() {
			if e != c.edition {
				s.exec(`insert into component_code (edition, code, component_id) select $1, $2 || lpad(n::text, 6, '0'), n from generate_series(50, 52) n`,
					string(e), c.given[:len(c.given)-6])
			}
		}
		r := s.take("lamps.csv", numberHeader+c.given+",路灯,完好,2011-12-31,111.281,30.701\n"+
			",路灯,完好,2011-12-31,111.282,30.701\n,路灯,完好,2011-12-31,111.292,30.701\n,路灯,完好,2011-12-31,111.283,30.701\n,路灯,完好,2011-12-31,111.293,30.701\n")
		if got := proposals(r.Issues); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: proposed %q, want %q", c.edition, got, c.want)
		}
	}
}

// twoDivisions are two cells, the western one in 420502 and the eastern one in 420503.
func twoDivisions(t *testing.T) *areaindex.Index {
	t.Helper()
	var items []areaindex.Item
	for i, code := range []string{"420502001001001", "420503001001001"} {
		x, y := 111.28+0.01*float64(i), 30.70
		area, err := geo.NewArea(orb.MultiPolygon{{{{x, y}, {x + 0.01, y}, {x + 0.01, y + 0.01}, {x, y + 0.01}, {x, y}}}})
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, areaindex.Item{Code: code, Area: area})
	}
	index, err := areaindex.Build(items)
	if err != nil {
		t.Fatal(err)
	}
	return index
}

// exec runs a statement for what no file does.
func (s *survey) exec(sql string, args ...any) {
	s.t.Helper()
	if _, err := s.db.Exec(s.t.Context(), sql, args...); err != nil {
		s.t.Fatal(err)
	}
}

func TestTrap23NoCodeIsProposedBeyondTheLastNumber(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	r := s.take("lamps.csv", numberHeader+lamp(999_998)+",路灯,完好,2011-12-31,111.281,30.701\n"+
		",路灯,完好,2011-12-31,111.282,30.701\n,路灯,完好,2011-12-31,111.283,30.701\n")
	if got := proposals(r.Issues); !reflect.DeepEqual(got, []string{"3 " + lamp(999_999), "4"}) {
		t.Fatalf("proposed is %q", got)
	}
	if m := r.Issues[1].Message; !strings.Contains(m.EN, "division 420502 and sub-class 0118 are used up") || !strings.Contains(m.ZH, "顺序号已用到最大") {
		t.Errorf("%+v", m)
	}
}

func TestTrap23NoMoreCodesAreProposedThanIssuesAreKept(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.config.MaxIssues = 2
	r := s.take("lamps.csv", numberHeader+strings.Repeat(",路灯,完好,2011-12-31,111.282,30.701\n", 5)+lamp(4)+",路灯,完好,2011-12-31,111.283,30.701\n")
	if got := proposals(r.Issues); !reflect.DeepEqual(got, []string{"2 " + lamp(5), "3 " + lamp(6)}) || r.Errors != 5 {
		t.Errorf("proposed is %q of %d errors", got, r.Errors)
	}
}

// All lamps stand a hundred metres off: where they are is asked first, and the division may be another one.
func TestTrap23NothingIsProposedWhileItIsAskedWherePositionsAre(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	var known, shifted strings.Builder
	for i := range 40 {
		fmt.Fprintf(&known, "%s,路灯,完好,2011-12-31,%.4f,%.4f\n", lamp(i+1), 111.281+0.0003*float64(i%7), 30.701+0.0004*float64(i/7))
		fmt.Fprintf(&shifted, "%s,路灯,完好,2011-12-31,%.4f,%.4f\n", lamp(i+1), 111.282+0.0003*float64(i%7), 30.701+0.0004*float64(i/7))
	}
	s.take("known.csv", numberHeader+known.String())
	file := numberHeader + shifted.String() + ",路灯,完好,2011-12-31,111.285,30.705\n"
	r := s.asked("shifted.csv", file)
	if got := keys(r); len(got) != 1 || !strings.HasPrefix(got[0], census.KeyPosition) || !reflect.DeepEqual(proposals(r.Issues), []string{"42"}) {
		t.Errorf("asked %q, proposed %q", got, proposals(r.Issues))
	}
	r = s.asked("shifted.csv", file, "position=asis")
	if got := proposals(r.Issues); !reflect.DeepEqual(got, []string{"42 " + lamp(41)}) {
		t.Errorf("answered: proposed %q", got)
	}
}

func TestHighestCodesAreThoseOfTheRegistryAndOfStagedRows(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.take("lamps.csv", lamps(3, "完好"))
	staging, err := s.store.OpenStaging(t.Context(), census.Batch{ID: census.NewBatchID(), Source: "a.csv", State: census.Received, Actor: "test", StartedAt: surveyedAt})
	if err != nil {
		t.Fatal(err)
	}
	defer staging.Close()
	for line, text := range []string{"4205020101000006", "4205020101000005", "4205030118000009", lamp(2)} {
		c := s.component(lamp(1))
		if c.Code, err = catalog.ParseComponentCode(catalog.Edition2007, text); err != nil {
			t.Fatal(err)
		}
		if err := staging.Add(t.Context(), census.StagedRow{Line: int64(line), Component: c}); err != nil {
			t.Fatal(err)
		}
	}
	if err := staging.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		edition  catalog.Edition
		prefixes []string
		want     []string
	}{
		{catalog.Edition2007, []string{"4205020118", "4205020101", "4205020118", "4205020102"}, []string{"4205020101000006", lamp(3)}},
		{catalog.Edition2013, []string{"4205020118"}, []string{}},
		{catalog.Edition2007, nil, []string{}},
	} {
		got, err := staging.HighestCodes(t.Context(), c.edition, c.prefixes)
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s %q: got %q, want %q, %v", c.edition, c.prefixes, got, c.want, err)
		}
	}
}
