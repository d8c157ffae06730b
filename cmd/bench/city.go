package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"

	"citygrid/data"
	"citygrid/data/synth"
	"citygrid/geo/areaindex"
	"citygrid/migrations"
	"citygrid/registry/locator"
	"citygrid/registry/postgis"
	"citygrid/registry/profile"
)

// poolConnections answer requests, as many as the program takes by default.
const poolConnections = 8

// city is a synthetic city in a database, and its cells in memory.
type city struct {
	plan  plan
	seed  uint64
	drawn synth.Report
	url   string // of its database
	store *postgis.Store
	index *areaindex.Index // of the cells, as the locator has it; nil: not in memory
}

// load draws a city and applies it to a database of its own.
func (l *lab) load(ctx context.Context, p plan) (*city, error) {
	began := time.Now()
	c := &city{plan: p, seed: l.size.seed}
	folder := filepath.Join(l.dir, p.name)
	var err error
	if c.drawn, err = c.draw(ctx, folder); err != nil {
		return nil, err
	}
	if c.url, err = l.database(ctx, p.name); err != nil {
		return nil, err
	}
	if _, _, err := migrations.Apply(ctx, c.url); err != nil {
		return nil, err
	}
	if c.store, err = postgis.Open(ctx, postgis.Config{URL: c.url, MaxConns: poolConnections}); err != nil {
		return nil, err
	}
	if err := c.fill(ctx, folder); err != nil {
		c.store.Close()
		return nil, err
	}
	l.say("%s: loaded in %.1f s", c, time.Since(began).Seconds())
	return c, os.RemoveAll(folder)
}

func (c *city) draw(ctx context.Context, folder string) (synth.Report, error) {
	if c.plan.cells == 0 {
		return synth.Yichang(ctx, folder, synth.Options{Seed: c.seed})
	}
	return synth.Scale(ctx, folder, synth.ScaleOptions{Cells: c.plan.cells, Components: c.plan.components, Seed: c.seed})
}

func (c *city) fill(ctx context.Context, folder string) error {
	if err := apply(ctx, c.store, folder); err != nil {
		return err
	}
	conn, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for _, statement := range []string{sqlCells, sqlCellsIndex, sqlVacuum} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("prepare the baselines' tables: %w", err)
		}
	}
	return nil
}

// apply makes a registry equal to a folder.
func apply(ctx context.Context, store *postgis.Store, folder string) error {
	lists, err := data.Catalog()
	if err != nil {
		return err
	}
	_, err = profile.Apply(ctx, profile.Config{
		Store: postgis.ProfileStore{Store: store}, Lists: lists, Clock: time.Now, Actor: "bench",
	}, os.DirFS(folder))
	return err
}

// read makes the index from the database, as the locator does.
func (c *city) read(ctx context.Context) error {
	stored, err := c.store.LocatorData(ctx)
	if err != nil {
		return err
	}
	snapshot, err := locator.Build(stored)
	if err != nil {
		return err
	}
	c.index = snapshot.Cells()
	return nil
}

// String names the city with what makes it the same again.
func (c *city) String() string {
	kind := "plain city"
	if c.plan.cells == 0 {
		kind = "synthetic Yichang"
	}
	text := fmt.Sprintf("%s of %s cells", kind, number(float64(c.drawn.Cells)))
	if c.drawn.Components > 0 {
		text += fmt.Sprintf(" and %s components", number(float64(c.drawn.Components)))
	}
	return fmt.Sprintf("%s, seed %d, SHA-256 %.16s…", text, c.seed, c.drawn.Digest)
}

// cells are the shapes of the cells in the order of the index.
func (c *city) cells() []orb.MultiPolygon {
	shapes := make([]orb.MultiPolygon, c.index.Len())
	for i := range shapes {
		shapes[i] = c.index.Area(i).MultiPolygon()
	}
	return shapes
}

// pool opens as many connections to a city's database as its store has.
func (c *city) pool(ctx context.Context) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(c.url)
	if err != nil {
		return nil, fmt.Errorf("open pool: %w", err)
	}
	config.MaxConns = poolConnections
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open pool: %w", err)
	}
	return pool, nil
}

// The baselines ask a table of cells alone, where neither wider areas nor columns they do not need are in the way.
const (
	sqlCells      = `create table bench_cell as select code, geom from area where level = 'grid' order by geom`
	sqlCellsIndex = `create index on bench_cell using gist (geom)`
	sqlVacuum     = `vacuum analyze`
)
