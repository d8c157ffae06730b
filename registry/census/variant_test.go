package census

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	"citygrid/registry"
)

// unitsWithZeros are further units, whose codes are digits.
func unitsWithZeros() []registry.Unit {
	return []registry.Unit{
		{Code: "U03", Name: "市市政设施维护处"}, {Code: "U04", Name: "路灯处"}, {Code: "0071", Name: "供电公司"}, {Code: "0072", Name: "供水公司"}, {Code: "072", Name: "供水公司"},
		{Code: "009", Name: "（甲）公司"},
	}
}

func variantChecker(t testing.TB) *checker {
	k := testChecker(t)
	clear(k.units)
	clear(k.unitsByName)
	for _, u := range unitsWithZeros() {
		k.addUnit(u)
	}
	return k
}

func TestVariantsOfAValueGiveTheSameComponentAndNameTheTrap(t *testing.T) {
	t.Parallel()
	base := []string{"ORDate", "2011-12-31", "CHDate", "", "DeptCode1", "U04", "DeptName1", "路灯处", "Height", "", "BGID", "420502001001001", "DeptCode2", "", "DeptName2", ""}
	for _, c := range []struct {
		name    string
		changed []string
		want    string // the one issue
		instead string
	}{
		{"trap 6: code with decimals", []string{"ObjID", "4205020118000001.000"}, "ObjID code_with_decimals fixed", "4205020118000001"},
		{"trap 6: grid with decimals", []string{"BGID", "420502001001001.0"}, "BGID code_with_decimals fixed", "420502001001001"},
		{"trap 9: full-width code", []string{"ObjID", "４２０５０２０１１８００００01"}, "ObjID full_width fixed", "4205020118000001"},
		{"trap 9: full-width date", []string{"ORDate", "２０１１－１２－３１"}, "ORDate full_width fixed", "2011-12-31"},
		{"trap 9: full-width number", []string{"Lon", "１１１．２８５"}, "Lon full_width fixed", "111.285"},
		{"trap 9: full-width unit", []string{"DeptCode1", "Ｕ０４"}, "DeptCode1 full_width fixed", "U04"},
		{"trap 9: ideographic space", []string{"ObjState", "完　好"}, "ObjState full_width fixed", "完好"},
		{"trap 10: zero width space", []string{"ObjID", "420502\u200b0118000001"}, "ObjID invisible_characters fixed", "4205020118000001"},
		{"trap 10: no-break space", []string{"ObjID", "4205020118000001\u00a0"}, "ObjID full_width fixed", "4205020118000001"},
		{"trap 10: byte-order mark", []string{"Lon", "\ufeff111.285"}, "Lon invisible_characters fixed", "111.285"},
		{"trap 10: soft hyphen", []string{"BGID", "420502\u00ad001001001"}, "BGID invisible_characters fixed", "420502001001001"},
		{"trap 10: apostrophe", []string{"ObjID", "'4205020118000001"}, "ObjID invisible_characters fixed", "4205020118000001"},
		{"trap 10: apostrophe before a date", []string{"ORDate", "'2011-12-31"}, "ORDate invisible_characters fixed", "2011-12-31"},
		{"trap 10: spaces within a code", []string{"ObjID", "420502 0118 000001"}, "ObjID invisible_characters fixed", "4205020118000001"},
		{"trap 14: points", []string{"ORDate", "2011.12.31"}, "ORDate date_form fixed", "2011-12-31"},
		{"trap 14: slashes", []string{"ORDate", "2011/12/31"}, "ORDate date_form fixed", "2011-12-31"},
		{"trap 14: words", []string{"ORDate", "2011年12月31日"}, "ORDate date_form fixed", "2011-12-31"},
		{"trap 14: words and spaces", []string{"ORDate", "2011 年 12 月 31 日"}, "ORDate date_form fixed", "2011-12-31"},
		{"trap 14: time of day", []string{"ORDate", "2011-12-31 00:00:00"}, "ORDate date_form fixed", "2011-12-31"},
		{"trap 14: time of day with T", []string{"ORDate", "2011-12-31T00:00:00.000"}, "ORDate date_form fixed", "2011-12-31"},
		{"trap 14: slashes and time", []string{"ORDate", "2011/12/31 0:00"}, "ORDate date_form fixed", "2011-12-31"},
		{"trap 14: fourteen digits", []string{"ORDate", "20111231000000"}, "ORDate date_form fixed", "2011-12-31"},
		{"trap 14: serial", []string{"ORDate", "40908"}, "ORDate date_serial fixed", "2011-12-31"},
		{"trap 14: serial with time", []string{"ORDate", "40908.0"}, "ORDate date_serial fixed", "2011-12-31"},
		{"trap 36: minutes and seconds", []string{"Lon", "111°17′06″"}, "Lon degrees_minutes_seconds fixed", "111.285"},
		{"trap 36: ASCII marks", []string{"Lat", "30°42'18.0\""}, "Lat degrees_minutes_seconds fixed", "30.705"},
		{"trap 36: two apostrophes", []string{"Lat", "30°42'18''"}, "Lat degrees_minutes_seconds fixed", "30.705"},
		{"trap 36: full-width marks", []string{"Lat", "３０°４２＇１８＂"}, "Lat degrees_minutes_seconds fixed", "30.705"},
		{"trap 36: quotation marks", []string{"Lat", "30°42’18”"}, "Lat degrees_minutes_seconds fixed", "30.705"},
		{"trap 36: colons", []string{"Lon", "111:17:6"}, "Lon degrees_minutes_seconds fixed", "111.285"},
		{"trap 36: words and spaces", []string{"Lon", "东经 111度 17分 06秒"}, "Lon degrees_minutes_seconds fixed", "111.285"},
		{"trap 36: letter of the side", []string{"Lon", "111º17´6.0˝E"}, "Lon degrees_minutes_seconds fixed", "111.285"},
		{"trap 36: decimal minutes", []string{"Lon", "E111°17.1′"}, "Lon degrees_minutes_seconds fixed", "111.285"},
		{"trap 36: degree sign alone", []string{"Lon", "111.285°"}, "Lon degrees_minutes_seconds fixed", "111.285"},
		{"trap 44: no owner", []string{"DeptCode2", "无"}, "DeptCode2 sentinel fixed", ""},
		{"trap 44: no owner's name", []string{"DeptName2", "/"}, "DeptName2 sentinel fixed", ""},
		{"trap 44: no change", []string{"CHDate", "-"}, "CHDate sentinel fixed", ""},
		{"trap 44: the empty date of a database", []string{"CHDate", "1900-01-01"}, "CHDate sentinel fixed", ""},
		{"trap 44: no height", []string{"Height", "-9999"}, "Height sentinel fixed", ""},
		{"trap 44: in full width", []string{"Height", "null"}, "Height sentinel fixed", ""},
		{"trap 45: unit by its name", []string{"DeptCode1", ""}, "DeptCode1 unit_by_name fixed", "U04"},
		{"trap 45: another word for the state", []string{"ObjState", "正常"}, "ObjState state_word fixed", "完好"},
		{"trap 45: a state with spaces", []string{"ObjState", " 完 好 "}, "ObjState invisible_characters fixed", "完好"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := variantChecker(t)
			want, issues := k.check(lamp(base...))
			if issues != nil {
				t.Fatal(issues)
			}
			row := lamp(append(base[:len(base):len(base)], c.changed...)...)
			got, issues := k.check(row)
			if b := brief(t, issues); !reflect.DeepEqual(b, []string{c.want}) {
				t.Fatalf("got %q, want %q", b, c.want)
			}
			if issues[0].Severity == Error {
				return
			}
			if issues[0].Value != c.changed[1] || issues[0].Instead != c.instead {
				t.Errorf("found %q, instead %q, want %q and %q", issues[0].Value, issues[0].Instead, c.changed[1], c.instead)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		})
	}
}

