package crs

import (
	"os"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/internal/dbtest"
)

func TestMain(m *testing.M) { os.Exit(dbtest.Main(m)) }

// TestZonesAgreeWithPROJ asks PostGIS for positions in every zone: from the equator to 60 degrees north and from its central meridian
// to as far as the zone is taken.
func TestZonesAgreeWithPROJ(t *testing.T) {
	t.Parallel()
	rows, err := dbtest.Pool(t).Query(t.Context(), `
		with zones as (
			select srid, case when srid < 4502 then 75 + 6*(srid-4491) when srid < 4513 then 75 + 6*(srid-4502)
				when srid < 4534 then 75 + 3*(srid-4513) else 75 + 3*(srid-4534) end as meridian
			from generate_series(4491, 4554) srid),
		points as (
			select srid, meridian + dlon as lon, lat from zones,
				generate_series(-3.1, 3.1, 0.31) dlon, generate_series(0.05, 59.9, 1.19) lat)
		select srid, lon, lat, st_x(p), st_y(p)
		from (select *, st_transform(st_setsrid(st_makepoint(lon, lat), 4490), srid) as p from points) t`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	checked, worst := map[System]int{}, 0.0
	for rows.Next() {
		var srid int
		var p orb.Point
		var x, y float64
		if err := rows.Scan(&srid, &p[0], &p[1], &x, &y); err != nil {
			t.Fatal(err)
		}
		s := System(srid)
		got, err := s.ToWGS84(x, y)
		if err != nil {
			t.Fatalf("%v %.3f %.3f, which is %v: %v", s, x, y, p, err)
		}
		d := metresApart(got, p)
		if worst = max(worst, d); d > 1e-4 {
			t.Fatalf("%v %.3f %.3f: got %v, PROJ has %v: %g m apart", s, x, y, got, p, d)
		}
		checked[s]++
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	t.Logf("at most %.2g m apart", worst)
	for s := System(six); s < past; s++ {
		if checked[s] < 1000 {
			t.Errorf("%v was held against PROJ at %d points", s, checked[s])
		}
	}
}

func TestDegreesOfCGCS2000AreThoseOfWGS84ForPROJToo(t *testing.T) {
	t.Parallel()
	var lon, lat float64
	err := dbtest.Pool(t).QueryRow(t.Context(), `
		select st_x(p), st_y(p) from st_transform(st_setsrid(st_makepoint(111.2846, 30.7012), 4490), 4326) p`).Scan(&lon, &lat)
	if err != nil {
		t.Fatal(err)
	}
	got, err := CGCS2000.ToWGS84(111.2846, 30.7012)
	if err != nil || metresApart(got, orb.Point{lon, lat}) > 1e-4 {
		t.Errorf("got %v, %v, PROJ has %v %v", got, err, lon, lat)
	}
}
