package postgis

import (
	"context"

	"github.com/jackc/pgx/v5"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

// Revisions reads the last revision of each collection.
func (s *Store) Revisions(ctx context.Context) (registry.Revisions, error) {
	return revisions(ctx, s.pool)
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
		d.InUse, err = inUse(ctx, tx)
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
)
