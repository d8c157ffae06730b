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

const sqlDifferenceShapes = `
select s.code, s.geom, c.geom from import_stage s
left join component_code a on a.edition = s.edition and a.code = s.code
left join component c on c.id = a.component_id
where s.code = any($1)`
