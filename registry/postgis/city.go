package postgis

import (
	"context"
	"slices"

	"citygrid/registry"
)

// City returns the one city, NotFound while no profile was applied.
func (s *Store) City(ctx context.Context, scope registry.Scope) (registry.City, error) {
	if scope.Empty() {
		return registry.City{}, hidden()
	}
	return city(ctx, s.pool)
}

func city(ctx context.Context, q querier) (registry.City, error) {
	var c registry.City
	var extent, centre []float64
	err := q.QueryRow(ctx, sqlCity).Scan(&c.Code, &c.Name, &c.NameEN, &c.Edition, &c.Synthetic, &c.Notice, &c.NoticeEN, &extent, &centre)
	if err != nil {
		return registry.City{}, interpret("read the city", err)
	}
	copy(c.Extent[:], extent)
	copy(c.Centre[:], centre)
	return c, nil
}

// PutCity makes c the city.
func (c *Change) PutCity(ctx context.Context, city registry.City) (registry.Diff, error) {
	return c.sync(ctx, "put the city", registry.CollectionCity, sqlCityPut,
		city.Code, city.Name, city.NameEN, city.Edition, city.Synthetic, city.Notice, city.NoticeEN,
		slices.Clone(city.Extent[:]), slices.Clone(city.Centre[:]), c.id)
}

// hidden is the answer to a scope that sees nothing: the same as for what does not exist.
func hidden() error {
	return registry.NewError(registry.NotFound, "not_found", "没有这条记录", "there is no such record")
}

const (
	sqlCity = `select code, name, name_en, edition, synthetic, notice, notice_en, extent, centre from city`

	sqlCityPut = `
with put as (
    insert into city (code, name, name_en, edition, synthetic, notice, notice_en, extent, centre, change_id)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    on conflict (only_row) do update
    set code = excluded.code, name = excluded.name, name_en = excluded.name_en, edition = excluded.edition,
        synthetic = excluded.synthetic, notice = excluded.notice, notice_en = excluded.notice_en,
        extent = excluded.extent, centre = excluded.centre, change_id = excluded.change_id
    where (city.code, city.name, city.name_en, city.edition, city.synthetic, city.notice, city.notice_en, city.extent, city.centre)
        is distinct from (excluded.code, excluded.name, excluded.name_en, excluded.edition, excluded.synthetic,
            excluded.notice, excluded.notice_en, excluded.extent, excluded.centre)
    returning code, xmax = 0 as fresh
)
select case when fresh then 'added' else 'updated' end, code from put`
)
