package postgis_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
)

// row writes a line of a census file with the columns of surveyHeader.
func row(code, state, note, position, material string) string {
	return fmt.Sprintf("%s,路灯,U04,市路灯管理处,,%s,2011-12-31,,%s,%s,%s\n", code, state, note, position, material)
}

func lamp(n int) string { return fmt.Sprintf("4205020118%06d", n) }

// delivered is what is in the store before the second delivery.
func delivered() string {
	b := surveyHeader
	for n := 1; n <= 12; n++ {
		b += row(lamp(n), "完好", "471-", fmt.Sprintf("111.28%03d,30.7051,58.5", n), "钢")
	}
	return b
}

// secondDelivery has one row or more of each kind; the lines are those of the file.
func secondDelivery() string {
	return surveyHeader +
		row(lamp(1), "完好", "471-", "111.28001,30.7051,58.5", "钢") + // 2: unchanged
		row(lamp(2), "破损", "471-", "111.28002,30.7051,58.5", "钢") + // 3: updated
		row(lamp(3), "完好", "471", "111.28003,30.7051,58.5", "钢") + // 4: format only
		row(lamp(4), "完好", "471-", "111.28004000001,30.7051,58.5", "钢") + // 5: a micrometre
		row(lamp(5), "完好", "471-", "111.28105,30.7051,58.5", "钢") + // 6: 95.8 m east
		row(lamp(6), "完好", "", "111.28006,30.7051,58.5", "") + // 7: cleared
		row(lamp(7), "完好", "471-", "111.29107,30.7051,58.5", "Steel") + // 8: moved into another cell, and edited
		row(lamp(8), "完好", "471-", "111.28008,30.7051,", "钢") + // 9: no height any more
		row(lamp(9), "完好", "47-1", "111.28009,30.7051,58.5", "钢") + // 10: that is an edit
		row(lamp(21), "完好", "471-", "111.28010,30.7051,58.5", "钢") + // 11: created, where lamp 10 stood
		row(lamp(22), "完好", "471-", "111.285,30.7061,58.5", "钢") // 12: created
}

func TestTheDifferenceOfASecondDeliveryIsRightToTheRow(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.take("first.csv", delivered())
	b := s.stage(secondDelivery())
	before := s.list(`select md5(string_agg(c::text, '' order by id)), (select count(*) from component_version), (select count(*) from change) from component c`)
	d, err := s.store.Difference(t.Context(), b.ID, census.Scope{})
	if err != nil {
		t.Fatal(err)
	}
	want := census.Difference{
		Kinds: []census.KindTotal{
			{Subclass: "0118", Kind: census.ChangeCreated, Count: 2}, {Subclass: "0118", Kind: census.ChangeFormatOnly, Count: 2},
			{Subclass: "0118", Kind: census.ChangeMoved, Count: 2}, {Subclass: "0118", Kind: census.ChangeUnchanged, Count: 1},
			{Subclass: "0118", Kind: census.ChangeUpdated, Count: 4},
		},
		Columns: []census.ColumnTotal{
			{Column: "Note", Rows: 3, Format: 1, Cleared: 1, Only: 2, OnlyFormat: 1},
			{Column: "geometry", Rows: 3, Format: 1, Only: 2, OnlyFormat: 1},
			{Column: "extra.Material", Rows: 2, Cleared: 1},
			{Column: "ObjState", Rows: 1, Only: 1},
			{Column: "height", Rows: 1, Cleared: 1, Only: 1},
		},
	}
	if !reflect.DeepEqual(d, want) {
		t.Errorf("got  %+v\nwant %+v", d, want)
	}
	page, err := s.store.Changes(t.Context(), b.ID, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range page {
		line := fmt.Sprintf("%d %s %s %.3f", c.Line, strings.TrimLeft(c.Code[10:], "0"), c.Kind, c.Metres)
		for _, col := range c.Columns {
			line += fmt.Sprintf(" %s %q→%q", col.Column, col.Old, col.New)
			if col.Format {
				line += " format"
			}
			if col.Cleared {
				line += " cleared"
			}
		}
		got = append(got, line)
	}
	lines := []string{
		`3 2 updated 0.000 ObjState "完好"→"破损"`,
		`4 3 format_only 0.000 Note "471-"→"471" format`,
		`5 4 format_only 0.000 geometry "111.28004 30.7051"→"111.28004000001 30.7051" format`,
		`6 5 moved 95.797 geometry "111.28005 30.7051"→"111.28105 30.7051"`,
		`7 6 updated 0.000 Note "471-"→"" cleared extra.Material "钢"→"" cleared`,
		`8 7 moved 1053.766 extra.Material "钢"→"Steel" grid "420502001001001"→"420502001001002" geometry "111.28007 30.7051"→"111.29107 30.7051"`,
		`9 8 updated 0.000 height "58.5"→"" cleared`,
		`10 9 updated 0.000 Note "471-"→"47-1"`,
		`11 21 created 0.000`,
		`12 22 created 0.000`,
	}
	if !reflect.DeepEqual(got, lines) {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "\n     "), strings.Join(lines, "\n     "))
	}
	if after := s.list(`select md5(string_agg(c::text, '' order by id)), (select count(*) from component_version), (select count(*) from change) from component c`); !reflect.DeepEqual(after, before) {
		t.Errorf("comparing wrote something: %v, %v", before, after)
	}

	// What was announced is what promotion does.
	counts, _, err := s.store.PromoteStaged(t.Context(), registry.Act{Actor: "crew", Reason: "second", At: surveyedAt}, b)
	announced := census.Counts{
		Created: d.Total(census.ChangeCreated), Unchanged: d.Total(census.ChangeUnchanged),
		Updated: d.Total(census.ChangeUpdated) + d.Total(census.ChangeMoved) + d.Total(census.ChangeFormatOnly),
	}
	if err != nil || counts != announced {
		t.Errorf("promotion made %+v, announced were %+v, %v", counts, announced, err)
	}
	if _, err := s.store.Difference(t.Context(), b.ID, census.Scope{}); registry.KindOf(err) != registry.Conflict {
		t.Errorf("a promoted batch: %v", err)
	}
	if _, err := s.store.Changes(t.Context(), census.NewBatchID(), 0, 1); registry.KindOf(err) != registry.NotFound {
		t.Errorf("no batch: %v", err)
	}
}

