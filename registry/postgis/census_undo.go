package postgis

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"citygrid/geo"
	"citygrid/geo/areaindex"
	"citygrid/registry"
	"citygrid/registry/census"
	"citygrid/registry/locator"
)

// UndoBatch takes a promoted batch back, in one change of its own, which may be long after others. A component that the batch updated, and that nobody
// changed since, goes back to what it was; one that the batch created is withdrawn: nothing shows it any more, its codes are kept, and an import that
// names one of them brings it back under its id. What was changed since is left as it is, and listed. A new cell, found after areas had changed, is no
// change of a component, and what goes back to another place gets its cell by the areas of today. act.Reason must say why. Conflict when the batch
// is not promoted, or undone already.
func (s *Store) UndoBatch(ctx context.Context, act registry.Act, id census.BatchID) (census.Undone, error) {
	var u census.Undone
	revision, err := s.correct(ctx, act, "undo of batch "+id.String(), func(c *Change, why string) (err error) {
		u, err = s.undo(ctx, c, id, why)
		return err
	})
	if err != nil {
		return census.Undone{}, err
	}
	u.Revision = revision
	u.Batch, err = s.Batch(ctx, id)
	return u, err
}

// correct changes components after a batch, what saying of which; why is the reason that act must give.
func (s *Store) correct(ctx context.Context, act registry.Act, what string, do func(c *Change, why string) error) (int64, error) {
	why := strings.TrimSpace(act.Reason)
	if why == "" {
		return 0, registry.InvalidField("reason", "", "请说明理由", "say why")
	}
	act.Reason = what + ": " + why
	return s.Change(ctx, act, func(c *Change) error {
		if err := c.lockComponents(ctx); err != nil {
			return err
		}
		return interpret(what, do(c, why))
	})
}

func (s *Store) undo(ctx context.Context, c *Change, id census.BatchID, why string) (u census.Undone, err error) {
	promotion, moved, err := c.promotionOf(ctx, id)
	if err != nil {
		return u, err
	}
	if _, err := c.tx.Exec(ctx, sqlUndoPlan); err != nil {
		return u, err
	}
	if err := c.tx.QueryRow(ctx, sqlUndo, [16]byte(id), promotion, c.id).Scan(&u.Restored, &u.Withdrawn, &u.LeftCount); err != nil {
		return u, err
	}
	tag, err := c.tx.Exec(ctx, sqlPhotosUndo, [16]byte(id), c.id)
	if err != nil {
		return u, err
	}
	u.Photos = tag.RowsAffected()
	if u.Restored > 0 && moved {
		if err := s.placeRestored(ctx, c); err != nil {
			return u, err
		}
	}
	if u.LeftCount > 0 {
		u.Left, err = collect(ctx, c.tx, "list what is left", pgx.RowToStructByPos[census.Left], sqlUndoLeft, [16]byte(id), promotion, c.id, census.MaxListed)
		if err != nil {
			return u, err
		}
	}
	if u.Restored+u.Withdrawn > 0 {
		c.touch(registry.CollectionComponents)
	}
	_, err = c.tx.Exec(ctx, sqlUndoDone, [16]byte(id), why, c.id)
	return u, err
}

// promotionOf returns the change that promoted a batch, which must be there to be undone, and whether areas have changed since.
func (c *Change) promotionOf(ctx context.Context, id census.BatchID) (change int64, areasMoved bool, err error) {
	var state census.State
	var promotion *int64
	var actor, reason string
	var at *time.Time
	err = c.tx.QueryRow(ctx, sqlUndoState, [16]byte(id)).Scan(&state, &promotion, &areasMoved, &actor, &at, &reason)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return 0, false, noBatch(id)
	case err != nil:
		return 0, false, err
	case state == census.StateUndone:
		when := timeOrZero(at).UTC().Format(time.RFC3339)
		return 0, false, registry.NewError(registry.Conflict, "batch_undone",
			fmt.Sprintf("该批次已由 %s 于 %s 撤销（%s），不能再次撤销", actor, when, reason),
			fmt.Sprintf("%s has undone the batch at %s already (%s): there is nothing left to undo", actor, when, reason))
	case state != census.Promoted || promotion == nil:
		return 0, false, registry.NewError(registry.Conflict, "batch_not_promoted",
			fmt.Sprintf("批次状态为 %s，没有入库，无可撤销", state),
			fmt.Sprintf("the batch is %s: it was never promoted and there is nothing to undo", state))
	}
	return *promotion, areasMoved, nil
}

// placeRestored finds the cells of what went back to another place: those that it had there may be no more. Areas stand still meanwhile, because who
// changes them waits for this change.
func (s *Store) placeRestored(ctx context.Context, c *Change) error {
	held, err := s.LocatorData(ctx)
	if err != nil {
		return err
	}
	snapshot, err := locator.Build(held)
	if err != nil {
		return err
	}
	const portion = 10_000
	for after := int64(0); ; {
		rows, err := collect(ctx, c.tx, "place restored components", func(row pgx.CollectableRow) (gridRow, error) {
			return placedAnew(row, snapshot.Cells())
		}, sqlUndoMoved, c.id, after, portion)
		if err != nil || len(rows) == 0 {
			return err
		}
		if _, err := c.tx.Exec(ctx, sqlUndoPlace, rows, c.id); err != nil {
			return err
		}
		after = rows[len(rows)-1].ID
	}
}

