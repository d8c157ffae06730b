package postgis

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
)

// What a staged batch would change. Everything is compared in the database, on the staging table, by the rules of promotion: what promotion
// leaves unwritten is unchanged here.

// Difference compares a staged batch with the components as they are now, all as of one moment. Conflict when the batch is not staged (any
// more). Without a declared scope nothing is missing and nothing renumbered.
func (s *Store) Difference(ctx context.Context, id census.BatchID, scope census.Scope) (census.Difference, error) {
	var d census.Difference
	err := s.readStaged(ctx, id, func(tx pgx.Tx) error {
		if err := differenceTotals(ctx, tx, id, &d); err != nil || !scope.Declared() {
			return err
		}
		return differenceMissing(ctx, tx, id, scope, &d)
	})
	return d, interpret("compare batch", err)
}

// Changes are the rows after a line that promotion would write, by line, at most limit of them and never more than
// [census.MaxChanges]. Conflict as for Difference.
func (s *Store) Changes(ctx context.Context, id census.BatchID, after int64, limit int) ([]census.Change, error) {
	var page []census.Change
	limit = min(max(limit, 1), census.MaxChanges)
	err := s.readStaged(ctx, id, func(tx pgx.Tx) (err error) {
		page, err = collect(ctx, tx, "list changes", scanChange, staged(id, sqlDifferenceChanges), after, limit)
		return err
	})
	return page, interpret("list changes", err)
}

// EachChange shows all of them to see, by line, until it returns an error, which is then that of EachChange. Conflict as for Difference.
func (s *Store) EachChange(ctx context.Context, id census.BatchID, see func(census.Change) error) error {
	err := s.readStaged(ctx, id, func(tx pgx.Tx) (failed error) {
		stream(ctx, tx, func(c census.Change, err error) bool {
			if failed = err; err == nil {
				failed = see(c)
			}
			return failed == nil
		}, "list changes", scanChange, staged(id, sqlDifferenceChanges), 0, census.MaxRows)
		return failed
	})
	return interpret("list changes", err)
}

func scanChange(row pgx.CollectableRow) (c census.Change, err error) {
	err = row.Scan(&c.Line, &c.Code, &c.Kind, &c.Columns, &c.Metres)
	return c, err
}

// readStaged reads from a batch that is staged and complete, matched with the components as they are now.
func (s *Store) readStaged(ctx context.Context, id census.BatchID, read func(pgx.Tx) error) error {
	const tries = 3 // components may change again and again
	var fresh bool
	var err error
	for range tries {
		if err = s.rematchStaged(ctx, id); err != nil {
			break
		}
		options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
		err = pgx.BeginTxFunc(ctx, s.imports, options, func(tx pgx.Tx) error {
			var rows, good int64
			err := tx.QueryRow(ctx, staged(id, sqlDifferenceReady), [16]byte(id)).Scan(&good, &rows, &fresh)
			switch {
			case err != nil || !fresh:
				return err
			case rows != good:
				return batchLost()
			}
			if _, err := tx.Exec(ctx, sqlDifferencePlan); err != nil {
				return err
			}
			return read(tx)
		})
		if err != nil || fresh {
			break
		}
	}
	if err == nil && !fresh {
		return registry.NewError(registry.Conflict, registry.CodeBusy,
			"库中部件正在不断更新，暂时无法比较；请稍后再试", "components keep changing and nothing can be compared with them: try again later")
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "42P01" { // undefined_table: it was promoted or given up meanwhile
		return notStaged("")
	}
	return err
}

// rematchStaged brings a batch that is staged to the components as they are now.
func (s *Store) rematchStaged(ctx context.Context, id census.BatchID) error {
	return pgx.BeginFunc(ctx, s.imports, func(tx pgx.Tx) error {
		var state census.State
		var fresh bool
		err := tx.QueryRow(ctx, sqlDifferenceState, [16]byte(id)).Scan(&state, &fresh)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return noBatch(id)
		case err != nil:
			return err
		case state != census.Staged:
			return notStaged(state)
		case fresh:
			return nil
		}
		// Whoever was before may have done it.
		if err := tx.QueryRow(ctx, sqlDifferenceLock, [16]byte(id)).Scan(&state); err != nil {
			return err
		}
		if state != census.Staged {
			return notStaged(state)
		}
		return rematchStale(ctx, tx, id)
	})
}

func notStaged(state census.State) error {
	return registry.NewError(registry.Conflict, "batch_not_staged",
		fmt.Sprintf("批次已不在待入库状态（%s），无法比较；请重新提交该文件", state),
		fmt.Sprintf("the batch is not staged any more (%s), so there is nothing to compare: send the file again", state))
}

