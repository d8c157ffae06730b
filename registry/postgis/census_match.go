package postgis

import (
	"context"

	"github.com/jackc/pgx/v5"

	"citygrid/registry"
	"citygrid/registry/census"
)

// Which component a staged row names is found once, for all rows together, and kept in a table beside theirs. It holds while the revision of the
// components stands: every change of components or of their codes gives a new one.

// rematch finds anew which staged rows name which components, and returns how many do.
func rematch(ctx context.Context, tx pgx.Tx, id census.BatchID) (rows int64, err error) {
	// First, so that a change committed meanwhile makes it look old, never new.
	if _, err := tx.Exec(ctx, sqlMatchRevision, [16]byte(id)); err != nil {
		return 0, interpret("match staged rows", err)
	}
	if _, err := tx.Exec(ctx, staged(id, `drop table if exists import_match`)); err != nil {
		return 0, interpret("match staged rows", err)
	}
	tag, err := tx.Exec(ctx, staged(id, sqlMatch))
	if err != nil {
		return 0, interpret("match staged rows", err)
	}
	_, err = tx.Exec(ctx, staged(id, `analyze import_match`))
	return tag.RowsAffected(), interpret("match staged rows", err)
}

// rematchStale brings a staged batch to the components as they are now, where they have changed since.
func rematchStale(ctx context.Context, tx pgx.Tx, id census.BatchID) error {
	var fresh bool
	if err := tx.QueryRow(ctx, sqlMatchFresh, [16]byte(id)).Scan(&fresh); err != nil || fresh {
		return interpret("compare revisions", err)
	}
	if _, err := rematch(ctx, tx, id); err != nil {
		return err
	}
	return takeOver(ctx, tx, id)
}

// matched counts the staged rows that name a component, and those of them that differ from the row that wrote it.
func (c *Change) matched(ctx context.Context, id census.BatchID) (all, changed int64, err error) {
	if c.touched[registry.CollectionComponents] { // by this very change, which has no revision yet
		if _, err = rematch(ctx, c.tx, id); err == nil {
			err = takeOver(ctx, c.tx, id)
		}
	} else {
		err = rematchStale(ctx, c.tx, id)
	}
	if err != nil {
		return 0, 0, err
	}
	err = c.tx.QueryRow(ctx, staged(id, sqlMatchCount)).Scan(&all, &changed)
	return all, changed, interpret("count matched rows", err)
}

const (
	sqlMatchRevision = `
update import_batch set components_revision = (select revision from collection where name = 'components') where id = $1`

	sqlMatchFresh = `
select coalesce(b.components_revision = k.revision, false) from import_batch b, collection k where b.id = $1 and k.name = 'components'`

	sqlMatch = `
create unlogged table import_match as
select s.row, a.component_id, c.change_id,
    coalesce(a.digest = s.digest and a.change_id = c.change_id, false) as same, c.code is distinct from s.code as by_alias
from import_stage s
join component_code a on a.edition = s.edition and a.code = s.code
left join component c on c.id = a.component_id`

	sqlMatchCount = `select count(*), count(*) filter (where not same) from import_match`
)
