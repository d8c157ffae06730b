package postgis

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"citygrid/registry"
)

// Units lists all units in code order.
func (s *Store) Units(ctx context.Context, scope registry.Scope) ([]registry.Unit, error) {
	if scope.Empty() {
		return nil, nil
	}
	return units(ctx, s.pool)
}

func units(ctx context.Context, q querier) ([]registry.Unit, error) {
	return collect(ctx, q, "read units", pgx.RowToStructByPos[registry.Unit], sqlUnits)
}

func responsibilities(ctx context.Context, q querier) ([]registry.Responsibility, error) {
	return collect(ctx, q, "read responsibilities", func(row pgx.CollectableRow) (registry.Responsibility, error) {
		var r registry.Responsibility
		var from, to *time.Time
		err := row.Scan(&r.Area, &r.Kind, &r.Subject, &r.Role, &r.Unit, &from, &to)
		r.ValidFrom, r.ValidTo = timeOrZero(from), timeOrZero(to)
		return r, err
	}, sqlResponsibilities)
}

func staff(ctx context.Context, q querier) ([]registry.Staff, error) {
	return collect(ctx, q, "read staff", pgx.RowToStructByPos[registry.Staff], sqlStaff)
}

// PutUnits makes the units those given.
func (c *Change) PutUnits(ctx context.Context, units []registry.Unit) (registry.Diff, error) {
	rows := make([]unitRow, len(units))
	for i, u := range units {
		rows[i] = unitRow{Code: string(u.Code), Name: u.Name, NameEN: u.NameEN, Kind: string(u.Kind), Ring: u.Ring, Parent: textOrNull(string(u.Parent))}
	}
	return c.sync(ctx, "put units", registry.CollectionUnits, sqlUnitsPut, rows, c.id)
}

// PutResponsibilities makes the rules those given. A rule is the sum of its columns: a changed one is one removed and one added.
func (c *Change) PutResponsibilities(ctx context.Context, rules []registry.Responsibility) (registry.Diff, error) {
	rows := make([]responsibilityRow, len(rules))
	for i, r := range rules {
		rows[i] = responsibilityRow{
			Area: r.Area, Kind: r.Kind, Subject: r.Subject, Role: string(r.Role), Unit: string(r.Unit),
			ValidFrom: dateOrNull(r.ValidFrom), ValidTo: dateOrNull(r.ValidTo),
		}
	}
	return c.sync(ctx, "put responsibilities", registry.CollectionResponsibilities, sqlResponsibilitiesPut, rows, c.id)
}

// PutStaff makes the staff those given.
func (c *Change) PutStaff(ctx context.Context, people []registry.Staff) (registry.Diff, error) {
	rows := make([]staffRow, len(people))
	for i, p := range people {
		rows[i] = staffRow{Code: p.Code, Name: p.Name, Role: string(p.Role), Area: p.Area}
	}
	return c.sync(ctx, "put staff", registry.CollectionStaff, sqlStaffPut, rows, c.id)
}

// The rows as jsonb_populate_recordset reads them: member names are column names.
type (
	unitRow struct {
		Code   string  `json:"code"`
		Name   string  `json:"name"`
		NameEN string  `json:"name_en"`
		Kind   string  `json:"kind"`
		Ring   int     `json:"ring"`
		Parent *string `json:"parent"`
	}
	responsibilityRow struct {
		Area      string  `json:"area"`
		Kind      string  `json:"kind"`
		Subject   string  `json:"subject"`
		Role      string  `json:"role"`
		Unit      string  `json:"unit"`
		ValidFrom *string `json:"valid_from"`
		ValidTo   *string `json:"valid_to"`
	}
	staffRow struct {
		Code string `json:"code"`
		Name string `json:"name"`
		Role string `json:"role"`
		Area string `json:"area"`
	}
)

func textOrNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func dateOrNull(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := t.Format(time.DateOnly)
	return &s
}

func timeOrZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