func differenceTotals(ctx context.Context, tx pgx.Tx, id census.BatchID, d *census.Difference) error {
	rows, err := tx.Query(ctx, staged(id, sqlDifferenceTotals), census.MaxColumnTotals)
	if err != nil {
		return err
	}
	var kind, name string
	var n [5]int64
	_, err = pgx.ForEachRow(rows, []any{&kind, &name, &n[0], &n[1], &n[2], &n[3], &n[4]}, func() error {
		if kind == "" {
			d.Columns = append(d.Columns, census.ColumnTotal{
				Column: name, Rows: n[0], Format: n[1], Cleared: n[2], Only: n[3], OnlyFormat: n[4],
			})
			return nil
		}
		d.Kinds = append(d.Kinds, census.KindTotal{
			Subclass: catalog.SubclassCode(name), Kind: census.ChangeKind(kind), Count: n[0],
		})
		return nil
	})
	return err
}

func differenceMissing(ctx context.Context, tx pgx.Tx, id census.BatchID, scope census.Scope, d *census.Difference) error {
	grids, subclasses := scopeLists(scope)
	rows, err := tx.Query(ctx, staged(id, sqlDifferenceMissing), grids, subclasses, [16]byte(id), census.MaxListed)
	if err != nil {
		return err
	}
	var kind census.ChangeKind
	var subclass catalog.SubclassCode
	var code, other string
	var line, count int64
	var metres float64
	_, err = pgx.ForEachRow(rows, []any{&kind, &subclass, &code, &other, &line, &metres, &count}, func() error {
		switch {
		case count > 0:
			d.Kinds = append(d.Kinds, census.KindTotal{Subclass: subclass, Kind: kind, Count: count})
		case kind == census.ChangeMissing:
			d.Missing = append(d.Missing, census.MissingComponent{Subclass: subclass, Code: code, Grid: other})
		default:
			d.Renumbered = append(d.Renumbered, census.Renumbering{Subclass: subclass, Line: line, New: code, Old: other, Metres: metres})
		}
		return nil
	})
	return err
}

// around is what stands round a text without meaning anything: space and punctuation.
const around = " \t\r\n\u00a0\u3000" + `,;:!'"()[]<>_/\|~。，、；：！“”‘’（）《》【】—…·`

