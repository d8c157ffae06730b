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

// Only what the owner owns: the role's own staging tables, and PostGIS's, are none of its business.
const sqlGrant = `
grant usage, create on schema public to {role};
do $$
declare t record;
begin
    for t in select quote_ident(tablename) as name, tablename like '%\_version' as history
        from pg_tables where schemaname = 'public' and tableowner = current_user
    loop
        execute format('grant select, insert on %s to {role}', t.name);
        if not t.history then
            execute format('grant update, delete on %s to {role}', t.name);
        end if;
    end loop;
    for t in select quote_ident(sequencename) as name from pg_sequences where schemaname = 'public' and sequenceowner = current_user
    loop
        execute format('grant usage, select on sequence %s to {role}', t.name);
    end loop;
end $$`
