package postgis_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"

	"citygrid/data"
	"citygrid/geo"
	"citygrid/geo/areaindex"
	"citygrid/internal/dbtest"
	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
	"citygrid/registry/postgis"
)

// survey is a city of four cells, two by two, of 0.01 degrees each, in the database of one test.
type survey struct {
	t      *testing.T
	store  *postgis.Store
	db     *pgxpool.Pool // for what the store does not show
	config census.Config
}

var surveyedAt = time.Date(2012, 1, 1, 8, 0, 0, 0, time.UTC)

func newSurvey(t *testing.T) *survey {
	t.Helper()
	db := dbtest.Pool(t)
	store, err := postgis.Open(t.Context(), postgis.Config{URL: db.Config().ConnString()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	lists, err := data.Catalog()
	if err != nil {
		t.Fatal(err)
	}
	act := registry.Act{Actor: "test", Reason: "catalogue", At: surveyedAt}
	if _, err := store.Change(t.Context(), act, func(c *postgis.Change) error {
		_, err := c.PutCatalogue(t.Context(), lists)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return &survey{t: t, store: store, db: db, config: census.Config{
		Store: store, Catalogue: lists, Edition: catalog.Edition2007,
		Subclasses: []catalog.SubclassCode{"0101", "0118", "0211", "0301"},
		Units:      []registry.Unit{{Code: "U03", Name: "市市政设施维护处"}, {Code: "U04", Name: "市路灯管理处"}},
		Extent:     [4]float64{111.27, 30.69, 111.31, 30.73},
		Cells:      fourCells(t), Clock: func() time.Time { return surveyedAt }, Actor: "crew 1",
	}}
}

// again opens the test's database once more, as another process would.
func (s *survey) again() *postgis.Store {
	s.t.Helper()
	store, err := postgis.Open(s.t.Context(), postgis.Config{URL: s.db.Config().ConnString()})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(store.Close)
	return store
}

// stage stages a CSV file that must be taken.
func (s *survey) stage(body string) census.Batch {
	s.t.Helper()
	c, err := census.New(s.config)
	if err != nil {
		s.t.Fatal(err)
	}
	r, err := c.Stage(s.t.Context(), census.File{Name: "a.csv", Format: census.FormatCSV, Body: strings.NewReader(body)})
	if err != nil || r.Batch.State != census.Staged {
		s.t.Fatalf("%v, %+v", err, r)
	}
	return r.Batch
}

// take imports a file and fails the test when the file or the store fails.
func (s *survey) take(name, body string) census.Report {
	s.t.Helper()
	r, err := s.run(s.t.Context(), name, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

func (s *survey) run(ctx context.Context, name string, body io.ReadSeeker) (census.Report, error) {
	s.t.Helper()
	c, err := census.New(s.config)
	if err != nil {
		s.t.Fatal(err)
	}
	format, err := census.FormatOf(name)
	if err != nil {
		s.t.Fatal(err)
	}
	return c.Import(ctx, census.File{Name: name, Format: format, Body: body, Answers: refusing})
}

// refusing leaves no question open.
var refusing = map[string]string{census.AnswerEverything: census.AnswerRefuse}

// count runs a query that returns one number.
func (s *survey) count(sql string, args ...any) int {
	s.t.Helper()
	var n int
	if err := s.db.QueryRow(s.t.Context(), sql, args...).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

// list runs a query and returns its rows, each as its columns joined by blanks.
func (s *survey) list(sql string, args ...any) []string {
	s.t.Helper()
	rows, err := s.db.Query(s.t.Context(), sql, args...)
	if err != nil {
		s.t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (string, error) {
		values, err := row.Values()
		return strings.TrimSuffix(fmt.Sprintln(values...), "\n"), err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return list
}

// component reads what the store has under a code.
func (s *survey) component(code string) registry.Component {
	s.t.Helper()
	c, err := s.store.Component(s.t.Context(), registry.Scope{All: true}, code)
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// empty fails the test unless nothing of any file is visible or left.
func (s *survey) empty() {
	s.t.Helper()
	if n, left := s.count(`select count(*) from component`), s.stagingTables(); n != 0 || left != 0 {
		s.t.Errorf("%d components are visible, %d staging tables left", n, left)
	}
}

// briefs are the issues of a report as "row column code severity".
func briefs(r census.Report) []string {
	var out []string
	for _, is := range r.Issues {
		out = append(out, strings.Join(strings.Fields(fmt.Sprint(is.Row, " ", is.Column, " ", is.Code, " ", is.Severity)), " "))
	}
	return out
}

// stagingTables is how many staging tables there are.
func (s *survey) stagingTables() int {
	return s.count(`select count(*) from pg_tables where tablename like 'import\_stage\_%'`)
}

const surveyHeader = "ObjID,ObjName,DeptCode1,DeptName1,BGID,ObjState,ORDate,CHDate,Note,Lon,Lat,Height,Material\n"

// lamps writes n rows of a census file, one lamp each.
func lamps(n int, state string) string {
	var b strings.Builder
	b.WriteString(surveyHeader)
	for i := range n {
		fmt.Fprintf(&b, "420502"+"0118"+"%06d,路灯,U04,市路灯管理处,,%s,2011-12-31,,,111.2%d,30.7051,58.5,钢\n", i+1, state, 8001+i%900)
	}
	return b.String()
}

// fourCells are squares of 0.01 degrees from 111.28, 30.70, numbered west to east and then north.
func fourCells(t *testing.T) *areaindex.Index { return cellsIn(t, "420502", "420502") }

// cellsIn are fourCells of which the western and the eastern ones are of given divisions.
func cellsIn(t *testing.T, divisions ...string) *areaindex.Index {
	t.Helper()
	var items []areaindex.Item
	for i := range 4 {
		x, y := 111.28+0.01*float64(i%2), 30.70+0.01*float64(i/2)
		area, err := geo.NewArea(orb.MultiPolygon{{{{x, y}, {x + 0.01, y}, {x + 0.01, y + 0.01}, {x, y + 0.01}, {x, y}}}})
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, areaindex.Item{Code: fmt.Sprintf("%s001001%03d", divisions[i%2], i+1), Area: area})
	}
	index, err := areaindex.Build(items)
	if err != nil {
		t.Fatal(err)
	}
	return index
}
