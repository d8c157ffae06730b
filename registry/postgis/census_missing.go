package postgis

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
)

// What a batch lacks of its declared scope is noted when it is promoted, since rows that change nothing leave no other trace, and removed
// later by a second person.

// SetAside keeps the codes of rows that were not staged with the batch.
func (g *staging) SetAside(ctx context.Context, e catalog.Edition, unstaged []census.NamedLine) error {
	next := pgx.CopyFromSlice(len(unstaged), func(i int) ([]any, error) {
		return []any{[16]byte(g.id), string(e), unstaged[i].Code}, nil
	})
	_, err := g.conn.CopyFrom(ctx, pgx.Identifier{"import_unstaged"}, []string{"batch_id", "edition", "code"}, next)
	return interpret("keep the codes of bad rows", err)
}

// noteMissing notes what the batch being promoted lacks of its scope, and takes what it names off the notes of batches before it. It goes before the
// batch creates components, which no row is matched with.
func (c *Change) noteMissing(ctx context.Context, id census.BatchID) error {
	var noted bool
	var text string
	if err := c.tx.QueryRow(ctx, sqlMissingAny, [16]byte(id)).Scan(&noted, &text); err != nil {
		return interpret("read the scope", err)
	}
	if noted {
		if _, err := c.tx.Exec(ctx, staged(id, sqlMissingFound), [16]byte(id)); err != nil {
			return interpret("forget what was missing", err)
		}
	}
	scope, err := census.ParseScope(text)
	if err != nil || !scope.Declared() {
		return err
	}
	grids, subclasses := scopeLists(scope)
	_, err = c.tx.Exec(ctx, staged(id, sqlMissingNote), grids, subclasses, [16]byte(id))
	return interpret("note what is missing", err)
}

// scopeLists are the parameters of sqlDeclared.
func scopeLists(scope census.Scope) (grids, subclasses []string) {
	grids, subclasses = append([]string{}, scope.Grids...), make([]string, len(scope.Subclasses))
	for i, code := range scope.Subclasses {
		subclasses[i] = string(code)
	}
	return grids, subclasses
}

// MissingOf says what a promoted batch left missing, as things are now. NotFound when there is no such batch; else the errors of [census.Batch.Removable].
func (s *Store) MissingOf(ctx context.Context, id census.BatchID) (r census.Removal, err error) {
	err = pgx.BeginTxFunc(ctx, s.imports, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		r, err = missingOf(ctx, tx, id, sqlBatchOf)
		return err
	})
	return r, interpret("look for what is missing", err)
}

func missingOf(ctx context.Context, tx pgx.Tx, id census.BatchID, sqlBatch string) (r census.Removal, err error) {
	rows, err := tx.Query(ctx, sqlBatch, [16]byte(id))
	if err != nil {
		return r, err
	}
	if r.Batch, err = pgx.CollectOneRow(rows, scanBatch); errors.Is(err, pgx.ErrNoRows) {
		return r, noBatch(id)
	} else if err != nil {
		return r, err
	}
	if err := r.Batch.Removable(); err != nil {
		return r, err
	}
	grids, subclasses := scopeLists(r.Batch.Scope)
	if err := tx.QueryRow(ctx, sqlMissingCount, grids, subclasses, [16]byte(id)).Scan(&r.InScope, &r.Missing, &r.Changed); err != nil {
		return r, err
	}
	r.Listed, err = collect(ctx, tx, "list what is missing", pgx.RowToStructByPos[census.MissingComponent], sqlMissingList, grids, subclasses, [16]byte(id), census.MaxListed)
	return r, err
}

// RemoveMissing gives what a promoted batch left missing the state 移除, in one change, as a batch of its own that UndoBatch takes back. To do it again
// does nothing. act.Reason must say why. Its errors are those of MissingOf, of [census.Promoter.Second] and of [census.Removal.Allowed] by share percent.
func (s *Store) RemoveMissing(ctx context.Context, act registry.Act, id census.BatchID, share int) (census.Removal, error) {
	var r census.Removal
	revision, err := s.correct(ctx, act, "missing from batch "+id.String(), func(c *Change, _ string) (err error) {
		r, err = c.removeMissing(ctx, id, share)
		return err
	})
	if err != nil {
		return census.Removal{}, err
	}
	r.Revision = revision
	return r, nil
}

