package postgis_test

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"citygrid/registry/census"
	"citygrid/registry/census/report"
)

// trapped is a record of a file, and what its crew makes of it when it comes back; both the same where nothing is wrong. "" is a record
// that the crew takes out.
type trapped struct{ record, mended string }

const trapHeader = "ObjID,ObjName,DeptCode3,ObjState,ORDate,Lon,Lat,Note"

// traps is a file of lamps: whatever is wrong with one of them is wrong with the file.
func traps() []trapped {
	return []trapped{
		good("4205020118000001,路灯,U04,完好,2011-12-31,111.2811,30.7051,"),
		{"42050201180000021,路灯,U04,完好,2011-12-31,111.2812,30.7051,", "4205020118000002,路灯,U04,完好,2011-12-31,111.2812,30.7051,"},
		{"4.20502E+15,路灯,U04,完好,2011-12-31,111.2813,30.7051,trap 12", "4205020118000003,路灯,U04,完好,2011-12-31,111.2813,30.7051,"},
		good("4205020118000004,路灯,U04,完好,2011-12-31,111.2814,30.7051,\"two\nlines, and a \"\"quote\"\"\""),
		{"4205020118000005,路灯,U04,完好,2011-12-31,,,\"no\n\nposition\"", "4205020118000005,路灯,U04,完好,2011-12-31,111.2815,30.7051,\"no\n\nposition\""},
		{"4205020118000006,路灯,X99,完好,2011-12-31,111.2816,30.7051,", "4205020118000006,路灯,U04,完好,2011-12-31,111.2816,30.7051,"},
		{"4205020118000007,路灯,U04,好,2011-12-31,111.2817,30.7051,", "4205020118000007,路灯,U04,完好,2011-12-31,111.2817,30.7051,"},
		{"4205020118000008,路灯,U04,完好,2011-13-31,111.2818,30.7051,", "4205020118000008,路灯,U04,完好,2011-12-31,111.2818,30.7051,"},
		{"4205020118000009,路灯,U04,完好,2031-12-31,111.2819,30.7051,", "4205020118000009,路灯,U04,完好,2011-12-31,111.2819,30.7051,"},
		{"4205020118000010,路灯,U04,完好,2011-12-31,30.7051,111.2820,", "4205020118000010,路灯,U04,完好,2011-12-31,111.2820,30.7051,"},
		{"4205020118000011,路灯,U04,完好,2011-12-31,121.2821,30.7051,", "4205020118000011,路灯,U04,完好,2011-12-31,111.2821,30.7051,"},
		{"4205020118000012,路灯,U04,完好,2011-12-31,111.2822,30.7051,锟斤拷", "4205020118000012,路灯,U04,完好,2011-12-31,111.2822,30.7051,"},
		{"4205020118000013,路灯,U04,完好,2011-12-31,111.2823", "4205020118000013,路灯,U04,完好,2011-12-31,111.2823,30.7051,"},
		{"4205020118000014,a\"b,U04,完好,2011-12-31,111.2824,30.7051,", "4205020118000014,路灯,U04,完好,2011-12-31,111.2824,30.7051,"},
		{"4205020999000015,,U04,完好,2011-12-31,111.2825,30.7051,", "4205020118000015,,U04,完好,2011-12-31,111.2825,30.7051,"},
		{"4205020118000016,路灯,U04,完好,2011-12-31,111.2826,30.7051,this one", "4205020118000016,路灯,U04,完好,2011-12-31,111.2826,30.7051,this one"},
		{"4205020118000016,路灯,U04,破损,2011-12-31,111.2826,30.7051,or that", ""},
		good("4205020118000017,路灯,U04,完好,2011-12-31,111.2827,30.7051,=1+1"),
		{",路灯,U04,完好,2011-12-31,111.2828,30.7051,", "4205020118000018,路灯,U04,完好,2011-12-31,111.2828,30.7051,"},
	}
}

func good(record string) trapped { return trapped{record, record} }

func (r trapped) bad() bool { return r.record != r.mended || strings.HasSuffix(r.record, "this one") }

// trapFile joins the records of traps that pick wants, with a separator and a line end of a crew's own.
func trapFile(separator, end string, pick func(trapped) string) string {
	var b strings.Builder
	for _, r := range append([]trapped{good(trapHeader)}, traps()...) {
		if text := pick(r); text != "" {
			b.WriteString(strings.ReplaceAll(text, ",", separator) + end)
		}
	}
	return b.String()
}

