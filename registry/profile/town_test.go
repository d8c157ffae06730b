package profile_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"citygrid/data"
	"citygrid/internal/dbtest"
	"citygrid/registry/postgis"
	"citygrid/registry/profile"
)

// town is a city folder in the making: eight units of 0.001 degrees wide and four high from 111.28, 30.70. Two districts of four by
// four units have one street each, a street has two communities of two by four, a community two cells of two by two, one above
// the other. Borders have a vertex at each unit, so everything is noded.
type town struct {
	areas map[string][]feature // by file
	files map[string]string    // all others
}

// feature is an area with its outer ring in units, closed when it is written.
type feature struct {
	code, name string
	ring       [][2]float64
	geometry   string // JSON in place of the ring
	properties string // JSON in place of code and name
}

const (
	districts   = "areas/districts.geojson"
	streets     = "areas/streets.geojson"
	communities = "areas/communities.geojson"
	cells       = "areas/grid-cells.geojson"
)

func newTown() *town {
	w := &town{areas: map[string][]feature{}, files: map[string]string{
		"city.json": `{"code": "420500", "name": "小城", "name_en": "Town", "edition": "cjt214-2007", "synthetic": true, "notice": "示例", "notice_en": "An example",
 "extent": [111.27, 30.69, 111.30, 30.71], "centre": [111.284, 30.702]}`,
		"areas/managed-areas.csv": "code,name,name_en\nM1,中心区,Centre\n",
		"areas/managed-cells.csv": "area,cell\nM1,420502001002001\nM1,420502001002002\nM1,420503001001001\n",
		"units.csv": "code,name,name_en,kind,ring,parent\nU01,城管局,Bureau,bureau_unit,1,\nU02,路灯处,Lamps,bureau_unit,1,U01\n" +
			"C02,西区中心,West,district_centre,2,\nC03,东区中心,East,district_centre,2,\n",
		"responsibilities.csv": "area,kind,subject,role,unit,valid_from,valid_to\n420500,component,0118,maintainer,U02,,\n420500,*,*,competent,U01,2012-01-01,\n" +
			"420502,*,*,territory,C02,,\n420503,*,*,territory,C03,,2030-12-31\nM1,event,01,maintainer,U01,,\n",
		"staff.csv":              "code,name,role,area\nJ1,张三,inspector,420502001001001\nJ1,张三,inspector,420502001001002\nZ1,李四,officer,420502001001\n",
		"catalogue.csv":          "kind,subclass\ncomponent,0118\ncomponent,0101\nevent,0101\n",
		"base/parks.geojson":     `{"type": "FeatureCollection", "features": []}`,
		"components/lamps.csv":   lampHeader + lamp(1, 0.5, 0.5) + lamp(2, 0.5, 3.5) + lamp(3, 1.5, 2.1) + lamp(4, 5.5, 2.5),
		"components/ignored.txt": "nothing",
	}}
	for d := range 2 {
		x := float64(4 * d)
		district := fmt.Sprintf("42050%d", d+2)
		w.add(districts, feature{code: district, name: "区" + district, ring: box(x, 0, x+4, 4)})
		w.add(streets, feature{code: district + "001", name: "街道" + district, ring: box(x, 0, x+4, 4)})
		for m := range 2 {
			community, x := fmt.Sprintf("%s00100%d", district, m+1), x+float64(2*m)
			w.add(communities, feature{code: community, name: "社区" + community, ring: box(x, 0, x+2, 4)})
			for c := range 2 {
				y := float64(2 * c)
				w.add(cells, feature{code: fmt.Sprintf("%s00%d", community, c+1), name: "网格", ring: box(x, y, x+2, y+2)})
			}
		}
	}
	return w
}

func (w *town) add(file string, f feature) { w.areas[file] = append(w.areas[file], f) }

// area is the area with this code.
func (w *town) area(code string) *feature {
	for _, list := range w.areas {
		for i := range list {
			if list[i].code == code {
				return &list[i]
			}
		}
	}
	panic("no area " + code)
}

// move puts a vertex of the areas named somewhere else.
func (w *town) move(from, to [2]float64, codes ...string) {
	for _, code := range codes {
		ring := w.area(code).ring
		i := slices.Index(ring, from)
		if i < 0 {
			panic(fmt.Sprintf("%s has no vertex %v", code, from))
		}
		ring[i] = to
	}
}

// edit replaces text in a file; it must be there.
func (w *town) edit(file, from, to string) {
	if !strings.Contains(w.files[file], from) {
		panic(file + " has no " + from)
	}
	w.files[file] = strings.Replace(w.files[file], from, to, 1)
}