func TestTrap50MissingIsComputedInTheDeclaredScopeAlone(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.take("first.csv", delivered()+
		strings.ReplaceAll(row("4205020101000001", "完好", "", "111.285,30.7021,", ""), "路灯", "上水井盖")+
		row(lamp(30), "完好", "", "111.295,30.705,", "")+ // another cell
		row(lamp(31), "移除", "", "111.281,30.705,", "")) // not there any more, and known to be
	b := s.stage(secondDelivery())
	for _, c := range []struct {
		scope      string
		missing    []string
		renumbered int64
	}{
		{"", nil, 0},
		{"grid=420502001001001,subclass=0118", []string{lamp(10), lamp(11), lamp(12)}, 1},
		{"grid=420502001001001", []string{"4205020101000001", lamp(10), lamp(11), lamp(12)}, 1},
		{"subclass=0118", []string{lamp(10), lamp(11), lamp(12), lamp(30)}, 1},
		{"grid=420502001001002,420502001001003", []string{lamp(30)}, 0},
		{"grid=420503", nil, 0},
		{"all", []string{"4205020101000001", lamp(10), lamp(11), lamp(12), lamp(30)}, 1},
	} {
		scope, err := census.ParseScope(c.scope)
		if err != nil {
			t.Fatal(err)
		}
		d, err := s.store.Difference(t.Context(), b.ID, scope)
		if err != nil {
			t.Fatal(err)
		}
		var missing []string
		for _, m := range d.Missing {
			missing = append(missing, m.Code)
		}
		if !reflect.DeepEqual(missing, c.missing) || d.Total(census.ChangeMissing) != int64(len(c.missing)) || d.Total(census.ChangeRenumbered) != c.renumbered {
			t.Errorf("scope %q: %q, %+v", c.scope, missing, d.Kinds)
		}
	}
}

