// Package dbtest gives each test its own database.
//
// The first test of a process that asks starts a throw-away cluster (about 2 s) and migrates one template; every database is a copy
// of it (about 0.1 s) and is dropped when its test ends. A package whose tests use it has a TestMain that ends with the code that
// Main gives, so that the cluster is stopped and its folder removed; should the process be killed, the kernel ends the cluster. A missing
// PostGIS fails the test with the install line, it never skips it.
package dbtest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"citygrid/internal/cluster"
	"citygrid/migrations"
)

const (
	template     = "template_migrated"
	setupBudget  = 2 * time.Minute // on a busy machine initdb alone has been seen to take 10 s
	poolSize     = 8               // connections of Pool: what the program itself uses by default
	copyStrategy = `file_copy`     // with fsync off no page of it has to go through the log
)

// process is the one cluster of this test process.
var process struct {
	once    sync.Once
	cluster *cluster.Throwaway
	err     error
	created atomic.Int64 // databases so far: makes their names differ
}

// Main runs the tests of a package and then stops the cluster, if a test had it started. The result is for os.Exit.
func Main(m *testing.M) int {
	code := m.Run()
	if process.cluster == nil {
		return code
	}
	ctx, cancel := context.WithTimeout(context.Background(), setupBudget)
	defer cancel()
	if err := process.cluster.Stop(ctx); err != nil {
		fmt.Println("dbtest: stop:", err)
		return max(code, 1)
	}
	return code
}

// URL returns the address of a fresh, migrated, empty database that belongs to this test alone; its role is a superuser.
func URL(t testing.TB) string {
	t.Helper()
	process.once.Do(start)
	if process.err != nil {
		t.Fatalf("dbtest: %v", process.err)
	}
	name := fmt.Sprintf("test_%d", process.created.Add(1))
	if err := admin(`create database ` + name + ` template ` + template + ` strategy ` + copyStrategy); err != nil {
		t.Fatalf("dbtest: create database: %v", err)
	}
	t.Cleanup(func() {
		if err := admin(`drop database ` + name + ` with (force)`); err != nil {
			t.Errorf("dbtest: drop database: %v", err)
		}
	})
	return process.cluster.URL(name)
}

// Pool returns a pool of 8 connections on such a database. It is closed when the test ends.
func Pool(t testing.TB) *pgxpool.Pool {
	t.Helper()
	config, err := pgxpool.ParseConfig(URL(t))
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	config.MaxConns = poolSize
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		t.Fatalf("dbtest: open pool: %v", err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// start brings up the cluster and the template.
func start() {
	ctx, cancel := context.WithTimeout(context.Background(), setupBudget)
	defer cancel()
	process.cluster, process.err = cluster.StartThrowaway(ctx, cluster.Config{})
	if process.err != nil {
		process.cluster = nil
		return
	}
	if process.err = process.cluster.EnsureDatabase(ctx, template); process.err != nil {
		return
	}
	_, _, process.err = migrations.Apply(ctx, process.cluster.URL(template))
}

// admin runs one statement outside any test's database.
func admin(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), setupBudget)
	defer cancel()
	conn, err := pgx.Connect(ctx, process.cluster.URL("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}
