package postgis

import (
	"context"

	"github.com/jackc/pgx/v5"

	"citygrid/registry/catalog"
)

// HighestCodes looks at the end of each range of the registry's index, and once through the staged rows.
func (g *staging) HighestCodes(ctx context.Context, e catalog.Edition, prefixes []string) ([]string, error) {
	return collect(ctx, g.conn, "find highest codes", pgx.RowTo[string], staged(g.id, sqlHighestCodes), string(e), prefixes)
}

// Codes of an edition are of one length, so that the highest text is the highest number; below ':' are all digits.
const sqlHighestCodes = `
with wanted as materialized (
    select distinct prefix collate "C" as prefix from unnest($2::text[]) as p (prefix)
), staged as materialized (
    select w.prefix, max(s.code) as code from import_stage s join wanted w on w.prefix = left(s.code, -6) where s.edition = $1 group by w.prefix
)
select greatest(g.code, s.code) from wanted w
cross join lateral (select max(a.code) as code from component_code a where a.edition = $1 and a.code > w.prefix and a.code < w.prefix || ':') g
left join staged s using (prefix)
where g.code is not null or s.code is not null order by 1`
