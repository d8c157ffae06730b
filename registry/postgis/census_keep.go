package postgis

import (
	"context"

	"github.com/jackc/pgx/v5/pgconn"

	"citygrid/registry/census"
)

// TakeOver puts what components keep into the staged rows that name them: what is compared and shown is then what a promotion would write.
func (g *staging) TakeOver(ctx context.Context) error {
	if g.matched == 0 {
		return nil
	}
	return takeOver(ctx, g.conn, g.id)
}

type executor interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// takeOver does so with the components as they were matched. Rows that were matched as the same say nothing new. To do it again writes only what
// has changed since.
func takeOver(ctx context.Context, q executor, id census.BatchID) error {
	_, err := q.Exec(ctx, staged(id, sqlTakeOver))
	return interpret("take over what is kept", err)
}

// The numbers are the bits of census.Kept. A name of another edition than the row's is no name for it, elevation is kept where a point stays a
// point, the name of a department where its code stays, and an extension attribute that the row does not name where no empty cell clears it.
const sqlTakeOver = `
update import_stage s set
    name = n.name, dept1_code = n.dept1_code, dept1_name = n.dept1_name, dept2_code = n.dept2_code, dept2_name = n.dept2_name,
    dept3_code = n.dept3_code, dept3_name = n.dept3_name, stated_grid = n.stated_grid, changed_on = n.changed_on,
    data_source = n.data_source, note = n.note, extra = n.extra, geom = n.geom
from (
    select s.row,
        case when s.kept & 1 <> 0 and c.edition = s.edition then c.name else s.name end as name,
        case when s.kept & 2 <> 0 then c.dept1_code else s.dept1_code end as dept1_code,
        case when s.kept & 4 = 0 then s.dept1_name when s.kept & 2 <> 0 or c.dept1_code = s.dept1_code then c.dept1_name else '' end as dept1_name,
        case when s.kept & 8 <> 0 then c.dept2_code else s.dept2_code end as dept2_code,
        case when s.kept & 16 = 0 then s.dept2_name when s.kept & 8 <> 0 or c.dept2_code = s.dept2_code then c.dept2_name else '' end as dept2_name,
        case when s.kept & 32 <> 0 then c.dept3_code else s.dept3_code end as dept3_code,
        case when s.kept & 64 = 0 then s.dept3_name when s.kept & 32 <> 0 or c.dept3_code = s.dept3_code then c.dept3_name else '' end as dept3_name,
        case when s.kept & 128 <> 0 then c.stated_grid else s.stated_grid end as stated_grid,
        case when s.kept & 256 <> 0 then c.changed_on else s.changed_on end as changed_on,
        case when s.kept & 512 <> 0 then c.data_source else s.data_source end as data_source,
        case when s.kept & 1024 <> 0 then c.note else s.note end as note,
        case when s.kept & 4096 <> 0 then nullif((coalesce(c.extra, '{}') - s.blank) || coalesce(s.given, '{}'), '{}')
            else s.extra end as extra,
        case when s.kept & 2048 = 0 or geometrytype(s.geom) <> 'POINT' then s.geom
            when geometrytype(c.geom) = 'POINT' and st_zmflag(c.geom) = 2 then st_force3dz(st_force2d(s.geom), st_z(c.geom))
            else st_force2d(s.geom) end as geom
    from import_match m
    join import_stage s on s.row = m.row
    join component c on c.id = m.component_id
    where not m.same and s.kept <> 0
) n
where s.row = n.row and (
    s.name, s.dept1_code, s.dept1_name, s.dept2_code, s.dept2_name, s.dept3_code, s.dept3_name, s.stated_grid, s.changed_on,
    s.data_source, s.note, s.extra, s.geom::bytea
) is distinct from (
    n.name, n.dept1_code, n.dept1_name, n.dept2_code, n.dept2_name, n.dept3_code, n.dept3_name, n.stated_grid, n.changed_on,
    n.data_source, n.note, n.extra, n.geom::bytea
)`
