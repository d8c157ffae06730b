package locator_test

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"citygrid/data/synth"
	"citygrid/geo/areaindex"
	"citygrid/registry"
	"citygrid/registry/locator"
)

// areasOnly is a city folder without its components, which say nothing of where a point lies.
type areasOnly struct{ fs.FS }

func (f areasOnly) Open(name string) (fs.File, error) {
	if strings.HasPrefix(name, "components") {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return f.FS.Open(name)
}

// yichang is the synthetic city of 1,141 cells, without components.
func yichang(t testing.TB) *town {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "yichang")
	if _, err := synth.Yichang(t.Context(), dir, synth.Options{Seed: 1}); err != nil {
		t.Fatal(err)
	}
	return newTown(t, areasOnly{os.DirFS(dir)})
}

// covered is what is asked of both for one point: the cell by the tie rule, and how many cells cover it.
type covered struct {
	cell  string
	count int64
}

func TestYichangAgreesWithPostGIS(t *testing.T) {
	t.Parallel()
	at := yichang(t)
	s := at.places.Held()
	vertices, midpoints := spread(s.Cells(), 50)
	t.Run("every vertex of 50 cells", func(t *testing.T) {
		ours, theirs := coveredByUs(t, s, vertices), at.coveredByPostGIS(t, vertices)
		for i, p := range vertices {
			if ours[i] != theirs[i] || ours[i].cell == "" {
				t.Errorf("%v: %+v, PostGIS says %+v", p, ours[i], theirs[i])
			}
		}
		shared := 0
		for _, o := range ours {
			if o.count > 1 {
				shared++
			}
		}
		if len(vertices) < 1000 || shared < len(vertices)*8/10 {
			t.Errorf("%d vertices, %d shared: not the vertices of a tiling", len(vertices), shared)
		}
	})
	t.Run("the middle of every edge of 50 cells", func(t *testing.T) {
		ours, theirs := coveredByUs(t, s, midpoints), at.coveredByPostGIS(t, midpoints)
		for i, p := range midpoints {
			if ours[i] != theirs[i] {
				t.Errorf("%v: %+v, PostGIS says %+v", p, ours[i], theirs[i])
			}
		}
	})
	t.Run("20,000 points anywhere", func(t *testing.T) {
		points := scattered(s.Cells(), 20_000)
		ours, theirs := coveredByUs(t, s, points), at.coveredByPostGIS(t, points)
		inside := 0
		for i, p := range points {
			if ours[i] != theirs[i] {
				t.Errorf("%v: %+v, PostGIS says %+v", p, ours[i], theirs[i])
			}
			if ours[i].count > 0 {
				inside++
			}
		}
		if inside < len(points)*9/10 || inside == len(points) {
			t.Errorf("%d of %d points are in the city: want most, and some beside it", inside, len(points))
		}
	})
}

// scattered draws points in the boxes of cells, which reach beyond the cell and, at the rim, beyond the city.
func scattered(cells *areaindex.Index, n int) []orb.Point {
	rng := rand.New(rand.NewPCG(20, 26))
	points := make([]orb.Point, n)
	for i := range points {
		b := cells.Area(i % cells.Len()).Bound()
		points[i] = orb.Point{b.Min[0] + rng.Float64()*(b.Max[0]-b.Min[0]), b.Min[1] + rng.Float64()*(b.Max[1]-b.Min[1])}
	}
	return points
}

// spread takes cells evenly by index and returns all their vertices, once each, and the middle of all their edges.
func spread(cells *areaindex.Index, n int) (vertices, midpoints []orb.Point) {
	seen := map[orb.Point]bool{}
	add := func(to *[]orb.Point, p orb.Point) {
		if !seen[p] {
			seen[p] = true
			*to = append(*to, p)
		}
	}
	for i := range n {
		for _, polygon := range cells.Area(i * cells.Len() / n).MultiPolygon() {
			for _, ring := range polygon {
				for j, p := range ring[1:] {
					add(&vertices, p)
					add(&midpoints, orb.Point{(ring[j][0] + p[0]) / 2, (ring[j][1] + p[1]) / 2})
				}
			}
		}
	}
	return vertices, midpoints
}

// coveredByUs also holds Place to what the index finds: the lowest of the cells that cover, and a border where they are several.
func coveredByUs(t *testing.T, s *locator.Snapshot, points []orb.Point) []covered {
	t.Helper()
	codes := codesOf(s, points)
	out := make([]covered, len(points))
	for i, p := range points {
		covering := s.Cells().Covering(nil, p)
		out[i] = covered{codes[i], int64(len(covering))}
		lowest := ""
		if len(covering) > 0 {
			lowest = s.Cells().Code(covering[0])
		}
		placed, err := s.Place(p, registry.Subject{}, time.Time{})
		if codes[i] != lowest || placed.Grid.Code != lowest || (err == nil) != (lowest != "") || placed.Border != (len(covering) > 1) {
			t.Errorf("%v: %d cover, lowest %q; Cell says %q, Place %q, border %v, %v", p, len(covering), lowest, codes[i], placed.Grid.Code, placed.Border, err)
		}
	}
	return out
}

func (at *town) coveredByPostGIS(t *testing.T, points []orb.Point) []covered {
	t.Helper()
	lon, lat := make([]float64, len(points)), make([]float64, len(points))
	for i, p := range points {
		lon[i], lat[i] = p[0], p[1]
	}
	rows, err := at.db.Query(t.Context(), sqlCovered, lon, lat)
	if err != nil {
		t.Fatal(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c covered, err error) {
		return c, row.Scan(&c.cell, &c.count)
	})
	if err != nil || len(out) != len(points) {
		t.Fatalf("%d answers for %d points, %v", len(out), len(points), err)
	}
	return out
}

const sqlCovered = `
select coalesce(min(a.code collate "C"), ''), count(a.code)
from unnest($1::float8[], $2::float8[]) with ordinality as p (lon, lat, n)
    left join area a on a.level = 'grid' and st_covers(a.geom, st_setsrid(st_makepoint(p.lon, p.lat), 4326))
group by p.n order by p.n`
