package postgis

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
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

// Promotion is how a batch was promoted. A promotion under way holds the batch's row: the answer is of after it.
func (s *Store) Promotion(ctx context.Context, id census.BatchID) (counts census.Counts, revision int64, ok bool, err error) {
	err = pgx.BeginFunc(ctx, s.imports, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, sqlPromotionWait, [16]byte(id)); err != nil {
			return err
		}
		return tx.QueryRow(ctx, sqlPromotion, [16]byte(id)).Scan(&counts.Created, &counts.Updated, &counts.Unchanged, &revision, &ok)
	})
	if ok {
		s.open.end(id)
	}
	return counts, revision, ok, interpret("read promotion", err)
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
	var unknown int64
	if err := c.tx.QueryRow(ctx, staged(id, sqlPromoteRows)).Scan(&rows, &unknown); err != nil {
		return 0, interpret("count staged rows", err)
	}
	switch {
	case rows != good:
		return 0, batchLost()
	case unknown > 0:
		return 0, registry.NewError(registry.Conflict, "catalogue_changed",
			"文件检查之后目录已有变化，其中的小类已不存在；请重新提交该文件",
			"the catalogue has changed since the file was checked and lacks a sub-class of it: send the file again")
	}
	return rows, nil
}

func batchLost() error {
	return registry.NewError(registry.Conflict, "batch_lost",
		"数据库曾异常重启，暂存的数据已丢失；请重新提交该文件",
		"the database has crashed since and lost the staged rows: send the file again")
}

// promote takes a batch over.
func (c *Change) promote(ctx context.Context, id census.BatchID, rows int64) (census.Counts, error) {
	var n census.Counts
	matched, changed, err := c.matched(ctx, id)
	if err != nil {
		return n, err
	}
	if err := c.noteMissing(ctx, id); err != nil {
		return n, err
	}
	if changed > 0 {
		if n, err = c.promoteChanged(ctx, id); err != nil {
			return n, err
		}
	}
	if matched < rows {
		created, err := c.create(ctx, id, matched > 0)
		if err != nil {
			return n, interpret("create components", codeTaken(err))
		}
		n.Created += created
	}
	n.Unchanged = rows - n.Created - n.Updated
	if _, err := c.tx.Exec(ctx, sqlPromoteDone, [16]byte(id), c.id, n.Created, n.Updated, n.Unchanged); err != nil {
		return n, interpret("record the promotion", err)
	}
	if n.Changed() {
		c.touch(registry.CollectionComponents)
	}
	return n, interpret("drop staged rows", dropStage(ctx, c.tx, id))
}

// create makes a component of each row that names none; where none names one the rows need not be told apart.
func (c *Change) create(ctx context.Context, id census.BatchID, someMatched bool) (int64, error) {
	which := ""
	if someMatched {
		which = sqlPromoteUnmatched
	}
	var before int64
	if err := c.tx.QueryRow(ctx, staged(id, sqlPromoteIDs)).Scan(&before); err != nil {
		return 0, err
	}
	if _, err := c.tx.Exec(ctx, staged(id, sqlPromoteCodes+which), c.id, before); err != nil {
		return 0, err
	}
	tag, err := c.tx.Exec(ctx, staged(id, sqlPromoteInsert+which), [16]byte(id), c.id, before)
	return tag.RowsAffected(), err
}

