package postgis_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"

	"citygrid/data"
	"citygrid/geo"
	"citygrid/internal/dbtest"
	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/postgis"
	"citygrid/registry/profile"
)

// town is the store of one test. newTown has one record of everything but components: a district of one street of one community
// of four cells, two by two, of 0.01 degrees each from 111.28, 30.70.
type town struct {
	*postgis.Store
	t  *testing.T
	db *pgxpool.Pool // for what the store does not show
}

const (
	townDistrict  = "420502"
	townStreet    = "420502001"
	townCommunity = "420502001001"
	townManaged   = "M1"
)

var (
	townAct  = registry.Act{Actor: "test", Reason: "town", At: time.Date(2012, 1, 1, 8, 0, 0, 0, time.UTC)}
	everyone = registry.Scope{Public: true}
)

func newEmptyTown(t *testing.T) *town {
	t.Helper()
	db := dbtest.Pool(t)
	return &town{Store: openStore(t, postgis.Config{URL: db.Config().ConnString()}), t: t, db: db}
}

func newTown(t *testing.T) *town {
	t.Helper()
	w := newEmptyTown(t)
	lists, err := data.Catalog()
	if err != nil {
		t.Fatal(err)
	}
	var standards []registry.CityStandard
	for _, s := range lists.FilingStandards(catalog.Edition2007, catalog.KindComponent, "0118") {
		standards = append(standards, registry.CityStandard{FilingStandard: s})
	}
	w.change(func(c *postgis.Change) error {
		for _, put := range []func() (registry.Diff, error){
			func() (registry.Diff, error) { return c.PutCatalogue(t.Context(), lists) },
			func() (registry.Diff, error) { return c.PutFilingStandards(t.Context(), standards) },
			func() (registry.Diff, error) { return c.PutCity(t.Context(), townCity()) },
			func() (registry.Diff, error) {
				return c.PutSubclassesInUse(t.Context(), catalog.Edition2007, map[catalog.Kind][]catalog.SubclassCode{
					catalog.KindComponent: {"0101", "0118"}, catalog.KindEvent: {"0101"},
				})
			},
			func() (registry.Diff, error) { return putTownAreas(t, c, townAreas()) },
			func() (registry.Diff, error) { return c.PutManagedCells(t.Context(), townManagedAreas()) },
			func() (registry.Diff, error) { return c.PutUnits(t.Context(), townUnits()) },
			func() (registry.Diff, error) { return c.PutResponsibilities(t.Context(), townRules()) },
			func() (registry.Diff, error) { return c.PutStaff(t.Context(), townStaff()) },
			func() (registry.Diff, error) {
				return c.PutBaseLayers(t.Context(), map[string][]byte{"parks": []byte(`{"type":"FeatureCollection","features":[]}`)})
			},
		} {
			diff, err := put()
			if err != nil {
				return err
			}
			if diff.Empty() {
				t.Error("a put into an empty store changed nothing")
			}
		}
		return nil
	})
	return w
}

func openStore(t *testing.T, c postgis.Config) *postgis.Store {
	t.Helper()
	store, err := postgis.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	return store
}

func townCity() registry.City {
	return registry.City{
		Code: "420500", Name: "宜昌市", NameEN: "Yichang", Edition: catalog.Edition2007, Synthetic: true, Notice: "示例", NoticeEN: "An example",
		Extent: [4]float64{111.27, 30.69, 111.31, 30.73}, Centre: [2]float64{111.29, 30.71},
	}
}

// townAreas are the areas but the managed one, which is made of cells.
func townAreas() []registry.Area {
	whole := squareArea(111.28, 30.70, 0.02)
	areas := []registry.Area{
		{Code: townDistrict, Level: registry.LevelDistrict, Name: "西陵区", NameEN: "Xiling", Geometry: whole},
		{Code: townStreet, Level: registry.LevelStreet, Name: "一街", Parent: townDistrict, Geometry: whole},
		{Code: townCommunity, Level: registry.LevelCommunity, Name: "一社区", Parent: townStreet, Geometry: whole},
	}
	for i := range 4 {
		areas = append(areas, registry.Area{
			Code: townCell(i), Level: registry.LevelGrid, Name: fmt.Sprintf("网格%d", i+1), Parent: townCommunity, SquareMetres: 1e6,
			Geometry: squareArea(111.28+0.01*float64(i%2), 30.70+0.01*float64(i/2), 0.01),
		})
	}
	return areas
}

