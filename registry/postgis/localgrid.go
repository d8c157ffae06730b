package postgis

import (
	"context"

	"github.com/jackc/pgx/v5"

	"citygrid/geo/crs"
	"citygrid/registry"
	"citygrid/registry/census"
)

// Grids are the coordinate systems of the city's own, by name. Their parameters are for conversions alone: nothing of them belongs into an answer or a log.
func (s *Store) Grids(ctx context.Context) ([]crs.Grid, error) {
	stored, err := s.StoredGrids(ctx)
	var all []crs.Grid
	for _, g := range stored {
		all = append(all, g.Grid)
	}
	return all, err
}

// StoredGrids are the same, with who stored them and when.
func (s *Store) StoredGrids(ctx context.Context) ([]census.StoredGrid, error) {
	return collect(ctx, s.pool, "list grids", scanGrid, sqlGrids)
}

// PutGrid stores a grid, in place of one of its name, which it reports. What was imported by that stays where it is.
func (s *Store) PutGrid(ctx context.Context, g census.StoredGrid) (replaced bool, err error) {
	err = s.pool.QueryRow(ctx, sqlGridPut, g.Name, g.Zone.Number(), g.East, g.North, g.Rotation, g.Scale, g.Actor, g.StoredAt).Scan(&replaced)
	return replaced, interpret("store grid", err)
}

// RemoveGrid forgets a grid. NotFound when there is none of the name.
func (s *Store) RemoveGrid(ctx context.Context, name string) error {
	tag, err := s.pool.Exec(ctx, sqlGridRemove, name)
	if err == nil && tag.RowsAffected() == 0 {
		return registry.NewError(registry.NotFound, "no_grid", "没有登记这个地方坐标系："+name, "no grid of this name is stored: "+name)
	}
	return interpret("remove grid", err)
}

func scanGrid(row pgx.CollectableRow) (census.StoredGrid, error) {
	var g census.StoredGrid
	err := row.Scan(&g.Name, &g.Zone, &g.East, &g.North, &g.Rotation, &g.Scale, &g.Actor, &g.StoredAt)
	g.StoredAt = g.StoredAt.UTC()
	return g, err
}

const (
	sqlGrids   = `select name, zone, east, north, rotation, scale, actor, stored_at from local_grid order by name`
	sqlGridPut = `
insert into local_grid (name, zone, east, north, rotation, scale, actor, stored_at) values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (name) do update set zone = excluded.zone, east = excluded.east, north = excluded.north, rotation = excluded.rotation, scale = excluded.scale,
    actor = excluded.actor, stored_at = excluded.stored_at
returning xmax <> 0`
	sqlGridRemove = `delete from local_grid where name = $1`
)
