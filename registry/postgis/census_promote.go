package postgis

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"citygrid/registry"
	"citygrid/registry/census"
)

// PromoteStaged promotes one batch in a change of its own and returns the change's revision, 0 when every row was unchanged.
func (s *Store) PromoteStaged(ctx context.Context, act registry.Act, b census.Batch) (census.Counts, int64, error) {
	var counts census.Counts
	revision, err := s.Change(ctx, act, func(c *Change) error {
		var err error
		counts, err = c.PromoteBatch(ctx, b)
		return err
	})
	if err != nil {
		return census.Counts{}, 0, err
	}
	return counts, revision, nil
}

// PromoteBatch makes the staged rows of a batch visible as part of the change: rows whose code names no component create one,
// rows that differ from theirs replace it and move the old image to component_version, rows that do not differ write nothing. The
// staging table is dropped and the batch is promoted with the change. Conflict when the batch is not staged (any more), when areas
// have changed since its rows were placed, or when codes were given to other components since it was checked: then the file is to
// be sent again. Unless the change is a profile's, it is to be the first thing that the change does.
func (c *Change) PromoteBatch(ctx context.Context, b census.Batch) (census.Counts, error) {
	if err := c.lockComponents(ctx); err != nil {
		return census.Counts{}, err
	}
	rows, err := c.checkStaged(ctx, b.ID)
	if err != nil {
		return census.Counts{}, err
	}
	n, err := c.promote(ctx, b.ID, rows)
	if err != nil {
		return census.Counts{}, err
	}
	c.taken = append(c.taken, b.ID)
	return n, nil
}

// checkStaged refuses a batch that is not as its check left it, or whose check no longer holds, and returns how many rows it has.
func (c *Change) checkStaged(ctx context.Context, id census.BatchID) (rows int64, err error) {
	var state census.State
	var good, placed, areas int64
	if err := c.tx.QueryRow(ctx, sqlPromoteState, [16]byte(id)).Scan(&state, &good, &placed, &areas); err != nil {
		return 0, interpret("read batch", err)
	}
	if state != census.Staged {
		return 0, registry.NewError(registry.Conflict, "batch_not_staged",
			fmt.Sprintf("批次状态为 %s，不能入库；请重新提交该文件", state),
			fmt.Sprintf("the batch is %s and cannot be promoted: send the file again", state))
	}
	if placed != areas && !(placed == census.AreasOfChange && c.profile) {
		return 0, registry.NewError(registry.Conflict, "areas_changed",
			"文件检查之后区域已有变化，其单元网格归属可能不再正确；请重新提交该文件",
			"areas have changed since the file was checked, so the grid cells found for it may be wrong: send the file again")
	}
	if err := c.tx.QueryRow(ctx, staged(id, sqlPromoteCount)).Scan(&rows); err != nil {
		return 0, interpret("count staged rows", err)
	}
	if rows != good {
		return 0, registry.NewError(registry.Conflict, "batch_lost",
			"数据库曾异常重启，暂存的数据已丢失；请重新提交该文件",
			"the database has crashed since and lost the staged rows: send the file again")
	}
	if err := c.checkNamedOnce(ctx, id); err != nil {
		return 0, err
	}
	return rows, takeOver(ctx, c.tx, id) // components may have changed since it was staged
}

// promote takes a batch over.
func (c *Change) promote(ctx context.Context, id census.BatchID, rows int64) (census.Counts, error) {
	var n census.Counts
	tag, err := c.tx.Exec(ctx, staged(id, sqlPromoteUpdate), [16]byte(id), c.id)
	if err != nil {
		return n, interpret("update components", err)
	}
	n.Updated = tag.RowsAffected()
	revived, err := c.revive(ctx, id)
	if err != nil {
		return n, err
	}
	if tag, err = c.tx.Exec(ctx, staged(id, sqlPromoteInsert), [16]byte(id), c.id); err != nil {
		return n, interpret("create components", codeTaken(err))
	}
	n.Created = tag.RowsAffected() + revived
	n.Unchanged = rows - n.Created - n.Updated
	if err := c.noteMissing(ctx, id); err != nil {
		return n, err
	}
	if _, err := c.tx.Exec(ctx, sqlPromoteDone, [16]byte(id), c.id, n.Created, n.Updated, n.Unchanged); err != nil {
		return n, interpret("record the promotion", err)
	}
	if n.Changed() {
		c.touch(registry.CollectionComponents)
	}
	return n, interpret("drop staged rows", dropStage(ctx, c.tx, id))
}

// checkNamedOnce refuses a batch in which two rows name one component; it was checked when it was staged, but codes may have been
// given since.
func (c *Change) checkNamedOnce(ctx context.Context, id census.BatchID) error {
	var twice bool
	if err := c.tx.QueryRow(ctx, staged(id, sqlPromoteNamedTwice)).Scan(&twice); err != nil {
		return interpret("check staged codes", err)
	}
	if twice {
		return staleCodes(nil)
	}
	return nil
}