func (c *Change) removeMissing(ctx context.Context, id census.BatchID, share int) (census.Removal, error) {
	r, err := missingOf(ctx, c.tx, id, sqlBatchOf+` for update`)
	if err != nil {
		return r, err
	}
	var by census.Promoter
	if err := c.tx.QueryRow(ctx, sqlMissingPromoter, [16]byte(id)).Scan(&by.Sender, &by.Committer); err != nil {
		return r, err
	}
	if err := by.Second(c.act.Actor); err != nil {
		return r, err
	}
	if err := r.Allowed(share); err != nil || r.Missing == 0 {
		return r, err
	}
	r.Removed = census.NewBatchID()
	grids, subclasses := scopeLists(r.Batch.Scope)
	tag, err := c.tx.Exec(ctx, sqlMissingRemove, grids, subclasses, [16]byte(id), [16]byte(r.Removed), c.id)
	if err != nil {
		return r, err
	}
	if n := tag.RowsAffected(); n != r.Missing {
		return r, fmt.Errorf("removed %d of %d", n, r.Missing)
	}
	if _, err := c.tx.Exec(ctx, sqlMissingBatch, [16]byte(r.Removed), "missing from "+r.Batch.Source, c.act.Actor, c.act.At, r.Missing, c.id); err != nil {
		return r, err
	}
	c.touch(registry.CollectionComponents)
	return r, nil
}

const (
	// Whether a component belongs to the declared scope: $1 are prefixes of its cell, $2 sub-classes, none meaning all.
	sqlDeclared = ` c.state <> '移除'
        and (cardinality($1::text[]) = 0 or exists (select from unnest($1::text[]) as g (prefix) where starts_with(c.grid, g.prefix)))
        and (cardinality($2::text[]) = 0 or c.subclass = any($2::text[]))`

	// Whether no row of the batch $3 names the component, nor a bad one.
	sqlNotNamed = ` not exists (
            select from import_match m where m.component_id = c.id)
        and not exists (
            select from import_unstaged u join component_code a on a.edition = u.edition and a.code = u.code
            where u.batch_id = $3::uuid and a.component_id = c.id)`

	sqlMissingAny = `select exists (select from import_missing), scope from import_batch where id = $1`

	sqlMissingFound = `
delete from import_missing where component_id in (
    select component_id from import_match
    union all
    select a.component_id from import_unstaged u join component_code a on a.edition = u.edition and a.code = u.code where u.batch_id = $1
)`

	sqlMissingNote = `
insert into import_missing (batch_id, component_id, change_id)
select $3, c.id, c.change_id from component c where` + sqlDeclared + ` and` + sqlNotNamed

	sqlMissingCount = `
select (select count(*) from component c where` + sqlDeclared + `),
    count(*) filter (where c.change_id = m.change_id), count(*) filter (where c.change_id <> m.change_id)
from import_missing m join component c on c.id = m.component_id
where m.batch_id = $3 and` + sqlDeclared

	sqlMissingList = `
select c.subclass, c.code, coalesce(c.grid, '') from import_missing m join component c on c.id = m.component_id
where m.batch_id = $3 and c.change_id = m.change_id and` + sqlDeclared + ` order by c.code limit $4`

	sqlMissingPromoter = `select b.actor, h.actor from import_batch b join change h on h.id = b.change_id where b.id = $1`

	sqlMissingRemove = `
with gone as materialized (
    select c.id from import_missing m join component c on c.id = m.component_id
    where m.batch_id = $3 and c.change_id = m.change_id and` + sqlDeclared + `
), kept as (` + sqlKeepImage + `$5
    from component c join gone using (id)
)
update component c set state = '移除', batch_id = $4, change_id = $5 from gone where c.id = gone.id`

	// It came from no file: no digest is empty.
	sqlMissingBatch = `
insert into import_batch (id, source, digest, state, actor, areas_revision, started_at, finished_at, rows_read, rows_good, updated, change_id)
select $1, $2, '', 'promoted', $3, revision, $4, $4, $5, $5, $5, $6 from collection where name = 'areas'`
)