const (
	sqlDifferenceState = `
select b.state, coalesce(b.components_revision = k.revision, false) from import_batch b, collection k where b.id = $1 and k.name = 'components'`

	sqlDifferenceLock = `select state from import_batch where id = $1 for update`

	sqlDifferenceReady = `
select b.rows_good, (select count(*) from import_stage), coalesce(b.components_revision = k.revision, false)
from import_batch b, collection k where b.id = $1 and k.name = 'components'`

	// How many rows a comparison leaves cannot be estimated, and loops over two long lists would take hours.
	sqlDifferencePlan = `select set_config('enable_nestloop', 'off', true)`

	// As in sqlPromoteUpdate.
	sqlDiffers = ` (
        c.name, c.dept1_code, c.dept1_name, c.dept2_code, c.dept2_name, c.dept3_code, c.dept3_name, c.grid, c.grids_also,
        c.stated_grid, c.state, c.first_surveyed, c.changed_on, c.data_source, c.note, c.extra, c.geom::bytea
    ) is distinct from (
        case when c.edition = s.edition then s.name else c.name end,
        s.dept1_code, s.dept1_name, s.dept2_code, s.dept2_name, s.dept3_code, s.dept3_name, s.grid, s.grids_also, s.stated_grid,
        s.state, s.first_surveyed, s.changed_on, s.data_source, s.note, s.extra, s.geom::bytea
    )`

	// How far shapes are apart, in metres: between points on the spheroid; else from vertices to edges, in degrees stretched to metres at
	// their latitude; between centres where comparing each vertex with each edge would take seconds.
	sqlDifferenceMetres = ` (case
        when geometrytype(c.geom) = 'POINT' and geometrytype(s.geom) = 'POINT'
            then st_distance(st_force2d(c.geom)::geography, st_force2d(s.geom)::geography)
        when st_npoints(c.geom)::bigint * st_npoints(s.geom) > 4000000
            then st_distance(st_centroid(c.geom)::geography, st_centroid(s.geom)::geography)
        else (
            select st_hausdorffdistance(st_scale(st_force2d(c.geom), k.x, k.y), st_scale(st_force2d(s.geom), k.x, k.y))
            from (select radians(st_ymin(c.geom)) as phi) l
            cross join lateral (select 111415 * cos(l.phi) - 94.5 * cos(3 * l.phi) as x, 111132.9 - 559.8 * cos(2 * l.phi) as y) k
        )
    end)`

	// The columns in which row s and component c differ, none for equal ones. Texts are alike but for their format when they are equal
	// without case (of ASCII: the database's locale must not decide), and without space and punctuation round them; what a number may begin with
	// stays.
	sqlDifferenceColumns = ` (
    select w.n, w.col, left(w.old, 100) as old, left(w.new, 100) as new, w.metres, w.derived,
        w.old <> '' and w.new = '' as cleared,
        coalesce(w.format, w.metres <= 0.001, w.old <> '' and w.new <> '' and (
            select count(distinct lower(ltrim(rtrim(t, $q$` + around + `.-$q$), $q$` + around + `$q$))) = 1
            from unnest(array[w.old, w.new]) as t)
        ) as format
    from (
        select v.n, v.col, v.old collate "C" as old, v.new collate "C" as new, v.format, v.differs, v.metres, v.derived from (values
            (1, 'ObjName', c.name, case when c.edition = s.edition then s.name else c.name end, null::bool, null::bool, null::float8, false),
            (2, 'DeptCode1', c.dept1_code, s.dept1_code, false, null, null, false),
            (3, 'DeptName1', c.dept1_name, s.dept1_name, null, null, null, false),
            (4, 'DeptCode2', c.dept2_code, s.dept2_code, false, null, null, false),
            (5, 'DeptName2', c.dept2_name, s.dept2_name, null, null, null, false),
            (6, 'DeptCode3', c.dept3_code, s.dept3_code, false, null, null, false),
            (7, 'DeptName3', c.dept3_name, s.dept3_name, null, null, null, false),
            (8, 'BGID', c.stated_grid, s.stated_grid, null, null, null, false),
            (9, 'ObjState', c.state, s.state, false, null, null, false),
            (10, 'ORDate', coalesce(c.first_surveyed::text, ''), coalesce(s.first_surveyed::text, ''), false, null, null, false),
            (11, 'CHDate', coalesce(c.changed_on::text, ''), coalesce(s.changed_on::text, ''), false, null, null, false),
            (12, 'DataSource', c.data_source, s.data_source, null, null, null, false),
            (13, 'Note', c.note, s.note, null, null, null, false),
            (14, 'extra', '', '', true, c.extra is distinct from s.extra and coalesce(c.extra, '{}') = coalesce(s.extra, '{}'), null, false)
        ) v (n, col, old, new, format, differs, metres, derived)
        union all
        (
            select 15, 'extra.' || left(key, 200), coalesce(o.value #>> '{}', '') collate "C", coalesce(i.value #>> '{}', '') collate "C",
                null, true, null, false
            from jsonb_each(c.extra) o full join jsonb_each(s.extra) i using (key)
            where o.value is distinct from i.value order by key limit 256
        )
        union all
        select v.n, v.col, v.old collate "C", v.new collate "C", v.format, v.differs, v.metres, v.derived
        from (select c.geom::bytea is distinct from s.geom::bytea as moved) m
        cross join lateral (values
            (17, 'grid', coalesce(c.grid, ''), coalesce(s.grid, ''), false, c.grid is distinct from s.grid, null::float8, m.moved),
            (18, 'grids_also', array_to_string(c.grids_also, ' '), array_to_string(s.grids_also, ' '), false,
                c.grids_also is distinct from s.grids_also, null, m.moved)
        ) v (n, col, old, new, format, differs, metres, derived)
        union all
        select v.n, v.col, v.old collate "C", v.new collate "C", v.format, v.differs, v.metres, false
        from (
            select case when st_ndims(c.geom) > 2 then st_zmin(c.geom) end as old_low, case when st_ndims(c.geom) > 2 then st_zmax(c.geom) end as old_high,
                case when st_ndims(s.geom) > 2 then st_zmin(s.geom) end as new_low, case when st_ndims(s.geom) > 2 then st_zmax(s.geom) end as new_high,
                st_force2d(c.geom)::bytea <> st_force2d(s.geom)::bytea as placed, st_dimension(c.geom) = st_dimension(s.geom) as alike
        ) z
        cross join lateral (values
            (16, 'height', concat_ws('–', z.old_low, nullif(z.old_high, z.old_low)), concat_ws('–', z.new_low, nullif(z.new_high, z.new_low)),
                coalesce(abs(z.old_low - z.new_low) <= 0.001 and abs(z.old_high - z.new_high) <= 0.001 and z.old_low = z.old_high and z.new_low = z.new_high, false),
                not z.placed or (z.old_low, z.old_high) is distinct from (z.new_low, z.new_high), null::float8),
            (19, 'geometry',
                case when geometrytype(c.geom) = 'POINT' then st_x(c.geom) || ' ' || st_y(c.geom) else format('%s, %s', geometrytype(c.geom), st_npoints(c.geom)) end,
                case when geometrytype(s.geom) = 'POINT' then st_x(s.geom) || ' ' || st_y(s.geom) else format('%s, %s', geometrytype(s.geom), st_npoints(s.geom)) end,
                case when not z.alike then false end, z.placed, case when z.placed then` + sqlDifferenceMetres + ` end)
        ) v (n, col, old, new, format, differs, metres)
        where c.geom::bytea is distinct from s.geom::bytea
    ) w
    where coalesce(w.differs, w.old is distinct from w.new)
)`

	sqlDifferenceKind = `
    case when bool_or(v.col = 'geometry' and not v.format) then 'moved'
        when bool_and(v.format) filter (where not v.derived) then 'format_only' else 'updated' end`

	sqlDifferenceTotals = `
with compared as materialized (
    select s.row, s.subclass, v.col, v.format, v.cleared, v.derived
    from import_match m
    join import_stage s on s.row = m.row
    join component c on c.id = m.component_id
    cross join lateral` + sqlDifferenceColumns + ` v
    where not m.same and` + sqlDiffers + `
), judged as materialized (
    select v.row, v.subclass,` + sqlDifferenceKind + ` as kind, count(*) filter (where not v.derived) as columns
    from compared v group by v.row, v.subclass
), kinds as (
    select s.subclass, case when m.change_id is null then 'created' else 'unchanged' end as kind, count(*) as n
    from import_stage s left join import_match m on m.row = s.row
    where not exists (select from judged j where j.row = s.row) group by 1, 2
    union all
    select subclass, kind, count(*) from judged group by 1, 2
), columns as (
    select v.col, count(*) as n, count(*) filter (where v.format) as format, count(*) filter (where v.cleared) as cleared,
        count(*) filter (where j.columns = 1) as alone, count(*) filter (where j.columns = 1 and v.format) as alone_format
    from compared v join judged j using (row) where not v.derived
    group by v.col order by n desc, v.col limit $1
)
(select kind, subclass, n, 0::bigint, 0::bigint, 0::bigint, 0::bigint from kinds order by subclass, kind)
union all
(select '', col, n, format, cleared, alone, alone_format from columns order by n desc, col)`

	// The page first: what is not on it is not looked at closely.
	sqlDifferenceChanges = `
with page as materialized (
    select s.row, s.code, c.id
    from import_stage s
    left join import_match m on m.row = s.row
    left join component c on c.id = m.component_id
    where s.row > $1 and not coalesce(m.same, false) and (c.id is null or` + sqlDiffers + `)
    order by s.row limit $2
)
select p.row, p.code, case when p.id is null then 'created' else d.kind end, coalesce(d.columns, '[]'), coalesce(d.metres, 0)
from page p
join import_stage s on s.row = p.row
left join component c on c.id = p.id
left join lateral (
    select` + sqlDifferenceKind + ` as kind, max(v.metres) as metres, jsonb_agg(jsonb_build_object(
        'column', v.col, 'old', v.old, 'new', v.new, 'format', v.format, 'cleared', v.cleared) order by v.n, v.col) as columns
    from` + sqlDifferenceColumns + ` v
) d on c.id is not null
order by p.row`

	// Candidates for a new number meet in squares of 0.0005 degrees, wider than the widest tolerance, and in those beside: each side is hashed
	// once. A new row is proposed for the missing component that is nearest, and that for the nearest of the rows proposed for it.
	sqlDifferenceMissing = `
with missing as materialized (
    select c.id, c.edition, c.subclass, c.code, c.grid, st_centroid(c.geom) as p
    from component c
    where` + sqlDeclared + ` and` + sqlNotNamed + `
), created as materialized (
    select s.row, s.edition, s.subclass, s.code, st_centroid(s.geom) as p
    from import_stage s
    where exists (select from missing) and not exists (select from import_match m where m.row = s.row)
), candidate as (
    select n.row, m.subclass, n.code as new, m.code as old, st_distance(n.p::geography, m.p::geography) as metres,
        case k.accuracy when 'C' then 10 when 'B' then 1 else 0.5 end as tolerance
    from missing m
    cross join generate_series(-1, 1) as dx cross join generate_series(-1, 1) as dy
    join created n on n.edition = m.edition and n.subclass = m.subclass
        and floor(st_x(n.p) / 0.0005)::int = floor(st_x(m.p) / 0.0005)::int + dx and floor(st_y(n.p) / 0.0005)::int = floor(st_y(m.p) / 0.0005)::int + dy
    join subclass k on k.edition = m.edition and k.kind = 'component' and k.code = m.subclass
), nearest as (
    select distinct on (new) * from candidate where metres <= tolerance order by new, metres, old
), pair as materialized (
    select distinct on (old) * from nearest order by old, metres, new
)
select 'missing', subclass, '', '', 0::bigint, 0::float8, count(*) from missing group by subclass
union all
select 'renumbered', subclass, '', '', 0, 0, count(*) from pair group by subclass
union all
(select 'missing', subclass, code, coalesce(grid, ''), 0, 0, 0 from missing order by code limit $4)
union all
(select 'renumbered', subclass, new, old, row, metres, 0 from pair order by new limit $4)`
)
