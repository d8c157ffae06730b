package postgis_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"citygrid/registry/census"
)

// TestTrap33NumbersOfTheOldDatumsAreAConstantShift: written by PROJ with the ellipsoids of 1954 and 1980 and shifts that somebody made up, read in the zone of
// CGCS2000 of the same meridian. Nothing is transformed: the vector is told, on known components alone.
func TestTrap33NumbersOfTheOldDatumsAreAConstantShift(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	degrees := s.inSystem(100, 4326, 0, 0)
	for datum, ellipsoid := range map[string]string{
		"Beijing 1954": "+ellps=krass +towgs84=15.8,-154.4,-82.3", "Xian 1980": "+a=6378140 +rf=298.257 +towgs84=24,-123,-94",
	} {
		var file strings.Builder
		file.WriteString("ObjID,ObjState,ORDate,东坐标,北坐标\n")
		var east, north float64
		for _, line := range s.list(`
			select format('4205020118%s,完好,2011-12-31,%s,%s', lpad((n + 100)::text, 6, '0'), st_x(p), st_y(p))
			from generate_series(0, 39) n
			cross join lateral st_transform(st_setsrid(st_makepoint(111.2801 + n * 0.0002, 30.7011 + (n * 7 % 40) * 0.0002), 4326),
				'+proj=tmerc +lon_0=111 +x_0=500000 '||$1::text||' +units=m') p`, ellipsoid) {
			file.WriteString(line + "\n")
		}
		if err := s.db.QueryRow(t.Context(), `
			select st_x(old) - st_x(new), st_y(old) - st_y(new)
			from st_setsrid(st_makepoint(111.284, 30.705), 4326) at
			cross join lateral st_transform(at, '+proj=tmerc +lon_0=111 +x_0=500000 '||$1::text||' +units=m') old
			cross join lateral st_transform(st_setsrid(at, 4490), 4546) new`, ellipsoid).Scan(&east, &north); err != nil {
			t.Fatal(err)
		}
		if away := math.Hypot(east, north); away < 20 || away > 200 {
			t.Fatalf("%s: the numbers differ by %.1f m east, %.1f m north", datum, east, north)
		}
		send := func(f census.File) census.Report {
			t.Helper()
			f.Name, f.Format, f.Body = "old.csv", census.FormatCSV, strings.NewReader(file.String())
			c, err := census.New(s.config)
			if err != nil {
				t.Fatal(err)
			}
			r, err := c.Stage(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			if r.Batch.State == census.Staged {
				c.Discard(t.Context(), &r.Batch)
			}
			return r
		}
		vector := func(what string, r census.Report, reading string) {
			t.Helper()
			for _, p := range r.Positions {
				if p.Reading != reading {
					continue
				}
				if p.Offset == nil || math.Abs(p.Offset.East-east) > 0.5 || math.Abs(p.Offset.North-north) > 0.5 || p.Offset.Spread > 0.5 {
					t.Errorf("%s, %s: the numbers differ by %.2f, %.2f, which is told as %+v", datum, what, east, north, p.Offset)
				}
				return
			}
			t.Errorf("%s, %s: %+v", datum, what, r.Positions)
		}
		unexplained := func(r census.Report) bool {
			return r.Batch.State == census.NeedsAnswers && len(r.Questions) == 1 && strings.Contains(fmt.Sprint(r.Questions[0].Evidence), "no system that can be computed explains the shift")
		}
		if s.count(`select count(*) from component`) == 0 {
			fresh := send(census.File{CRS: 4546}) // some rows come to lie outside of the cells: nothing else is seen
			if len(fresh.Questions) > 0 || len(fresh.Positions) == 0 || fresh.Positions[0].Known != 0 || fresh.Positions[0].Offset != nil || fresh.Batch.Good < 30 {
				t.Errorf("%s, nothing is known: %+v, %+v", datum, fresh.Batch, fresh.Positions)
			}
		}
		if s.take("degrees.csv", degrees).Batch.State != census.Promoted {
			t.Fatal("the degrees are not taken")
		}
		declared := send(census.File{CRS: 4546})
		if !unexplained(declared) || declared.Questions[0].Proposal != "" {
			t.Errorf("%s, declared as the zone: %+v", datum, declared.Questions)
		}
		vector("declared as the zone", declared, "EPSG:4546")
		open := send(census.File{})
		if !unexplained(open) || open.Questions[0].Proposal != "EPSG:4546" {
			t.Errorf("%s, not declared: %+v", datum, open.Questions)
		}
		vector("not declared", open, "EPSG:4546")
	}
}
