package imports_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"citygrid/internal/cluster"
	"citygrid/migrations"
)

// postgres is a server of a test's own, as the program runs it: what it has acknowledged survives.
type postgres struct {
	*cluster.Cluster
	data string
	url  string
}

// newPostgres starts one below a folder, with a migrated database.
func newPostgres(t *testing.T, dir string) *postgres {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, err := cluster.Start(ctx, cluster.Config{Dir: dir, SharedBuffers: "64MB"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if err := c.EnsureDatabase(ctx, "town"); err != nil {
		t.Fatal(err)
	}
	p := &postgres{c, filepath.Join(dir, "pg"), c.URL("town")}
	if _, _, err := migrations.Apply(ctx, p.url); err != nil {
		t.Fatal(err)
	}
	return p
}

// folder is one that the account of a database can enter: t.TempDir is closed to it.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "citygrid-torture-pg-") // the death of a process loses no page: memory is as good as a disk
	if err != nil {
		dir, err = os.MkdirTemp("", "citygrid-torture-pg-")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// processes are those of the server: the postmaster and all its children have its data as their folder.
func (p *postgres) processes() (found []int) {
	links, _ := filepath.Glob("/proc/[0-9]*/cwd") // the pattern is well formed
	for _, link := range links {
		if at, err := os.Readlink(link); err == nil && at == p.data {
			pid, _ := strconv.Atoi(strings.Split(link, "/")[2])
			found = append(found, pid)
		}
	}
	return found
}

// kill ends all of them as a power cut does: of a postmaster alone the children would go on, and commit. Who supervises the server starts it again.
func (p *postgres) kill() error {
	all := p.processes()
	for _, pid := range all {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			return err
		}
	}
	if len(all) < 2 {
		return fmt.Errorf("%d processes of the server were killed", len(all))
	}
	return nil
}

// back waits until it answers again.
func (p *postgres) back() error {
	var err error
	for begun := time.Now(); time.Since(begun) < patience; time.Sleep(lookEvery) {
		if err = connected(p.url, func(context.Context, *pgx.Conn) error { return nil }); err == nil {
			return nil
		}
	}
	return err
}

// unowned is how many bytes of files lie in the folder of a trial's database that are of none of its tables.
func (r *trial) unowned() (bytes int64, err error) {
	return bytes, connected(r.url, func(ctx context.Context, conn *pgx.Conn) error {
		return conn.QueryRow(ctx, `
			select coalesce(sum((pg_stat_file('base/' || d.oid || '/' || f, true)).size), 0)::bigint
			from pg_database d cross join lateral pg_ls_dir('base/' || d.oid) f
			where d.datname = current_database() and f ~ '^[0-9]'
				and not exists (select from pg_class c where pg_relation_filenode(c.oid)::text = regexp_replace(f, '[._].*', ''))`).Scan(&bytes)
	})
}
