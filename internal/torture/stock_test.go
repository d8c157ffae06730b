package torture_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
	"citygrid/registry/locator"
)

const (
	fewestItems, mostItems = 300, 900
	heap                   = 1050 // components in one place, more than an answer may name
	rowsAtOnce             = 20   // of one census file, at most
)

// item is a component of the stock: a point, a line or a polygon.
type item struct {
	kind  string    // of its GeoJSON geometry
	at    orb.Point // of its first position; the others follow from it
	state registry.State
	name  string
}

// geometry is the item as GeoJSON writes it: a line runs 30 m north-east, a polygon is a square of about 20 m.
func (i item) geometry() map[string]any {
	const d = 0.0002
	to := func(x, y float64) [2]float64 { return [2]float64{i.at[0] + x*d, i.at[1] + y*d} }
	var coordinates any = i.at
	switch i.kind {
	case "LineString":
		coordinates = [][2]float64{to(0, 0), to(1, 0.5), to(1, 1)}
	case "Polygon":
		coordinates = [][][2]float64{{to(0, 0), to(1, 0), to(1, 1), to(0, 1), to(0, 0)}}
	}
	return map[string]any{"type": i.kind, "coordinates": coordinates}
}

// stock is what stands in a town, by code. What was removed stays in it.
type stock struct {
	items   map[string]item
	naming  int // counts the items and the names given
	rng     *rand.Rand
	survey  *census.Census
	changed []string // codes of the present file
}

// somewhere is a place inside the town whatever its outermost corners do, sometimes the same as another item's, a vertex of the cells or
// the heap's.
func (s *stock) somewhere(b *board) orb.Point {
	switch n := s.rng.IntN(20); {
	case n == 0:
		return heapAt()
	case n == 1 && len(s.items) > 0:
		return s.items[one(s.rng, s.codes())].at
	case n < 5:
		return b[1+s.rng.IntN(columns-1)][1+s.rng.IntN(rows-1)][s.rng.IntN(stands)]
	}
	return orb.Point{west + lotDegrees*(0.5+s.rng.Float64()*(columns-1)), south + lotDegrees*(0.5+s.rng.Float64()*(rows-1))}
}

// heapAt is in the south-western corner.
func heapAt() orb.Point { return orb.Point{west + 0.6*lotDegrees, south + 0.6*lotDegrees} }

func (s *stock) codes() []string { return slices.Sorted(maps.Keys(s.items)) }

// put writes an item into the present file.
func (s *stock) put(code string, i item) {
	s.naming++
	i.name = fmt.Sprintf("件%d", s.naming)
	s.items[code] = i
	s.changed = append(s.changed, code)
}

func (s *stock) fresh(at orb.Point) {
	kind := one(s.rng, []string{"Point", "Point", "Point", "LineString", "Polygon"})
	if at == heapAt() {
		kind = "Point"
	}
	s.put(fmt.Sprintf("4205020118%06d", s.naming+1), item{kind: kind, at: at, state: registry.Intact})
}

// surveyed makes the next file: some rows of components that are new, elsewhere, of another shape, removed or there again.
func (s *stock) surveyed(b *board) {
	s.changed = nil
	for range 1 + s.rng.IntN(rowsAtOnce) {
		code := one(s.rng, s.codes())
		i := s.items[code]
		switch s.rng.IntN(6) {
		case 0, 1:
			if len(s.items) < mostItems+heap {
				s.fresh(s.somewhere(b))
			}
			continue
		case 2:
			i.at = s.somewhere(b)
		case 3:
			i.kind = one(s.rng, []string{"Point", "LineString", "Polygon"})
		case 4:
			i.state = registry.Removed
		case 5:
			i.state = one(s.rng, []registry.State{registry.Intact, registry.Damaged, registry.Missing, registry.Abandoned})
		}
		if !slices.Contains(s.changed, code) { // one component stands in a file once
			s.put(code, i)
		}
	}
	if len(s.changed) == 0 {
		s.fresh(s.somewhere(b))
	}
}

// file is the present census file.
func (s *stock) file() []byte {
	var features []map[string]any
	for _, code := range s.changed {
		i := s.items[code]
		features = append(features, map[string]any{
			"type": "Feature", "geometry": i.geometry(),
			"properties": map[string]string{"ObjID": code, "ObjName": i.name, "ObjState": string(i.state), "ORDate": "2012-01-01"},
		})
	}
	return encode(map[string]any{"type": "FeatureCollection", "features": features})
}

