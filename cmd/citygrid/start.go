package main

import (
	"context"
	"net"
	"time"

	"citygrid/registry/locator"
	"citygrid/registry/postgis"
)

const (
	awayBackOff = 100 * time.Millisecond // before the second attempt to reach the database; it doubles
	awayLongest = 5 * time.Second        // between two attempts
)

// bringUp does what needs the database once, and waits for somebody else's server that is away: it warns once, and tries again until that is
// there or ctx ends, which is no failure then. A server that refuses, or lacks something, is a failure at once. So is a private one
// that is away: it was seen a moment ago.
func (c serveCommand) bringUp(ctx context.Context, e *environment, d *database, places *locator.Locator, at net.Addr) error {
	wait, since := awayBackOff, e.now()
	for waiting := false; ; waiting = true {
		err := c.prepare(ctx, e, d, places)
		switch {
		case err == nil && waiting:
			e.log.Info("the database is there / 数据库已可用", "after", e.now().Sub(since).Round(time.Millisecond))
			return nil
		case waiting && ctx.Err() != nil:
			return nil
		case err == nil, ctx.Err() != nil, d.cluster != nil, !postgis.Away(err):
			return err
		case !waiting:
			e.log.Warn("the database is away: answering 503 until it is there / 数据库暂不可用，恢复之前一律回答 503", "address", c.base(at), "err", err)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil
		}
		wait = min(2*wait, awayLongest)
	}
}

// prepare makes a database ready to serve from, and the locator of it. It may be called again after a failure.
func (c serveCommand) prepare(ctx context.Context, e *environment, d *database, places *locator.Locator) error {
	if err := d.migrate(ctx, e); err != nil {
		return err
	}
	if err := d.giveUpInterrupted(ctx, e); err != nil {
		return err
	}
	if err := c.loadCity(ctx, e, d.store); err != nil {
		return err
	}
	_, err := places.Refresh(ctx)
	return err
}