func TestGoodRowsAreInAndMendingTheRejectsBringsTheRest(t *testing.T) {
	t.Parallel()
	for name, crew := range map[string]struct {
		encoding       encoding.Encoding
		separator, end string
	}{
		"UTF-8 with a mark, Excel":  {unicode.UTF8BOM, ",", "\r\n"},
		"GBK, semicolons":           {simplifiedchinese.GBK, ";", "\r\n"},
		"UTF-16LE, Unicode text":    {unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM), "\t", "\r\n"},
		"UTF-16BE, lines of a Unix": {unicode.UTF16(unicode.BigEndian, unicode.ExpectBOM), "\t", "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			encoded := func(pick func(trapped) string) string {
				text, err := crew.encoding.NewEncoder().String(trapFile(crew.separator, crew.end, pick))
				if err != nil {
					t.Fatal(err)
				}
				return text
			}
			s := newSurvey(t)
			s.config.Accept, s.config.MaxIssues = census.AcceptGood, 2
			file := encoded(func(r trapped) string { return r.record })
			r := s.take("lamps.csv", file)
			bad := int64(len(slices.DeleteFunc(traps(), func(r trapped) bool { return !r.bad() })))
			if r.Batch.Counts.Created != 3 || r.Batch.Bad != bad || int64(len(r.Rejected)) != bad {
				t.Fatalf("%+v, rejected %v, want %d bad; %v", r.Batch, r.Rejected, bad, briefs(r))
			}
			rejects := s.rejects("lamps.csv", file, r)
			if want := encoded(func(r trapped) string {
				if r.bad() || r.record == trapHeader {
					return r.record
				}
				return ""
			}); rejects != want {
				t.Fatalf("rejects are not the bad records as they stood:\n%q\nwant\n%q", rejects, want)
			}

			again := s.take("lamps.rejects.csv", rejects)
			if again.Batch.State != census.Rejected || again.Batch.Bad != bad {
				t.Errorf("the rejects as they are: %+v", again.Batch)
			}
			s.config.Accept = census.AcceptAll
			mended := s.take("lamps.rejects.csv", encoded(func(r trapped) string {
				if r.bad() || r.record == trapHeader {
					return r.mended
				}
				return ""
			}))
			if mended.Batch.State != census.Promoted || mended.Batch.Counts.Created != bad-1 {
				t.Errorf("the mended rejects: %+v %v", mended.Batch, briefs(mended))
			}
			if n := s.count(`select count(*) from component`); n != len(traps())-1 {
				t.Errorf("%d components, want %d", n, len(traps())-1)
			}
		})
	}
}