// The tolerance of lamps is half a metre, of buildings a metre: the class of the sub-class decides.
func TestTrap27ANewCodeWhereAMissingOneStandsIsProposedAsRenumbered(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.take("first.csv", surveyHeader+
		row(lamp(1), "完好", "", "111.28100,30.7051,", "")+
		row(lamp(2), "完好", "", "111.28200,30.7051,", "")+
		row(lamp(3), "完好", "", "111.28300,30.7051,", "")+
		row(lamp(4), "完好", "", "111.28400,30.7051,", "")+
		strings.ReplaceAll(row("4205020101000001", "完好", "", "111.28500,30.7051,", ""), "路灯", "上水井盖"))
	b := s.stage(surveyHeader +
		row(lamp(4), "完好", "", "111.28400,30.7051,", "") + // still there
		row(lamp(51), "完好", "", "111.281004,30.7051,", "") + // 0.38 m from 1
		row(lamp(52), "完好", "", "111.282006,30.7051,", "") + // 0.57 m from 2
		row(lamp(53), "完好", "", "111.283004,30.7051,", "") + // of two, the nearer to 3
		row(lamp(54), "完好", "", "111.283002,30.7051,", "") +
		row(lamp(55), "完好", "", "111.284001,30.7051,", "") + // near one that is not missing
		row(lamp(56), "完好", "", "111.285001,30.7051,", "")) // near another sub-class
	d, err := s.store.Difference(t.Context(), b.ID, census.Scope{Grids: []string{"420502"}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range d.Renumbered {
		got = append(got, fmt.Sprintf("%s line %d %s→%s %.2f", r.Subclass, r.Line, r.Old, r.New, r.Metres))
	}
	want := []string{
		fmt.Sprintf("0118 line 3 %s→%s 0.38", lamp(1), lamp(51)), fmt.Sprintf("0118 line 6 %s→%s 0.19", lamp(3), lamp(54)),
	}
	if !reflect.DeepEqual(got, want) || d.Total(census.ChangeRenumbered) != 2 || d.Total(census.ChangeMissing) != 4 || d.Total(census.ChangeCreated) != 6 {
		t.Errorf("got %q, %+v", got, d.Kinds)
	}
}

func TestTrap29FormatIsCaseSpaceAndPunctuationRoundATextAndNothingElse(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	notes := []struct {
		old, new string
		format   bool
	}{
		{"Blue", "BLUE", true}, {"471-", "471", true}, {"471", "471。", true}, {"东门", "（东门）", true}, {"a\u3000", "a", true},
		{"Blue", "Blues", false}, {"-5", "5", false}, {".5", "5", false}, {"5%", "5", false}, {"A+", "A", false}, {"a b", "ab", false},
		{"-", "/", true}, {"东门?", "东门", false}, {"", "-", false}, {"Ä", "ä", false},
	}
	file := func(note func(i int) string) string {
		b := surveyHeader
		for i := range notes {
			b += row(lamp(i+1), "完好", note(i), fmt.Sprintf("111.28%03d,30.7051,", i+1), "")
		}
		return b
	}
	s.take("a.csv", file(func(i int) string { return notes[i].old }))
	b := s.stage(file(func(i int) string { return notes[i].new }))
	page, err := s.store.Changes(t.Context(), b.ID, 0, 100)
	if err != nil || len(page) != len(notes) {
		t.Fatalf("%d changes, %v", len(page), err)
	}
	for i, c := range page {
		if got := c.Kind == census.ChangeFormatOnly; got != notes[i].format || c.Columns[0].Format != got {
			t.Errorf("%q → %q: %+v", notes[i].old, notes[i].new, c)
		}
	}
}

func TestShapesMoveByTheirFarthestVertexAndAVertexOnAnEdgeIsFormat(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	shape := func(n int, kind, coordinates string) string {
		return fmt.Sprintf(`{"type":"Feature","properties":{"ObjID":"4205020211%06d","ObjName":"%s","ObjState":"完好","ORDate":"2011-12-31"},"geometry":{"type":"%s","coordinates":%s}}`,
			n, "", kind, coordinates)
	}
	file := func(shapes ...string) string {
		return `{"type":"FeatureCollection","features":[` + strings.Join(shapes, ",") + `]}`
	}
	const square = `[[[111.283,30.703],[111.284,30.703],[111.284,30.704],[111.283,30.704],[111.283,30.703]]]`
	if r := s.take("a.geojson", file(shape(1, "Polygon", square), shape(2, "Polygon", square), shape(3, "Polygon", square), shape(4, "LineString", `[[111.283,30.703],[111.284,30.703]]`))); r.Batch.Counts.Created != 4 {
		t.Fatalf("%+v %q", r.Batch, briefs(r))
	}
	c, err := census.New(s.config)
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Stage(t.Context(), census.File{Name: "b.geojson", Format: census.FormatGeoJSON, Body: strings.NewReader(file(
		shape(1, "Polygon", `[[[111.283,30.703],[111.284,30.703],[111.2841,30.704],[111.283,30.704],[111.283,30.703]]]`),
		shape(2, "Polygon", `[[[111.283,30.703],[111.2835,30.703],[111.284,30.703],[111.284,30.704],[111.283,30.704],[111.283,30.703]]]`),
		shape(3, "Polygon", square),
		shape(4, "LineString", `[[111.283,30.703],[111.284,30.70301]]`)))})
	if err != nil || r.Batch.State != census.Staged {
		t.Fatalf("%v %+v %q", err, r.Batch, briefs(r))
	}
	page, err := s.store.Changes(t.Context(), r.Batch.ID, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range page {
		got = append(got, fmt.Sprintf("%d %s %.2f", c.Line, c.Kind, c.Metres))
	}
	if want := []string{"1 moved 9.58", "2 format_only 0.00", "4 moved 1.11"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestChangesAreReadPageByPage(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	b := s.stage(lamps(25, "完好"))
	var lines []int64
	for after := int64(0); ; {
		page, err := s.store.Changes(t.Context(), b.ID, after, 10)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, c := range page {
			lines = append(lines, c.Line)
		}
		after = page[len(page)-1].Line
	}
	if len(lines) != 25 || lines[0] != 2 || lines[24] != 26 {
		t.Errorf("%v", lines)
	}
}

func TestScopeIsReadOrRefused(t *testing.T) {
	t.Parallel()
	got, err := census.ParseScope("grid=420502001,420503,subclass=0118,0101")
	want := census.Scope{Grids: []string{"420502001", "420503"}, Subclasses: []catalog.SubclassCode{"0118", "0101"}}
	if err != nil || !reflect.DeepEqual(got, want) || !got.Declared() {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{"grid=", "grid=x", "420502", "cell=1", "subclass=lamp", "grid=1,,", "grid=" + strings.Repeat("1,", 1000) + "1"} {
		if s, err := census.ParseScope(bad); registry.KindOf(err) != registry.Invalid || s.Declared() {
			t.Errorf("%.20q: %+v, %v", bad, s, err)
		}
	}
}
