package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

const (
	nearRadius      = "50" // metres
	nearConnections = 16
	nearCompared    = 100 // questions whose answers are compared first
)

// askNear measures /whats-here beside the nearest-neighbour query of PostGIS behind the same server.
func askNear(ctx context.Context, l *lab) (section, error) {
	c, err := l.city(ctx, l.size.crowded)
	if err != nil {
		return section{}, err
	}
	s := section{
		title: "GET /whats-here",
		about: fmt.Sprintf("What stands within %s m of points anywhere in a city of %s components, %d connections kept alive by wrk.",
			nearRadius, number(float64(c.drawn.Components)), nearConnections),
		notes: []string{
			"\"KNN query\": the same server over a store whose look-up is one query, `order by geom <-> point` within the box of the circle, the distance on the ellipsoid " +
				"decides. It reads the same columns into the same records through a pool of as many connections.",
		},
	}
	knn, err := newKNN(ctx, c)
	if err != nil {
		return section{}, err
	}
	defer knn.pool.Close()
	ours, err := c.serve(ctx, nil)
	if err != nil {
		return section{}, err
	}
	defer ours.close()
	places, err := c.places(ctx)
	if err != nil {
		return section{}, err
	}
	theirs, err := serveRegistry(registry.New(knn, places), nil)
	if err != nil {
		return section{}, err
	}
	defer theirs.close()
	paths := l.nearPaths(c)
	found, err := sameAnswers(ctx, ours, theirs, paths[:min(len(paths), nearCompared)])
	if err != nil {
		return section{}, err
	}
	s.notes = append(s.notes, fmt.Sprintf("The answers to %d of the questions were compared and are equal, byte for byte; they have %s components in the mean.",
		min(len(paths), nearCompared), number(found)))
	question := comparison{
		what: "GET /whats-here, " + nearRadius + " m", unit: "requests/s", more: true,
		ways: []way{
			{name: "CityGrid", round: l.get(ours, nearConnections, paths)},
			{name: "KNN query in PostGIS", round: l.get(theirs, nearConnections, paths), wanted: 5},
		},
	}
	l.say("near: %s", question.what)
	o, err := question.run(ctx, l.size.rounds)
	if err != nil {
		return section{}, err
	}
	s.add(o)
	return s, nil
}

func (l *lab) nearPaths(c *city) []string {
	rnd := rand.New(rand.NewPCG(l.size.seed, 4))
	cells := c.cells()
	var paths []string
	for range l.size.questions {
		box := cells[rnd.IntN(len(cells))].Bound() // cells are alike: anywhere
		lon, lat := box.Min[0]+rnd.Float64()*(box.Max[0]-box.Min[0]), box.Min[1]+rnd.Float64()*(box.Max[1]-box.Min[1])
		paths = append(paths, address("/whats-here", "lon", degrees(lon), "lat", degrees(lat), "radius", nearRadius))
	}
	return paths
}

// sameAnswers fails where two servers answer differently. found is how many components an answer has in the mean.
func sameAnswers(ctx context.Context, a, b *site, paths []string) (found float64, err error) {
	for _, path := range paths {
		one, err := a.ask(ctx, httptest.NewRequest(http.MethodGet, path, nil))
		if err != nil {
			return 0, err
		}
		other, err := b.ask(ctx, httptest.NewRequest(http.MethodGet, path, nil))
		if err != nil {
			return 0, err
		}
		if !bytes.Equal(one, other) {
			return 0, fmt.Errorf("%s has two answers:\n%.2000s\n%.2000s", path, one, other)
		}
		found += float64(bytes.Count(one, []byte(`"distance_m"`)))
	}
	return found / float64(len(paths)), nil
}

// knn is a city's store whose look-up of what is near is a nearest-neighbour query.
type knn struct {
	registry.Store
	pool *pgxpool.Pool
}

func newKNN(ctx context.Context, c *city) (*knn, error) {
	pool, err := c.pool(ctx)
	if err != nil {
		return nil, err
	}
	return &knn{c.store, pool}, nil
}

// ComponentsNear lists live components within metres of p, nearest first, for a scope that sees all of them; see registry.Store.
func (k *knn) ComponentsNear(ctx context.Context, _ registry.Scope, p orb.Point, metres float64, limit int) ([]registry.Near, error) {
	rows, err := k.pool.Query(ctx, sqlNearest, p[0], p[1], metres, limit)
	if err != nil {
		return nil, fmt.Errorf("ask PostGIS: %w", err)
	}
	near, err := pgx.CollectRows(rows, scanNear)
	if err != nil {
		return nil, fmt.Errorf("ask PostGIS: %w", err)
	}
	slices.SortFunc(near, func(a, b registry.Near) int { // degrees are not metres
		return cmp.Or(cmp.Compare(a.Metres, b.Metres), cmp.Compare(a.Code.String(), b.Code.String()))
	})
	return near, nil
}

func scanNear(row pgx.CollectableRow) (n registry.Near, err error) {
	var edition catalog.Edition
	var code string
	var surveyed, changed *time.Time
	var extra []byte
	err = row.Scan(&n.ID, &code, &edition, &n.Name, &n.Supervisor.Code, &n.Supervisor.Name, &n.Owner.Code, &n.Owner.Name,
		&n.Maintainer.Code, &n.Maintainer.Name, &n.Grid, &n.GridsAlso, &n.StatedGrid, &n.State, &surveyed, &changed,
		&n.DataSource, &n.Note, &extra, &n.Geometry, &n.Metres)
	if err != nil {
		return n, err
	}
	if surveyed != nil {
		n.FirstSurveyed = *surveyed
	}
	if changed != nil {
		n.ChangedOn = *changed
	}
	n.Extra = json.RawMessage(extra)
	n.Code, err = catalog.ParseComponentCode(edition, code)
	return n, err
}

// The box is a little larger than the circle: 111,320 m are a degree, and fewer degrees of longitude are.
const sqlNearest = `
with here as (
    select st_setsrid(st_makepoint($1, $2), 4326) as p, $3::float8 / 110000 as dy,
        $3::float8 / (110000 * greatest(cos(radians($2::float8)), 0.01)) as dx
)
select c.id, c.code, c.edition, c.name, c.dept1_code, c.dept1_name, c.dept2_code, c.dept2_name, c.dept3_code, c.dept3_name,
    coalesce(c.grid, ''), c.grids_also, c.stated_grid, c.state, c.first_surveyed, c.changed_on, c.data_source, c.note, c.extra,
    st_asewkb(c.geom), st_distance(c.geom::geography, here.p::geography)
from here join component c on c.geom && st_expand(here.p, here.dx, here.dy)
where c.state <> '移除' and st_dwithin(c.geom::geography, here.p::geography, $3)
order by c.geom <-> here.p limit $4`