// promoteChanged takes over the rows that name a component.
func (c *Change) promoteChanged(ctx context.Context, id census.BatchID) (census.Counts, error) {
	var n census.Counts
	if err := c.checkNamedOnce(ctx, id); err != nil {
		return n, err
	}
	tag, err := c.tx.Exec(ctx, staged(id, sqlPromoteUpdate), [16]byte(id), c.id)
	if err != nil {
		return n, interpret("update components", err)
	}
	n.Updated = tag.RowsAffected()
	n.Created, err = c.revive(ctx, id)
	return n, err
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

	sqlPromotionWait = `select from import_batch where id = $1 for share`

	sqlPromotion = `
select b.created, b.updated, b.unchanged, coalesce((select revision from change where id = b.change_id), 0), b.state = 'promoted'
from import_batch b where b.id = $1`

	sqlPromoteCount = `select count(*) from import_stage`

	// The sub-classes stay until the change ends: there is no foreign key to them.
	sqlPromoteRows = `
with used as materialized (
    select edition, subclass, count(*) as n from import_stage group by edition, subclass
), known as (
    select k.code from used u join subclass k on k.kind = 'component' and k.edition = u.edition and k.code = u.subclass for key share of k
)
select coalesce((select sum(n) from used), 0)::bigint, (select count(*) from used) - (select count(*) from known)`

	// Two codes of one component are not both its public one.
	sqlPromoteNamedTwice = `
select exists (select from import_match where by_alias) and exists (select from import_match group by component_id having count(*) > 1)`

	// Codes are not written here: a row finds its component by one of its codes, and which of them is the public one is not for a
	// survey to say. The name is the sub-class's in the row's edition, so it counts only where the component is of that edition.
	// Geometry is compared by its bytes: the operators of type geometry compare boxes, or leave out elevation.
	sqlPromoteUpdate = `
with incoming as materialized (
    select c.id, case when c.edition = s.edition then s.name else c.name end as name,
        s.dept1_code, s.dept1_name, s.dept2_code, s.dept2_name, s.dept3_code, s.dept3_name, s.grid, s.grids_also, s.stated_grid,
        s.state, s.first_surveyed, s.changed_on, s.data_source, s.note, s.extra, s.geom, s.edition, s.code, s.digest
    from import_match m
    join import_stage s on s.row = m.row
    join component c on c.id = m.component_id
    where not m.same and (
        c.name, c.dept1_code, c.dept1_name, c.dept2_code, c.dept2_name, c.dept3_code, c.dept3_name, c.grid, c.grids_also,
        c.stated_grid, c.state, c.first_surveyed, c.changed_on, c.data_source, c.note, c.extra, c.geom::bytea
    ) is distinct from (
        case when c.edition = s.edition then s.name else c.name end,
        s.dept1_code, s.dept1_name, s.dept2_code, s.dept2_name, s.dept3_code, s.dept3_name, s.grid, s.grids_also, s.stated_grid,
        s.state, s.first_surveyed, s.changed_on, s.data_source, s.note, s.extra, s.geom::bytea
    )
), kept as (` + sqlKeepImage + `$2
    from component c join incoming using (id)
), remembered as (
    update component_code a set digest = i.digest, change_id = $2 from incoming i where a.edition = i.edition and a.code = i.code
)
update component c set
    name = i.name, dept1_code = i.dept1_code, dept1_name = i.dept1_name, dept2_code = i.dept2_code, dept2_name = i.dept2_name,
    dept3_code = i.dept3_code, dept3_name = i.dept3_name, grid = i.grid, grids_also = i.grids_also, stated_grid = i.stated_grid,
    state = i.state, first_surveyed = i.first_surveyed, changed_on = i.changed_on, data_source = i.data_source, note = i.note,
    extra = i.extra, geom = i.geom, batch_id = $1, change_id = $2
from incoming i where c.id = i.id`

	// A row's number gives it its id, so that both tables can be written without asking back. The lock of components is held, so the ids are one
	// block; setval would take a right that who writes rows does not have.
	sqlPromoteIDs = `
select coalesce(min(nextval((select pg_get_serial_sequence('component', 'id')::regclass))) - 1, 0)
from generate_series(1, (select coalesce(max(number), 0) from import_stage))`

	sqlPromoteInsert = `
insert into component (
    id, code, edition, subclass, name, dept1_code, dept1_name, dept2_code, dept2_name, dept3_code, dept3_name, grid, grids_also,
    stated_grid, state, first_surveyed, changed_on, data_source, note, extra, geom, batch_id, change_id)
overriding system value
select $3 + s.number, s.code, s.edition, s.subclass, s.name, s.dept1_code, s.dept1_name, s.dept2_code, s.dept2_name, s.dept3_code,
    s.dept3_name, s.grid, s.grids_also, s.stated_grid, s.state, s.first_surveyed, s.changed_on, s.data_source, s.note,
    s.extra, s.geom, $1, $2
from import_stage s`

	sqlPromoteCodes = `
insert into component_code (edition, code, component_id, digest, change_id)
select s.edition, s.code, $2 + s.number, s.digest, $1
from import_stage s`

	sqlPromoteUnmatched = ` where not exists (select from import_match m where m.row = s.row)`

	sqlPromoteDone = `
update import_batch set state = 'promoted', created = $3, updated = $4, unchanged = $5, change_id = $2,
    finished_at = (select at from change where change.id = $2)
where id = $1`
)
