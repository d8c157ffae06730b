package locator_test

import (
	"testing"

	"citygrid/registry"
	"citygrid/registry/locator"
	"citygrid/registry/postgis"
)

// stored is the snapshot that the store would give now, made of nothing that was there before.
func (at *town) stored(t testing.TB) *locator.Snapshot {
	t.Helper()
	d, err := at.store.LocatorData(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s, err := locator.Build(d)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestARefreshIndexesTheCellsAnewOnlyWhenTheAreasMoved(t *testing.T) {
	t.Parallel()
	at := crossing(t)
	refreshed := func(what string, shared bool) {
		t.Helper()
		before := at.places.Held().Cells()
		if changed := at.refresh(t); !changed {
			t.Fatalf("%s: nothing changed", what)
		}
		held := at.places.Held()
		if got := held.Cells() == before; got != shared {
			t.Errorf("%s: the index is shared: %v, want %v", what, got, shared)
		}
		if got, want := held.Digest(), at.stored(t).Digest(); got != want {
			t.Errorf("%s: digest %016x, of the store %016x", what, got, want)
		}
	}
	at.renameInspector(t, "新监督员")
	refreshed("another inspector", true)
	at.change(t, func(c *postgis.Change) error {
		_, err := c.PutUnits(t.Context(), []registry.Unit{{Code: "U01", Name: "新单位", Kind: registry.BureauUnit, Ring: 1}})
		if err != nil {
			return err
		}
		_, err = c.PutResponsibilities(t.Context(), nil)
		return err
	})
	refreshed("other units and rules", true)
	d, err := at.store.LocatorData(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range d.Areas {
		if d.Areas[i].Code == "420502001001002" {
			d.Areas[i].Name = "新网格"
		}
	}
	at.change(t, func(c *postgis.Change) error {
		if err := c.StageAreas(t.Context(), d.Areas); err != nil {
			return err
		}
		_, err := c.PutAreas(t.Context())
		return err
	})
	refreshed("another name of a cell", false)

	for what, restored := range map[string]string{
		"a lower revision": `update collection set revision = 1 where name = 'staff'`,
		"one cell less, at the revision of the areas that was there before": `
			with cell as (delete from area where code = '420502001001001'), people as (delete from staff where area = '420502001001001')
			update collection set revision = revision + 1000 where name = 'staff'`,
	} {
		at := crossing(t)
		at.renameInspector(t, "新监督员")
		at.refresh(t)
		before := at.places.Held().Cells()
		if _, err := at.db.Exec(t.Context(), restored); err != nil {
			t.Fatal(err)
		}
		if changed := at.refresh(t); !changed || at.places.Held().Cells() == before {
			t.Errorf("a registry restored to %s: the index is that of before", what)
		}
	}
}

func BenchmarkRefresh(b *testing.B) {
	at := yichang(b)
	for name, areas := range map[string]bool{"people moved": false, "areas moved": true} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				at.move(b, areas)
				if changed, err := at.places.Refresh(b.Context()); err != nil || !changed {
					b.Fatal(changed, err)
				}
			}
		})
	}
	b.Run("verify", func(b *testing.B) {
		for b.Loop() {
			if same, err := at.places.Verify(b.Context()); err != nil || !same {
				b.Fatal(same, err)
			}
		}
	})
	b.Run("digest", func(b *testing.B) {
		s := at.places.Held()
		for b.Loop() {
			s.Digest()
		}
	})
	b.Run("data", func(b *testing.B) {
		for b.Loop() {
			if _, err := at.store.LocatorData(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// move gives the staff, or staff and areas, the next revision.
func (at *town) move(b *testing.B, areas bool) {
	b.Helper()
	if _, err := at.db.Exec(b.Context(), `
		update collection set revision = (select max(revision) + 1 from collection) where name = 'staff' or $1 and name = 'areas'`, areas); err != nil {
		b.Fatal(err)
	}
}
