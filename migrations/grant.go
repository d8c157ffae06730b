package migrations

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Grant gives a role what serving and importing need in a migrated database: to read and write rows and to make staging tables.
// What is history is written once: the role may add to it, not change it. ownerURL is the role that owns the schema.
func Grant(ctx context.Context, ownerURL, role string) error {
	db, err := sql.Open("pgx", ownerURL)
	if err != nil {
		return fmt.Errorf("migrations: grant: %w", err)
	}
	defer db.Close()
	to := pgx.Identifier{role}.Sanitize()
	if _, err := db.ExecContext(ctx, strings.ReplaceAll(sqlGrant, "{role}", to)); err != nil {
		return fmt.Errorf("migrations: grant to %s: %w", to, err)
	}
	return nil
}

const sqlGrant = `
grant usage, create on schema public to {role};
grant select, insert, update, delete on all tables in schema public to {role};
grant usage, select on all sequences in schema public to {role};
do $$
declare t text;
begin
    for t in select quote_ident(tablename) from pg_tables where schemaname = 'public' and tablename like '%\_version' loop
        execute format('revoke update, delete on %s from {role}', t);
    end loop;
end $$`
