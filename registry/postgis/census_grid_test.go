package postgis_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"citygrid/geo/crs"
	"citygrid/registry"
	"citygrid/registry/census"
)

// invented is the grid of no city.
var invented = crs.Grid{Name: "测试", Zone: 4546, East: 491_234.567, North: 3_352_345.678, Rotation: -754.321, Scale: 1.000_037_5}

// inGrid are rows of points as the grid has them, X north and Y east: PostGIS takes their degrees to the zone, and that back to the grid by the inverse of the matrix.
func (s *survey) inGrid(g crs.Grid) string {
	s.t.Helper()
	sin, cos := math.Sincos(g.Rotation / 3600 * math.Pi / 180)
	var file strings.Builder
	file.WriteString("ObjID,ObjState,ORDate,坐标X,坐标Y\n")
	for _, line := range s.list(`
		select format('4205020118%s,完好,2011-12-31,%s,%s', lpad(n::text, 6, '0'), st_y(p), st_x(p))
		from generate_series(1, 40) n
		cross join lateral st_transform(st_setsrid(st_makepoint(111.2801 + n * 0.0002, 30.7011 + (n * 7 % 40) * 0.0002), 4490), $1::int) z
		cross join lateral st_affine(z, $2::float8, -$3::float8, $3::float8, $2::float8, $4::float8, $5::float8) p`,
		g.Zone.Number(), cos/g.Scale, sin/g.Scale, (sin*g.North-cos*g.East)/g.Scale, -(sin*g.East+cos*g.North)/g.Scale) {
		file.WriteString(line + "\n")
	}
	return file.String()
}

// farthestOfGrid is how many metres the points of inGrid stand from where they were taken from.
func (s *survey) farthestOfGrid() (metres float64) {
	s.t.Helper()
	if err := s.db.QueryRow(s.t.Context(), `
		select max(st_distance(geom::geography, st_setsrid(st_makepoint(111.2801 + n * 0.0002, 30.7011 + (n * 7 % 40) * 0.0002), 4326)::geography))
		from component cross join lateral (select right(code, 6)::int as n) as c`).Scan(&metres); err != nil {
		s.t.Fatal(err)
	}
	return metres
}

