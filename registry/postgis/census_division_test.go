package postgis_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"citygrid/registry/census"
)

// of503 writes the first lamps of a file with codes of a division in which they do not lie.
func of503(file string) string {
	return strings.NewReplacer("4205020118000001", "4205030118000001", "4205020118000002", "4205030118000002").Replace(file)
}

func TestTrap25CodeOfADistrictThatWasRedrawnIsNotRefused(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.config.Cells = cellsIn(t, "420503", "420503")
	if r := s.take("before.csv", strings.ReplaceAll(lamps(2, "完好"), "420502", "420503")); r.Batch.Counts.Created != 2 || len(r.Issues) != 0 {
		t.Fatalf("%+v %q", r.Batch, briefs(r))
	}
	s.config.Cells = fourCells(t)
	r := s.take("after.csv", of503(lamps(3, "破损")))
	if got, want := briefs(r), []string{"2 ObjID division_differs warning", "3 ObjID division_differs warning"}; !reflect.DeepEqual(got, want) ||
		r.Batch.Counts != (census.Counts{Created: 1, Updated: 2}) {
		t.Errorf("got %q, %+v", got, r.Batch)
	}
}

func TestTrap25NewCodeOfAnotherDivisionIsRefusedWithBothReadings(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	file := of503(lamps(4, "完好"))
	if r := s.take("all.csv", file); r.Batch.State != census.Rejected || r.Batch.Reason != census.ReasonRows || r.Batch.Good != 2 || r.Batch.Bad != 2 {
		t.Errorf("all or nothing: %+v %q", r.Batch, briefs(r))
	}
	s.config.Accept = census.AcceptGood
	r := s.take("good.csv", file)
	want := []string{"2 ObjID division_differs error", "3 ObjID division_differs error"}
	if got := briefs(r); !reflect.DeepEqual(got, want) || r.Batch.Counts != (census.Counts{Created: 2}) || r.Batch.Bad != 2 || !slices.Equal(r.Rejected, []int64{2, 3}) {
		t.Fatalf("got %q, %+v, rejected %v", got, r.Batch, r.Rejected)
	}
	const text = "by its code it is in division 420503, by its position in 420502 (grid cell 420502001001001); " +
		"no component has the code yet: correct its first six digits, or the position, whichever is wrong"
	if is := r.Issues[0]; is.Value != "4205030118000001" || is.Message.EN != text || !strings.Contains(is.Message.ZH, "改正编码的前六位") {
		t.Errorf("%+v", is)
	}
	s.config.Accept = census.AcceptAll
	mended := s.take("mended.csv", strings.ReplaceAll(s.rejects("good.csv", file, r), "420503", "420502"))
	if mended.Batch.Counts != (census.Counts{Created: 2}) || len(mended.Issues) != 0 {
		t.Errorf("mended: %+v %q", mended.Batch, briefs(mended))
	}
}

func TestTrap25TwoRowsOfWhichOneLiesInItsDivisionAreBothRefused(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.config.Cells = cellsIn(t, "420502", "420503")
	s.config.Accept = census.AcceptGood
	r := s.take("twice.csv", pointsAt("0118000001 完好 111.285 30.705", "0118000001 完好 111.295 30.705", "0118000002 完好 111.286 30.705"))
	if got, want := briefs(r), []string{"3 ObjID division_differs error", "2 ObjID duplicate error", "3 ObjID duplicate error"}; !reflect.DeepEqual(got, want) ||
		r.Batch.Counts != (census.Counts{Created: 1}) || r.Batch.Bad != 2 {
		t.Errorf("got %q, %+v", got, r.Batch)
	}
}

// A line along a border between districts lies in both.
func TestTrap25ShapeThatReachesIntoItsDivisionIsNotRefused(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.config.Cells = cellsIn(t, "420502", "420503")
	s.config.Accept = census.AcceptGood
	line := func(code, from, to string) string {
		return `{"type":"Feature","geometry":{"type":"LineString","coordinates":[[` + from + `,30.705],[` + to +
			`,30.705]]},"properties":{"ObjID":"` + code + `","ObjState":"完好","ORDate":"2011-12-31"}}`
	}
	r := s.take("lines.geojson", `{"type":"FeatureCollection","features":[`+strings.Join([]string{
		line("4205020211000001", "111.285", "111.299"), // the greater part is in the other division
		line("4205020211000002", "111.291", "111.299"),
	}, ",")+`]}`)
	if got, want := briefs(r), []string{"1 ObjID division_differs warning", "2 ObjID division_differs error"}; !reflect.DeepEqual(got, want) ||
		r.Batch.Counts != (census.Counts{Created: 1}) {
		t.Errorf("got %q, %+v", got, r.Batch)
	}
}

// What a city folder says is all there is, and its codes are the city's own.
func TestTrap25OfAFileThatIsTheWholeIsWarnedOf(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.config.Whole = true
	if r := s.take("components.csv", of503(lamps(1, "完好"))); !reflect.DeepEqual(briefs(r), []string{"2 ObjID division_differs warning"}) || r.Batch.Counts.Created != 1 {
		t.Errorf("%q %+v", briefs(r), r.Batch)
	}
}
