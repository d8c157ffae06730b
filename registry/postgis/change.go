package postgis

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"citygrid/registry"
	"citygrid/registry/census"
)

// Change is one act on the registry: one transaction, one row of the change log and, when it touched a collection, one
// revision. It belongs to one goroutine.
type Change struct {
	tx      pgx.Tx
	id      int64
	act     registry.Act
	touched map[string]bool
	taken   []census.BatchID // promoted by it
	profile bool             // it is a profile's, which puts the areas itself
}

// NotifyChannel is where every new revision is announced; the payload is its number.
const NotifyChannel = "citygrid_revision"

// Change runs fn inside one transaction and returns the revision that it made, or 0 when fn touched nothing: an act without
// effect is logged and changes no revision. When fn fails nothing of it remains.
func (s *Store) Change(ctx context.Context, act registry.Act, fn func(*Change) error) (revision int64, err error) {
	c := &Change{act: act, touched: map[string]bool{}}
	err = pgx.BeginFunc(ctx, s.imports, func(tx pgx.Tx) error {
		c.tx = tx
		if err := tx.QueryRow(ctx, sqlChangeBegin, act.Actor, act.Reason, act.At).Scan(&c.id); err != nil {
			return fmt.Errorf("log the change: %w", err)
		}
		if err := fn(c); err != nil {
			return err
		}
		if len(c.touched) == 0 {
			return nil
		}
		// Foreign keys are checked at COMMIT if nobody asks before, and then whoever waits for the counter waits for that too.
		if _, err := tx.Exec(ctx, `set constraints all immediate`); err != nil {
			return fmt.Errorf("check references: %w", err)
		}
		names := slices.Sorted(maps.Keys(c.touched))
		if err := tx.QueryRow(ctx, sqlChangeRevision, c.id, names, NotifyChannel).Scan(&revision); err != nil {
			return fmt.Errorf("assign the revision: %w", err)
		}
		return nil
	})
	if err != nil {
		return 0, interpret("change", err)
	}
	for _, id := range c.taken {
		s.open.end(id)
	}
	return revision, nil
}

// lockComponents makes the change wait for every other one that writes components, placed as they are by areas, and keeps those
// that follow waiting until it ends. It must come before the first row is locked: two changes that take it later would wait for
// each other. Waiting is bounded like any statement of an import, not as short as for a row. A second call does nothing.
func (c *Change) lockComponents(ctx context.Context) error {
	for _, step := range []struct {
		sql string
		arg any
	}{{sqlChangeLockTimeout, "0"}, {sqlChangeLock, componentsLock}, {sqlChangeLockTimeout, lockTimeout}} {
		if _, err := c.tx.Exec(ctx, step.sql, step.arg); err != nil {
			return interpret("wait for other changes of components", err)
		}
	}
	return nil
}

// componentsLock is the key of that advisory lock: "compon" in hexadecimal ASCII.
const componentsLock = int64(0x636f6d706f6e)

// touch marks a collection as changed by this act.
func (c *Change) touch(collection string) { c.touched[collection] = true }

// sync runs a statement that makes a table equal to the records given and reports (what, code) for each difference.
func (c *Change) sync(ctx context.Context, op, collection, sql string, args ...any) (registry.Diff, error) {
	var d registry.Diff
	rows, err := c.tx.Query(ctx, sql, args...)
	if err != nil {
		return d, interpret(op, err)
	}
	var what, code string
	_, err = pgx.ForEachRow(rows, []any{&what, &code}, func() error {
		switch what {
		case "added":
			d.Added = append(d.Added, code)
		case "updated":
			d.Updated = append(d.Updated, code)
		case "removed":
			d.Removed = append(d.Removed, code)
		}
		return nil
	})
	if !d.Empty() {
		c.touch(collection)
	}
	return d, interpret(op, err)
}

const (
	sqlChangeBegin = `insert into change (actor, reason, at) values ($1, $2, $3) returning id`

	sqlChangeLockTimeout = `select set_config('lock_timeout', $1, true)`

	sqlChangeLock = `select pg_advisory_xact_lock($1)`

	// The counter's row lock is held to the commit, so revisions appear in commit order; because this is the last statement
	// before it, nobody waits longer than a commit takes.
	sqlChangeRevision = `
with counted as (
    update revision_counter set value = value + 1 returning value
), logged as (
    update change set revision = counted.value from counted where change.id = $1
), marked as (
    update collection set revision = counted.value from counted where name = any($2)
)
select value from counted, pg_notify($3, counted.value::text)`
)
