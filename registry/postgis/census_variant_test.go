package postgis_test

import (
	"reflect"
	"strings"
	"testing"

	"citygrid/registry/census"
)

// variantHeader and variantRows are a survey as the standard writes it.
const (
	variantHeader = "ObjID,ObjName,DeptCode1,DeptName1,DeptCode2,DeptName2,BGID,ObjState,ORDate,CHDate,Lon,Lat,Height\n"
	variantRows   = "4205020118000001,路灯,U04,市路灯管理处,,,420502001001001,完好,2011-12-01,,111.285,30.705,1058.5\n" +
		"4205020118000002,路灯,U04,市路灯管理处,,,420502001001001,破损,2011-12-31,2012-01-01,111.286,30.706,\n"
)

func TestVariantsOfAFileComeToTheSameComponentsAndNameTheTrap(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	if r := s.take("standard.csv", variantHeader+variantRows); r.Batch.Counts != (census.Counts{Created: 2}) || len(r.Issues) != 0 {
		t.Fatalf("got %+v", r)
	}
	const first, second = "4205020118000001", "4205020118000002"
	for _, c := range []struct {
		name    string
		replace []string // in the file, old and new
		want    []string // issues
	}{
		{"Chinese names", []string{variantHeader, "标识码,名称,主管部门代码,主管部门名称,权属单位代码,权属单位名称,所在单元网格,状态,普查日期,变更日期,经度(°),纬度（度）,高程\n"}, nil},
		{"names on two levels", []string{"Lon,Lat,Height", "坐标/X,坐标/Y,坐标/Z"}, nil},
		{"trap 6", []string{first, first + ".000"}, []string{"2 ObjID code_with_decimals fixed"}},
		{"trap 9", []string{first, "４２０５０２０１１８０００００１", "111.285", "１１１．２８５"}, []string{"2 ObjID full_width fixed", "2 Lon full_width fixed"}},
		{"trap 10", []string{first, "'420502\u200b0118000001", "420502001001001,完好", "420502001001001\ufeff,完\u00ad好"},
			[]string{"2 ObjID invisible_characters fixed", "2 ObjState invisible_characters fixed", "2 BGID invisible_characters fixed"}},
		{"trap 14", []string{"2011-12-31", "2011年12月31日", "2012-01-01", "40909"}, []string{"3 ORDate date_form fixed", "3 CHDate date_serial fixed"}},
		{"trap 14: the day is missing", []string{"2011-12-01", "2011年12月"}, []string{"2 ORDate date_without_day warning"}},
		{"trap 20", []string{"1058.5", "\"1,058.5\""}, []string{"2 Height thousands_commas fixed"}},
		{"trap 36", []string{"111.285", "111°17′06″", "30.705", "30:42:18.0", "111.286", "\"111°17'9.6\"\"\""},
			[]string{"2 Lon degrees_minutes_seconds fixed", "2 Lat degrees_minutes_seconds fixed", "3 Lon degrees_minutes_seconds fixed"}},
		{"trap 44", []string{"管理处,,,", "管理处,/,无,", "30.706,", "30.706,-9999"},
			[]string{"2 DeptName2 sentinel fixed", "2 DeptCode2 sentinel fixed", "3 DeptName2 sentinel fixed", "3 DeptCode2 sentinel fixed", "3 Height sentinel fixed"}},
		{"trap 45: units", []string{"U04,", ","}, []string{"2 DeptCode1 unit_by_name fixed", "3 DeptCode1 unit_by_name fixed"}},
		{"trap 45: states", []string{"完好", "正常", "破损", "损坏"}, []string{"2 ObjState state_word fixed", "3 ObjState state_word fixed"}},
	} {
		r := s.take("variant.csv", strings.NewReplacer(c.replace...).Replace(variantHeader+variantRows))
		want := census.Counts{Unchanged: 2}
		if got := briefs(r); !reflect.DeepEqual(got, c.want) || r.Batch.Counts != want {
			t.Errorf("%s: %q, %+v", c.name, got, r.Batch)
		}
	}
	// What is no reading of the same value is refused under the trap's name.
	for _, c := range []struct {
		name    string
		replace []string
		want    string
	}{
		{"trap 11", []string{first, "42O5O2O118OOOOO1"}, "2 ObjID lookalike error"},
		{"trap 12", []string{first, "4.20502E+15"}, "2 ObjID digits_lost error"},
		{"trap 13: no unit fits", []string{"U04,", "4,"}, "2 DeptCode1 unknown_unit error"},
		{"trap 14: two digits of the year", []string{"2011-12-01", "11.12.1"}, "2 ORDate two_digit_year error"},
		{"trap 20: decimal comma", []string{"111.285", "\"111,285\""}, "2 Lon decimal_comma error"},
		{"trap 30: the surveyor's X", []string{"Lon,Lat", "Y,X"}, "2 swapped_axes error"},
		{"trap 31: metres", []string{"111.285,30.705", "527264.9,3397881.8"}, "2 outside_extent error"},
		{"trap 45", []string{"破损", "半新"}, "3 ObjState unknown_state error"},
		{"trap 46", []string{"破损,2011-12-31", "2011-12-31,破损"}, "3 ObjState unknown_state error"},
		{"two codes", []string{"ObjID,ObjName", "标识码,部件编码"}, "1 部件编码 ambiguous_column error"},
		{"no state", []string{"ObjState", "现状"}, "1 ObjState missing_column error"},
	} {
		file := strings.NewReplacer(c.replace...).Replace(variantHeader + variantRows)
		r := s.take("variant.csv", file)
		if got := briefs(r); len(got) == 0 || got[0] != c.want || r.Batch.State != census.Rejected {
			t.Errorf("%s: %q, %+v", c.name, got, r.Batch)
		}
	}
	if n, old := s.count(`select count(*) from component`), s.count(`select count(*) from component_version`); n != 2 || old != 0 {
		t.Errorf("%d components, %d old images", n, old)
	}
}

