package postgis

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"citygrid/registry"
	"citygrid/registry/census"
)

// Crew is what is remembered of a survey crew. NotFound when nothing is.
func (s *Store) Crew(ctx context.Context, name string) (census.Crew, error) {
	rows, err := s.pool.Query(ctx, sqlCrew, name)
	if err != nil {
		return census.Crew{}, interpret("read crew", err)
	}
	c, err := pgx.CollectOneRow(rows, scanCrew)
	if errors.Is(err, pgx.ErrNoRows) {
		return census.Crew{}, noCrew(name, "")
	}
	return c, interpret("read crew", err)
}

// Crews are all of which anything is remembered, by name.
func (s *Store) Crews(ctx context.Context) ([]census.Crew, error) {
	return collect(ctx, s.pool, "list crews", scanCrew, sqlCrews)
}

// RememberCrew adds to what is remembered of a crew, in place of what was said before.
func (s *Store) RememberCrew(ctx context.Context, name string, said map[string]census.Said, at time.Time) error {
	if len(said) == 0 {
		return nil
	}
	_, err := s.pool.Exec(ctx, sqlCrewRemember, name, said, at)
	return interpret("remember crew", err)
}

// ForgetCrew forgets one thing that was said about a crew's files, or with an empty key all of it. NotFound when it was never said.
func (s *Store) ForgetCrew(ctx context.Context, name, key string, at time.Time) error {
	sql, args := sqlCrewForget, []any{name}
	if key != "" {
		sql, args = sqlCrewForgetKey, []any{name, key, at}
	}
	tag, err := s.pool.Exec(ctx, sql, args...)
	if err == nil && tag.RowsAffected() == 0 {
		return noCrew(name, key)
	}
	return interpret("forget crew", err)
}

func noCrew(name, key string) error {
	if key != "" {
		name += ": " + key
	}
	return registry.NewError(registry.NotFound, "no_crew", "没有记住这一项："+name, "nothing of this is remembered: "+name)
}

func scanCrew(row pgx.CollectableRow) (census.Crew, error) {
	var c census.Crew
	err := row.Scan(&c.Name, &c.Said, &c.UpdatedAt)
	c.UpdatedAt = c.UpdatedAt.UTC()
	return c, err
}

const (
	sqlCrew  = `select name, said, updated_at from crew_profile where name = $1`
	sqlCrews = `select name, said, updated_at from crew_profile order by name`

	sqlCrewRemember = `
insert into crew_profile (name, said, updated_at) values ($1, $2, $3)
on conflict (name) do update set said = crew_profile.said || excluded.said, updated_at = excluded.updated_at`

	sqlCrewForget    = `delete from crew_profile where name = $1`
	sqlCrewForgetKey = `update crew_profile set said = said - $2::text, updated_at = $3 where name = $1 and said ? $2`
)
