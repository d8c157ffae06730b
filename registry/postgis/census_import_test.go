package postgis_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	geom "github.com/twpayne/go-geom"

	"citygrid/geo"
	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
	"citygrid/registry/postgis"
)

func TestImportMakesEveryAttributeVisible(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.take("lamps.csv", "ObjID,ObjName,DeptCode1,DeptName1,DeptCode2,DeptName2,DeptCode3,DeptName3,BGID,ObjState,ORDate,CHDate,DataSource,Note,Lon,Lat,Height,Material\n"+
		"4205020118000001,路灯,U03,市政,U04,路灯,U03,市政,420502001001001,破损,2011-12-30,20111231,实测,\"=1+1, \"\"东\"\"\",111.29,30.71,58.5,钢\n")
	got := s.component("4205020118000001")
	code, err := catalog.ParseComponentCode(catalog.Edition2007, "4205020118000001")
	if err != nil {
		t.Fatal(err)
	}
	want := registry.Component{
		ID: 1, Code: code, Name: "路灯", Supervisor: registry.Dept{Code: "U03", Name: "市政"}, Owner: registry.Dept{Code: "U04", Name: "路灯"},
		Maintainer: registry.Dept{Code: "U03", Name: "市政"}, Grid: "420502001001001", GridsAlso: []string{}, StatedGrid: "420502001001001",
		State: registry.Damaged, FirstSurveyed: time.Date(2011, 12, 30, 0, 0, 0, 0, time.UTC), ChangedOn: time.Date(2011, 12, 31, 0, 0, 0, 0, time.UTC),
		DataSource: "实测", Note: `=1+1, "东"`, Extra: []byte(`{"Material": "钢"}`),
		Geometry: geo.AppendEWKB(nil, geom.NewPointFlat(geom.XYZ, []float64{111.29, 30.71, 58.5})),
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestTrap49TheSameFileAgainWritesNothingAndSaysSo(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	first := s.take("lamps.csv", lamps(3, "完好"))
	if first.Batch.State != census.Promoted || first.Batch.Counts != (census.Counts{Created: 3}) || first.Revision == 0 || first.Same != nil {
		t.Fatalf("first import: %+v", first)
	}
	before := s.list(`select c.*, v.* from component c left join component_version v using (id) order by c.id`)
	again := s.take("lamps_final_2.csv", lamps(3, "完好"))
	if again.Batch.State != census.Promoted || again.Batch.Counts != (census.Counts{Unchanged: 3}) || again.Revision != 0 {
		t.Errorf("second import: %+v", again)
	}
	if again.Same == nil || again.Same.ID != first.Batch.ID || again.Same.Source != "lamps.csv" {
		t.Errorf("the second import does not name the first: %+v", again.Same)
	}
	if after := s.list(`select c.*, v.* from component c left join component_version v using (id) order by c.id`); !reflect.DeepEqual(after, before) {
		t.Errorf("rows changed:\n%v\n%v", before, after)
	}
	if n := s.stagingTables(); n != 0 {
		t.Errorf("%d staging tables are left", n)
	}
}

func TestBatchIsRecordedAsItWent(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.take("old.csv", lamps(2, "完好"))
	r := s.take("dir/new.csv", strings.Replace(lamps(3, "完好"), "完好", "破损", 1))
	got, found, err := s.store.PromotedFrom(t.Context(), r.Batch.Digest)
	if err != nil || !found {
		t.Fatalf("found %t, %v", found, err)
	}
	want := census.Batch{
		ID: r.Batch.ID, Source: "new.csv", Digest: r.Batch.Digest, State: census.Promoted, Actor: "crew 1",
		StartedAt: surveyedAt, FinishedAt: surveyedAt, Read: 3, Good: 3, Counts: census.Counts{Created: 1, Updated: 1, Unchanged: 1},
	}
	if !reflect.DeepEqual(got, want) || !reflect.DeepEqual(r.Batch, want) {
		t.Errorf("stored %+v\nreport %+v\nwant   %+v", got, r.Batch, want)
	}
	if _, found, err := s.store.PromotedFrom(t.Context(), "of no file"); found || err != nil {
		t.Errorf("a batch that never was: %t, %v", found, err)
	}
}

func TestChangedRowMovesItsOldImageToHistory(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	first := s.take("a.csv", lamps(2, "完好"))
	second := s.take("b.csv", strings.Replace(lamps(2, "完好"), "完好", "移除", 1))
	if second.Batch.Counts != (census.Counts{Updated: 1, Unchanged: 1}) || second.Revision <= first.Revision {
		t.Fatalf("got %+v", second)
	}
	if c := s.component("4205020118000001"); c.State != registry.Removed || c.ID != 1 {
		t.Errorf("current: %+v", c)
	}
	got := s.list(`
select v.id, v.code, v.state, v.extra, st_asewkt(v.geom), v.batch_id::text, was.revision, by.revision
from component_version v join change was on was.id = v.change_id join change by on by.id = v.superseded_by`)
	want := []string{"1 4205020118000001 完好 map[Material:钢] SRID=4326;POINT(111.28001 30.7051 58.5) " + first.Batch.ID.String() + " 2 3"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("history %q, want %q", got, want)
	}
}

func TestGeometryIsComparedByItsBytes(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.take("a.csv", lamps(1, "完好"))
	for _, c := range []struct{ name, position string }{
		{"another elevation", ",111.28001,30.7051,58.6,"},
		{"no elevation", ",111.28001,30.7051,,"},
		{"the last bits of the longitude", ",111.28001000000003,30.7051,,"},
	} {
		body := strings.Replace(lamps(1, "完好"), ",111.28001,30.7051,58.5,", c.position, 1)
		if r := s.take("b.csv", body); r.Batch.Counts != (census.Counts{Updated: 1}) {
			t.Errorf("%s: %+v", c.name, r.Batch.Counts)
		}
		if r := s.take("c.csv", body); r.Batch.Counts != (census.Counts{Unchanged: 1}) {
			t.Errorf("%s, again: %+v", c.name, r.Batch.Counts)
		}
	}
}

func TestOneBadRowRejectsTheFileUnlessGoodRowsAreWanted(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	body := strings.Replace(lamps(3, "完好"), "完好", "新", 1)
	r := s.take("lamps.csv", body)
	if r.Batch.State != census.Rejected || r.Batch.Reason != census.ReasonRows || r.Batch.Bad != 1 || r.Batch.Good != 2 || r.Batch.Read != 3 {
		t.Errorf("all or none: %+v", r.Batch)
	}
	s.empty()
	want := []string{"2 ObjState unknown_state error 新"}
	if got := s.list(`select row, col, code, severity, value from import_issue where message_zh like '%完好%' and message_en <> ''`); !reflect.DeepEqual(got, want) {
		t.Errorf("stored issues %q, want %q", got, want)
	}
	s.config.Accept = census.AcceptGood
	r = s.take("lamps.csv", body)
	if r.Batch.State != census.Promoted || r.Batch.Counts != (census.Counts{Created: 2}) || r.Batch.Bad != 1 || r.Same != nil {
		t.Errorf("good rows: %+v", r.Batch)
	}
}

func TestTrap24RowsOfOneCodeAreErrorsUnlessEqual(t *testing.T) {
	t.Parallel()
	lines := strings.SplitAfter(lamps(4, "完好"), "\n")
	header, a, b, c := lines[0], lines[1], lines[2], lines[3]
	moved := strings.Replace(b, "30.7051", "30.7052", 1)
	for _, tt := range []struct {
		name, body string
		issues     []string
		counts     census.Counts
	}{
		{"equal in every column: the first is kept", header + a + b + a + a,
			[]string{"4 ObjID repeated_row warning", "5 ObjID repeated_row warning"}, census.Counts{Created: 2}},
		{"different: none is taken", header + a + b + moved + c,
			[]string{"3 ObjID duplicate error", "4 ObjID duplicate error"}, census.Counts{Created: 2}},
		{"three, two of them equal: none is taken", header + b + moved + b + a,
			[]string{"2 ObjID duplicate error", "3 ObjID duplicate error", "4 ObjID duplicate error"}, census.Counts{Created: 1}},
		{"the other one has another fault: both are errors", header + a + strings.Replace(b, "完好", "?", 1) + b,
			[]string{"3 ObjState unknown_state error", "3 ObjID duplicate error", "4 ObjID duplicate error"}, census.Counts{Created: 1}},
		{"only the extension differs", header + a + b + strings.Replace(b, "钢", "铁", 1),
			[]string{"3 ObjID duplicate error", "4 ObjID duplicate error"}, census.Counts{Created: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSurvey(t)
			s.config.Accept = census.AcceptGood
			r := s.take("lamps.csv", tt.body)
			if got := briefs(r); !reflect.DeepEqual(got, tt.issues) || r.Batch.Counts != tt.counts {
				t.Errorf("got %q %+v, want %q %+v", got, r.Batch.Counts, tt.issues, tt.counts)
			}
			if n := int64(s.count(`select count(*) from component`)); n != tt.counts.Created || r.Batch.Good != n {
				t.Errorf("%d components, %d good rows, want %d", n, r.Batch.Good, tt.counts.Created)
			}
		})
	}
}

func TestOldCodeFindsItsComponentAndLeavesItsPublicCode(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.take("a.csv", lamps(2, "完好"))
	if _, err := s.db.Exec(t.Context(), `insert into component_code values ('cjt214-2007', '4205020118999999', 1)`); err != nil {
		t.Fatal(err)
	}
	old := strings.Replace(lamps(1, "破损"), "0118000001", "0118999999", 1)
	if r := s.take("b.csv", old); r.Batch.Counts != (census.Counts{Updated: 1}) {
		t.Fatalf("got %+v", r)
	}
	if c := s.component("4205020118999999"); c.ID != 1 || c.Code.String() != "4205020118000001" || c.State != registry.Damaged {
		t.Errorf("got %+v", c)
	}
	both := old + strings.SplitAfter(lamps(1, "丢失"), "\n")[1]
	r := s.take("c.csv", both)
	want := []string{"2 ObjID duplicate error", "3 ObjID duplicate error"}
	if got := briefs(r); r.Batch.State != census.Rejected || !reflect.DeepEqual(got, want) {
		t.Errorf("both codes in one file: %q", got)
	}
}

func TestLinesAndPolygonsComeFromGeoJSONWithEveryCellTheyReach(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	properties := func(code, name string) string {
		return `"properties":{"ObjID":"` + code + `","ObjName":"` + name + `","ObjState":"完好","ORDate":"20111231","Lanes":2}`
	}
	r := s.take("shapes.geojson", `{"type":"FeatureCollection","features":[
{"type":"Feature","geometry":{"type":"LineString","coordinates":[[111.288,30.705,50],[111.298,30.705,51]]},`+properties("4205020211000001", "交通护栏")+`},
{"type":"Feature","geometry":{"type":"MultiPolygon","coordinates":[[[[111.281,30.701],[111.285,30.701],[111.285,30.705],[111.281,30.701]]]]},`+properties("4205020301000001", "公共厕所")+`}]}`)
	if r.Errors+r.Warnings != 0 || r.Batch.Counts != (census.Counts{Created: 2}) {
		t.Fatalf("got %+v", r)
	}
	got := s.list(`select code, grid, grids_also, extra, st_asewkt(geom) from component order by code`)
	want := []string{
		"4205020211000001 420502001001002 [420502001001001] map[Lanes:2] SRID=4326;LINESTRING(111.288 30.705 50,111.298 30.705 51)",
		"4205020301000001 420502001001001 [] map[Lanes:2] SRID=4326;POLYGON((111.281 30.701,111.285 30.701,111.285 30.705,111.281 30.701))",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestTrap41PolygonThatCrossesItselfIsAnError(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	r := s.take("shapes.geojson", `{"type":"FeatureCollection","features":[
{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[111.281,30.701],[111.285,30.706],[111.285,30.701],[111.281,30.705],[111.281,30.701]]]},
"properties":{"ObjID":"4205020301000001","ObjName":"公共厕所","ObjState":"完好","ORDate":"20111231"}}]}`)
	if got := briefs(r); !reflect.DeepEqual(got, []string{"1 bad_geometry error"}) || r.Batch.State != census.Rejected {
		t.Errorf("got %q, %+v", got, r.Batch)
	}
	s.empty()
}

func TestFileThatCannotBeReadIsAReportAndNoError(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	for _, c := range []struct{ name, file, body, reason, issue string }{
		{"trap 1: two encodings", "a.csv", lamps(3, "完好") + "\xc2\xc2\xff\n", census.ReasonFile, "0 unknown_encoding error"},
		{"trap 1: GeoJSON in GBK", "a.geojson", `{"name":"` + "\xc2\xb7\xb5\xc6" + `"}`, census.ReasonFile, "0 not_utf8 error"},
		{"nothing", "a.csv", "", census.ReasonFile, "0 no_header error"},
		{"a column is missing", "a.csv", strings.Replace(lamps(1, "完好"), "ObjState", "现状", 1), census.ReasonFile, "1 ObjState missing_column error"},
		{"no rows", "a.csv", surveyHeader, census.ReasonEmpty, ""},
		{"no features", "a.geojson", `{"type":"FeatureCollection","features":[]}`, census.ReasonEmpty, ""},
		{"a web page named GeoJSON", "a.geojson", "<html>", census.ReasonFile, "0 bad_document error"},
	} {
		r := s.take(c.file, c.body)
		if got := strings.Join(briefs(r), "; "); r.Batch.State != census.Rejected || r.Batch.Reason != c.reason || got != c.issue {
			t.Errorf("%s: %+v %q", c.name, r.Batch, got)
		}
		s.empty()
	}
}

func TestNULInACodeIsAFaultOfItsRow(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	r := s.take("nul.csv", strings.Replace(lamps(2, "完好"), "4205020118000002", "420502\x00118000002", 1))
	if r.Batch.State != census.Rejected || r.Batch.Bad != 1 || len(r.Issues) == 0 || r.Issues[0].Row != 3 || r.Issues[0].Column != "ObjID" {
		t.Errorf("%+v", r)
	}
}

func TestIssuesPastTheLimitAreCountedAndNotKept(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.config.MaxIssues = 2
	r := s.take("lamps.csv", lamps(5, "新"))
	if len(r.Issues) != 2 || r.Errors != 5 || r.Batch.Bad != 5 || s.count(`select count(*) from import_issue`) != 2 {
		t.Errorf("kept %d of %d errors, %+v", len(r.Issues), r.Errors, r.Batch)
	}
}

func TestErrorsAreKeptInPreferenceToWarnings(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.config.MaxIssues = 4
	body := strings.Replace(strings.ReplaceAll(lamps(9, "完好"), "路灯,", "灯,"), "完好", "新", 2)
	lines := strings.SplitAfter(body, "\n")
	// Each row has a warning; two rows with an error follow those that fill the report.
	r := s.take("lamps.csv", lines[0]+strings.Join(lines[3:], "")+lines[1]+lines[2])
	want := []string{"2 ObjName name_differs warning", "3 ObjName name_differs warning", "9 ObjState unknown_state error", "10 ObjState unknown_state error"}
	if got := briefs(r); !reflect.DeepEqual(got, want) || r.Errors != 2 || r.Warnings != 9 || r.LeftOut() != 7 {
		t.Errorf("kept %q of %d errors and %d warnings, %d left out", got, r.Errors, r.Warnings, r.LeftOut())
	}
	if n := s.count(`select count(*) from import_issue where severity = 'error'`); n != 2 {
		t.Errorf("%d errors stored", n)
	}
}

func TestImportThatIsCutOffLeavesNothingAndCanBeSentAgain(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	body := lamps(25_000, "完好") // two portions
	for _, at := range []census.State{census.Received, census.Checked, census.Staged} {
		ctx, cancel := context.WithCancel(t.Context())
		s.config.Progress = func(p census.Progress) {
			if p.State == at {
				cancel()
			}
		}
		r, err := s.run(ctx, "lamps.csv", strings.NewReader(body))
		if !errors.Is(err, context.Canceled) || r.Batch.State != census.Rejected || r.Batch.Reason != census.ReasonInterrupted {
			t.Errorf("cut off when %s: %v, %+v", at, err, r.Batch)
		}
		cancel()
		s.empty()
	}
	s.config.Progress = nil
	if r := s.take("lamps.csv", body); r.Batch.Counts != (census.Counts{Created: 25_000}) {
		t.Errorf("sent again: %+v", r.Batch)
	}
}

func TestBatchesOfOneChangeBecomeVisibleTogether(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	c, err := census.New(s.config)
	if err != nil {
		t.Fatal(err)
	}
	var batches []census.Batch
	lines := strings.SplitAfter(lamps(2, "完好"), "\n")
	for _, line := range lines[1:3] {
		r, err := c.Stage(t.Context(), census.File{Name: "a.csv", Format: census.FormatCSV, Body: strings.NewReader(lines[0] + line)})
		if err != nil || r.Batch.State != census.Staged {
			t.Fatalf("%v, %+v", err, r)
		}
		batches = append(batches, r.Batch)
	}
	promote := func(last error) (int64, error) {
		act := registry.Act{Actor: "test", Reason: "two files", At: surveyedAt}
		return s.store.Change(t.Context(), act, func(ch *postgis.Change) error {
			for _, b := range batches {
				if _, err := ch.PromoteBatch(t.Context(), b); err != nil {
					return err
				}
			}
			return last
		})
	}
	changedMind := errors.New("changed mind")
	if _, err := promote(changedMind); !errors.Is(err, changedMind) || s.count(`select count(*) from component`) != 0 || s.stagingTables() != 2 {
		t.Fatalf("after a change that failed: %v, %d staging tables", err, s.stagingTables())
	}
	if revision, err := promote(nil); err != nil || revision == 0 {
		t.Fatalf("revision %d, %v", revision, err)
	}
	if n, left := s.count(`select count(*) from component`), s.stagingTables(); n != 2 || left != 0 {
		t.Errorf("%d components, %d staging tables", n, left)
	}
	if _, err := promote(nil); registry.KindOf(err) != registry.Conflict {
		t.Errorf("promoted twice: %v", err)
	}
}

func TestPromotionsOfTheSameComponentsAtOnceLoseNothing(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.take("a.csv", lamps(500, "完好"))
	lines := strings.SplitAfter(lamps(500, "破损"), "\n")
	reversed := lines[0]
	for i := 500; i > 0; i-- {
		reversed += strings.Replace(lines[i], "破损", "丢失", 1)
	}
	reports := make(chan census.Report, 2)
	for _, body := range []string{strings.Join(lines, ""), reversed} {
		go func() {
			r, err := s.run(t.Context(), "b.csv", strings.NewReader(body))
			if err != nil {
				t.Error(err)
			}
			reports <- r
		}()
	}
	for range 2 {
		if r := <-reports; r.Batch.Counts != (census.Counts{Updated: 500}) {
			t.Errorf("got %+v", r.Batch)
		}
	}
	if n := s.count(`select count(*) from component_version`); n != 1000 {
		t.Errorf("%d old images, want 1000", n)
	}
	if n := s.count(`select count(distinct state) from component`); n != 1 {
		t.Errorf("the two files are mixed: %d states", n)
	}
}

func TestInterruptedBatchesAreRejectedAndLiveOnesLeftAlone(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	other := s.again() // another process
	stage := func(name string, store census.Store) census.Batch {
		config := s.config
		config.Store = store
		c, err := census.New(config)
		if err != nil {
			t.Fatal(err)
		}
		r, err := c.Stage(t.Context(), census.File{Name: name, Format: census.FormatCSV, Body: strings.NewReader(lamps(2, "完好"))})
		if err != nil || r.Batch.State != census.Staged {
			t.Fatalf("%v, %+v", err, r)
		}
		return r.Batch
	}
	received := census.Batch{ID: census.NewBatchID(), Source: "received.csv", State: census.Received, Actor: "crew", StartedAt: surveyedAt}
	open, err := s.store.OpenStaging(t.Context(), received)
	if err != nil {
		t.Fatal(err)
	}
	staged := stage("staged.csv", s.store)
	stage("left.csv", other)
	received.ID, received.Source = census.NewBatchID(), "left_open.csv"
	unfinished, err := other.OpenStaging(t.Context(), received)
	if err != nil {
		t.Fatal(err)
	}
	states := func() []string {
		return s.list(`select source, state, reason, coalesce(extract(hour from finished_at at time zone 'UTC')::text, 'open') from import_batch order by 1`)
	}
	third := s.again()
	later := surveyedAt.Add(time.Hour)
	if n, err := third.RejectInterrupted(t.Context(), later); n != 0 || err != nil || s.stagingTables() != 4 {
		t.Fatalf("rejected %d live batches, %v: %q", n, err, states())
	}
	unfinished.Close()
	other.Close() // as the end of its process would
	// The server ends a session in its own time after the connection is gone.
	for deadline := time.Now().Add(30 * time.Second); s.advisoryLocks() > 2 && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
	if n, err := third.RejectInterrupted(t.Context(), later); n != 2 || err != nil {
		t.Errorf("rejected %d, %v", n, err)
	}
	want := []string{"left.csv rejected interrupted 9", "left_open.csv rejected interrupted 9", "received.csv received  open", "staged.csv staged  open"}
	if got := states(); !reflect.DeepEqual(got, want) || s.stagingTables() != 2 {
		t.Errorf("got %q, %d staging tables", got, s.stagingTables())
	}
	if n, err := third.RejectInterrupted(t.Context(), later); n != 0 || err != nil {
		t.Errorf("again: %d, %v", n, err)
	}
	open.Close()
	counts, _, err := s.store.PromoteStaged(t.Context(), registry.Act{Actor: "crew", Reason: "late", At: surveyedAt}, staged)
	if err != nil || counts != (census.Counts{Created: 2}) {
		t.Errorf("promoted %+v, %v", counts, err)
	}
	if n := s.advisoryLocks(); n != 0 {
		t.Errorf("%d locks are still held", n)
	}
}

// advisoryLocks counts those that are held in this test's database.
func (s *survey) advisoryLocks() int {
	return s.count(`select count(*) from pg_locks l join pg_database d on d.oid = l.database where l.locktype = 'advisory' and d.datname = current_database()`)
}

func TestStagedBatchThatWasGivenUpCannotBePromoted(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	b := s.stage(lamps(2, "完好"))
	b.State, b.Reason, b.FinishedAt = census.Rejected, census.ReasonInterrupted, surveyedAt
	if err := s.store.RejectBatch(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	_, _, err := s.store.PromoteStaged(t.Context(), registry.Act{Actor: "crew", Reason: "late", At: surveyedAt}, b)
	if registry.KindOf(err) != registry.Conflict {
		t.Errorf("got %v", err)
	}
	s.empty()
}
