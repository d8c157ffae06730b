package torture_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"
	"golang.org/x/sync/errgroup"

	"citygrid/data"
	"citygrid/data/synth"
	"citygrid/geo/areaindex"
	"citygrid/internal/dbtest"
	"citygrid/registry"
	"citygrid/registry/locator"
	"citygrid/registry/postgis"
	"citygrid/registry/profile"
)

const (
	manyPoints, fewPoints = 1_000_000, 50_000
	fewCells              = 200    // whose vertices are compared in a short run; in a long one those of all
	atOnce                = 10_000 // points in one question to PostGIS
	placedEvery           = 20     // points in the city, one is asked for all that is known of it: what is near it takes most of the time
	lostEvery             = 1000   // points, one is asked for it also outside, where the nearest cell may be far
	borderMetres          = 10.0   // how far points near a border are from it, one sigma
	metresDegree          = 111_200.0
)

// A million points, and every vertex and the middle of every edge of the cells of Yichang: the cell by the tie rule, and how many cells
// cover the point.
func TestAMillionPointsAgreeWithPostGIS(t *testing.T) {
	t.Parallel()
	sayHowToRepeat(t)
	db, s := yichang(t)
	cells := s.Cells()
	drawn, of := fewPoints, fewCells
	if *lasting >= long {
		drawn, of = manyPoints, cells.Len()
	}
	rng := draw(6)
	points := make([]orb.Point, drawn)
	box := boundOf(cells)
	for i := range points {
		switch n := i % 10; {
		case n < 4:
			points[i] = anywhere(rng, box)
		case n < 8:
			points[i] = nearBorder(rng, cells)
		default:
			points[i] = outside(rng, box)
		}
	}
	vertices, middles := corners(cells, of)
	compared := compareAll(t, db, s, append(append(points, vertices...), middles...))
	t.Logf("seed %d: %d points drawn, %d vertices and %d middles of edges of %d cells: %d covered by one cell, %d by several, %d by none; %d disagreements",
		*seeding, drawn, len(vertices), len(middles), of, compared.one.Load(), compared.several.Load(), compared.none.Load(), compared.wrong.Load())
	if n := compared.several.Load(); n < int64(len(vertices)*8/10) {
		t.Errorf("%d points are covered by several cells: %d vertices of a tiling should be", n, len(vertices))
	}
	if n := compared.none.Load(); n < int64(drawn/10) {
		t.Errorf("%d points are outside", n)
	}
}

