package postgis

// sqlKeepImage keeps components as they were before a change, each row of c its image (ADR 0007). It wants behind it the change that supersedes
// them, and where c comes from.
const sqlKeepImage = `
    insert into component_version (
        id, code, edition, kind, subclass, name, dept1_code, dept1_name, dept2_code, dept2_name, dept3_code, dept3_name,
        grid, grids_also, stated_grid, state, first_surveyed, changed_on, data_source, note, extra, geom,
        batch_id, change_id, superseded_by)
    select c.id, c.code, c.edition, c.kind, c.subclass, c.name, c.dept1_code, c.dept1_name, c.dept2_code, c.dept2_name,
        c.dept3_code, c.dept3_name, c.grid, c.grids_also, c.stated_grid, c.state, c.first_surveyed, c.changed_on, c.data_source,
        c.note, c.extra, c.geom, c.batch_id, c.change_id, `
