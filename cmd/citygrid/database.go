package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/jackc/pgx/v5/pgconn"

	"citygrid/internal/cluster"
	"citygrid/internal/scratch"
	"citygrid/migrations"
	"citygrid/registry/postgis"
)

// databaseName is the registry's database in the private cluster.
const databaseName = "citygrid"

// database is the registry's database and, when it is our own, the server that runs it.
type database struct {
	store   *postgis.Store
	url     string           // by the role that works
	owner   string           // by the role that owns the schema
	cluster *cluster.Cluster // nil: somebody else's server
}

// openDatabase connects to a database and migrates it. A command other than serve may share the server of a running citygrid.
func (e *environment) openDatabase(ctx context.Context, share bool) (*database, error) {
	d, err := e.connectDatabase(ctx, share)
	if err != nil {
		return nil, err
	}
	if err := d.migrate(ctx, e); err != nil {
		d.close(ctx, e)
		return nil, err
	}
	return d, nil
}

// connectDatabase starts the private cluster or takes the addresses that the environment names. Of somebody else's server it asks
// nothing yet: that may be away.
func (e *environment) connectDatabase(ctx context.Context, share bool) (*database, error) {
	d := &database{url: os.Getenv("DATABASE_URL")}
	if d.url == "" {
		var err error
		if d.url, err = d.startCluster(ctx, e, share); err != nil {
			return nil, err
		}
		d.owner = d.url
	} else {
		d.owner = cmp.Or(os.Getenv("MIGRATE_DATABASE_URL"), d.url)
	}
	var err error
	if d.store, err = postgis.Open(ctx, postgis.Config{URL: d.url}); err != nil {
		d.close(ctx, e)
		return nil, fmt.Errorf("open database: %w", err)
	}
	return d, nil
}

// migrate brings the schema up to this program's version. It may be called again after a failure.
func (d *database) migrate(ctx context.Context, e *environment) error {
	from, to, err := migrations.Apply(ctx, d.owner)
	if err == nil && from != to {
		e.log.Info("schema migrated / 数据库结构已升级", "from", from, "to", to)
	}
	if err == nil && d.owner != d.url {
		err = grantTo(ctx, d.owner, d.url)
	}
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	return nil
}

// giveUpInterrupted gives back what dead processes held: the staging tables of their batches, and their folders for work in progress.
func (d *database) giveUpInterrupted(ctx context.Context, e *environment) error {
	scratch.Sweep()
	n, err := d.store.RejectInterrupted(ctx, e.now())
	if err == nil && n > 0 {
		e.log.Warn("batches of an interrupted run were given up: what came over HTTP is taken up again, import the other files once more / 上次中断的批次已作废：经网络提交的文件将自动重新处理，其余请重新导入", "batches", n)
	}
	return err
}

// grantTo lets the role of a database address use what another role owns.
func grantTo(ctx context.Context, owner, url string) error {
	config, err := pgconn.ParseConfig(url)
	if err != nil {
		return errors.New("DATABASE_URL is not a PostgreSQL address") // the parser's words may quote the password
	}
	return migrations.Grant(ctx, owner, config.User)
}

func (d *database) startCluster(ctx context.Context, e *environment, share bool) (url string, err error) {
	d.cluster, err = cluster.Start(ctx, cluster.Config{Dir: e.data, Log: e.log})
	var busy *cluster.BusyError
	if errors.As(err, &busy) && share {
		if url, ok, attachErr := cluster.Attach(e.data, databaseName); attachErr == nil && ok {
			return url, nil
		}
	}
	if err != nil {
		return "", err
	}
	if err := d.cluster.EnsureDatabase(ctx, databaseName); err != nil {
		d.close(ctx, e)
		return "", err
	}
	return d.cluster.URL(databaseName), nil
}

// close gives the connections back and stops the private server, also when ctx has ended.
func (d *database) close(ctx context.Context, e *environment) {
	if d.store != nil {
		d.store.Close()
	}
	if d.cluster != nil {
		if err := d.cluster.Stop(context.WithoutCancel(ctx)); err != nil {
			e.log.Error("database not stopped cleanly / 数据库未能正常停止", "err", err)
		}
	}
}

type migrateCommand struct{}

// Run migrates the database and says where it stands.
func (migrateCommand) Run(ctx context.Context, e *environment) error {
	d, err := e.openDatabase(ctx, true)
	if err != nil {
		return err
	}
	defer d.close(ctx, e)
	fmt.Printf("schema version %d / 数据库结构版本 %[1]d\n", migrations.Latest())
	return nil
}
