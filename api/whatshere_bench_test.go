package api_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"

	"citygrid/api"
	"citygrid/data"
	"citygrid/internal/dbtest"
	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/locator"
	"citygrid/registry/nearby"
	"citygrid/registry/postgis"
	"citygrid/registry/profile"
)

// BenchmarkWhatsHere asks, over loopback and round by round, what is within 50 m of a point, some 52 components, or within 500 m,
// where the answer is full, among a million: by way of the finder, by a KNN query, and by the store alone, all behind the same handler.
// The program, its client and PostgreSQL share the machine. Components, of 15 km by 10, stand in no order in the table; 60 in 100 of
// them near one of the lines that would be borders of cells.
func BenchmarkWhatsHere(b *testing.B) {
	pool := dbtest.Pool(b)
	store, err := postgis.Open(b.Context(), postgis.Config{URL: pool.Config().ConnString()})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	lists, err := data.Catalog()
	if err != nil {
		b.Fatal(err)
	}
	if _, err := profile.Apply(b.Context(), profile.Config{
		Store: postgis.ProfileStore{Store: store}, Lists: lists, Clock: clock, Actor: "test",
	}, os.DirFS("testdata/city")); err != nil {
		b.Fatal(err)
	}
	for _, sql := range []string{sqlMillion, `update collection set revision = revision + 1 where name = 'components'`, `vacuum analyze component`} {
		if _, err := pool.Exec(b.Context(), sql); err != nil {
			b.Fatal(err)
		}
	}
	places, finder := locator.New(store, clock, time.UTC), nearby.New(store)
	if _, err := places.Refresh(b.Context()); err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	if _, err := finder.Refresh(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Logf("loaded in %v", time.Since(start))
	ways := []struct {
		name string
		*httptest.Server
	}{
		{"finder", benchServer(b, store, registry.New(store, places).WithFinder(finder))},
		{"knn", benchServer(b, store, registry.New(knnStore{store, pool}, places))},
		{"store", benchServer(b, store, registry.New(store, places))},
	}
	for radius, questions := range map[int]int{50: 800, 500: 80} {
		b.Run(fmt.Sprintf("%d-m", radius), func(b *testing.B) {
			rnd := rand.New(rand.NewPCG(1, 1))
			took, length := make([][]float64, len(ways)), make([]int64, len(ways))
			for b.Loop() {
				asked := make([]string, questions)
				for i := range asked {
					asked[i] = fmt.Sprintf("/whats-here?lon=%.7f&lat=%.7f&radius=%d", 111.21+0.1566*rnd.Float64(), 30.645+0.0902*rnd.Float64(), radius)
				}
				for w, way := range ways {
					start := time.Now()
					length[w] += askAll(b, way.URL, asked)
					took[w] = append(took[w], time.Since(start).Seconds()/float64(questions))
				}
			}
			if finder, store := length[0], length[2]; finder != store { // the KNN query's thousand are the nearest in degrees
				b.Errorf("the store answers with %d bytes, the finder with %d", store, finder)
			}
			for w, way := range ways {
				slices.Sort(took[w])
				b.ReportMetric(1/took[w][len(took[w])/2], way.name+"-req/s")
			}
		})
	}
}

func benchServer(b *testing.B, store *postgis.Store, r *registry.Registry) *httptest.Server {
	handler, err := api.New(api.Config{
		Registry: r, Keys: store, OpenReading: true, BaseURL: base, Version: "test", Now: clock, Log: slog.New(slog.DiscardHandler),
		Health: func(context.Context) []api.Health { return nil },
	})
	if err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(handler)
	b.Cleanup(server.Close)
	return server
}

// askAll asks all the questions, eight at a time, and returns how many bytes the answers had.
func askAll(b *testing.B, server string, questions []string) (length int64) {
	const workers = 8
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: workers, DisableCompression: true}}
	defer client.CloseIdleConnections()
	var all sync.WaitGroup
	lengths := make([]int64, workers)
	for k := range workers {
		all.Go(func() {
			for i := k; i < len(questions); i += workers {
				response, err := client.Get(server + questions[i])
				if err != nil {
					b.Error(err)
					return
				}
				n, err := io.Copy(io.Discard, response.Body)
				response.Body.Close()
				if err != nil || response.StatusCode != http.StatusOK {
					b.Errorf("%s: status %d, %v", questions[i], response.StatusCode, err)
				}
				lengths[k] += n
			}
		})
	}
	all.Wait()
	for _, n := range lengths {
		length += n
	}
	return length
}

