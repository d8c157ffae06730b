package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5"

	"citygrid/internal/cluster"
)

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

func newLab(_ context.Context, size size, say func(string, ...any)) (*lab, error) {
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
		if l.cluster, err = cluster.StartThrowaway(ctx, cluster.Config{}); err != nil {
			return "", err
		}
	}
	if err := l.cluster.EnsureDatabase(ctx, name); err != nil {
		return "", err
	}
	return l.cluster.URL(name), nil
}

// city is the city of a plan, drawn and loaded at the first call.
func (l *lab) city(ctx context.Context, p plan) (*city, error) {
	for _, c := range l.cities {
		if c.plan == p {
			return c, nil
		}
	}
	c, err := l.load(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("city %s: %w", p.name, err)
	}
	l.cities = append(l.cities, c)
	return c, nil
}

// connect opens a connection of its own to a city's database.
func (c *city) connect(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.Connect(ctx, c.url)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	return conn, nil
}