// TestAWorkbookComesBackAsItselfWithItsFaultsInRedAndItsRejectsAsAWorkbook has a title, a header of two rows, a note below and a second sheet.
func TestAWorkbookComesBackAsItselfWithItsFaultsInRedAndItsRejectsAsAWorkbook(t *testing.T) {
	t.Parallel()
	x := excelize.NewFile()
	defer x.Close()
	set := func(sheet, from string, cells ...any) {
		t.Helper()
		if err := x.SetSheetRow(sheet, from, &cells); err != nil {
			t.Fatal(err)
		}
	}
	set("Sheet1", "A1", "路灯普查表")
	set("Sheet1", "A2", "ObjID", "ObjState", "ORDate", "坐标", nil, "Note")
	set("Sheet1", "A3", nil, nil, nil, "Lon", "Lat")
	for _, merged := range [][2]string{{"A1", "F1"}, {"A2", "A3"}, {"B2", "B3"}, {"C2", "C3"}, {"D2", "E2"}, {"F2", "F3"}} {
		if err := x.MergeCell("Sheet1", merged[0], merged[1]); err != nil {
			t.Fatal(err)
		}
	}
	set("Sheet1", "A4", "4205020118000001", "完好", "2011-12-31", 111.2811, 30.7051, "=1+1 as text")
	set("Sheet1", "A5", "4205020118000002", "好", "2011-12-31", 111.2812, 30.7051)
	set("Sheet1", "A6", 4205020118000003, "完好", "2011-12-31", 111.2813, 30.7051)
	set("Sheet1", "A7", "合计", 3)
	if err := x.SetCellFormula("Sheet1", "B7", "COUNTA(A4:A6)"); err != nil {
		t.Fatal(err)
	}
	if _, err := x.NewSheet("第二张"); err != nil {
		t.Fatal(err)
	}
	set("第二张", "A1", "ObjID", "ObjState", "ORDate", "Lon", "Lat")
	set("第二张", "A2", "4205020118000004", "完好", "2011-12-31", 111.2814, 30.7051)
	set("第二张", "A3", "4205020118000005", "完好", "2011-12-31", 121.2815, 30.7051)
	var file bytes.Buffer
	if _, err := x.WriteTo(&file); err != nil {
		t.Fatal(err)
	}

	s := newSurvey(t)
	s.config.Accept = census.AcceptGood
	r := s.take("lamps.xlsx", file.String())
	if r.Batch.Counts.Created != 2 || r.Batch.Bad != 3 {
		t.Fatalf("%+v %v", r.Batch, briefs(r))
	}
	body := func() census.File {
		return census.File{Name: "lamps.xlsx", Format: census.FormatXLSX, Body: bytes.NewReader(file.Bytes())}
	}
	content, err := report.ContentOf(t.Context(), r, body())
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := content.WriteWorkbook(t.Context(), &out, body()); err != nil {
		t.Fatal(err)
	}
	shown := opened(t, &out)
	for cell, red := range map[string]bool{"Sheet1!B5": true, "Sheet1!A6": true, "Sheet1!A5": false, "Sheet1!B4": false} {
		sheet, at, _ := strings.Cut(cell, "!")
		id, _ := shown.GetCellStyle(sheet, at)
		style, err := shown.GetStyle(id)
		if got := err == nil && slices.Equal(style.Fill.Color, []string{"FF9999"}); got != red {
			t.Errorf("%s is red: %v, %+v %v", cell, got, style.Fill, err)
		}
	}
	for cell, want := range map[string]string{
		"Sheet1!A1": "路灯普查表", "Sheet1!F4": "=1+1 as text", "Sheet1!G3": census.ColumnResult, "Sheet1!G4": "", "Sheet1!G5": "unknown_state",
		"第二张!F1": census.ColumnResult, "第二张!F3": "outside_extent", "第二张!F2": "",
	} {
		sheet, at, _ := strings.Cut(cell, "!")
		if got, err := shown.GetCellValue(sheet, at); err != nil || !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("%s is %q, want %q, %v", cell, got, want, err)
		}
	}
	if formula, err := shown.GetCellFormula("Sheet1", "B7"); err != nil || formula != "COUNTA(A4:A6)" {
		t.Errorf("the formula is %q, %v", formula, err)
	}
	var asJSON bytes.Buffer
	if err := content.WriteJSON(t.Context(), &asJSON); err != nil || !strings.Contains(asJSON.String(), `"sheet":"Sheet1","row":5,"column":"ObjState","column_letter":"B"`) {
		t.Errorf("%v %s", err, asJSON.String())
	}

	content.Summary.Batch.Rows = 30_000 // too many to be shown as they came
	out.Reset()
	if err := content.WriteWorkbook(t.Context(), &out, body()); err != nil {
		t.Fatal(err)
	}
	anew := opened(t, &out)
	if rows, err := anew.GetRows("第二张"); err != nil || len(rows) != 3 || rows[2][5] != "3" || !strings.Contains(rows[2][6], "outside_extent") {
		t.Errorf("written anew: %q %v", rows, err)
	}

	rejects := s.rejects("lamps.xlsx", file.String(), r)
	mending := opened(t, strings.NewReader(rejects))
	if rows, err := mending.GetRows("Sheet1"); err != nil || len(rows) != 3 || !slices.Equal(rows[0], []string{"ObjID", "ObjState", "ORDate", "坐标/Lon", "坐标/Lat", "Note"}) {
		t.Fatalf("the rejects are %q %v", rows, err)
	}
	for cell, value := range map[string]string{"Sheet1!B2": "破损", "Sheet1!A3": "4205020118000003", "第二张!D2": "111.2815"} {
		sheet, at, _ := strings.Cut(cell, "!")
		if err := mending.SetCellStr(sheet, at, value); err != nil {
			t.Fatal(err)
		}
	}
	var mended bytes.Buffer
	if _, err := mending.WriteTo(&mended); err != nil {
		t.Fatal(err)
	}
	s.config.Accept = census.AcceptAll
	if again := s.take("lamps.rejects.xlsx", mended.String()); again.Batch.Counts.Created != 3 {
		t.Errorf("%+v %v", again.Batch, briefs(again))
	}
	if shown, err := shown.WriteToBuffer(); err != nil { // the report that came back, not mended
		t.Error(err)
	} else if again := s.take("lamps.xlsx", shown.String()); again.Batch.Bad != 3 || again.Errors != r.Errors {
		t.Errorf("%+v %v", again.Batch, briefs(again))
	}
}