// box is a ring with a vertex at each unit, counter-clockwise.
func box(x0, y0, x1, y1 float64) [][2]float64 {
	var ring [][2]float64
	for x := x0; x < x1; x++ {
		ring = append(ring, [2]float64{x, y0})
	}
	for y := y0; y < y1; y++ {
		ring = append(ring, [2]float64{x1, y})
	}
	for x := x1; x > x0; x-- {
		ring = append(ring, [2]float64{x, y1})
	}
	for y := y1; y > y0; y-- {
		ring = append(ring, [2]float64{x0, y})
	}
	return ring
}

func lon(x float64) float64 { return 111.28 + x/1000 }
func lat(y float64) float64 { return 30.70 + y/1000 }

const lampHeader = "ObjID,ObjName,DeptCode3,ObjState,ORDate,Lon,Lat\n"

// lamp is a row of a census file: a street lamp at x, y in units, of the district that it stands in.
func lamp(n int, x, y float64) string {
	district := "420502"
	if x > 4 {
		district = "420503"
	}
	return fmt.Sprintf("%s0118%06d,路灯,U02,完好,2011-12-31,%.6f,%.6f\n", district, n, lon(x), lat(y))
}

// folder writes everything.
func (w *town) folder() fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range w.files {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	for name, list := range w.areas {
		var b strings.Builder
		b.WriteString(`{"type":"FeatureCollection","features":[`)
		for i, f := range list {
			if i > 0 {
				b.WriteString(",\n")
			}
			geometry, properties := f.geometry, f.properties
			if geometry == "" {
				ring := make([][2]float64, 0, len(f.ring)+1)
				for _, p := range append(slices.Clone(f.ring), f.ring[0]) {
					ring = append(ring, [2]float64{lon(p[0]), lat(p[1])})
				}
				text, _ := json.Marshal(ring) // numbers that are no numbers are written as geometry
				geometry = `{"type":"Polygon","coordinates":[` + string(text) + `]}`
			}
			if properties == "" {
				properties = fmt.Sprintf(`{"code":%q,"name":%q,"name_en":""}`, f.code, f.name)
			}
			fmt.Fprintf(&b, `{"type":"Feature","properties":%s,"geometry":%s}`, properties, geometry)
		}
		b.WriteString("]}\n")
		out[name] = &fstest.MapFile{Data: []byte(b.String())}
	}
	return out
}

// store is a database of one test with what is needed to apply folders to it.
type store struct {
	*postgis.Store
	t      *testing.T
	db     *pgxpool.Pool
	config profile.Config
}

var appliedAt = time.Date(2012, 1, 1, 8, 0, 0, 0, time.UTC)

func newStore(t *testing.T) *store {
	t.Helper()
	db := dbtest.Pool(t)
	opened, err := postgis.Open(t.Context(), postgis.Config{URL: db.Config().ConnString()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(opened.Close)
	lists, err := data.Catalog()
	if err != nil {
		t.Fatal(err)
	}
	return &store{Store: opened, t: t, db: db, config: profile.Config{
		Store: postgis.ProfileStore{Store: opened}, Lists: lists, Clock: func() time.Time { return appliedAt }, Actor: "test",
	}}
}

// apply applies a folder that must be taken.
func (s *store) apply(folder fs.FS) profile.Report {
	s.t.Helper()
	report, err := profile.Apply(s.t.Context(), s.config, folder)
	if err != nil {
		var refused *profile.RejectedError
		if errors.As(err, &refused) {
			for _, f := range refused.Faults {
				s.t.Log(f)
			}
		}
		s.t.Fatal(err)
	}
	return report
}

// refuse applies a folder that must be refused and returns its faults.
func (s *store) refuse(what string, folder fs.FS) []profile.Fault {
	s.t.Helper()
	_, err := profile.Apply(s.t.Context(), s.config, folder)
	var refused *profile.RejectedError
	if !errors.As(err, &refused) {
		s.t.Errorf("%s: not refused: %v", what, err)
		return nil
	}
	return refused.Faults
}

// rows is what a query of one text column returns.
func (s *store) rows(sql string, args ...any) []string {
	s.t.Helper()
	rows, err := s.db.Query(context.WithoutCancel(s.t.Context()), sql, args...)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	out := []string{}
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			s.t.Fatal(err)
		}
		out = append(out, text)
	}
	if err := rows.Err(); err != nil {
		s.t.Fatal(err)
	}
	return out
}

// image is every row of every table but those named, with its place on disk and the transaction that wrote it.
func (s *store) image(except ...string) string {
	s.t.Helper()
	var all []string
	for _, table := range s.rows(`select tablename::text from pg_tables where schemaname = 'public' order by 1`) {
		if !slices.Contains(except, table) {
			all = append(all, table+"\n"+strings.Join(s.rows(`select concat_ws(' ', t.ctid, t.xmin, md5(t::text)) from "`+table+`" t order by 1`), "\n"))
		}
	}
	return strings.Join(all, "\n")
}

func (s *store) stagingTables() []string {
	return s.rows(`select tablename::text from pg_tables where tablename like 'import\_stage\_%'`)
}