// codeTaken recognises a code that another component has in another edition only.
func codeTaken(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23505" { // unique_violation
		return staleCodes(err)
	}
	return err
}

func staleCodes(cause error) error {
	e := registry.NewError(registry.Conflict, "codes_changed",
		"文件中的编码与库中部件的对应关系在检查后有变化；请重新提交该文件",
		"which components the file's codes name has changed since it was checked: send the file again")
	e.Err = cause
	return e
}

const (
	sqlPromoteState = `
select b.state, b.rows_good, coalesce(b.areas_revision, -1), areas.revision
from import_batch b, collection areas where b.id = $1 and areas.name = 'areas' for update of b`

	sqlPromoteCount = `select count(*) from import_stage`

	// Not "exists": for the first group alone the planner would walk an index of codes and look through all staged rows at each.
	sqlPromoteNamedTwice = `
select coalesce(max(named), 0) > 1 from (
    select count(*) as named from import_stage s join component_code a on a.edition = s.edition and a.code = s.code
    group by a.component_id
) g`

	// Codes are not written here: a row finds its component by one of its codes, and which of them is the public one is not for a
	// survey to say. The name is the sub-class's in the row's edition, so it counts only where the component is of that edition.
	// Geometry is compared by its bytes: the operators of type geometry compare boxes, or leave out elevation.
	sqlPromoteUpdate = `
with incoming as materialized (
    select c.id, case when c.edition = s.edition then s.name else c.name end as name,
        s.dept1_code, s.dept1_name, s.dept2_code, s.dept2_name, s.dept3_code, s.dept3_name, s.grid, s.grids_also, s.stated_grid,
        s.state, s.first_surveyed, s.changed_on, s.data_source, s.note, s.extra, s.geom
    from import_stage s
    join component_code a on a.edition = s.edition and a.code = s.code
    join component c on c.id = a.component_id
    where (
        c.name, c.dept1_code, c.dept1_name, c.dept2_code, c.dept2_name, c.dept3_code, c.dept3_name, c.grid, c.grids_also,
        c.stated_grid, c.state, c.first_surveyed, c.changed_on, c.data_source, c.note, c.extra, c.geom::bytea
    ) is distinct from (
        case when c.edition = s.edition then s.name else c.name end,
        s.dept1_code, s.dept1_name, s.dept2_code, s.dept2_name, s.dept3_code, s.dept3_name, s.grid, s.grids_also, s.stated_grid,
        s.state, s.first_surveyed, s.changed_on, s.data_source, s.note, s.extra, s.geom::bytea
    )
), kept as (
    insert into component_version (
        id, code, edition, kind, subclass, name, dept1_code, dept1_name, dept2_code, dept2_name, dept3_code, dept3_name,
        grid, grids_also, stated_grid, state, first_surveyed, changed_on, data_source, note, extra, geom,
        batch_id, change_id, superseded_by)
    select c.id, c.code, c.edition, c.kind, c.subclass, c.name, c.dept1_code, c.dept1_name, c.dept2_code, c.dept2_name,
        c.dept3_code, c.dept3_name, c.grid, c.grids_also, c.stated_grid, c.state, c.first_surveyed, c.changed_on, c.data_source,
        c.note, c.extra, c.geom, c.batch_id, c.change_id, $2
    from component c join incoming using (id)
)
update component c set
    name = i.name, dept1_code = i.dept1_code, dept1_name = i.dept1_name, dept2_code = i.dept2_code, dept2_name = i.dept2_name,
    dept3_code = i.dept3_code, dept3_name = i.dept3_name, grid = i.grid, grids_also = i.grids_also, stated_grid = i.stated_grid,
    state = i.state, first_surveyed = i.first_surveyed, changed_on = i.changed_on, data_source = i.data_source, note = i.note,
    extra = i.extra, geom = i.geom, batch_id = $1, change_id = $2
from incoming i where c.id = i.id`

	sqlPromoteInsert = `
with created as (
    insert into component (
        code, edition, subclass, name, dept1_code, dept1_name, dept2_code, dept2_name, dept3_code, dept3_name, grid, grids_also,
        stated_grid, state, first_surveyed, changed_on, data_source, note, extra, geom, batch_id, change_id)
    select s.code, s.edition, s.subclass, s.name, s.dept1_code, s.dept1_name, s.dept2_code, s.dept2_name, s.dept3_code,
        s.dept3_name, s.grid, s.grids_also, s.stated_grid, s.state, s.first_surveyed, s.changed_on, s.data_source, s.note,
        s.extra, s.geom, $1, $2
    from import_stage s
    where not exists (select from component_code a where a.edition = s.edition and a.code = s.code)
    order by s.code
    returning id, edition, code
)
insert into component_code (edition, code, component_id) select edition, code, id from created`

	sqlPromoteDone = `
update import_batch set state = 'promoted', created = $3, updated = $4, unchanged = $5, change_id = $2,
    finished_at = (select at from change where change.id = $2)
where id = $1`
)
