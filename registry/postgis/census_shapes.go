package postgis

import (
	"context"

	"github.com/jackc/pgx/v5"

	"citygrid/registry/census"
)

// ChangeShapes are where the rows of a staged batch with these codes stand, and where their components stand now. Conflict as for
// Difference.
func (s *Store) ChangeShapes(ctx context.Context, id census.BatchID, codes []string) (map[string]census.ChangeShape, error) {
	shapes := map[string]census.ChangeShape{}
	err := s.readStaged(ctx, id, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, staged(id, sqlDifferenceShapes), codes)
		if err != nil {
			return err
		}
		var code string
		var shape census.ChangeShape
		_, err = pgx.ForEachRow(rows, []any{&code, &shape.New, &shape.Old}, func() error {
			shapes[code] = shape
			shape = census.ChangeShape{}
			return nil
		})
		return err
	})
	return shapes, interpret("read shapes of changes", err)
}

// MissingShapes are the components of a scope that no row of a staged batch names, by code, at most [census.MaxListed]; none where nothing is
// declared. Conflict as for Difference.
func (s *Store) MissingShapes(ctx context.Context, id census.BatchID, scope census.Scope) (missing []census.MissingShape, err error) {
	err = s.readStaged(ctx, id, func(tx pgx.Tx) error {
		if !scope.Declared() {
			return nil
		}
		grids, subclasses := scopeLists(scope)
		missing, err = collect(ctx, tx, "list what is missing", func(row pgx.CollectableRow) (census.MissingShape, error) {
			var m census.MissingShape
			err := row.Scan(&m.Subclass, &m.Code, &m.Grid, &m.Shape)
			return m, err
		}, staged(id, sqlMissingShapes), grids, subclasses, [16]byte(id), census.MaxListed)
		return err
	})
	return missing, interpret("list what is missing", err)
}

const sqlMissingShapes = `
select c.subclass, c.code, coalesce(c.grid, ''), c.geom from component c
where` + sqlDeclared + ` and` + sqlNotNamed + ` order by c.code limit $4`

const sqlDifferenceShapes = `
select s.code, s.geom, c.geom from import_stage s
left join import_match m on m.row = s.row
left join component c on c.id = m.component_id
where s.code = any($1)`
