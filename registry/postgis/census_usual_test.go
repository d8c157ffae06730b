package postgis_test

import (
	"fmt"
	"strings"
	"testing"

	"citygrid/registry/census"
)

// inSystem are rows of lamps with their positions in a system of EPSG by PROJ, X north, moved by metres.
func (s *survey) inSystem(first, srid int, east, north float64) string {
	s.t.Helper()
	var file strings.Builder
	file.WriteString("ObjID,ObjState,ORDate,东坐标,北坐标\n")
	for _, line := range s.list(`
		select format('4205020118%s,完好,2011-12-31,%s,%s', lpad((n + $2::int)::text, 6, '0'), st_x(p), st_y(p))
		from generate_series(0, 39) n
		cross join lateral st_project(st_project(st_setsrid(st_makepoint(111.2801 + n * 0.0002, 30.7011 + (n * 7 % 40) * 0.0002), 4326)::geography,
			$3::float8, radians(90)), $4::float8, 0) moved
		cross join lateral st_transform(st_setsrid(moved::geometry, 4490), $1::int) p`, srid, first, east, north) {
		file.WriteString(line + "\n")
	}
	return file.String()
}

// sent imports a file with what is remembered of its crew and with answers, and remembers what it says, as the command does.
func (s *survey) sent(crew string, answers map[string]string, body string) census.Report {
	s.t.Helper()
	given := census.File{Name: "crew.csv", Format: census.FormatCSV, Answers: answers, Body: strings.NewReader(body)}
	known, err := s.store.Crew(s.t.Context(), crew)
	if err != nil {
		known = census.Crew{Name: crew}
	}
	f, err := known.Applied(given)
	if err != nil {
		s.t.Fatal(err)
	}
	r, err := s.importFile(f)
	if err == nil && r.Batch.State == census.Promoted {
		err = s.store.RememberCrew(s.t.Context(), crew, given.Saying(r.Answered, surveyedAt, "ling"), surveyedAt)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// TestAReadingThatIsRememberedOfACrewHoldsUntilAFileContradictsIt: then it is asked about again, and not misread in silence.
func TestAReadingThatIsRememberedOfACrewHoldsUntilAFileContradictsIt(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	read := func(reading string) map[string]string { return map[string]string{census.KeyPosition: reading} }
	open := func(what string, r census.Report, proposal string) {
		t.Helper()
		if r.Batch.State != census.NeedsAnswers || len(r.Questions) != 1 || r.Questions[0].Key != census.KeyPosition || r.Questions[0].Proposal != proposal {
			t.Errorf("%s: %s, %+v", what, r.Batch.State, r.Questions)
		}
	}
	taken := func(what string, r census.Report, answered string, want census.Counts) {
		t.Helper()
		if r.Batch.State != census.Promoted || r.Batch.Counts != want || fmt.Sprint(r.Answered) != answered {
			t.Errorf("%s: %+v, answered %v", what, r.Batch, r.Answered)
		}
	}
	const zone, known = "[{position EPSG:4546 0}]", "which this one contradicts"
	created := census.Counts{Created: 40}

	open("the first file", s.sent("三队", nil, s.inSystem(100, 4546, 0, 0)), "EPSG:4546")
	taken("the first file", s.sent("三队", read("EPSG:4546"), s.inSystem(100, 4546, 0, 0)), zone, created)
	taken("the next in the same system", s.sent("三队", nil, s.inSystem(200, 4546, 1000, 0)), zone, created)

	other := s.inSystem(300, 4525, 0, 900)
	r := s.sent("三队", nil, other)
	open("one with the zone's number", r, "EPSG:4525")
	if e := fmt.Sprint(r.Questions); !strings.Contains(e, "answered with EPSG:4546, "+known) || len(r.Answered) > 0 {
		t.Errorf("%s, answered %v", e, r.Answered)
	}
	if r = s.sent("三队", map[string]string{"*": "refuse"}, other); r.Batch.State != census.Rejected {
		t.Errorf("with no question: %+v", r.Batch)
	}
	taken("one with the zone's number", s.sent("三队", read("EPSG:4525"), other), "[{position EPSG:4525 0}]", created)
	taken("the next of these", s.sent("三队", nil, s.inSystem(400, 4525, 1000, 900)), "[{position EPSG:4525 0}]", created)

	// What fits the city both ways is told apart by what is known alone: degrees that were GCJ-02 once and are none now.
	degrees := s.inSystem(200, 4326, 1000, 0)
	shifted := s.sent("四队", read("GCJ-02"), degrees)
	if shifted.Batch.State != census.Promoted || !strings.Contains(fmt.Sprint(shifted.Issues), census.CodePositionsShifted) {
		t.Fatalf("what is answered now is taken with a warning: %+v", shifted.Batch)
	}
	taken("back again", s.sent("五队", map[string]string{census.KeyPosition: "asis"}, degrees), "[{position asis 0}]", census.Counts{Updated: 40})
	r = s.sent("四队", nil, degrees)
	open("degrees of a crew that had GCJ-02", r, "EPSG:4326")
	if !strings.Contains(fmt.Sprint(r.Questions), known) {
		t.Errorf("%+v", r.Questions)
	}
	if r = s.sent("四队", map[string]string{"*": "refuse"}, degrees); r.Batch.State != census.Rejected || r.Totals[0].Code != census.CodePositionsShifted {
		t.Errorf("with no question it is refused: %+v, %v", r.Batch, r.Totals)
	}
	r = s.sent("五队", nil, s.inSystem(200, 4326, 1060, 0))
	open("a shift after one that was right", r, "")
	if !strings.Contains(fmt.Sprint(r.Questions), known) {
		t.Errorf("%+v", r.Questions)
	}
}