func placedAnew(row pgx.CollectableRow, cells *areaindex.Index) (gridRow, error) {
	var shape geo.EWKB
	placed := gridRow{Also: []string{}}
	if err := row.Scan(&placed.ID, &shape); err != nil {
		return placed, err
	}
	g, err := geo.DecodeEWKB(shape)
	if err != nil {
		return placed, err
	}
	if found := census.CellsOf(cells, g); len(found) > 0 {
		placed.Grid, placed.Also = &found[0], append(placed.Also, found[1:]...)
	}
	return placed, nil
}

const (
	sqlUndoState = `
select b.state, b.change_id, coalesce(areas.revision > was.revision, false), coalesce(u.actor, ''), u.at, b.reason
from import_batch b join collection areas on areas.name = 'areas'
left join change was on was.id = b.change_id left join change u on u.id = b.undone_by
where b.id = $1 for update of b`

	// How many rows a step leaves cannot be estimated, and loops over two long lists would take hours.
	sqlUndoPlan = `select set_config('enable_nestloop', 'off', true)`

	// What the batch wrote is of its change and carries its id. It is untouched where it stands so still, or where all that followed led
	// back to it: the cell alone says where areas run. The image before it was superseded by its change; where that change had placed
	// the component anew first, it is the image of the change itself.
	sqlUndo = `
with present as materialized (
    select id from component where change_id = $2 and batch_id = $1
), past as materialized (
    select v.id, (c.code, c.edition, c.subclass, c.name, c.dept1_code, c.dept1_name, c.dept2_code, c.dept2_name, c.dept3_code, c.dept3_name,
        c.stated_grid, c.state, c.first_surveyed, c.changed_on, c.data_source, c.note, c.extra, c.geom::bytea, c.batch_id
    ) is not distinct from (v.code, v.edition, v.subclass, v.name, v.dept1_code, v.dept1_name, v.dept2_code, v.dept2_name, v.dept3_code, v.dept3_name,
        v.stated_grid, v.state, v.first_surveyed, v.changed_on, v.data_source, v.note, v.extra, v.geom::bytea, v.batch_id) as untouched
    from component_version v left join component c on c.id = v.id
    where v.change_id = $2 and v.batch_id = $1 and v.superseded_by <> $2 and not v.tombstone
), untouched as materialized (
    select id from present union all select id from past where untouched
), before as materialized (
    select distinct on (v.id) v.* from component_version v join untouched using (id)
    where v.superseded_by = $2 order by v.id, (v.change_id = $2) desc
), kept as (` + sqlKeepImage + `$3
    from component c join untouched using (id)
), restored as (
    update component c set
        name = b.name, dept1_code = b.dept1_code, dept1_name = b.dept1_name, dept2_code = b.dept2_code, dept2_name = b.dept2_name,
        dept3_code = b.dept3_code, dept3_name = b.dept3_name,
        grid = case when b.geom::bytea = c.geom::bytea then c.grid else b.grid end,
        grids_also = case when b.geom::bytea = c.geom::bytea then c.grids_also else b.grids_also end,
        stated_grid = b.stated_grid, state = b.state, first_surveyed = b.first_surveyed, changed_on = b.changed_on,
        data_source = b.data_source, note = b.note, extra = b.extra, geom = b.geom, batch_id = b.batch_id, change_id = $3
    from before b where c.id = b.id and not b.tombstone
    returning c.id
), withdrawn as (
    delete from component c using untouched u
    where c.id = u.id and not exists (select from before b where b.id = u.id and not b.tombstone)
    returning c.id
)
select (select count(*) from restored), (select count(*) from withdrawn), (select count(*) from past where not untouched)`

	// After sqlUndo: of the images that the batch wrote, those that neither the undo superseded nor its own change.
	sqlUndoLeft = `
select coalesce(c.code, v.code) as code, h.actor, h.at, h.reason, coalesce(nullif(c.batch_id, $1)::text, '') as batch
from component_version v
left join component c on c.id = v.id
left join lateral (
    select w.superseded_by from component_version w where w.id = v.id
        and not exists (select from component_version x where x.id = w.id and x.change_id = w.superseded_by)
    limit 1
) l on c.id is null
join change h on h.id = coalesce(c.change_id, l.superseded_by)
where v.change_id = $2 and v.batch_id = $1 and v.superseded_by not in ($2, $3) and not v.tombstone
order by code limit $4`

	sqlUndoMoved = `
select c.id, c.geom from component_version v join component c on c.id = v.id
where v.superseded_by = $1 and c.change_id = $1 and c.geom::bytea is distinct from v.geom::bytea and c.id > $2
order by c.id limit $3`

	// No image is kept: the change itself has just written the row.
	sqlUndoPlace = `
update component c set grid = i.grid, grids_also = i.grids_also
from jsonb_to_recordset($1) as i (id bigint, grid text, grids_also text[]) where c.id = i.id and c.change_id = $2`

	sqlUndoDone = `update import_batch set state = 'undone', reason = $2, undone_by = $3 where id = $1`
)