func TestWhatCouldBeOtherwiseIsWarnedOfOrRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		changed []string
		want    []string
		says    string
	}{
		{"trap 6: past 2^53", []string{"ObjID", "9205020118000001.0"}, []string{"ObjID digits_lost error"}, "format the column as text"},
		{"trap 11: 〇", []string{"ObjID", "42〇5020118000001"}, []string{"ObjID lookalike error"}, "4205020118000001"},
		{"trap 11: l", []string{"ObjID", "420502O1l8000001"}, []string{"ObjID lookalike error"}, "4205020118000001"},
		{"trap 11: no code even so", []string{"ObjID", "42050201180O0000"}, []string{"ObjID bad_code error"}, ""},
		{"trap 12: scientific", []string{"ObjID", "4.20502011800000E+15"}, []string{"ObjID digits_lost error"}, "format the column as text"},
		{"trap 12: in the grid, which is computed", []string{"BGID", "4.20502E+14"}, []string{"BGID digits_lost warning"}, "export it again"},
		{"trap 13: one unit fits", []string{"DeptCode1", "71", "DeptName1", ""}, []string{"DeptCode1 zeros_lost warning"}, "0071"},
		{"trap 13: two units fit", []string{"DeptCode1", "72", "DeptName1", ""}, []string{"DeptCode1 unknown_unit error"}, "did you mean 072"},
		{"trap 14: month in words", []string{"ORDate", "2011年12月"}, []string{"ORDate date_without_day warning"}, "2011-12-01"},
		{"trap 14: month", []string{"ORDate", "2011-12"}, []string{"ORDate date_without_day warning"}, "2011-12-01"},
		{"trap 14: a month that lost its zero, or did not", []string{"ORDate", "2011.1"}, []string{"ORDate bad_date error"}, ""},
		{"trap 14: six digits", []string{"ORDate", "201112"}, []string{"ORDate bad_date error"}, ""},
		{"trap 14: day first", []string{"ORDate", "12/31/2011"}, []string{"ORDate bad_date error"}, ""},
		{"trap 14: two digits of the year", []string{"ORDate", "11/12/31"}, []string{"ORDate two_digit_year error"}, "2011-12-31"},
		{"trap 14: a zone", []string{"ORDate", "2011-12-30T16:00:00Z"}, []string{"ORDate bad_date error"}, ""},
		{"trap 14: a serial of 1970", []string{"ORDate", "25569"}, []string{"ORDate bad_date error"}, ""},
		{"trap 14: no such day", []string{"ORDate", "2011/2/30"}, []string{"ORDate bad_date error"}, ""},
		{"trap 20: decimal comma", []string{"Lon", "111,285"}, []string{"Lon decimal_comma error"}, "write 111.285"},
		{"trap 20: decimal comma of a height", []string{"Height", "58,5"}, []string{"Height decimal_comma error"}, "write 58.5"},
		{"trap 20: thousands", []string{"Height", "1,058.5"}, []string{"Height thousands_commas fixed"}, ""},
		{"trap 36: packed", []string{"Lon", "111.1706E"}, []string{"Lon bad_number error"}, ""},
		{"trap 36: sixty minutes", []string{"Lon", "111°60′00″"}, []string{"Lon bad_number error"}, ""},
		{"trap 30: the surveyor's X", []string{"Lon", "30.705", "Lat", "111.285"}, []string{"swapped_axes error"}, "--column 'Lon=Lat' --column 'Lat=Lon'"},
		{"trap 37: metres of a projection", []string{"Lon", "526123.4", "Lat", "3398021.5"}, []string{"outside_extent error"}, "look like metres"},
		{"spaces within a number", []string{"Height", "5 8"}, []string{"Height bad_number error"}, ""},
		{"trap 37: metres", []string{"Height", "58.5m"}, []string{"Height bad_number error"}, ""},
		{"trap 44: a state that must be", []string{"ObjState", "不详"}, []string{"ObjState missing_value error"}, ""},
		{"trap 45: a short name", []string{"DeptCode2", "", "DeptName2", "市政处"}, []string{"DeptName2 unknown_unit_name warning"}, "did you mean U03 市市政设施维护处?"},
		{"trap 45: a name far from all", []string{"DeptCode2", "", "DeptName2", "长江航道局"}, nil, ""},
		{"trap 45: a name that two units have", []string{"DeptCode2", "", "DeptName2", "供水公司"}, []string{"DeptName2 unknown_unit_name warning"}, "0072 供水公司, 072 供水公司"},
		{"trap 45: a name in other brackets", []string{"DeptCode1", "009", "DeptName1", "(甲)公司"}, nil, ""},
		{"trap 45: a code like another", []string{"DeptCode1", "UO3", "DeptName1", ""}, []string{"DeptCode1 unknown_unit error"}, "did you mean U03"},
		{"trap 45: a state like another", []string{"ObjState", "破了"}, []string{"ObjState unknown_state error"}, "did you mean 破损?"},
		{"trap 46: a date among states", []string{"ObjState", "2011-12-31"}, []string{"ObjState unknown_state error"}, "looks like a value of the column ORDate"},
		{"trap 46: a name among codes", []string{"DeptCode1", "路灯处"}, []string{"DeptCode1 unknown_unit error"}, "looks like a value of the column DeptName1"},
		{"trap 46: a state among dates", []string{"ORDate", "完好"}, []string{"ORDate bad_date error"}, "looks like a value of the column ObjState"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, issues := variantChecker(t).check(lamp(c.changed...))
			if got := brief(t, issues); !reflect.DeepEqual(got, c.want) {
				t.Fatalf("got %q, want %q", got, c.want)
			}
			if c.says != "" && !strings.Contains(issues[0].Message.EN, c.says) {
				t.Errorf("says %s", issues[0].Message.EN)
			}
		})
	}
}

