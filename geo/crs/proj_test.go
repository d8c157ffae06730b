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

func TestSystemsOnOldNationalDatumsAreAllThatPostGISHas(t *testing.T) {
	t.Parallel()
	rows, err := dbtest.Pool(t).Query(t.Context(), `
		select auth_srid, substring(srtext from 'DATUM\["(Beijing_1954|New_Beijing|Xian_1980)"') from spatial_ref_sys where auth_name = 'EPSG'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names := map[string]string{"Beijing 1954": "Beijing_1954", "New Beijing (Beijing 1954 adjusted)": "New_Beijing", "Xian 1980": "Xian_1980"}
	old := 0
	for rows.Next() {
		var srid int
		var want *string
		if err := rows.Scan(&srid, &want); err != nil {
			t.Fatal(err)
		}
		if want != nil {
			old++
		}
		switch d := System(srid).oldDatum(); {
		case (d == nil) != (want == nil), d != nil && names[d.name] != *want:
			t.Errorf("EPSG:%d is on %v, PostGIS has %v", srid, d, want)
		}
	}
	if err := rows.Err(); err != nil || old != 76+65+65 {
		t.Errorf("%d systems, %v", old, err)
	}
}

// TestPROJLeavesTheShiftOfOldNationalDatumsOut is why they are refused: degrees on them become degrees of WGS 84 as they are at Yichang,
// and at another place not.
func TestPROJLeavesTheShiftOfOldNationalDatumsOut(t *testing.T) {
	t.Parallel()
	db := dbtest.Pool(t)
	for _, c := range []struct {
		srid     int
		lon, lat float64
		shifted  bool
	}{
		{4214, 111.2846, 30.7012, false}, {4610, 111.2846, 30.7012, false}, {4555, 111.2846, 30.7012, false}, {4214, 109, 37, true},
	} {
		var got orb.Point
		if err := db.QueryRow(t.Context(), `select st_x(p), st_y(p) from st_transform(st_setsrid(st_makepoint($1, $2), $3), 4326) p`,
			c.lon, c.lat, c.srid).Scan(&got[0], &got[1]); err != nil {
			t.Fatal(err)
		}
		if metres := metresApart(got, orb.Point{c.lon, c.lat}); (metres > 40) != c.shifted || (metres > 1e-3) != c.shifted {
			t.Errorf("%d at %v %v: %g m", c.srid, c.lon, c.lat, metres)
		}
	}
}