func TestColumnsThatAreNamedAreTakenAndRecognised(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	c, err := census.New(s.config)
	if err != nil {
		t.Fatal(err)
	}
	file := strings.Replace(variantHeader, "ObjID,ObjName", "灯杆号,ObjName", 1) + variantRows
	r, err := c.Import(t.Context(), census.File{
		Name: "poles.csv", Format: census.FormatCSV, Body: strings.NewReader(file), Columns: map[string]string{"灯杆号": "标识码", "ObjName": ""},
	})
	if err != nil || r.Batch.Counts != (census.Counts{Created: 2}) {
		t.Fatalf("%v, %+v", err, r)
	}
	var got []string
	for _, how := range r.Recognised {
		got = append(got, how.EN)
	}
	if want := []string{"灯杆号 → ObjID", "kept as extension attributes (1): ObjName"}; !reflect.DeepEqual(got, want) {
		t.Errorf("recognised %q", got)
	}
	if got := string(s.component("4205020118000001").Extra); got != `{"ObjName": "路灯"}` {
		t.Errorf("extra %s", got)
	}
	if _, err := c.Stage(t.Context(), census.File{Name: "a.csv", Format: census.FormatCSV, Body: strings.NewReader(file), Columns: map[string]string{"灯杆号": "pole"}}); err == nil {
		t.Error("an attribute that does not exist is taken")
	}
}

func TestFixedCellsAreCountedByColumnAndCode(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.config.MaxIssues = 2
	r := s.take("lamps.csv", strings.ReplaceAll(strings.Replace(lamps(50, "正常"), "正常", "良好", 1), "2011-12-31", "2011/12/31"))
	if len(r.Fixes) != 2 || r.Fixed != 100 || r.LeftOut() != 98 || r.Batch.Counts != (census.Counts{Created: 50}) {
		t.Fatalf("got %+v", r)
	}
	for i, want := range []census.FixedCount{
		{Column: "ObjState", Code: census.CodeStateWord, Cells: 50, Value: "良好", Instead: "完好"},
		{Column: "ORDate", Code: census.CodeDateForm, Cells: 50, Value: "2011/12/31", Instead: "2011-12-31"},
	} {
		got := r.Fixes[i]
		if got.Message.ZH == "" || got.Message.EN == "" {
			t.Errorf("no message: %+v", got)
		}
		got.Message = want.Message
		if got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}

func TestTrap22RowsThatLookShiftedAreSaidOnceAtTheEnd(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.config.Accept = census.AcceptGood
	lines := strings.SplitAfter(lamps(20, "完好"), "\n")
	for i := 5; i < 15; i++ { // a cell was put in before the state, and the last one lost
		lines[i] = strings.Replace(lines[i], ",完好,", ",420502001001001,完好,", 1)
		lines[i] = strings.TrimSuffix(lines[i], ",钢\n") + "\n"
	}
	r := s.take("lamps.csv", strings.Join(lines, ""))
	last := r.Issues[len(r.Issues)-1]
	if r.Batch.Bad != 10 || r.Warnings != 1 || last.Code != census.CodeShiftedRows || last.Row != 6 || !strings.Contains(last.Message.EN, "rows 6–15 (10 rows)") {
		t.Errorf("got %+v, last %+v", r.Batch, last)
	}
}
