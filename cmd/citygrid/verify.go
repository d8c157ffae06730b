package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"citygrid/registry"
)

// kept is something that the program keeps in memory beside the store, by name. Verify compares the two, and mends memory where it
// differs: same is false then, and err is a *registry.DifferenceError.
type kept struct {
	name string
	by   interface {
		Verify(ctx context.Context) (same bool, err error)
	}
}

// verify has all compared at every tick, one after the other, until ctx ends.
func verify(ctx context.Context, ticks <-chan time.Time, log *slog.Logger, all ...kept) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks:
		}
		for _, k := range all {
			same, err := k.by.Verify(ctx)
			var differs *registry.DifferenceError
			switch {
			case same, ctx.Err() != nil:
			case errors.As(err, &differs):
				log.Error("memory does not agree with the database / 内存数据与数据库不一致", "what", k.name, "err", err)
			case registry.KindOf(err) == registry.Unavailable:
				log.Warn("memory not compared with the database, tried again later / 未能与数据库核对，稍后重试", "what", k.name, "err", err)
			default:
				log.Error("memory cannot be compared with the database / 无法与数据库核对", "what", k.name, "err", err)
			}
		}
	}
}
