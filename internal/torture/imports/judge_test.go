package imports_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// digests is a digest of each column of the components, of their superseded images and of their codes, in the order of the code. Ids, batches and changes
// are of the registry and not of the survey.
func digests(t *testing.T, url string) map[string]string {
	t.Helper()
	found, err := digestsOf(url)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func digestsOf(url string) (map[string]string, error) {
	found := map[string]string{}
	return found, connected(url, func(ctx context.Context, conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, `select table_name, column_name from information_schema.columns
			where table_schema = 'public' and table_name in ('component', 'component_version')
				and column_name not in ('id', 'batch_id', 'change_id', 'superseded_by')`)
		if err != nil {
			return err
		}
		var all []string
		var table, column string
		if _, err := pgx.ForEachRow(rows, []any{&table, &column}, func() error {
			all = append(all, fmt.Sprintf(`select '%s.%s', count(*) || ' ' || coalesce(md5(string_agg(code || '=' || coalesce(%[3]s::text, '∅'), e'\n' order by code, %[3]s::text)), '') from %[1]s`,
				table, column, pgx.Identifier{column}.Sanitize()))
			return nil
		}); err != nil {
			return err
		}
		all = append(all, `select 'codes', count(*) || ' ' || coalesce(md5(string_agg(k.edition || ' ' || k.code || ' ' || c.code, e'\n' order by k.edition, k.code)), '')
			from component_code k left join component c on c.id = k.component_id`)
		if rows, err = conn.Query(ctx, strings.Join(all, " union all ")); err != nil {
			return err
		}
		var name, value string
		_, err = pgx.ForEachRow(rows, []any{&name, &value}, func() error {
			found[name] = value
			return nil
		})
		return err
	})
}

func connected(url string, fn func(context.Context, *pgx.Conn) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	return fn(ctx, conn)
}

// half says what of a registry is neither as without the file nor as with it, "" for nothing; whole that it is as with it.
func (r *trial) half() (fault string, whole bool) {
	got, err := digestsOf(r.url)
	switch {
	case err != nil:
		return err.Error(), false
	case maps.Equal(got, r.after):
		return "", true
	case maps.Equal(got, r.town.before):
		return "", false
	}
	return "half of the file is visible: " + differing(got, r.after), false
}

func differing(got, want map[string]string) string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if got[name] != want[name] {
			names = append(names, fmt.Sprintf("%s is %s, not %s", name, got[name], want[name]))
		}
	}
	return strings.Join(names, "; ")
}

// staged is how many bytes staging tables take that are there.
func (r *trial) staged() (bytes int64, err error) {
	return bytes, connected(r.url, func(ctx context.Context, conn *pgx.Conn) error {
		return conn.QueryRow(ctx, sqlStaged).Scan(&bytes)
	})
}

// faults is what is wrong after the file was sent again; batches have changed something.
func (r *trial) faults(batches int) (faults []string) {
	got, err := digestsOf(r.url)
	if err != nil {
		return []string{err.Error()}
	}
	if !maps.Equal(got, r.after) {
		faults = append(faults, "the end is another: "+differing(got, r.after))
	}
	err = connected(r.url, func(ctx context.Context, conn *pgx.Conn) error {
		var open, effective, unaudited, stray, tables, unstaged, kept int
		if err := conn.QueryRow(ctx, sqlBatches).Scan(&open, &effective, &unaudited, &stray, &tables, &unstaged, &kept); err != nil {
			return err
		}
		for _, count := range []struct {
			what      string
			got, want int
		}{
			{"batches are left open", open, 0}, {"batches have changed something", effective, batches}, {"promoted batches have not their row of the audit", unaudited, 0},
			{"rows of the audit are of no batch", stray, 0},
			{"staging tables are left", tables, 0}, {"codes of refused rows are left", unstaged, 0}, {"uploads are not decided", kept, 0},
		} {
			if count.got != count.want {
				faults = append(faults, fmt.Sprintf("%d %s, not %d", count.got, count.what, count.want))
			}
		}
		return nil
	})
	if err != nil {
		faults = append(faults, err.Error())
	}
	for _, folder := range []string{"tmp", "data/uploads"} {
		left, _ := os.ReadDir(filepath.Join(r.dir, folder)) // without a folder there is nothing
		for _, f := range left {
			faults = append(faults, folder+"/"+f.Name()+" is left")
		}
	}
	return faults
}

// tidied gives a server the time to look at what an interruption left, which it does within seconds.
func (r *trial) tidied(batches int) {
	for begun := time.Now(); time.Since(begun) < tidyWithin && len(r.faults(batches)) > 0; time.Sleep(10 * lookEvery) {
	}
}

const (
	sqlStaged = `select coalesce(sum(pg_total_relation_size(oid)), 0)::bigint from pg_class
where relnamespace = 'public'::regnamespace and relkind = 'r' and relname ~ '^import_(stage|match)_[0-9a-f]{32}$'`

	// The first import is the town's.
	sqlBatches = `
with batch as (select * from import_batch where source <> 'earlier.csv'),
audit as (select c.* from change c where c.reason like 'census %' and c.reason <> 'census earlier.csv')
select
    (select count(*) from batch where state not in ('promoted', 'rejected')),
    (select count(*) from batch b where b.state = 'promoted' and b.created + b.updated > 0),
    (select count(*) from batch b where state = 'promoted' and
        not exists (select from audit a where a.id = b.change_id and (a.revision is not null) = (b.created + b.updated > 0))),
    (select count(*) from audit a where not exists (select from batch b where b.change_id = a.id and b.state = 'promoted')),
    (select count(*) from pg_class where relname ~ '^import_(stage|match)_[0-9a-f]{32}$'),
    (select count(*) from import_unstaged),
    (select count(*) from import_upload where kept)`
)
