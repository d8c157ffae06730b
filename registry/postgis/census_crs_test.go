package postgis_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"citygrid/geo/crs"
	"citygrid/registry/census"
)

// TestTrap31DeclaredMetresComeToWherePROJHasThem: the city's corners and middle, as PROJ gives them in each zone, are read to within a micrometre.
func TestTrap31DeclaredMetresComeToWherePROJHasThem(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	c, err := census.New(s.config)
	if err != nil {
		t.Fatal(err)
	}
	for i, system := range []crs.System{4546, 4525, 4545, 4508, 4497} { // 3 degrees, with number, the next zone, 6 degrees, with number
		var file strings.Builder
		file.WriteString("ObjID,ObjState,ORDate,坐标/X,坐标/Y\n")
		for _, line := range s.list(`
			select format('420502%s%s,完好,2011-12-31,%s,%s', '0118', lpad((n + $2::int)::text, 6, '0'), st_y(p), st_x(p))
			from (values (1, 111.281, 30.701), (2, 111.299, 30.719), (3, 111.29123456789, 30.7087654321)) v (n, lon, lat)
			cross join lateral st_transform(st_setsrid(st_makepoint(lon, lat), 4490), $1::int) p`, system.Number(), 10*i) {
			file.WriteString(line + "\n")
		}
		r, err := c.Import(t.Context(), census.File{Name: "metres.csv", Format: census.FormatCSV, CRS: system, Body: strings.NewReader(file.String())})
		if err != nil || r.Batch.Counts != (census.Counts{Created: 3}) || r.Errors != 0 {
			t.Fatalf("%v: %v, %+v", system, err, r)
		}
		if want := fmt.Sprintf("positions read in %v, converted to degrees of WGS 84; a column X is north, Y is east", system); r.Recognised[0].EN != want {
			t.Errorf("recognised %+v", r.Recognised)
		}
		again, err := c.Import(t.Context(), census.File{Name: "again.csv", Format: census.FormatCSV, CRS: system, Body: strings.NewReader(file.String() + "\n")})
		if err != nil || again.Batch.Counts != (census.Counts{Unchanged: 3}) {
			t.Errorf("%v again: %v, %+v", system, err, again.Batch)
		}
	}
	var worst float64
	if err := s.db.QueryRow(t.Context(), `
		select max(st_distance(c.geom::geography, st_setsrid(st_makepoint(lon, lat), 4326)::geography))
		from component c join (values (1, 111.281, 30.701), (2, 111.299, 30.719), (3, 111.29123456789, 30.7087654321)) v (n, lon, lat)
		on right(c.code, 1)::int = n`).Scan(&worst); err != nil {
		t.Fatal(err)
	}
	t.Logf("at most %.2g m", worst)
	if worst > 1e-6 {
		t.Errorf("a position is %g m from where PROJ has it", worst)
	}
}

func TestTrap15AWorkbookWithAMergedHeaderAndMetresIsRead(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range [][]any{
		{"标识码", "状态", "普查日期", "坐标", nil}, {nil, nil, nil, "X", "Y"}, {lamp(1), "完好", "2011-12-31", 3397881.866, 527264.948},
	} {
		if err := f.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var book bytes.Buffer
	if err := errors.Join(f.MergeCell("Sheet1", "D1", "E1"), f.Write(&book)); err != nil {
		t.Fatal(err)
	}
	c, err := census.New(s.config)
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Import(t.Context(), census.File{Name: "metres.xlsx", Format: census.FormatXLSX, CRS: 4546, Body: bytes.NewReader(book.Bytes())})
	if err != nil || r.Batch.Counts != (census.Counts{Created: 1}) || r.Errors != 0 {
		t.Fatalf("%v, %+v", err, r)
	}
	if got := s.list(`select st_astext(geom, 4) from component`); got[0] != "POINT(111.2846 30.7012)" {
		t.Errorf("stands at %v", got)
	}
}

// TestTrap35DeclaredShiftedDegreesAreShiftedBack holds for tables and for GeoJSON, every vertex of which is read.
func TestTrap35DeclaredShiftedDegreesAreShiftedBack(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	c, err := census.New(s.config)
	if err != nil {
		t.Fatal(err)
	}
	line := `{"type":"Feature","properties":{"ObjID":"4205020118000001","ObjState":"完好","ORDate":"2011-12-31"},
		"geometry":{"type":"LineString","coordinates":[[111.2902559,30.6987629],[111.2912559,30.6997629]]}}`
	body := `{"type":"FeatureCollection","features":[` + line + `]}`
	r, err := c.Import(t.Context(), census.File{Name: "gaode.geojson", Format: census.FormatGeoJSON, CRS: crs.GCJ02, Body: strings.NewReader(body)})
	if err != nil || r.Batch.Counts != (census.Counts{Created: 1}) {
		t.Fatalf("%v, %+v", err, r)
	}
	want := []string{"POINT(111.2846 30.7012)", "POINT(111.2856 30.7022)"}
	if got := s.list(`select st_astext((st_dumppoints(geom)).geom, 4) from component`); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v", got)
	}
	r, err = c.Import(t.Context(), census.File{Name: "metres.geojson", Format: census.FormatGeoJSON, CRS: 4546, Body: strings.NewReader(body)})
	if err != nil || r.Batch.State != census.Rejected || len(r.Issues) != 1 || r.Issues[0].Code != census.CodeSystemOfGeoJSON {
		t.Errorf("metres in GeoJSON: %v, %+v", err, r)
	}
	if _, err := c.Stage(t.Context(), census.File{Name: "a.csv", Format: census.FormatCSV, CRS: 32649, Body: strings.NewReader(body)}); err == nil || !strings.Contains(err.Error(), "convert them first") {
		t.Errorf("a system that only PROJ converts: %v", err)
	}
}