func townCell(i int) string { return fmt.Sprintf("%s%03d", townCommunity, i+1) }

func townManagedAreas() []profile.Managed {
	return []profile.Managed{{Code: townManaged, Name: "市管区域", Cells: []string{townCell(0), townCell(1)}}}
}

func townUnits() []registry.Unit {
	return []registry.Unit{
		{Code: "U01", Name: "市城市管理局", NameEN: "Bureau", Kind: registry.BureauUnit, Ring: 1},
		{Code: "U02", Name: "市路灯管理处", Kind: registry.BureauUnit, Ring: 1, Parent: "U01"},
		{Code: "U03", Name: "供电公司", Kind: registry.OutsideOwner, Ring: 3},
	}
}

func townRules() []registry.Responsibility {
	return []registry.Responsibility{
		{Area: "420500", Kind: "component", Subject: "0118", Role: registry.Maintainer, Unit: "U02", ValidFrom: time.Date(2012, 1, 1, 0, 0, 0, 0, time.UTC)},
		{Area: townDistrict, Kind: registry.Any, Subject: registry.Any, Role: registry.Territory, Unit: "U01"},
	}
}

func townStaff() []registry.Staff {
	return []registry.Staff{
		{Code: "J1", Name: "张三", Role: registry.Inspector, Area: townCell(0)},
		{Code: "J1", Name: "张三", Role: registry.Inspector, Area: townCell(1)},
		{Code: "Z1", Name: "李四", Role: registry.Officer, Area: townCommunity},
	}
}

// putTownAreas makes the areas those given and the managed area.
func putTownAreas(t *testing.T, c *postgis.Change, areas []registry.Area) (registry.Diff, error) {
	if err := c.StageAreas(t.Context(), areas); err != nil {
		return registry.Diff{}, err
	}
	if err := c.StageManaged(t.Context(), townManagedAreas()); err != nil {
		return registry.Diff{}, err
	}
	return c.PutAreas(t.Context())
}

// squareArea is a square as an area's geometry.
func squareArea(x, y, side float64) geo.EWKB {
	area, err := geo.NewArea(orb.MultiPolygon{{{{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}, {x, y}}}})
	if err != nil {
		panic(err)
	}
	return geo.AppendEWKB(nil, area.Geometry())
}

// change runs fn in one change that must succeed and returns its revision.
func (w *town) change(fn func(*postgis.Change) error) int64 {
	w.t.Helper()
	revision, err := w.Change(w.t.Context(), townAct, fn)
	if err != nil {
		w.t.Fatal(err)
	}
	return revision
}

// thing is a component as a test cares for it.
type thing struct {
	code  string
	units [3]string // supervising, owning, maintaining
	state registry.State
	wkt   string
}

// place stores components without a survey, and a revision that says so.
func (w *town) place(things ...thing) {
	w.t.Helper()
	for _, s := range things {
		if s.state == "" {
			s.state = registry.Intact
		}
		w.exec(`
with made as (
    insert into component (code, edition, subclass, name, dept1_code, dept2_code, dept3_code, state, geom, batch_id, change_id)
    select $1, 'cjt214-2007', '0118', '路灯', $2, $3, $4, $5, st_geomfromewkt('SRID=4326;' || $6), gen_random_uuid(), min(id) from change
    returning id, edition, code)
insert into component_code (edition, code, component_id) select edition, code, id from made`,
			s.code, s.units[0], s.units[1], s.units[2], string(s.state), s.wkt)
	}
	w.touch(registry.CollectionComponents)
}

// touch gives a collection a new revision.
func (w *town) touch(collection string) {
	w.t.Helper()
	w.exec(`update collection set revision = revision + 1 where name = $1`, collection)
}

func (w *town) exec(sql string, args ...any) {
	w.t.Helper()
	if _, err := w.db.Exec(w.t.Context(), sql, args...); err != nil {
		w.t.Fatal(err)
	}
}

// texts runs a query of one text column.
func (w *town) texts(sql string, args ...any) []string {
	w.t.Helper()
	rows, err := w.db.Query(w.t.Context(), sql, args...)
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	out := []string{}
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			w.t.Fatal(err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	return out
}

// lampCode is the code of the n-th street lamp.
func lampCode(n int) string { return fmt.Sprintf("%s0118%06d", townDistrict, n) }

func codesOf(components []registry.Component) []string {
	out := []string{}
	for _, c := range components {
		out = append(out, c.Code.String())
	}
	return out
}