func TestTrap15WorkbookOfACrewComesToTheSameComponent(t *testing.T) {
	t.Parallel()
	book := bookOf(t, sheetOf{name: "路灯", merges: []string{"A1:G1", "E2:F2"}, rows: [][]any{
		{"路灯普查表"},
		{"灯号", "状态", "普查日期", "主管部门名称", "坐标（°）", nil, "备注"},
		{nil, nil, nil, nil, "X", "Y", nil},
		{"４２０５０２0118000001", "正常", "2011年12月31日", "路灯处", "111°17′06″", "30°42′18″", "东侧"},
	}})
	f := File{Format: FormatXLSX, Body: bytes.NewReader(book), Columns: map[string]string{"灯号": "ObjID"}}
	reader, _, err := Open(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	k := testChecker(t)
	if k.chosen, err = choose(f.Columns, nil); err != nil {
		t.Fatal(err)
	}
	want, _ := testChecker(t).check(lamp("BGID", "", "Note", "东侧"))
	rows := 0
	for row, err := range reader.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		rows++
		got, issues := k.check(&row)
		got.Line, got.Kept = want.Line, want.Kept // it lacks other columns
		if hasError(issues) || !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v\nwant %+v\nissues %v", got, want, issues)
		}
		var codes []string
		for _, i := range issues {
			codes = append(codes, i.Column+" "+i.Code)
		}
		if want := []string{"灯号 full_width", "DeptCode1 unit_by_name", "状态 state_word", "普查日期 date_form", "坐标（°）/X degrees_minutes_seconds", "坐标（°）/Y degrees_minutes_seconds"}; !reflect.DeepEqual(codes, want) {
			t.Errorf("got %q", codes)
		}
	}
	if rows != 1 {
		t.Errorf("%d rows", rows)
	}
}