// send takes the present file through a census to the store.
func (e *editor) send(ctx context.Context, s *stock) error {
	d, err := e.store.LocatorData(ctx)
	if err != nil {
		return err
	}
	snapshot, err := locator.Build(d)
	if err != nil {
		return err
	}
	c, err := census.New(census.Config{
		Whole: true, // codes are of one division, wherever things stand
		Store: e.store, Catalogue: e.lists, Edition: d.City.Edition, Subclasses: inUse()[catalog.KindComponent], Units: d.Units,
		Extent: d.City.Extent, Cells: snapshot.Cells(), AreasRevision: d.AreasRevision, Clock: time.Now, Actor: "editor",
	})
	if err != nil {
		return err
	}
	r, err := c.Import(ctx, census.File{Name: "stock.geojson", Format: census.FormatGeoJSON, Body: bytes.NewReader(s.file())})
	if err == nil && r.Batch.State != census.Promoted {
		err = fmt.Errorf("the census was not taken: %s, %v", r.Batch.Reason, r.Issues)
	}
	return err
}

// newStock puts the first components into a town: some anywhere and a heap.
func newStock(t *testing.T, e *editor) *stock {
	t.Helper()
	s := &stock{items: map[string]item{}, rng: draw(7)}
	for range fewestItems {
		s.fresh(s.somewhere(e.town.board))
	}
	for range heap {
		s.fresh(heapAt())
	}
	if err := e.send(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	return s
}

// around are places and radii that are asked about. Few reach the heap: to read so much takes most of the time.
func around(b *board, rng *rand.Rand) (points []orb.Point, metres []float64) {
	points = []orb.Point{heapAt(), heapAt(), {west + 6*lotDegrees, south + 4*lotDegrees}}
	metres = []float64{1e-9, 60, registry.MaxRadius}
	for range 30 {
		p := orb.Point{west + lotDegrees*(4+rng.Float64()*(columns-4)), south + lotDegrees*rng.Float64()*rows}
		if rng.IntN(2) == 0 {
			p = b[4+rng.IntN(columns-3)][rng.IntN(rows+1)][rng.IntN(stands)]
		}
		points, metres = append(points, p), append(metres, one(rng, []float64{1, 10, 30, 50, 150}))
	}
	return points, metres
}

// seeNear asks PostGIS what stands around each place, and what the revision is.
func (s *witness) seeNear(ctx context.Context, points []orb.Point, metres []float64) (revision int64, u *truth, err error) {
	u = &truth{near: make([][]stood, len(points))}
	lon, lat := make([]float64, len(points)), make([]float64, len(points))
	for i, p := range points {
		lon[i], lat[i] = p[0], p[1]
	}
	rows, err := s.db.Query(ctx, sqlNear, lon, lat, metres, registry.MaxNear)
	if err != nil {
		return 0, nil, err
	}
	var place int
	var code, name, state, grid string
	var also []string
	var distance float64
	if _, err := pgx.ForEachRow(rows, []any{&place, &code, &name, &state, &grid, &also, &distance}, func() error {
		u.near[place-1] = append(u.near[place-1], stood{words(code, name, state, grid, also), distance})
		return nil
	}); err != nil {
		return 0, nil, err
	}
	err = s.db.QueryRow(ctx, `select value from revision_counter`).Scan(&revision)
	return revision, u, err
}

// A degree has at least 90,000 metres here, in any direction.
const sqlNear = `
select p.n, c.code, c.name, c.state, c.grid, c.grids_also, c.metres
from unnest($1::float8[], $2::float8[], $3::float8[]) with ordinality as p (lon, lat, metres, n)
    cross join lateral (select st_setsrid(st_makepoint(p.lon, p.lat), 4326) as at) here
    cross join lateral (
        select code, name, state, coalesce(grid, '') as grid, grids_also, st_distance(geom::geography, here.at::geography) as metres
        from component
        where state <> '移除' and geom && st_expand(here.at, p.metres / 90000)
            and st_distance(geom::geography, here.at::geography) <= greatest(p.metres, 1e-6)
        order by metres, code limit $4
    ) c
order by p.n, c.metres, c.code`