// knnStore finds what is near in the order of the index.
type knnStore struct {
	registry.Store
	pool *pgxpool.Pool
}

func (k knnStore) ComponentsNear(ctx context.Context, _ registry.Scope, p orb.Point, metres float64, limit int) ([]registry.Near, error) {
	rows, err := k.pool.Query(ctx, sqlKNN, p[0], p[1], metres, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (n registry.Near, err error) {
		var edition catalog.Edition
		var code string
		if err := row.Scan(&n.ID, &code, &edition, &n.Name, &n.Supervisor.Code, &n.Supervisor.Name, &n.Owner.Code, &n.Owner.Name,
			&n.Maintainer.Code, &n.Maintainer.Name, &n.Grid, &n.GridsAlso, &n.StatedGrid, &n.State, &n.FirstSurveyed,
			&n.DataSource, &n.Note, &n.Extra, &n.Geometry, &n.Metres); err != nil {
			return n, err
		}
		n.Code, err = catalog.ParseComponentCode(edition, code)
		return n, err
	})
}

const (
	sqlMillion = `
with seed as materialized (select setseed(0.5)), drawn as (
    select n, random() as kind, random() as x, random() as y, sqrt(-2 * ln(1 - random() * 0.9999)) * cos(2 * pi() * random()) as off
    from seed, generate_series(1, 999999) n
)
insert into component (code, edition, subclass, name, dept1_code, dept1_name, dept2_code, dept2_name, dept3_code, dept3_name, grid, stated_grid,
    state, first_surveyed, data_source, geom, batch_id, change_id)
select '4205030118' || lpad(n::text, 6, '0'), 'cjt214-2007', '0118', '路灯', 'U01', '宜昌市城市管理委员会', 'U02', '宜昌市路灯管理处',
    'U03', '国网宜昌供电公司', '420502001001001', '420502001001001', '完好', '2012-05-01', '实测',
    st_setsrid(st_makepoint(
        round((111.21 + 0.1566 * case when kind < 0.3 then (floor(x * 40) + 0.027 * off) / 40 else x end)::numeric, 7),
        round((30.645 + 0.0902 * case when kind between 0.3 and 0.6 then (floor(y * 28) + 0.027 * off) / 28 else y end)::numeric, 7)), 4326),
    gen_random_uuid(), 1
from drawn`

	// The box is what lets the index end the search: without it, where fewer stand within the radius than the limit, all rows are read.
	sqlKNN = `
select c.id, c.code, c.edition, c.name, c.dept1_code, c.dept1_name, c.dept2_code, c.dept2_name, c.dept3_code, c.dept3_name,
    coalesce(c.grid, ''), c.grids_also, c.stated_grid, c.state, c.first_surveyed, c.data_source, c.note, c.extra, c.geom::bytea,
    st_distance(c.geom::geography, st_setsrid(st_makepoint($1, $2), 4326)::geography)
from component c
where c.geom && st_expand(st_setsrid(st_makepoint($1, $2), 4326), $3::float8 / (110000 * cos(radians($2::float8))), $3::float8 / 110000)
    and c.state <> '移除' and st_dwithin(c.geom::geography, st_setsrid(st_makepoint($1, $2), 4326)::geography, $3)
order by c.geom <-> st_setsrid(st_makepoint($1, $2), 4326) limit $4`
)
