package nearby_test

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"

	"citygrid/data"
	"citygrid/internal/dbtest"
	"citygrid/registry"
	"citygrid/registry/locator"
	"citygrid/registry/nearby"
	"citygrid/registry/postgis"
)

func TestMain(m *testing.M) { os.Exit(dbtest.Main(m)) }

var everyone = registry.Scope{Public: true}

// town is a registry with components and nothing else but the catalogue, and a finder that follows it.
type town struct {
	t      *testing.T
	db     *pgxpool.Pool
	store  *counted
	finder *nearby.Finder
	with   *registry.Registry // asks the finder
	alone  *registry.Registry // asks the store alone
}

// counted is the store, and counts how often it had to look for what is near by itself.
type counted struct {
	*postgis.Store
	searches atomic.Int64
}

func (c *counted) ComponentsNear(ctx context.Context, s registry.Scope, p orb.Point, metres float64, limit int) ([]registry.Near, error) {
	c.searches.Add(1)
	return c.Store.ComponentsNear(ctx, s, p, metres, limit)
}

func newTown(t *testing.T) *town {
	t.Helper()
	w := &town{t: t, db: dbtest.Pool(t), store: &counted{}}
	var err error
	if w.store.Store, err = postgis.Open(t.Context(), postgis.Config{URL: w.db.Config().ConnString()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.store.Close)
	places := locator.New(w.store, time.Now, time.UTC)
	if _, err := places.Refresh(t.Context()); err != nil { // every point is outside
		t.Fatal(err)
	}
	lists, err := data.Catalog()
	if err != nil {
		t.Fatal(err)
	}
	act := registry.Act{Actor: "test", Reason: "town", At: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}
	if _, err := w.store.Change(t.Context(), act, func(c *postgis.Change) error {
		_, err := c.PutCatalogue(t.Context(), lists)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	w.finder = nearby.New(w.store)
	w.alone = registry.New(w.store.Store, places)
	w.with = registry.New(w.store, places).WithFinder(w.finder)
	return w
}

// create makes n lamps in one revision; shape is SQL for a geometry in EWKT, in which i counts them.
func (w *town) create(n int, shape string) {
	w.t.Helper()
	w.exec(`
with made as (
    insert into component (code, edition, subclass, name, dept1_code, state, geom, batch_id, change_id)
    select '4205020118' || lpad((have + i)::text, 6, '0'), 'cjt214-2007', '0118', '路灯', 'U' || i % 3, '完好',
        st_geomfromewkt('SRID=4326;' || (` + shape + `)), gen_random_uuid(), 1
    from generate_series(1, ` + fmt.Sprint(n) + `) i, (select count(*) as have from component) c order by i
    returning 1
) select count(*) from made`)
	w.change("false", "code = code")
}

// change writes the components that a condition selects anew, in one revision, as every change of components does.
func (w *town) change(which, set string) {
	w.t.Helper()
	w.exec(`
with act as (
    insert into change (actor, reason, at, revision)
    select 'test', 'test', now(), greatest(max(c.revision), max(h.revision)) + 1 from collection c, change h returning id as act, revision
), kept as (
    insert into component_version select c.*, act.act from component c, act where ` + which + `
), changed as (
    update component set ` + set + ` where ` + which + `
) update collection c set revision = act.revision from act where name = 'components'`)
}

func (w *town) exec(sql string, args ...any) {
	w.t.Helper()
	if _, err := w.db.Exec(w.t.Context(), sql, args...); err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) refresh() (changed bool) {
	w.t.Helper()
	changed, err := w.finder.Refresh(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return changed
}

func (w *town) near(r *registry.Registry, s registry.Scope, p orb.Point, metres float64) registry.Here {
	w.t.Helper()
	here, err := r.WhatsHere(w.t.Context(), s, p, metres)
	if err != nil {
		w.t.Fatal(err)
	}
	return here
}

// differ says where two answers differ, to the last bit of a distance.
func differ(got, want registry.Here) string {
	for i := range max(len(got.Components), len(want.Components)) {
		if i >= len(got.Components) || i >= len(want.Components) {
			return fmt.Sprintf("%d components, want %d", len(got.Components), len(want.Components))
		}
		if a, b := got.Components[i], want.Components[i]; !reflect.DeepEqual(a, b) {
			return fmt.Sprintf("component %d is\n%+v, want\n%+v", i, a, b)
		}
	}
	if got.Complete != want.Complete {
		return fmt.Sprintf("complete: %v", got.Complete)
	}
	return ""
}
