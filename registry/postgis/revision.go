package postgis

import (
	"context"
	"sync"

	"github.com/jackc/pgx/v5"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

// Revisions reads the last revision of each collection.
func (s *Store) Revisions(ctx context.Context) (registry.Revisions, error) {
	return revisions(ctx, s.pool)
}

// HeardRevisions gives the revisions that were read after Listen heard last, while it hears, and reads them otherwise; see registry.Store.
func (s *Store) HeardRevisions(ctx context.Context) (registry.Revisions, error) {
	heard := s.heard.now()
	if known := s.revisions.Load(); heard != 0 && known != nil && known.heard == heard {
		return known.of, nil
	}
	of, err := s.Revisions(ctx)
	if err == nil && heard != 0 {
		s.revisions.Store(&knownRevisions{heard, of})
	}
	return of, err
}

// knownRevisions are those that were read after something was heard.
type knownRevisions struct {
	heard uint64
	of    registry.Revisions
}

// hearing counts what was heard of changes, while there is a connection that hears.
type hearing struct {
	mu    sync.Mutex
	count uint64
	open  bool
}

// now is 0 while nothing is heard, and otherwise changes whenever something is.
func (h *hearing) now() uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.open {
		return 0
	}
	return h.count
}

func (h *hearing) set(open bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.count++
	h.open = open
}

func revisions(ctx context.Context, q querier) (registry.Revisions, error) {
	rows, err := q.Query(ctx, sqlRevisions)
	if err != nil {
		return nil, interpret("read revisions", err)
	}
	out := registry.Revisions{}
	var name string
	var revision int64
	_, err = pgx.ForEachRow(rows, []any{&name, &revision}, func() error {
		out[name] = revision
		return nil
	})
	return out, interpret("read revisions", err)
}

// LocatorData reads what an answer about a point needs, all as of one moment.
func (s *Store) LocatorData(ctx context.Context) (registry.LocatorData, error) {
	var d registry.LocatorData
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, s.memory, options, func(tx pgx.Tx) error {
		latest, err := revisions(ctx, tx)
		if err != nil {
			return err
		}
		d.Revision, d.AreasRevision = latest.Latest(registry.LocatorCollections()...), latest[registry.CollectionAreas]
		if d.Revision == 0 {
			return nil // nothing was ever applied
		}
		if d.City, err = city(ctx, tx); err != nil {
			return err
		}
		if d.Areas, err = collect(ctx, tx, "read areas", scanArea, sqlAreasAll); err != nil {
			return err
		}
		if d.ManagedCells, err = managedCells(ctx, tx); err != nil {
			return err
		}
		if d.Units, err = units(ctx, tx); err != nil {
			return err
		}
		if d.Rules, err = responsibilities(ctx, tx); err != nil {
			return err
		}
		if d.Staff, err = staff(ctx, tx); err != nil {
			return err
		}
		if d.InUse, err = inUse(ctx, tx); err != nil {
			return err
		}
		d.Classes, err = collect(ctx, tx, "read classes", pgx.RowToStructByPos[catalog.Class], sqlClassesInUse)
		return err
	})
	return d, interpret("read the locator's data", err)
}

// inUse reads the city's profile of its active edition.
func inUse(ctx context.Context, q querier) (map[catalog.Kind][]catalog.SubclassCode, error) {
	rows, err := q.Query(ctx, sqlInUse)
	if err != nil {
		return nil, interpret("read the codes in use", err)
	}
	out := map[catalog.Kind][]catalog.SubclassCode{}
	var kind catalog.Kind
	var code catalog.SubclassCode
	_, err = pgx.ForEachRow(rows, []any{&kind, &code}, func() error {
		out[kind] = append(out[kind], code)
		return nil
	})
	return out, interpret("read the codes in use", err)
}

const (
	sqlRevisions = `select name, revision from collection`
	sqlInUse     = `select u.kind, u.subclass from city_subclass u join city on city.edition = u.edition order by u.kind, u.subclass`

	sqlClassesInUse = `
select c.edition, c.kind, c.code, c.name_zh, c.name_en from class c join city on city.edition = c.edition
where c.kind = 'component' and exists (
    select from city_subclass u join subclass s on (s.edition, s.kind, s.code) = (u.edition, u.kind, u.subclass)
    where (u.edition, u.kind, s.class) = (c.edition, c.kind, c.code))
order by c.code`
)
