package cluster

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
)

var controlState = regexp.MustCompile(`(?m)^Database cluster state:\s+(.+?)\s*$`)

// prepare makes the data folder ready for a server to start on, given that none runs, and says in what state it was.
func (c *Cluster) prepare(ctx context.Context) (Recovery, error) {
	_, err := os.Stat(filepath.Join(c.folder.data, "PG_VERSION"))
	switch {
	case err == nil:
	case errors.Is(err, fs.ErrNotExist):
		return Fresh, c.create(ctx)
	default:
		return "", fmt.Errorf("cluster: data folder: %w", err)
	}
	clearStragglers(c.folder.data, ctx.Done())
	cmd := c.account.command(ctx, c.folder.data, c.bin.path("pg_controldata"), "-D", c.folder.data)
	out, err := cmd.CombinedOutput()
	state := controlState.FindSubmatch(out)
	if err != nil || state == nil {
		return "", fmt.Errorf("cluster: pg_controldata: %q: %w", out, err)
	}
	if string(state[1]) == "shut down" {
		return Clean, nil
	}
	return Recovered, nil
}

// create runs initdb beside the final place and renames the result, so that a kill on the way leaves nothing that looks finished.
func (c *Cluster) create(ctx context.Context) error {
	c.log.Info("creating the database / 正在初始化数据库", "dir", c.folder.data)
	draft := c.folder.data + ".new"
	if err := os.RemoveAll(draft); err != nil {
		return fmt.Errorf("cluster: clear an unfinished database: %w", err)
	}
	if err := privateFolder(draft, c.account); err != nil {
		return err
	}
	// Collation C: order of bytes, on every machine the same. Character classes UTF-8: lower() knows more than ASCII.
	args := []string{"-D", draft, "-U", superuser, "--auth-local=trust", "--auth-host=reject", "--data-checksums",
		"--encoding=UTF8", "--locale=C", "--lc-ctype=C.UTF-8"}
	if c.tied {
		args = append(args, "--no-sync")
	}
	if out, err := c.account.command(ctx, draft, c.bin.path("initdb"), args...).CombinedOutput(); err != nil {
		return fmt.Errorf("cluster: initdb: %s: %w", out, err)
	}
	if err := appendLine(filepath.Join(draft, "postgresql.conf"), "include_if_exists = '"+settingsFile+"'"); err != nil {
		return fmt.Errorf("cluster: configure: %w", err)
	}
	// An empty folder in the final place is replaced; one with anything in it makes the rename fail and stays untouched.
	if err := os.Rename(draft, c.folder.data); err != nil {
		return fmt.Errorf("cluster: %s is not empty and holds no database / 该目录非空且不是数据库目录: %w", c.folder.data, err)
	}
	return syncFolder(c.folder.dir)
}

func appendLine(path, line string) error {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.WriteString("\n" + line + "\n")
	return errors.Join(err, file.Sync(), file.Close())
}

// syncFolder makes a rename in dir last through a power cut.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("cluster: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("cluster: %w", err)
	}
	return nil
}