const (
	sqlUnits            = `select code, name, name_en, kind, ring, coalesce(parent, '') from unit order by code`
	sqlResponsibilities = `select area, kind, subject, role, unit, valid_from, valid_to from responsibility order by area, kind, subject, role, unit, valid_from`
	sqlStaff            = `select code, name, role, area from staff order by role, area`

	sqlUnitsPut = `
with incoming as (
    select * from jsonb_populate_recordset(null::unit, $1)
), removed as (
    delete from unit u where not exists (select from incoming i where i.code = u.code) returning u.*
), updated as (
    update unit u
    set name = i.name, name_en = i.name_en, kind = i.kind, ring = i.ring, parent = i.parent, change_id = $2
    from incoming i join unit old on old.code = i.code
    where u.code = i.code
        and (u.name, u.name_en, u.kind, u.ring, u.parent) is distinct from (i.name, i.name_en, i.kind, i.ring, i.parent)
    returning old.*
), added as (
    insert into unit (code, name, name_en, kind, ring, parent, change_id)
    select code, name, name_en, kind, ring, parent, $2 from incoming i
    where not exists (select from unit u where u.code = i.code)
    returning code
), superseded as (
    insert into unit_version (code, name, name_en, kind, ring, parent, change_id, superseded_by)
    select code, name, name_en, kind, ring, parent, change_id, $2 from (select * from removed union all select * from updated) old
)
select 'removed' as what, code from removed
union all select 'updated', code from updated
union all select 'added', code from added
order by 2`

	sqlResponsibilitiesPut = `
with incoming as (
    select * from jsonb_populate_recordset(null::responsibility, $1)
), removed as (
    delete from responsibility r
    where not exists (
        select from incoming i
        where (i.area, i.kind, i.subject, i.role, i.unit, coalesce(i.valid_from, '-infinity'), coalesce(i.valid_to, 'infinity'))
            = (r.area, r.kind, r.subject, r.role, r.unit, coalesce(r.valid_from, '-infinity'), coalesce(r.valid_to, 'infinity')))
    returning r.*
), added as (
    insert into responsibility (area, kind, subject, role, unit, valid_from, valid_to, change_id)
    select area, kind, subject, role, unit, valid_from, valid_to, $2 from incoming i
    where not exists (
        select from responsibility r
        where (i.area, i.kind, i.subject, i.role, i.unit, coalesce(i.valid_from, '-infinity'), coalesce(i.valid_to, 'infinity'))
            = (r.area, r.kind, r.subject, r.role, r.unit, coalesce(r.valid_from, '-infinity'), coalesce(r.valid_to, 'infinity')))
    returning *
), superseded as (
    insert into responsibility_version (area, kind, subject, role, unit, valid_from, valid_to, change_id, superseded_by)
    select area, kind, subject, role, unit, valid_from, valid_to, change_id, $2 from removed
)
select 'removed' as what, concat_ws('/', area, kind, subject, role, unit) from removed
union all select 'added', concat_ws('/', area, kind, subject, role, unit) from added
order by 2`

	sqlStaffPut = `
with incoming as (
    select * from jsonb_populate_recordset(null::staff, $1)
), removed as (
    delete from staff s where not exists (select from incoming i where i.role = s.role and i.area = s.area) returning s.*
), updated as (
    update staff s set code = i.code, name = i.name, change_id = $2
    from incoming i join staff old on old.role = i.role and old.area = i.area
    where s.role = i.role and s.area = i.area and (s.code, s.name) is distinct from (i.code, i.name)
    returning old.*
), added as (
    insert into staff (code, name, role, area, change_id)
    select code, name, role, area, $2 from incoming i
    where not exists (select from staff s where s.role = i.role and s.area = i.area)
    returning role, area
), superseded as (
    insert into staff_version (code, name, role, area, change_id, superseded_by)
    select code, name, role, area, change_id, $2 from (select * from removed union all select * from updated) old
)
select 'removed' as what, role || '/' || area from removed
union all select 'updated', role || '/' || area from updated
union all select 'added', role || '/' || area from added
order by 2`
)