// yichang is the synthetic city, without its components, in a database and in memory.
func yichang(t *testing.T) (*pgxpool.Pool, *locator.Snapshot) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "yichang")
	if _, err := synth.Yichang(t.Context(), dir, synth.Options{Seed: *seeding}); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "components")); err != nil {
		t.Fatal(err)
	}
	db := dbtest.Pool(t)
	store, err := postgis.Open(t.Context(), postgis.Config{URL: db.Config().ConnString()})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	lists, err := data.Catalog()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := profile.Apply(t.Context(), profile.Config{
		Store: postgis.ProfileStore{Store: store}, Lists: lists, Clock: time.Now, Actor: "torture",
	}, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	d, err := store.LocatorData(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s, err := locator.Build(d)
	if err != nil {
		t.Fatal(err)
	}
	return db, s
}

func boundOf(cells *areaindex.Index) orb.Bound {
	box := cells.Area(0).Bound()
	for i := range cells.Len() {
		box = box.Union(cells.Area(i).Bound())
	}
	return box
}

func anywhere(rng *rand.Rand, box orb.Bound) orb.Point {
	return orb.Point{box.Min[0] + rng.Float64()*(box.Max[0]-box.Min[0]), box.Min[1] + rng.Float64()*(box.Max[1]-box.Min[1])}
}

// nearBorder is some metres from a place on the border of a cell.
func nearBorder(rng *rand.Rand, cells *areaindex.Index) orb.Point {
	polygon := one(rng, cells.Area(rng.IntN(cells.Len())).MultiPolygon())
	ring := one(rng, polygon)
	i, along := rng.IntN(len(ring)-1), rng.Float64()
	p, q := ring[i], ring[i+1]
	at := orb.Point{p[0] + along*(q[0]-p[0]), p[1] + along*(q[1]-p[1])}
	return orb.Point{
		at[0] + rng.NormFloat64()*borderMetres/(metresDegree*math.Cos(at[1]*math.Pi/180)),
		at[1] + rng.NormFloat64()*borderMetres/metresDegree,
	}
}

// outside is beside the box of the city, within half its size.
func outside(rng *rand.Rand, box orb.Bound) orb.Point {
	x, y := (box.Max[0]-box.Min[0])/2, (box.Max[1]-box.Min[1])/2
	wide := orb.Bound{Min: orb.Point{box.Min[0] - x, box.Min[1] - y}, Max: orb.Point{box.Max[0] + x, box.Max[1] + y}}
	for {
		if p := anywhere(rng, wide); !box.Contains(p) {
			return p
		}
	}
}

// corners are the vertices of so many cells, evenly by code, once each, and the middles of their edges.
func corners(cells *areaindex.Index, of int) (vertices, middles []orb.Point) {
	seen := map[orb.Point]bool{}
	add := func(to *[]orb.Point, p orb.Point) {
		if !seen[p] {
			seen[p] = true
			*to = append(*to, p)
		}
	}
	for n := range of {
		for _, polygon := range cells.Area(n * cells.Len() / of).MultiPolygon() {
			for _, ring := range polygon {
				for i, p := range ring[1:] {
					add(&vertices, p)
					add(&middles, orb.Point{(ring[i][0] + p[0]) / 2, (ring[i][1] + p[1]) / 2})
				}
			}
		}
	}
	return vertices, middles
}

// comparison counts points by how many cells cover them, and those about which memory and PostGIS disagree.
type comparison struct{ none, one, several, wrong atomic.Int64 }

// compareAll asks memory and PostGIS about all points, some thousands at a time on each processor.
func compareAll(t *testing.T, db *pgxpool.Pool, s *locator.Snapshot, points []orb.Point) *comparison {
	t.Helper()
	c := &comparison{}
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for len(points) > 0 {
		some := points[:min(atOnce, len(points))]
		points = points[len(some):]
		group.Go(func() error { return c.compare(t.Context(), t, db, s, some) })
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *comparison) compare(ctx context.Context, t *testing.T, db *pgxpool.Pool, s *locator.Snapshot, points []orb.Point) error {
	theirs, err := coveredBy(ctx, db, points)
	if err != nil {
		return err
	}
	if len(theirs) != len(points) {
		return fmt.Errorf("%d answers for %d points", len(theirs), len(points))
	}
	codes := codesOf(s, points)
	var covering []int
	for i, p := range points {
		switch theirs[i].count {
		case 0:
			c.none.Add(1)
		case 1:
			c.one.Add(1)
		default:
			c.several.Add(1)
		}
		covering = s.Cells().Covering(covering[:0], p)
		ours := cover{codes[i], int64(len(covering))}
		ok := ours == theirs[i] && (len(covering) == 0 || s.Cells().Code(covering[0]) == ours.cell)
		if i%placedEvery == 0 && ours.count > 0 || i%lostEvery == 0 {
			placed, err := s.Place(p, registry.Subject{}, time.Time{})
			outside := errors.As(err, new(*registry.OutsideError))
			ok = ok && placed.Grid.Code == ours.cell && placed.Border == (ours.count > 1) && outside == (ours.count == 0) && outside == (err != nil)
		}
		if !ok && c.wrong.Add(1) <= tooMany {
			t.Errorf("%v: %+v, PostGIS says %+v", p, ours, theirs[i])
		}
	}
	return nil
}

// codesOf are the codes of the cells of points, "" where none covers one.
func codesOf(places interface {
	Cell(orb.Point) (code string, ok bool)
}, points []orb.Point) []string {
	codes := make([]string, len(points))
	for i, p := range points {
		codes[i], _ = places.Cell(p)
	}
	return codes
}
