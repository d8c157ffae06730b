package postgis

import (
	"context"

	"github.com/jackc/pgx/v5"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

// Editions describes every edition in the store: the active one by the city's profile, the others by their whole lists.
func (s *Store) Editions(ctx context.Context) ([]registry.CatalogueSummary, error) {
	return collect(ctx, s.pool, "read editions", pgx.RowToStructByPos[registry.CatalogueSummary], sqlEditions)
}

// SubclassesInUse lists the subclasses of one kind in the city's profile, in code order.
func (s *Store) SubclassesInUse(ctx context.Context, kind catalog.Kind) ([]registry.SubclassInUse, error) {
	return collect(ctx, s.pool, "read subclasses in use", func(row pgx.CollectableRow) (registry.SubclassInUse, error) {
		var u registry.SubclassInUse
		err := row.Scan(&u.Edition, &u.Kind, &u.Class, &u.Code, &u.NameZH, &u.NameEN, &u.Geometry, &u.Accuracy, &u.Source, &u.Confidence,
			&u.ClassNameZH, &u.ClassNameEN, &u.FilingStandards)
		return u, err
	}, sqlSubclassesInUse, kind)
}

// FilingStandards lists the filing standards of the active edition; an empty kind or subclass means all.
func (s *Store) FilingStandards(ctx context.Context, kind catalog.Kind, subclass catalog.SubclassCode) ([]catalog.FilingStandard, error) {
	return collect(ctx, s.pool, "read filing standards", func(row pgx.CollectableRow) (catalog.FilingStandard, error) {
		var f catalog.FilingStandard
		var limit string
		err := row.Scan(&f.ID, &f.Edition, &f.Kind, &f.Subclass, &f.ConditionZH, &f.ConditionEN, &limit, &f.ClosingZH,
			&f.ResponsibleUnitType, &f.Source, &f.Confidence)
		if err != nil {
			return f, err
		}
		f.Limit, err = catalog.ParseLimit(limit)
		return f, err
	}, sqlFilingStandards, kind, subclass)
}

// PutCatalogue stores the published lists. Classes and subclasses that a later release of the lists lacks stay: codes in use refer to
// them.
func (c *Change) PutCatalogue(ctx context.Context, lists *catalog.Catalog) (registry.Diff, error) {
	var editions []editionRow
	var classes []classRow
	var subclasses []subclassRow
	for i, e := range catalog.Editions() {
		editions = append(editions, editionRow{Code: string(e), Title: e.Title(), Ordinal: i + 1})
		for _, k := range catalog.Kinds() {
			for _, cl := range lists.Classes(e, k) {
				classes = append(classes, classRow{string(e), string(k), string(cl.Code), cl.NameZH, cl.NameEN})
			}
			for _, sc := range lists.Subclasses(e, k) {
				subclasses = append(subclasses, subclassRow{
					string(e), string(k), string(sc.Code), string(sc.Class), sc.NameZH, sc.NameEN,
					string(sc.Geometry), string(sc.Accuracy), sc.Source, sc.Confidence,
				})
			}
		}
	}
	var crosswalk []crosswalkRow
	for i, x := range lists.Crosswalks() {
		crosswalk = append(crosswalk, crosswalkRow{
			i + 1, string(x.Kind), string(x.Code2007), string(x.Code2013), string(x.Code2026), x.Name2026ZH, string(x.Relation), x.Note, x.Confidence,
		})
	}
	var all registry.Diff
	for _, step := range []struct {
		op, sql string
		rows    any
	}{
		{"put editions", sqlEditionsPut, editions},
		{"put classes", sqlClassesPut, classes},
		{"put subclasses", sqlSubclassesPut, subclasses},
		{"put crosswalk", sqlCrosswalkPut, crosswalk},
	} {
		d, err := c.sync(ctx, step.op, registry.CollectionCatalogue, step.sql, step.rows)
		if err != nil {
			return all, err
		}
		all.Added = append(all.Added, d.Added...)
		all.Updated = append(all.Updated, d.Updated...)
		all.Removed = append(all.Removed, d.Removed...)
	}
	return all, nil
}

// PutFilingStandards makes the filing standards those given; superseded texts stay in the version table.
func (c *Change) PutFilingStandards(ctx context.Context, standards []registry.CityStandard) (registry.Diff, error) {
	rows := make([]standardRow, len(standards))
	for i, f := range standards {
		rows[i] = standardRow{
			f.ID, string(f.Edition), string(f.Kind), string(f.Subclass), f.ConditionZH, f.ConditionEN, f.Limit.String(), f.Limit.Value,
			string(f.Limit.Unit), f.ClosingZH, string(f.ResponsibleUnitType), f.Source, f.Confidence, f.City,
		}
	}
	return c.sync(ctx, "put filing standards", registry.CollectionCatalogue, sqlFilingStandardsPut, rows, c.id)
}

// PutSubclassesInUse makes the city's profile of its active edition the subclasses given.
func (c *Change) PutSubclassesInUse(ctx context.Context, e catalog.Edition, inUse map[catalog.Kind][]catalog.SubclassCode) (registry.Diff, error) {
	var kinds, codes []string
	for _, k := range catalog.Kinds() {
		for _, code := range inUse[k] {
			kinds, codes = append(kinds, string(k)), append(codes, string(code))
		}
	}
	return c.sync(ctx, "put subclasses in use", registry.CollectionCatalogue, sqlSubclassesInUsePut, e, kinds, codes, c.id)
}

// The rows as jsonb_populate_recordset reads them: member names are column names.
type (
	editionRow struct {
		Code    string `json:"code"`
		Title   string `json:"title"`
		Ordinal int    `json:"ordinal"`
	}
	classRow struct {
		Edition string `json:"edition"`
		Kind    string `json:"kind"`
		Code    string `json:"code"`
		NameZH  string `json:"name_zh"`
		NameEN  string `json:"name_en"`
	}
	subclassRow struct {
		Edition    string `json:"edition"`
		Kind       string `json:"kind"`
		Code       string `json:"code"`
		Class      string `json:"class"`
		NameZH     string `json:"name_zh"`
		NameEN     string `json:"name_en"`
		Geometry   string `json:"geometry"`
		Accuracy   string `json:"accuracy"`
		Source     string `json:"source"`
		Confidence string `json:"confidence"`
	}
	crosswalkRow struct {
		Ordinal    int    `json:"ordinal"`
		Kind       string `json:"kind"`
		Code2007   string `json:"code_2007"`
		Code2013   string `json:"code_2013"`
		Code2026   string `json:"code_2026"`
		Name2026ZH string `json:"name_2026_zh"`
		Relation   string `json:"relation"`
		Note       string `json:"note"`
		Confidence string `json:"confidence"`
	}
	standardRow struct {
		ID                  string `json:"id"`
		Edition             string `json:"edition"`
		Kind                string `json:"kind"`
		Subclass            string `json:"subclass"`
		ConditionZH         string `json:"condition_zh"`
		ConditionEN         string `json:"condition_en"`
		LimitText           string `json:"limit_text"`
		LimitValue          int    `json:"limit_value"`
		LimitUnit           string `json:"limit_unit"`
		ClosingZH           string `json:"closing_zh"`
		ResponsibleUnitType string `json:"responsible_unit_type"`
		Source              string `json:"source"`
		Confidence          string `json:"confidence"`
		City                bool   `json:"city"`
	}
)

const (
	sqlEditions = `
select e.code, coalesce(city.edition = e.code, false),
    count(distinct s.class) filter (where s.kind = 'component'), count(*) filter (where s.kind = 'component'),
    count(distinct s.class) filter (where s.kind = 'event'), count(*) filter (where s.kind = 'event'),
    (select count(*) from filing_standard f where f.edition = e.code)
from edition e
    left join city on true
    join subclass s on s.edition = e.code
where city.edition is distinct from e.code
    or exists (select from city_subclass u where (u.edition, u.kind, u.subclass) = (s.edition, s.kind, s.code))
group by e.code, e.ordinal, city.edition
order by e.ordinal`

	sqlSubclassesInUse = `
select s.edition, s.kind, s.class, s.code, s.name_zh, s.name_en, s.geometry, s.accuracy, s.source, s.confidence,
    c.name_zh, c.name_en,
    (select count(*) from filing_standard f where (f.edition, f.kind, f.subclass) = (s.edition, s.kind, s.code))
from city_subclass u
    join city on city.edition = u.edition
    join subclass s on (s.edition, s.kind, s.code) = (u.edition, u.kind, u.subclass)
    join class c on (c.edition, c.kind, c.code) = (s.edition, s.kind, s.class)
where u.kind = $1
order by s.code`

	sqlFilingStandards = `
select f.id, f.edition, f.kind, f.subclass, f.condition_zh, f.condition_en, f.limit_text, f.closing_zh,
    f.responsible_unit_type, f.source, f.confidence
from filing_standard f join city on city.edition = f.edition
where ($1 = '' or f.kind = $1) and ($2 = '' or f.subclass = $2)
order by f.kind, f.subclass, f.id`

	sqlEditionsPut = `
with put as (
    insert into edition select code, title, ordinal from jsonb_populate_recordset(null::edition, $1)
    on conflict (code) do update set title = excluded.title, ordinal = excluded.ordinal
    where (edition.title, edition.ordinal) is distinct from (excluded.title, excluded.ordinal)
    returning code, xmax = 0 as fresh
)
select case when fresh then 'added' else 'updated' end, code from put order by 2`

	sqlClassesPut = `
with put as (
    insert into class select edition, kind, code, name_zh, name_en from jsonb_populate_recordset(null::class, $1)
    on conflict (edition, kind, code) do update set name_zh = excluded.name_zh, name_en = excluded.name_en
    where (class.name_zh, class.name_en) is distinct from (excluded.name_zh, excluded.name_en)
    returning concat_ws('/', edition, kind, code) as code, xmax = 0 as fresh
)
select case when fresh then 'added' else 'updated' end, code from put order by 2`

	sqlSubclassesPut = `
with put as (
    insert into subclass select edition, kind, code, class, name_zh, name_en, geometry, accuracy, source, confidence
    from jsonb_populate_recordset(null::subclass, $1)
    on conflict (edition, kind, code) do update
    set class = excluded.class, name_zh = excluded.name_zh, name_en = excluded.name_en, geometry = excluded.geometry,
        accuracy = excluded.accuracy, source = excluded.source, confidence = excluded.confidence
    where (subclass.class, subclass.name_zh, subclass.name_en, subclass.geometry, subclass.accuracy, subclass.source, subclass.confidence)
        is distinct from (excluded.class, excluded.name_zh, excluded.name_en, excluded.geometry, excluded.accuracy,
            excluded.source, excluded.confidence)
    returning concat_ws('/', edition, kind, code) as code, xmax = 0 as fresh
)
select case when fresh then 'added' else 'updated' end, code from put order by 2`

	sqlCrosswalkPut = `
with put as (
    insert into crosswalk select ordinal, kind, code_2007, code_2013, code_2026, name_2026_zh, relation, note, confidence
    from jsonb_populate_recordset(null::crosswalk, $1)
    on conflict (ordinal) do update
    set kind = excluded.kind, code_2007 = excluded.code_2007, code_2013 = excluded.code_2013, code_2026 = excluded.code_2026,
        name_2026_zh = excluded.name_2026_zh, relation = excluded.relation, note = excluded.note, confidence = excluded.confidence
    where crosswalk is distinct from excluded
    returning ordinal, xmax = 0 as fresh
), removed as (
    delete from crosswalk x
    where not exists (select from jsonb_populate_recordset(null::crosswalk, $1) i where i.ordinal = x.ordinal)
    returning ordinal
)
select case when fresh then 'added' else 'updated' end, ordinal::text from put
union all select 'removed', ordinal::text from removed`

	sqlFilingStandardsPut = `
with incoming as (
    select * from jsonb_populate_recordset(null::filing_standard, $1)
), removed as (
    delete from filing_standard f where not exists (select from incoming i where i.id = f.id) returning f.*
), updated as (
    update filing_standard f
    set edition = i.edition, kind = i.kind, subclass = i.subclass, condition_zh = i.condition_zh, condition_en = i.condition_en,
        limit_text = i.limit_text, limit_value = i.limit_value, limit_unit = i.limit_unit, closing_zh = i.closing_zh,
        responsible_unit_type = i.responsible_unit_type, source = i.source, confidence = i.confidence, city = i.city,
        change_id = $2
    from incoming i join filing_standard old on old.id = i.id
    where f.id = i.id
        and (f.edition, f.kind, f.subclass, f.condition_zh, f.condition_en, f.limit_text, f.limit_value, f.limit_unit,
                f.closing_zh, f.responsible_unit_type, f.source, f.confidence, f.city)
            is distinct from (i.edition, i.kind, i.subclass, i.condition_zh, i.condition_en, i.limit_text, i.limit_value,
                i.limit_unit, i.closing_zh, i.responsible_unit_type, i.source, i.confidence, i.city)
    returning old.*
), added as (
    insert into filing_standard (id, edition, kind, subclass, condition_zh, condition_en, limit_text, limit_value, limit_unit,
        closing_zh, responsible_unit_type, source, confidence, city, change_id)
    select id, edition, kind, subclass, condition_zh, condition_en, limit_text, limit_value, limit_unit,
        closing_zh, responsible_unit_type, source, confidence, city, $2
    from incoming i where not exists (select from filing_standard f where f.id = i.id)
    returning id
), superseded as (
    insert into filing_standard_version (id, edition, kind, subclass, condition_zh, condition_en, limit_text, limit_value, limit_unit,
        closing_zh, responsible_unit_type, source, confidence, city, change_id, superseded_by)
    select id, edition, kind, subclass, condition_zh, condition_en, limit_text, limit_value, limit_unit,
        closing_zh, responsible_unit_type, source, confidence, city, change_id, $2
    from (select * from removed union all select * from updated) old
)
select 'removed' as what, id from removed
union all select 'updated', id from updated
union all select 'added', id from added
order by 2`

	sqlSubclassesInUsePut = `
with incoming as (
    select $1::text as edition, kind, subclass from unnest($2::text[], $3::text[]) as i (kind, subclass)
), removed as (
    delete from city_subclass s
    where not exists (select from incoming i where (i.edition, i.kind, i.subclass) = (s.edition, s.kind, s.subclass))
    returning kind, subclass
), added as (
    insert into city_subclass (edition, kind, subclass, change_id)
    select edition, kind, subclass, $4 from incoming i
    where not exists (select from city_subclass s where (i.edition, i.kind, i.subclass) = (s.edition, s.kind, s.subclass))
    returning kind, subclass
)
select 'removed' as what, kind || '/' || subclass from removed
union all select 'added', kind || '/' || subclass from added
order by 2`
)