func TestNamesAndNotesAreKeptAsWritten(t *testing.T) {
	t.Parallel()
	row := lamp("Note", "　无\u200b", "DeptName1", "路灯处 ", "DataSource", "/", "材质", "Ｑ２３５")
	got, issues := testChecker(t).check(row)
	if issues != nil || got.Note != "　无\u200b" || got.Supervisor.Name != "路灯处 " || got.DataSource != "/" || string(got.Extra) != `{"材质":"Ｑ２３５"}` {
		t.Errorf("got %+v, %v", got, issues)
	}
}

func TestTrap22RowsWhoseCellsMovedAreOneMessage(t *testing.T) {
	t.Parallel()
	columns := []string{"ObjID", "ObjName", "DeptCode1", "BGID", "ObjState", "ORDate", "CHDate", "Lon", "Lat", "Note"}
	good := []string{"4205020118000001", "路灯", "U04", "420502001001001", "完好", "2011-12-31", "", "111.285", "30.705", ""}
	right := []string{"4205020118000001", "路灯", "", "U04", "420502001001001", "完好", "2011-12-31", "", "111.285", "30.705"}
	left := []string{"4205020118000001", "路灯", "420502001001001", "完好", "2011-12-31", "", "111.285", "30.705", "", ""}
	k := testChecker(t)
	for line := range int64(100) {
		values := good
		switch {
		case line >= 10 && line < 20 && line != 15:
			values = right
		case line >= 30 && line < 33:
			values = left
		case line == 50 || line == 51: // two could be chance
			values = right
		}
		k.check(&Row{Line: line, Columns: columns, Values: values})
	}
	var got []string
	for _, i := range k.shifts.issues() {
		if i.Code != CodeShiftedRows || i.Message.ZH == "" {
			t.Errorf("got %+v", i)
		}
		got = append(got, i.Message.EN)
	}
	want := []string{
		"rows 10–19 (9 rows) look shifted by one column to the right; move their cells back and export the file again",
		"rows 30–32 (3 rows) look shifted by one column to the left; move their cells back and export the file again",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestMemoryOfShiftedRowsAndProposalsIsBounded(t *testing.T) {
	t.Parallel()
	k := testChecker(t)
	for line := range int64(10_000) {
		k.shifts.add(&Row{Line: line / 5 * 100}, 2, 0)
		k.proposals(strings.Repeat("甲", int(line%50)) + time.Unix(line, 0).String())
	}
	if len(k.shifts.runs) > mostRuns || len(k.shifts.issues()) != mostRuns || len(k.proposed) > mostRemembered {
		t.Errorf("%d runs, %d texts", len(k.shifts.runs), len(k.proposed))
	}
}

func FuzzNormalIsDoneAtOnce(f *testing.F) {
	for _, seed := range []string{"４２０", "'\u00b4\u0301", "a\u200b\u0301", " '’ x", "\u309a\u200d", "ﬁ", "\xff\u200b"} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, text string, spaces bool) {
		once := normal(text, spaces)
		if twice := normal(once, spaces); twice != once {
			t.Fatalf("%q becomes %q and then %q", text, once, twice)
		}
		if plain(text) && once != text {
			t.Fatalf("plain %q becomes %q", text, once)
		}
	})
}