func opened(t *testing.T, r io.Reader) *excelize.File {
	t.Helper()
	x, err := excelize.OpenReader(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

// rejects is the reject file of an import.
func (s *survey) rejects(name, body string, r census.Report) string {
	s.t.Helper()
	format, err := census.FormatOf(name)
	if err != nil {
		s.t.Fatal(err)
	}
	var out bytes.Buffer
	n, err := report.WriteRejects(s.t.Context(), &out, census.File{Name: name, Format: format, Body: strings.NewReader(body)}, r)
	if err != nil || n != int64(len(r.Rejected)) {
		s.t.Fatalf("%d rows, want %d: %v", n, len(r.Rejected), err)
	}
	return out.String()
}

// TestTrap41CrossedPolygonsAreAmongTheRejects has features that only the whole-file checks refuse, and members that are not GeoJSON's own.
func TestTrap41CrossedPolygonsAreAmongTheRejects(t *testing.T) {
	t.Parallel()
	const (
		head    = "\ufeff{ \"type\": \"FeatureCollection\", \"name\":\"公厕\",\n \"features\": [\n  "
		tail    = "\n ],  \"made_by\": \"crew 3\" }\n"
		kept    = `{"type":"Feature","geometry":{"type":"Point","coordinates":[111.2811,30.7051]},"properties":{"ObjID":"4205020118000001","ObjState":"完好","ORDate":"2011-12-31"}}`
		crossed = `{ "type":"Feature", "id": 7, "geometry":{"type":"Polygon","coordinates":[[[111.281,30.701],[111.282,30.702],[111.282,30.701],[111.281,30.702],[111.281,30.701]]]},"properties":{"ObjID":"4205020301000001","ObjState":"完好","ORDate":"2011-12-31"} }`
		square  = `{ "type":"Feature", "id": 7, "geometry":{"type":"Polygon","coordinates":[[[111.281,30.701],[111.282,30.701],[111.282,30.702],[111.281,30.702],[111.281,30.701]]]},"properties":{"ObjID":"4205020301000001","ObjState":"完好","ORDate":"2011-12-31"} }`
		broken  = `{"type":"Feature","geometry":{"type":"Point","coordinates":[111.2812]},"properties":{"ObjID":"4205020118000002","ObjState":"完好","ORDate":"2011-12-31"}}`
		whole   = `{"type":"Feature","geometry":{"type":"Point","coordinates":[111.2812,30.7051]},"properties":{"ObjID":"4205020118000002","ObjState":"完好","ORDate":"2011-12-31"}}`
	)
	s := newSurvey(t)
	s.config.Accept = census.AcceptGood
	file := head + crossed + " ,\n\n" + kept + ",  " + broken + tail
	r := s.take("mixed.geojson", file)
	if !slices.Equal(r.Rejected, []int64{1, 3}) || r.Batch.Counts.Created != 1 {
		t.Fatalf("%v %+v %v", r.Rejected, r.Batch, briefs(r))
	}
	rejects := s.rejects("mixed.geojson", file, r)
	if want := head + crossed + ",\n" + broken + tail; rejects != want {
		t.Errorf("got\n%s\nwant\n%s", rejects, want)
	}
	s.config.Accept = census.AcceptAll
	mended := s.take("mixed.rejects.geojson", strings.NewReplacer(crossed, square, broken, whole).Replace(rejects))
	if mended.Batch.Counts.Created != 2 {
		t.Errorf("%+v %v", mended.Batch, briefs(mended))
	}

	const single = `{"type":"Feature","geometry":null,"properties":{"ObjID":"4205020118000009","ObjState":"完好","ORDate":"2011-12-31"}}` + "\n"
	if got := s.rejects("one.geojson", single, census.Report{Rejected: []int64{1}}); got != single {
		t.Errorf("of a document that is one feature: %q", got)
	}
}