// storeGrid stores a grid, and has the next import know it.
func (s *survey) storeGrid(g crs.Grid) {
	s.t.Helper()
	_, err := s.store.PutGrid(s.t.Context(), census.StoredGrid{Grid: g, Actor: "ling", StoredAt: surveyedAt})
	if err == nil {
		s.config.Grids, err = s.store.Grids(s.t.Context())
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *survey) importFile(f census.File) (census.Report, error) {
	s.t.Helper()
	c, err := census.New(s.config)
	if err != nil {
		s.t.Fatal(err)
	}
	return c.Import(s.t.Context(), f)
}

func TestTrap34AFileInAStoredGridComesToWherePostGISHasIt(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.storeGrid(invented)
	body := s.inGrid(invented)
	r, err := s.importFile(census.File{Name: "local.csv", Format: census.FormatCSV, Grid: "测试", Body: strings.NewReader(body)})
	if err != nil || r.Batch.Counts != (census.Counts{Created: 40}) || r.Errors != 0 {
		t.Fatalf("%v, %+v", err, r)
	}
	if want := "positions read in LOCAL:测试, converted to degrees of WGS 84; a column X is north, Y is east"; r.Recognised[0].EN != want {
		t.Errorf("recognised %+v", r.Recognised)
	}
	if far := s.farthestOfGrid(); far > 1e-4 {
		t.Errorf("%g m apart", far)
	}
	for _, what := range []string{fmt.Sprintf("%+v", r), fmt.Sprintf("%#v", s.config.Grids)} {
		if strings.Contains(what, "491234") || strings.Contains(what, "754.3") {
			t.Errorf("the parameters are told: %s", what)
		}
	}
}

func TestTrap34AFileThatFitsAStoredGridAloneIsAskedAboutAndNotReadSilently(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	body := s.inGrid(invented)
	local := func(answers map[string]string) (census.Report, error) {
		return s.importFile(census.File{Name: "local.csv", Format: census.FormatCSV, Answers: answers, Body: strings.NewReader(body)})
	}
	r, err := local(nil)
	if err != nil || r.Batch.State != census.Rejected || len(r.Questions) > 0 || r.Totals[0].Code != census.CodeOutsideExtent ||
		!strings.Contains(r.Issues[0].Message.EN, "citygrid grid set") || !strings.Contains(r.Issues[0].Message.ZH, "四参数") {
		t.Fatalf("no grid is stored: %v, %+v", err, r)
	}
	if _, err := s.importFile(census.File{Name: "local.csv", Format: census.FormatCSV, Grid: "测试", Body: strings.NewReader(body)}); registry.KindOf(err) != registry.Invalid || !strings.Contains(fieldText(err), "citygrid grid set") {
		t.Errorf("a grid that is not stored: %v", err)
	}

	other := invented
	other.Name, other.East = "旧测试", other.East+60 // as of a second grid that differs by little: only its name tells them apart
	s.storeGrid(other)
	s.storeGrid(invented)
	if _, err := s.importFile(census.File{Name: "local.csv", Format: census.FormatCSV, Grid: "没有", Body: strings.NewReader(body)}); !strings.Contains(fieldText(err), "LOCAL:旧测试, LOCAL:测试") {
		t.Errorf("a grid that is not stored, beside two: %v", err)
	}
	if r, err = local(nil); err != nil || r.Batch.State != census.NeedsAnswers || len(r.Questions) != 1 || r.Questions[0].Key != census.KeyPosition {
		t.Fatalf("%v, %+v", err, r)
	}
	q := fmt.Sprint(r.Questions[0].Options)
	if !strings.Contains(q, "LOCAL:测试/swapped") || !strings.Contains(q, "LOCAL:旧测试/swapped") || r.Questions[0].Check("LOCAL:测试/swapped") != nil {
		t.Errorf("%+v", r.Questions[0])
	}
	if s.count(`select count(*) from component`) != 0 {
		t.Error("something was taken without an answer")
	}
	if r, err = local(map[string]string{census.KeyPosition: "LOCAL:测试/swapped"}); err != nil || r.Batch.Counts != (census.Counts{Created: 40}) {
		t.Fatalf("%v, %+v", err, r)
	}
	if far := s.farthestOfGrid(); far > 1e-4 {
		t.Errorf("%g m apart", far)
	}
	if _, err = local(map[string]string{census.KeyPosition: "LOCAL:没有"}); registry.KindOf(err) != registry.Invalid {
		t.Errorf("an answer that names no grid: %v", err)
	}
}

func fieldText(err error) string {
	var known *registry.Error
	if !errors.As(err, &known) || len(known.Fields) == 0 {
		return ""
	}
	return known.Fields[0].Message.EN
}

func TestAGridIsReplacedAndForgotten(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	ctx := t.Context()
	put := func(g crs.Grid) bool {
		t.Helper()
		replaced, err := s.store.PutGrid(ctx, census.StoredGrid{Grid: g, Actor: "ling", StoredAt: surveyedAt})
		if err != nil {
			t.Fatal(err)
		}
		return replaced
	}
	second := invented
	second.Scale = 1
	if put(invented) || !put(second) {
		t.Error("the second of two is what replaces")
	}
	all, err := s.store.StoredGrids(ctx)
	if err != nil || len(all) != 1 || all[0] != (census.StoredGrid{Grid: second, Actor: "ling", StoredAt: surveyedAt}) {
		t.Errorf("%v, %v", all, err)
	}
	if err := s.store.RemoveGrid(ctx, "测试"); err != nil {
		t.Error(err)
	}
	if err := s.store.RemoveGrid(ctx, "测试"); registry.KindOf(err) != registry.NotFound {
		t.Errorf("%v", err)
	}
}