func FuzzCleanedRowHasNothingLeftToClean(f *testing.F) {
	f.Add("４205020118000001.0", "2011年12月31日", "111°17′06″", "58,5", "正 常", "71")
	f.Add("'4205020118000001", "40908", "111:17:6", "1,058.5", "/", "无")
	f.Add("4.2E+15", "2011-12", "111,285", "-9999", "破了", "UO4")
	k := variantChecker(f)
	f.Fuzz(func(t *testing.T, code, day, x, z, state, unit string) {
		changed := map[string]string{"ObjID": code, "ORDate": day, "Lon": x, "Height": z, "ObjState": state, "DeptCode1": unit}
		row := func() *Row {
			var pairs []string
			for column, value := range changed {
				pairs = append(pairs, column, value)
			}
			return lamp(pairs...)
		}
		first, issues := k.check(row())
		if hasError(issues) {
			return
		}
		for _, i := range issues {
			if i.Instead != "" || i.Severity == Fixed {
				changed[i.Column] = i.Instead // the last of a column is what was taken
			}
		}
		second, issues := k.check(row())
		if !reflect.DeepEqual(first, second) {
			t.Fatalf("first  %+v\nsecond %+v", first, second)
		}
		for _, i := range issues {
			if i.Severity == Fixed {
				t.Fatalf("still %+v", i)
			}
		}
	})
}
