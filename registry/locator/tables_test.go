package locator_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// tables answers the questions of the scripts from PostGIS alone: geometry by its own functions, the order of responsibility
// (decision 6) by sorting the rows of the tables. It shares nothing with the program but the schema.
type tables struct{ *town }

func (tb tables) answer(ctx context.Context, q question) (string, error) {
	lon, lat := q.point[0], q.point[1]
	var s string
	var err error
	switch q.verb {
	case "locate":
		err = tb.db.QueryRow(ctx, sqlLocate, lon, lat).Scan(&s)
	case "above":
		err = tb.db.QueryRow(ctx, sqlAbove, lon, lat).Scan(&s)
	case "staff":
		err = tb.db.QueryRow(ctx, sqlStaff, lon, lat).Scan(&s)
	case "near":
		return tb.distances(ctx, sqlNear, lon, lat)
	case "outside":
		s, err = tb.distances(ctx, sqlNearest, lon, lat)
		return "nearest " + s, err
	case "whose":
		err = tb.db.QueryRow(ctx, sqlResponsible+sqlWhose, lon, lat, string(q.kindOf()), string(q.subclass), q.component, q.day).Scan(&s)
	case "passed":
		err = tb.db.QueryRow(ctx, sqlResponsible+sqlPassed, lon, lat, string(q.kindOf()), string(q.subclass), q.component, q.day).Scan(&s)
	}
	return s, err
}

func (tb tables) distances(ctx context.Context, sql string, lon, lat float64) (string, error) {
	rows, err := tb.db.Query(ctx, sql, lon, lat)
	if err != nil {
		return "", err
	}
	near, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (string, error) {
		var code string
		var metres float64
		err := row.Scan(&code, &metres)
		return fmt.Sprintf("%s %.1f m", code, metres), err
	})
	if len(near) == 0 {
		return "none", err
	}
	return strings.Join(near, ", "), err
}

const (
	sqlHere = `
with here as (
    select st_setsrid(st_makepoint($1, $2), 4326) as p
), covering as (
    select a.code, a.geom from area a, here where a.level = 'grid' and st_covers(a.geom, here.p)
), cell as (
    select code from covering order by code collate "C" limit 1
)`

	sqlLocate = sqlHere + `
select 'grid ' || cell.code || case when (select count(*) from covering) > 1 then ' border' else '' end from cell`

	sqlAbove = sqlHere + `
select format('community %s, street %s, district %s', left(cell.code, 12), left(cell.code, 9), left(cell.code, 6))
    || coalesce((select string_agg(', managed ' || m.area, '' order by m.area) from managed_cell m where m.cell = cell.code), '')
from cell`

	sqlStaff = sqlHere + `
select coalesce(string_agg(s.role || ' ' || s.code, ', ' order by s.role), 'none')
from cell left join staff s on s.area in (cell.code, left(cell.code, 12))`

	sqlNear = sqlHere + `
select a.code, st_distance(a.geom::geography, here.p::geography)
from here, cell, area a
where a.level = 'grid' and a.code <> cell.code and st_dwithin(a.geom::geography, here.p::geography, 5)
order by 2, 1`

	sqlNearest = sqlHere + `
select a.code, st_distance(a.geom::geography, here.p::geography)
from here, area a
where a.level = 'grid' and not exists (select from cell)
order by 2, 1 limit 1`

	// $3 kind, $4 subclass, $5 component or '', $6 day. Each candidate is a row whose columns up to unit are its place in the order.
	sqlResponsible = sqlHere + `, asked as (
    select $3::text as kind, $4::text as subclass, '' as maintainer, '' as owner, '' as supervisor where $5::text = ''
    union all
    select 'component', c.subclass, c.dept3_code, c.dept2_code, c.dept1_code
    from component c join component_code a on a.component_id = c.id where a.code = $5
), held as (
    select code, case length(code) when 15 then 1 when 12 then 2 when 9 then 3 when 6 then 5 end as width
    from area where level <> 'managed' and starts_with((select code from cell), code)
    union all
    select area, 4 from managed_cell where cell = (select code from cell)
    union all
    select city.code, 6 from city, cell
), valid as (
    select * from responsibility where daterange(valid_from, valid_to, '[]') @> $6::text::date
), candidate as (
    select 1 as step, 0 as width, '' as area, 0 as breadth, false as common, 0 as duty, maintainer as unit, 'recorded maintainer' as said
    from asked where maintainer <> ''
    union
    select 2, 0, '', 0, false, 0, owner, 'recorded owner' from asked where owner <> ''
    union
    select case v.role when 'territory' then 4 else 3 end, held.width, v.area,
        case v.subject when asked.subclass then 1 when '*' then 3 else 2 end, v.kind = '*',
        array_position('{maintainer,owner,competent,territory}', v.role), v.unit,
        case v.role when 'territory' then 'territory ' else 'rule ' end || v.area
    from valid v join held on held.code = v.area cross join asked
    where v.kind in ('*', asked.kind) and v.subject in ('*', asked.subclass, left(asked.subclass, 2))
), ranked as (
    select *, row_number() over (order by step, width, area collate "C", breadth, common, duty, unit collate "C") as place from candidate
), first as (
    select * from ranked where place = 1
)`

	sqlWhose = `
select coalesce(string_agg(f.unit || ' ' || f.said || case when c.unit <> f.unit then ', competent ' || c.unit else '' end, ''), 'nobody')
from first f left join lateral (
    (select 0 as place, supervisor as unit from asked where supervisor <> '')
    union all select place, unit from ranked where duty = 3
    order by place limit 1
) c on true`

	sqlPassed = `
select coalesce(string_agg(r.unit || ' ' || r.said, ', ' order by r.place), 'none')
from ranked r, first f where r.unit <> f.unit`
)
