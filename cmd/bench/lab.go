package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"citygrid/internal/cluster"
)

// sharedBuffers hold every table that is asked.
const sharedBuffers = "1GB"

// stopLimit bounds the end of the database.
const stopLimit = time.Minute

// lab is where a run keeps what its parts share: the database server and the cities, each made when a part first asks.
type lab struct {
	size    size
	say     func(format string, args ...any)
	dir     string
	cluster *cluster.Throwaway
	cities  []*city
}

func newLab(size size, say func(string, ...any)) (*lab, error) {
	dir, err := os.MkdirTemp("", "citygrid-bench-")
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	return &lab{size: size, say: say, dir: dir}, nil
}

// close ends the database and removes everything, also when the run was interrupted.
func (l *lab) close() error {
	for _, c := range l.cities {
		c.store.Close()
	}
	var err error
	if l.cluster != nil {
		ctx, cancel := context.WithTimeout(context.Background(), stopLimit)
		defer cancel()
		err = l.cluster.Stop(ctx)
	}
	return errors.Join(err, os.RemoveAll(l.dir))
}

// database makes a database and returns its address. The first one starts the server.
func (l *lab) database(ctx context.Context, name string) (url string, err error) {
	if l.cluster == nil {
		l.say("starting PostGIS")
		if l.cluster, err = cluster.StartThrowaway(ctx, cluster.Config{SharedBuffers: sharedBuffers}); err != nil {
			return "", err
		}
	}
	if err := l.cluster.EnsureDatabase(ctx, name); err != nil {
		return "", err
	}
	return l.cluster.URL(name), nil
}

// city is the city of a plan, drawn and put into the database at the first call, and in memory until the next forget.
func (l *lab) city(ctx context.Context, p plan) (*city, error) {
	at := slices.IndexFunc(l.cities, func(c *city) bool { return c.plan == p })
	if at < 0 {
		c, err := l.load(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("city %s: %w", p.name, err)
		}
		at, l.cities = len(l.cities), append(l.cities, c)
	}
	c := l.cities[at]
	if c.index != nil {
		return c, nil
	}
	if err := c.read(ctx); err != nil {
		return nil, fmt.Errorf("city %s: %w", p.name, err)
	}
	return c, nil
}

// forget drops what is in memory of the cities: the next part is to find the heap that its own work needs, and no larger one,
// which would be collected less often.
func (l *lab) forget() {
	for _, c := range l.cities {
		c.index = nil
	}
}

// connect opens a connection of its own to a city's database.
func (c *city) connect(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.Connect(ctx, c.url)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	return conn, nil
}
