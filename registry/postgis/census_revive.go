package postgis

import (
	"context"

	"citygrid/registry/census"
)

// revive brings back the withdrawn components that staged rows name, each under its id and its public code, as the rows have them, and returns how many
// they were. History gets the time between as an image of its own.
func (c *Change) revive(ctx context.Context, id census.BatchID) (int64, error) {
	tag, err := c.tx.Exec(ctx, staged(id, sqlRevive), [16]byte(id), c.id)
	return tag.RowsAffected(), interpret("bring components back", err)
}

const (
	// The last image is the one whose successor wrote none.
	sqlRevive = `
with named as materialized (
    select s.code as staged, m.component_id as id from import_match m join import_stage s on s.row = m.row where m.change_id is null
), last as materialized (
    select distinct on (v.id) v.*, n.staged from named n join component_version v on v.id = n.id
    where not exists (select from component_version w where w.id = v.id and w.change_id = v.superseded_by)
    order by v.id
), remembered as (
    insert into component_version (
        id, code, edition, kind, subclass, name, dept1_code, dept1_name, dept2_code, dept2_name, dept3_code, dept3_name,
        grid, grids_also, stated_grid, state, first_surveyed, changed_on, data_source, note, extra, geom,
        batch_id, change_id, superseded_by, tombstone)
    select id, code, edition, kind, subclass, name, dept1_code, dept1_name, dept2_code, dept2_name, dept3_code, dept3_name,
        grid, grids_also, stated_grid, '移除', first_surveyed, changed_on, data_source, note, extra, geom,
        batch_id, superseded_by, $2, true
    from last
)
insert into component (
    id, code, edition, subclass, name, dept1_code, dept1_name, dept2_code, dept2_name, dept3_code, dept3_name, grid, grids_also,
    stated_grid, state, first_surveyed, changed_on, data_source, note, extra, geom, batch_id, change_id)
overriding system value
select l.id, l.code, l.edition, l.subclass, case when l.edition = s.edition then s.name else l.name end, s.dept1_code, s.dept1_name,
    s.dept2_code, s.dept2_name, s.dept3_code, s.dept3_name, s.grid, s.grids_also, s.stated_grid, s.state, s.first_surveyed,
    s.changed_on, s.data_source, s.note, s.extra, s.geom, $1, $2
from last l join import_stage s on s.code = l.staged`
)
